/**
 * Python clients that nobody here wrote.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { environment } from "../environment.ts";
import { TextLineStream } from "./TextLineStream.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The Python that has some of the clients. */
export const pythonOf = async (clients: string): Promise<string> =>
  `${await environment(clients, here(`./python/requirements-${clients}.txt`))}/bin/python`;

/** What a Python program answers to a question: JSON, or what it raised. */
export type Reply =
  | { readonly answer: unknown }
  | { readonly error: string; readonly text: string };

/** A Python program that answers questions. */
export interface Program extends AsyncDisposable {
  readonly ask: (call: string, args: object) => Promise<Reply>;
}

/** Starts a program with some variables of the environment set. */
export const start = (
  python: string,
  script: string,
  variables: Readonly<Record<string, string>>,
): Program => {
  const child = new Deno.Command(python, {
    args: ["-W", "ignore::DeprecationWarning", here(`./python/${script}`)],
    env: { ...variables, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  return {
    ask: async (call, args) => {
      await input.write(new TextEncoder().encode(`${JSON.stringify({ call, args })}\n`));
      const { value } = await lines.read();
      if (value === undefined) throw new Error(`${script} ended early:\n${await errors}`);
      return JSON.parse(value);
    },
    [Symbol.asyncDispose]: async () => {
      await input.close().catch(() => {});
      await lines.cancel();
      await child.status;
      await errors;
    },
  };
};
