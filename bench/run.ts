/**
 * Measures Nereid, plain Polars, and pandas and DuckDB in Python, all on this machine and in one run,
 * and prints a table of ratios for each question.
 *
 * `deno task bench` makes the exports that it needs in `bench/data` (365 MB, two minutes) and a
 * virtual environment for the peers in Python, if they are not there; `deno task bench series` runs
 * the sections that have the word in their title. Each task runs in processes of its own; the engines
 * take turns, and the medians count.
 *
 * @module
 */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Console, Effect } from "effect";
import { generate, type Size } from "./generate.ts";

const ROUNDS = 3;

const here = fileURLToPath(new URL(".", import.meta.url));

const say = (text: string): Promise<void> => Effect.runPromise(Console.log(text));

const exportOf = (name: string, size: Size): string => {
  const root = join(here, "data", name);
  if (!existsSync(root)) generate(root, size);
  return root;
};

/** The first runs of an export, as an export of their own. */
const partOf = (root: string, name: string, runs: number): string => {
  const part = join(here, "data", name);
  const [project] = readdirSync(root) as [string];
  if (!existsSync(part)) {
    mkdirSync(join(part, project), { recursive: true });
    for (const file of readdirSync(join(root, project)).sort().slice(0, runs)) {
      linkSync(join(root, project, file), join(part, project, file));
    }
  }
  return part;
};

/** A Python that has the peers: `PYTHON`, or one that is set up in `bench/data`. */
const pythonWithPeers = async (): Promise<string | undefined> => {
  const given = Deno.env.get("PYTHON");
  if (given !== undefined) return given;
  const environment = join(here, "data", "venv");
  const python = join(environment, "bin", "python");
  if (existsSync(python)) return python;
  const run = (command: string, ...args: ReadonlyArray<string>) =>
    new Deno.Command(command, { args: [...args], stdout: "null" }).output()
      .then(({ success }) => success, () => false);
  const isReady = await run("python3", "-m", "venv", environment) &&
    await run(python, "-m", "pip", "install", "--quiet", "pandas", "pyarrow", "duckdb");
  return isReady ? python : undefined;
};

const many = exportOf("many", { runs: 5000, parameters: 200, metrics: 0, steps: 0 });
const long = exportOf("long", { runs: 1000, parameters: 50, metrics: 20, steps: 2000 });
const python = await pythonWithPeers();

interface Measured {
  readonly milliseconds: number;
  readonly cpu: number;
  readonly peakBytes: number;
  readonly frameBytes?: number;
}

const measure = async (task: string, root: string): Promise<Measured | undefined> => {
  const inPython = /^(pandas|duckdb) /.test(task);
  if (inPython && python === undefined) return undefined;
  const command = inPython
    ? new Deno.Command(python!, { args: [join(here, "peer.py"), task, root], stderr: "inherit" })
    : new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(here, "task.ts"), task, root],
      stderr: "inherit",
    });
  const { success, stdout } = await command.output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
};

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0);

/** Measures tasks in turn, and prints them against the first. */
const compare = async (title: string, root: string, tasks: ReadonlyArray<string>) => {
  if (!Deno.args.every((word) => title.includes(word))) return;
  const results = new Map<string, Array<Measured>>(tasks.map((task) => [task, []]));
  const missing: Array<string> = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [task, measured] of results) {
      const one = await measure(task, root);
      if (one !== undefined) {
        measured.push(one);
      } else {
        results.delete(task);
        missing.push(task);
      }
    }
  }
  const of = (measured: ReadonlyArray<Measured>, what: "milliseconds" | "cpu" | "peakBytes") =>
    median(measured.map((one) => one[what]));
  const first = results.values().next().value!;
  const rows = Array.from(results, ([task, measured]) => {
    const [{ frameBytes }] = measured as [Measured];
    const cells = [
      task,
      ...(["milliseconds", "cpu"] as const).flatMap((what) => [
        of(measured, what).toFixed(of(measured, what) < 100 ? 1 : 0),
        (of(measured, what) / of(first, what)).toPrecision(2),
      ]),
      mebibytes(of(measured, "peakBytes")),
      frameBytes === undefined ? "" : mebibytes(frameBytes),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  await say(
    `\n### ${title}\n\n| task | ms | ratio | CPU ms | ratio | peak MiB | frame MiB |\n` +
      `| --- | --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}`,
  );
  if (missing.length > 0) await say(`\nNot measured here: ${missing.join(", ")}.`);
};

const load = () => loadavg().map((each) => each.toFixed(1)).join(", ");

const [processor] = cpus();
const memory = /MemTotal:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
await say(
  `${cpus().length} cores of ${processor?.model}, ${Math.round(Number(memory) / 2 ** 20)} GiB, ` +
    `Deno ${Deno.version.deno}. Load before: ${load()}.`,
);
for (
  const [name, root] of [
    ["5,000 runs of 200 parameters", many],
    ["1,000 runs of 50 parameters and 40,000 points", long],
  ] as const
) {
  await compare(`A table of 50 parameters of all runs: ${name}`, root, [
    "polars table cold",
    "nereid table cold",
    "nereid table warm",
    "duckdb table",
    "pandas table",
  ]);
}
await compare("A table of the last values of 3 metrics of 1,000 runs, 6 million points", long, [
  "polars metrics cold",
  "nereid metrics cold",
  "nereid metrics warm",
]);
for (const runs of [10, 100, 1000]) {
  const root = runs === 1000 ? long : partOf(long, `long-${runs}`, runs);
  await compare(`The points of one series of one run among ${runs}`, root, [
    "polars series warm",
    "nereid series warm",
    "polars series cold",
    "nereid series cold",
  ]);
}
await compare("Listing 5,000 runs", many, [
  "polars floor",
  "nereid list cold",
  "nereid list warm",
]);
await say(`\nLoad after: ${load()}.`);
