/**
 * Runs an example as a user does: a process of its own, with the permissions that it says it needs.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Effect, type Scope } from "effect";

/** The directory of the project, in which examples run. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** What became of a process. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Starts an example; it is killed if the test ends before it. */
export const startExample = (
  name: string,
  { flags, args = [], env = {} }: {
    readonly flags: ReadonlyArray<string>;
    readonly args?: ReadonlyArray<string>;
    readonly env?: { readonly [variable: string]: string };
  },
): Effect.Effect<Deno.ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--quiet", ...flags, `examples/${name}`, ...args],
        cwd: ROOT,
        env: { NO_COLOR: "1", ...env },
        stdout: "piped",
        stderr: "piped",
      }).spawn()
    ),
    (child) =>
      Effect.promise(async () => {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended, as it should.
        }
        await child.status;
      }),
  );

/** Waits until a process has ended. */
export const endOf = (child: Deno.ChildProcess): Effect.Effect<Ended> =>
  Effect.map(
    Effect.promise(() => child.output()),
    ({ code, stdout, stderr }) => ({
      code,
      out: new TextDecoder().decode(stdout),
      error: new TextDecoder().decode(stderr),
    }),
  );

/** Runs an example from beginning to end. */
export const runExample = (
  ...example: Parameters<typeof startExample>
): Effect.Effect<Ended> => Effect.scoped(Effect.flatMap(startExample(...example), endOf));
