/**
 * An export, served by the command that users run.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Fixture } from "../../neptune/archive/fixtures.ts";
import { filesOf } from "../../neptune/archive/fixtures.ts";
import { TextLineStream } from "./TextLineStream.ts";

const CLI = fileURLToPath(new URL("../../../cli.ts", import.meta.url));

/** A server that runs, and what it says of itself. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly apiToken: string;
  readonly projects: ReadonlyArray<string>;
}

/** Starts the server of an export on a free port. */
export const serve = async (fixture: Fixture): Promise<Served> => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, "serve", fixture.options.data, "--files", filesOf(fixture)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log = new Response(child.stderr).text();
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const { value } = await lines.read();
  if (value === undefined) throw new Error(`the server of ${fixture.name} ended:\n${await log}`);
  return {
    ...JSON.parse(value),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await log;
      await lines.cancel();
    },
  };
};
