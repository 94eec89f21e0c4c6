/**
 * Virtual environments of Python, made by pip.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

/** Where environments are kept from one run to the next; git ignores it. */
const CACHE = fileURLToPath(new URL("./.venvs", import.meta.url));

/**
 * Makes the environment of a file of requirements, unless there is one already; gives its directory.
 * `PYTHON` names another interpreter than `python3`.
 */
export const environment = async (name: string, requirements: string): Promise<string> => {
  const python = Deno.env.get("PYTHON") ?? "python3";
  const wanted = createHash("sha256")
    .update(await Deno.readFile(requirements)).update(await output(python, ["--version"]))
    .digest("hex").slice(0, 16);
  const directory = `${CACHE}/${name}-${wanted}`;
  const finished = `${directory}/finished`;
  if (await Deno.stat(finished).then(() => true, () => false)) return directory;
  await Deno.mkdir(CACHE, { recursive: true });
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await output(python, ["-m", "venv", directory]).catch(() => withoutVenv(python, directory));
  const own = `${directory}/bin/python`;
  await output(own, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await Deno.writeTextFile(finished, await output(own, ["-m", "pip", "freeze"]));
  return directory;
};

/** Debian has pip without venv. */
const withoutVenv = async (python: string, directory: string): Promise<void> => {
  const tools = `${CACHE}/virtualenv`;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await output(python, ["-m", "pip", "install", "--quiet", "--target", tools, "virtualenv"]);
  await output(python, ["-m", "virtualenv", "--quiet", directory], { PYTHONPATH: tools });
};

const output = async (
  command: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decode(stdout)}${decode(stderr)}`);
  return decode(stdout);
};

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
