/**
 * `serve`: an export on Neptune's protocol.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { Console, Effect, Option, Redacted } from "effect";
import { Argument, CliError, Command, Flag } from "effect/cli";
import * as Archive from "../neptune/archive/Archive.ts";
import { describe } from "../neptune/NeptuneError.ts";
import { NeptuneSource } from "../neptune/NeptuneSource.ts";
import { keyIn } from "../neptune/server/authorization.ts";
import { serve as serveSource } from "../neptune/server/serve.ts";

/** The command. It runs until it is interrupted. */
export const serve = Command.make("serve", {
  data: Argument.String("data-root").pipe(
    Argument.withDescription("What neptune-exporter was given as --data-path"),
  ),
  files: Flag.String("files").pipe(
    Flag.withDescription("What it was given as --files-path; default: beside the data"),
    Flag.optional,
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen at; one that is not local needs --token-file"),
    Flag.withDefault("127.0.0.1"),
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen at; default: one that is free"),
    Flag.withDefault(0),
  ),
  tokenFile: Flag.String("token-file").pipe(
    Flag.withDescription(
      "A file with the secret of the API token, of at least 16 characters, or with an API token " +
        "that was printed before; default: a new secret",
    ),
    Flag.optional,
  ),
  url: Flag.String("url").pipe(
    Flag.withDescription("Where clients find the server, if not at the host and port"),
    Flag.optional,
  ),
}, ({ data, files, host, port, tokenFile, url }) =>
  Effect.scoped(Effect.gen(function* () {
    const source = Archive.make({ data, files: Option.getOrUndefined(files) });
    const key = Option.isSome(tokenFile) ? yield* readKey(tokenFile.value) : undefined;
    const projects = yield* source.projects;
    const server = yield* Effect.provideService(
      serveSource({ hostname: host, port, key, url: Option.getOrUndefined(url) }),
      NeptuneSource,
      source,
    );
    const ready = {
      url: server.url,
      apiToken: Redacted.value(server.apiToken),
      projects: projects.map(({ identifier }) => identifier),
    };
    yield* Console.log(JSON.stringify(ready));
    return yield* Effect.never;
  })).pipe(Effect.mapError(userError))).pipe(
    Command.withDescription(
      "Serve an export to programs that were written for Neptune. Prints one line of JSON with " +
        "url, apiToken and projects when it is ready.",
    ),
  );

const readKey = (path: string): Effect.Effect<Redacted.Redacted, Error> =>
  Effect.map(
    Effect.tryPromise({
      try: () => readFile(path, "utf8"),
      catch: (cause) => new Error(`The token file cannot be read: ${describe(cause)}.`),
    }),
    (text) => keyIn(text.trim()),
  );

const userError = (cause: unknown): CliError.CliError =>
  new CliError.UserError({ cause, userMessage: describe(cause) });
