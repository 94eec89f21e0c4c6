/**
 * The command line of Nereid: `serve` answers Neptune's protocol from an export.
 *
 * ```sh
 * deno run --allow-read --allow-ffi --allow-sys --allow-net=127.0.0.1 jsr:@nereid/nereid/cli serve exports/data
 * ```
 *
 * @module
 */
import { Cause, Effect, Logger, References } from "effect";
import { CliConfig, Command, GlobalFlag } from "effect/cli";
import { serve } from "./src/cli/serve.ts";
import { services } from "./src/cli/services.ts";

const VERSION = "0.1.0";

const main = Command.make("nereid").pipe(
  Command.withDescription("Reads the metadata of machine-learning runs."),
  Command.withSubcommands([serve]),
  Command.run({ version: VERSION }),
  Effect.provide([services, CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] })]),
  // Standard output is for results.
  Effect.provide(Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])),
  Effect.provideService(References.MinimumLogLevel, "Debug"),
);

if (import.meta.main) {
  const stopping = new AbortController();
  const stop = () => {
    // Who asks twice does not want to wait.
    if (stopping.signal.aborted) Deno.exit(130);
    stopping.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  const exit = await Effect.runPromiseExit(main, { signal: stopping.signal });
  if (exit._tag === "Success" || Cause.hasInterruptsOnly(exit.cause)) Deno.exit(0);
  // What the user has done wrong has been told.
  // deno-lint-ignore no-console
  if (Cause.hasDies(exit.cause)) console.error(Cause.pretty(exit.cause));
  Deno.exit(1);
}
