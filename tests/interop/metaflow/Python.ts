/**
 * The Python of a virtual environment that pip makes, with nothing of this machine's own settings.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { environment } from "../environment.ts";

/** The path of a file beside this one. */
export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Variables of the environment. */
export type Variables = Readonly<Record<string, string>>;

/** A Python, and the variables that all its programs have. */
export interface Python {
  readonly executable: string;
  readonly variables: Variables;
}

/** Makes the environment of `requirements.txt`, unless there is one already. */
export const makePython = async (home: string): Promise<Python> => {
  const directory = await environment("metaflow", here("./requirements.txt"));
  const executable = `${directory}/bin/python`;
  const variables = {
    PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
    HOME: home,
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    PYTHONDONTWRITEBYTECODE: "1",
    METAFLOW_USER: "alice",
    METAFLOW_HOME: `${home}/.metaflowconfig`,
  };
  return { executable, variables };
};

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export const run = async (
  { executable, variables }: Python,
  args: ReadonlyArray<string>,
  more: Variables = {},
): Promise<Ended> => {
  const { code, stdout, stderr } = await new Deno.Command(executable, {
    args: [...args],
    clearEnv: true,
    env: { ...variables, ...more },
    cwd: variables.HOME!,
  }).output();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
};

/** The same, of a program that must end well. */
export const succeed = async (...program: Parameters<typeof run>): Promise<string> => {
  const { code, stdout, stderr } = await run(...program);
  if (code !== 0) throw new Error(`${program[1].join(" ")}: ${code}\n${stdout}\n${stderr}`);
  return stdout;
};

/** Starts a server on a free port; it is there as soon as it answers at a path. */
export const serve = async (
  { executable, variables }: Python,
  argsOf: (port: number) => ReadonlyArray<string>,
  path: string,
): Promise<{ readonly url: string } & AsyncDisposable> => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command(executable, {
    args: [...argsOf(port)],
    clearEnv: true,
    env: { ...variables },
    cwd: variables.HOME!,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let tried = 0;; tried++) {
    const answer = await fetch(url + path).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) break;
    if (tried === 300) throw new Error(`${argsOf(port).join(" ")} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
};
