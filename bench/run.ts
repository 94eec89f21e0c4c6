/**
 * Measures Nereid, plain Polars, and pandas and DuckDB in Python where they are installed, all on
 * this machine and in one run, and prints a table of ratios.
 *
 * `deno task bench` makes the exports it needs in `bench/data` (365 MB, two minutes) if they are not
 * there. Each task runs in processes of its own; the engines take turns, and the medians count.
 *
 * @module
 */
import { existsSync, linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Console, Effect } from "effect";
import { generate, type Size } from "./generate.ts";

const ROUNDS = 5;

const here = fileURLToPath(new URL(".", import.meta.url));
const python = Deno.env.get("PYTHON") ?? "python3";

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

interface Measured {
  readonly milliseconds: number;
  readonly cells: number;
  readonly peakBytes: number;
}

const measure = async (task: string, root: string): Promise<Measured | undefined> => {
  const command = /^(pandas|duckdb) /.test(task)
    ? new Deno.Command(python, { args: [join(here, "peer.py"), task, root], stderr: "null" })
    : new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(here, "task.ts"), task, root],
      stderr: "inherit",
    });
  const { success, stdout } = await command.output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
};

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Measures tasks in turn, and prints them against the first. */
const compare = async (title: string, root: string, tasks: ReadonlyArray<string>) => {
  const results = new Map<string, Array<Measured>>(tasks.map((task) => [task, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [task, measured] of results) {
      const one = await measure(task, root);
      if (one === undefined) results.delete(task);
      else measured.push(one);
    }
  }
  const first = median(results.get(tasks[0]!)!.map(({ milliseconds }) => milliseconds));
  const rows = Array.from(results, ([task, measured]) => {
    const milliseconds = median(measured.map(({ milliseconds }) => milliseconds));
    const peak = median(measured.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
    return `| ${task} | ${milliseconds.toPrecision(3)} | ${
      (milliseconds / first).toPrecision(2)
    } | ` +
      `${peak.toFixed(0)} |`;
  });
  await Effect.runPromise(Console.log(
    `\n### ${title}\n\n| task | ms | ratio | peak MiB |\n| --- | --- | --- | --- |\n${
      rows.join("\n")
    }`,
  ));
};

const many = exportOf("many", { runs: 5000, parameters: 200, metrics: 0, steps: 0 });
const long = exportOf("long", { runs: 1000, parameters: 50, metrics: 20, steps: 2000 });

for (
  const [name, root] of [["5,000 runs of 200 parameters", many], [
    "1,000 runs with points",
    long,
  ]] as const
) {
  await compare(`A table of 50 parameters of all runs: ${name}`, root, [
    "polars table cold",
    "nereid table cold",
    "nereid table warm",
    "polars table warm",
    "duckdb table",
    "pandas table",
  ]);
}
await compare("The last values of 3 metrics of 1,000 runs, 6 million points", long, [
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
await compare("Listing 5,000 runs", many, ["polars floor", "nereid list cold", "nereid list warm"]);
