/**
 * What Effect's command line asks of a platform, as far as this one uses it: arguments and output.
 *
 * @module
 */
import { Effect, FileSystem, Layer, Path, Sink, Stdio, Stream, Terminal } from "effect";
import { type Command, TerminalCapabilities } from "effect/cli";
import { ChildProcessSpawner } from "effect/process";

const unused = Effect.die(
  new Error("The command line neither asks questions nor starts programs."),
);

const into = (output: typeof Deno.stdout): Sink.Sink<void, string | Uint8Array> =>
  Sink.forEach((part: string | Uint8Array) =>
    Effect.sync(() => {
      let rest = typeof part === "string" ? new TextEncoder().encode(part) : part;
      while (rest.length > 0) rest = rest.subarray(output.writeSync(rest));
    })
  );

/** The platform of the command line. */
export const services: Layer.Layer<Command.Environment> = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(
    Stdio.Stdio,
    Stdio.make({
      args: Effect.sync(() => Deno.args),
      stdin: Stream.empty,
      stdout: () => into(Deno.stdout),
      stderr: () => into(Deno.stderr),
    }),
  ),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.succeed(80),
      rows: Effect.succeed(24),
      size: unused,
      readInput: unused,
      readLine: unused,
      display: () => unused,
    }),
  ),
  // Effect would look into the environment for it, which need not be allowed.
  Layer.sync(TerminalCapabilities.TerminalCapabilities, () => ({
    canColor: Deno.stdout.isTerminal() && !Deno.noColor,
    canAnimate: false,
    canPrompt: false,
  })),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused),
  ),
);
