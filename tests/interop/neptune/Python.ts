/**
 * Python clients that nobody here wrote, in virtual environments that pip makes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./TextLineStream.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where environments are kept from one run to the next; git ignores it. */
const CACHE = here("../.venvs");

/** Makes an environment of some requirements, unless there is one already; gives its Python. */
export const environment = async (name: string): Promise<string> => {
  const requirements = here(`./python/requirements-${name}.txt`);
  const python = Deno.env.get("PYTHON") ?? "python3";
  const version = await output(python, ["--version"]);
  const wanted = createHash("sha256")
    .update(await Deno.readFile(requirements)).update(version).digest("hex").slice(0, 16);
  const directory = `${CACHE}/${name}-${wanted}`;
  const executable = `${directory}/bin/python`;
  const finished = `${directory}/finished`;
  if (await exists(finished)) return executable;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await Deno.mkdir(CACHE, { recursive: true });
  await run(python, ["-m", "venv", directory]);
  await run(executable, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await Deno.writeTextFile(finished, await output(executable, ["-m", "pip", "freeze"]));
  return executable;
};

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(() => true, () => false);

const run = async (command: string, args: ReadonlyArray<string>): Promise<void> => {
  const { success } = await new Deno.Command(command, { args: [...args], stdout: "inherit" })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
};

const output = async (command: string, args: ReadonlyArray<string>): Promise<string> =>
  new TextDecoder().decode((await new Deno.Command(command, { args: [...args] }).output()).stdout);

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
