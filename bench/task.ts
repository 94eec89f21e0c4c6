/**
 * Runs one task once in a process of its own, and prints what it took: `{ milliseconds, cells,
 * peakBytes }`. Importing libraries is not counted, for anybody.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

/** Runs an operation on the project, and says how many cells it gave. */
type Operation = (project: Neptune.ReadOnlyProject) => Effect.Effect<number, Neptune.NeptuneError>;

const table: Operation = (project) =>
  Effect.map(project.fetchRunsDf({ columns: paths }), ({ height, width }) => height * width);

const metrics: Operation = (project) =>
  Effect.map(
    project.fetchRunsDf({ columns: ["metrics/m0", "metrics/m1", "metrics/m2"] }),
    ({ height, width }) => height * width,
  );

const list: Operation = (project) =>
  Effect.map(Stream.runCollect(project.listRuns()), (runs) => runs.length * 3);

const series: Operation = (project) =>
  Effect.gen(function* () {
    const run = yield* project.run({ customId: "run-00007" });
    const points = yield* run.fetchValues(metric);
    return points.height * points.width;
  });

const open = Neptune.ReadOnlyProject.open(PROJECT);
const layer = Neptune.layerArchive({ data: root });

const cold = (operation: Operation) => () =>
  timed(() => Effect.runPromise(Effect.provide(Effect.flatMap(open, operation), layer)));

const warm = (operation: Operation) => () =>
  Effect.runPromise(Effect.provide(
    Effect.gen(function* () {
      const project = yield* open;
      yield* operation(project);
      return yield* Effect.promise(() => timed(() => Effect.runPromise(operation(project))));
    }),
    layer,
  ));

/** The same table as a user of Polars would write it: one scan, a pivot for each type, joins. */
const polarsTable = async (): Promise<number> => {
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
  const sorted = wide.sort("sys/creation_time", true);
  return sorted.height * sorted.width;
};

/** The last value of three metrics of all runs, in two passes, which needs the least memory. */
const polarsMetrics = async (): Promise<number> => {
  const rows = await pl.scanParquet(glob)
    .filter(
      pl.col("attribute_type").eq(pl.lit("float_series"))
        .and(pl.col("attribute_path").isIn(["metrics/m0", "metrics/m1", "metrics/m2"])),
    )
    .select("run_id", "attribute_path", "step", "float_value")
    .groupBy(["run_id", "attribute_path"])
    .agg(pl.col("float_value").sortBy("step").last())
    .collect();
  const wide = rows.pivot("float_value", { index: ["run_id"], on: "attribute_path" });
  return wide.height * wide.width;
};

/** The points of one metric out of the file of its run, whose name is known. */
const polarsSeries = async (): Promise<number> => {
  const [file] = readdirSync(directory).filter((name) => name.startsWith("run-00007-"));
  const points = await pl.scanParquet(join(directory, file!), { glob: false })
    .filter(
      pl.col("attribute_type").eq(pl.lit("float_series"))
        .and(pl.col("attribute_path").eq(pl.lit(metric))),
    )
    .select(pl.col("step").cast(pl.Float64), "float_value", "timestamp")
    .sort("step")
    .collect();
  return points.height * points.width;
};

/** Opens every file, and reads nothing. */
const floor = async (): Promise<number> =>
  (await pl.scanParquet(glob).filter(pl.col("attribute_type").eq(pl.lit("none"))).collect()).height;

const again = (run: () => Promise<number>) => async () => {
  await run();
  return await timed(run);
};

interface Measured {
  readonly milliseconds: number;
  readonly cells: number;
}

const timed = async (run: () => Promise<number>): Promise<Measured> => {
  const start = performance.now();
  const cells = await run();
  return { milliseconds: performance.now() - start, cells };
};

const tasks: Record<string, () => Promise<Measured>> = {
  "nereid table cold": cold(table),
  "nereid table warm": warm(table),
  "polars table cold": () => timed(polarsTable),
  "polars table warm": again(polarsTable),
  "nereid metrics cold": cold(metrics),
  "nereid metrics warm": warm(metrics),
  "polars metrics cold": () => timed(polarsMetrics),
  "nereid list cold": cold(list),
  "nereid list warm": warm(list),
  "polars floor": () => timed(floor),
  "nereid series cold": cold(series),
  "nereid series warm": warm(series),
  "polars series cold": () => timed(polarsSeries),
  "polars series warm": again(polarsSeries),
};

const peakBytes = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

const measured = await tasks[task]!();
await Effect.runPromise(Console.log(JSON.stringify({ ...measured, peakBytes: peakBytes() })));
