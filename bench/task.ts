/**
 * Runs one task in a process of its own, and prints what it took: `{ milliseconds, cpu,
 * frameBytes, peakBytes }`. Cold is the first time in the process, warm the median of many more in it. Importing
 * libraries is not counted, for anybody.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { Console, Effect, Stream } from "effect";
import pl from "nodejs-polars";
import { Neptune } from "../mod.ts";
import { PROJECT } from "./generate.ts";

const [task = "", root = ""] = Deno.args;

const directory = join(root, readdirSync(root)[0]!);
const glob = `${directory}/*_part_*.parquet`;
const paths = Array.from({ length: 50 }, (_, i) => `parameters/p${i}`);
const metric = "metrics/m3";
const types = ["float", "int", "string", "bool"];

/** What an operation gave: a frame, or something of no size that matters. */
type Result = pl.DataFrame | undefined;

/** An operation on the project. */
type Operation = (project: Neptune.ReadOnlyProject) => Effect.Effect<Result, Neptune.NeptuneError>;

const table: Operation = (project) => project.fetchRunsDf({ columns: paths });

const metrics: Operation = (project) =>
  project.fetchRunsDf({ columns: ["metrics/m0", "metrics/m1", "metrics/m2"] });

const list: Operation = (project) => Effect.as(Stream.runCollect(project.listRuns()), undefined);

const series: Operation = (project) =>
  Effect.gen(function* () {
    const run = yield* project.run({ customId: "run-00007" });
    return yield* run.fetchValues(metric);
  });

const open = Neptune.ReadOnlyProject.open(PROJECT);
const layer = Neptune.layerArchive({ data: root });

const cold = (operation: Operation) => () =>
  timed(() => Effect.runPromise(Effect.provide(Effect.flatMap(open, operation), layer)));

const warm = (operation: Operation) => () =>
  Effect.runPromise(Effect.provide(
    Effect.flatMap(
      open,
      (project) => Effect.promise(() => again(() => Effect.runPromise(operation(project)))),
    ),
    layer,
  ));

/** The same table as a user of Polars would write it: one scan, a pivot for each type, joins. */
const polarsTable = async (): Promise<Result> => {
  const rows = await pl.scanParquet(glob)
    .filter(pl.col("attribute_path").isIn([...paths, "sys/creation_time", "sys/custom_run_id"]))
    .select(
      "run_id",
      "attribute_path",
      "attribute_type",
      ...[...types, "datetime"].map((type) => `${type}_value`),
    )
    .collect();
  let wide: pl.DataFrame = rows.select("run_id").unique();
  for (const type of [...types, "datetime"]) {
    const pivoted = rows.filter(pl.col("attribute_type").eq(pl.lit(type)))
      .pivot(`${type}_value`, { index: ["run_id"], on: "attribute_path", aggregateFunc: "first" });
    wide = wide.join(pivoted, { on: "run_id", how: "left" });
  }
  return wide.sort("sys/creation_time", true);
};

/** The last value of three metrics of all runs, as one would write it: sorted in each group. */
const polarsMetrics = async (): Promise<Result> => {
  const rows = await pl.scanParquet(glob)
    .filter(
      pl.col("attribute_type").eq(pl.lit("float_series"))
        .and(pl.col("attribute_path").isIn(["metrics/m0", "metrics/m1", "metrics/m2"])),
    )
    .select("run_id", "attribute_path", "step", "float_value")
    .groupBy(["run_id", "attribute_path"])
    .agg(pl.col("float_value").sortBy("step").last())
    .collect();
  return rows.pivot("float_value", { index: ["run_id"], on: "attribute_path" });
};

/** The points of one metric out of the file of its run, whose name is known. */
const polarsSeries = (): Promise<Result> => {
  const [file] = readdirSync(directory).filter((name) => name.startsWith("run-00007-"));
  return pl.scanParquet(join(directory, file!), { glob: false })
    .filter(
      pl.col("attribute_type").eq(pl.lit("float_series"))
        .and(pl.col("attribute_path").eq(pl.lit(metric))),
    )
    .select(pl.col("step").cast(pl.Float64), "float_value", "timestamp")
    .sort("step")
    .collect();
};

/** Opens every file, and reads nothing. */
const floor = (): Promise<Result> =>
  pl.scanParquet(glob).filter(pl.col("attribute_type").eq(pl.lit("none"))).collect();

interface Measured {
  readonly milliseconds: number;
  /** What all threads of the process worked meanwhile, in milliseconds. */
  readonly cpu: number;
  readonly frame: Result;
}

const cpuTime = (): number => {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
};

const timed = async (run: () => Promise<Result>): Promise<Measured> => {
  const [start, worked] = [performance.now(), cpuTime()];
  const frame = await run();
  return { milliseconds: performance.now() - start, cpu: cpuTime() - worked, frame };
};

// Until the code that is repeated is compiled, JavaScript is several times slower.
const REPEATED = 30;

const again = async (run: () => Promise<Result>): Promise<Measured> => {
  const all: Array<Measured> = [];
  for (let i = 0; i < REPEATED; i++) all.push(await timed(run));
  return all.sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(REPEATED / 2)]!;
};

const tasks: Record<string, () => Promise<Measured>> = {
  "nereid table cold": cold(table),
  "nereid table warm": warm(table),
  "polars table cold": () => timed(polarsTable),
  "polars table warm": () => again(polarsTable),
  "nereid metrics cold": cold(metrics),
  "nereid metrics warm": warm(metrics),
  "polars metrics cold": () => timed(polarsMetrics),
  "nereid list cold": cold(list),
  "nereid list warm": warm(list),
  "polars floor": () => timed(floor),
  "nereid series cold": cold(series),
  "nereid series warm": warm(series),
  "polars series cold": () => timed(polarsSeries),
  "polars series warm": () => again(polarsSeries),
};

const peakBytes = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

const { milliseconds, cpu, frame } = await tasks[task]!();
const measured = {
  milliseconds,
  cpu,
  peakBytes: peakBytes(),
  frameBytes: frame?.writeIPC({ compression: "uncompressed" }).length,
};
await Effect.runPromise(Console.log(JSON.stringify(measured)));
