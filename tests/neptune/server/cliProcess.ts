/**
 * The command line as a process.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../../cli.ts", import.meta.url));

/** A running command. */
export interface CliProcess {
  readonly stdout: ReadableStreamDefaultReader<string>;
  readonly kill: (signal: Deno.Signal) => void;
  /** What it has written that was not read before, and its exit code, when it has ended. */
  readonly output: () => Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Runs a command with the permissions that the documentation names. */
export const start = (args: ReadonlyArray<string>): CliProcess => {
  const permissions = ["--allow-read", "--allow-ffi", "--allow-sys", "--allow-net=127.0.0.1"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, CLI, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const stderr = new Response(child.stderr).text();
  return {
    stdout,
    kill: (signal) => child.kill(signal),
    output: async () => {
      let rest = "";
      for (let read = await stdout.read(); !read.done; read = await stdout.read()) {
        rest += read.value;
      }
      const { code } = await child.status;
      return { code, stdout: rest, stderr: await stderr };
    },
  };
};

/** What `serve` prints when it is ready. */
export const readyLine = async (
  { stdout, output }: CliProcess,
): Promise<{ url: string; apiToken: string; projects: ReadonlyArray<string> }> => {
  let text = "";
  while (!text.endsWith("\n")) {
    const { done, value } = await stdout.read();
    if (done) throw new Error(`The command has ended: ${JSON.stringify(await output())}`);
    text += value;
  }
  return JSON.parse(text);
};
