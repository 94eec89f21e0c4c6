/**
 * Measures Nereid and Metaflow's own client on the same files, on this machine and in one run, and
 * prints a table of ratios for each question.
 *
 * `deno task bench:metaflow` makes the trees that it needs in `bench/data` (200 MB, half a minute),
 * and a virtual environment with Metaflow, if they are not there. Each task runs in processes of its
 * own; the clients take turns, and the medians count. Python starts without a cache each time.
 *
 * @module
 */
import { existsSync, rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Console, Effect } from "effect";
import { generateArrays, generateListing } from "./generate.ts";

const ROUNDS = 5;

/** Code that has run before is fast code; of a service or a notebook, that is most. */
const WARM = "Nereid, once it is warm";

const here = fileURLToPath(new URL(".", import.meta.url));

const say = (text: string): Promise<void> => Effect.runPromise(Console.log(text));

const treeOf = (name: string, generate: (root: string) => void): string => {
  const root = join(here, "../data", name);
  if (!existsSync(root)) generate(root);
  return root;
};

/** A Python that has Metaflow: `METAFLOW_PYTHON`, or one that is set up in `bench/data`. */
const pythonWithMetaflow = async (): Promise<string> => {
  const given = Deno.env.get("METAFLOW_PYTHON");
  if (given !== undefined) return given;
  const environment = join(here, "../data/venv-metaflow");
  const python = join(environment, "bin/python");
  const run = async (command: string, ...args: ReadonlyArray<string>) => {
    const { success } = await new Deno.Command(command, { args: [...args], stdout: "null" })
      .output();
    if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
  };
  if (!existsSync(python)) {
    await run("python3", "-m", "venv", environment);
    await run(python, "-m", "pip", "install", "--quiet", "metaflow", "numpy");
  }
  return python;
};

const listing = treeOf(
  "metaflow-listing",
  (root) => generateListing(root, { runs: 200, tasks: 20, artifacts: 10 }),
);
const arrays = treeOf("metaflow-arrays", (root) => generateArrays(root, 10, 1_310_720));
const python = await pythonWithMetaflow();

interface Measured {
  readonly milliseconds: number;
  /** Milliseconds of processors. */
  readonly busy: number;
  readonly answer: number;
}

const measure = async (engine: string, task: string, root: string): Promise<Measured> => {
  rmSync(join(root, "cache"), { recursive: true, force: true });
  const command = engine === "Metaflow's client"
    ? new Deno.Command(python, { args: [join(here, "peer.py"), task, root], stderr: "inherit" })
    : new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        join(here, "task.ts"),
        task,
        root,
        engine === WARM ? "warm" : "cold",
      ],
      stderr: "inherit",
    });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${engine} failed in ${task}`);
  return JSON.parse(new TextDecoder().decode(stdout));
};

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Measures tasks in turn, and prints them against the first; those of the same name must agree. */
const compare = async (
  title: string,
  root: string,
  engines: ReadonlyArray<readonly [engine: string, task: string]>,
) => {
  if (!Deno.args.every((word) => title.includes(word))) return;
  const results = engines.map(([engine, task]) => ({
    engine,
    task,
    measured: [] as Array<Measured>,
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { engine, task, measured } of results) {
      measured.push(await measure(engine, task, root));
    }
  }
  const [first] = results;
  const times = results.map(({ measured }) => median(measured.map((one) => one.milliseconds)));
  const busy = results.map(({ measured }) => median(measured.map((one) => one.busy)));
  const rows = results.map(({ engine, task, measured }, i) => {
    const answers = measured.map(({ answer }) => answer);
    if (task === first?.task && answers.some((answer) => answer !== first.measured[0]?.answer)) {
      throw new Error(`${engine} found ${answers}, ${first.engine} ${first.measured[0]?.answer}`);
    }
    const cells = [engine, times[i]!, times[i]! / times[0]!, busy[i]!, busy[i]! / busy[0]!]
      .map((cell) => typeof cell === "number" ? cell.toPrecision(cell < 100 ? 2 : 3) : cell);
    return `| ${cells.join(" | ")} |`;
  });
  await say(
    `\n### ${title}\n\n| | ms | ratio | CPU ms | ratio |\n| --- | --- | --- | --- | --- |\n${
      rows.join("\n")
    }`,
  );
};

const load = () => loadavg().map((each) => each.toFixed(1)).join(", ");

await say(
  `${cpus().length} cores of ${cpus()[0]?.model}, Deno ${Deno.version.deno}. ` +
    `Load before: ${load()}.`,
);
const both = (task: string) =>
  [["Nereid", task], ["Metaflow's client", task], [WARM, task]] as const;
await compare("200 runs with their attributes", listing, [...both("runs"), [
  "Nereid, as a table",
  "table",
]]);
await compare("4,000 tasks with their attributes", listing, [...both("outcomes"), [
  "Nereid, as a table for each run",
  "tables",
]]);
await compare("4,000 tasks and 40,000 artifacts of all runs", listing, both("tasks"));
await compare("One artifact of each of 4,000 tasks", listing, both("values"));
await compare("100 MB of arrays", arrays, [
  ...both("arrays"),
  ["Reading and inflating alone", "inflate"],
]);
await say(`\nLoad after: ${load()}.`);
