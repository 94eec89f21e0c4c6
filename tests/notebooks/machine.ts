/**
 * What running notebooks needs of a machine: Jupyter's client, nbconvert, Chromium and a font.
 *
 * @module
 */

import { dirname } from "node:path";

const PACKAGES = ["jupyter-client", "jupyter-nbconvert", "python3-nbformat", "chromium"];
const FONTS = ["fonts-dejavu-core"];

/** Debian's Python, which has Debian's packages. */
export const PYTHON = "/usr/bin/python3";

/** Runs a program; fails with what it printed unless it succeeds. */
export const run = async (
  command: string,
  args: ReadonlyArray<string>,
  env: Record<string, string> = {},
): Promise<string> => {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env })
    .output();
  const text = new TextDecoder().decode(stdout);
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}\n${text}${new TextDecoder().decode(stderr)}`);
  }
  return text;
};

const works = (command: string, args: ReadonlyArray<string>): Promise<boolean> =>
  run(command, args).then(() => true, () => false);

/** Installs by apt what is missing, which needs root. */
export const prepareMachine = async (): Promise<void> => {
  const isReady = await works(PYTHON, ["-c", "import jupyter_client, nbconvert, nbformat"]) &&
    await works("chromium", ["--version"]);
  if (isReady) return;
  const install = ["install", "-y", "--no-install-recommends", ...PACKAGES, ...FONTS];
  if (Deno.uid() !== 0) {
    throw new Error(`Notebooks need packages of Debian: sudo apt-get ${install.join(" ")}`);
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const wait = ["-o", "DPkg::Lock::Timeout=600"];
  await run("apt-get", [...wait, "update", "-qq"], env);
  await run("apt-get", [...wait, ...install], env);
};

/** A directory with the kernel of the Deno that runs this program, for `JUPYTER_PATH`. */
export const writeKernel = async (directory: string): Promise<void> => {
  await Deno.mkdir(`${directory}/kernels/deno`, { recursive: true });
  await Deno.writeTextFile(
    `${directory}/kernels/deno/kernel.json`,
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
};

/** Opens a page in Chromium without a window. */
export const chromium = (
  page: string,
  height: number,
  ...args: ReadonlyArray<string>
): Promise<string> =>
  run("chromium", [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    `--user-data-dir=${dirname(page)}/chromium`,
    `--window-size=1100,${height}`,
    ...args,
    `file://${page}`,
  ]);
