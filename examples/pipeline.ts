/**
 * A nightly job: writes the metrics of every run of some projects to Parquet, one file for each run.
 *
 * It is configured by its environment, and needs leave to read all of it, as Effect's `Config` does:
 *
 * | Variable | |
 * |---|---|
 * | `PIPELINE_PROJECTS` | the projects, with commas between them |
 * | `PIPELINE_OUTPUT` | the directory to write to |
 * | `PIPELINE_REQUESTS` | how many requests may be under way at a time, for all projects together; 8 |
 * | `NEPTUNE_EXPORT` | the directory of an export; without it, a server is read |
 * | `NEPTUNE_API_TOKEN` | where the server is, and who asks |
 * | `OTEL_EXPORTER_OTLP_ENDPOINT` | where traces, metrics and logs go; nowhere if it is not set |
 *
 * ```sh
 * PIPELINE_PROJECTS=nereid/digits PIPELINE_OUTPUT=metrics NEPTUNE_EXPORT=examples/data/digits/data \
 *   deno run --allow-env --allow-read --allow-write=metrics --allow-ffi --allow-sys examples/pipeline.ts
 * ```
 *
 * A run that fails is written down in `failures.json`, and the others go on. A file appears when it is
 * whole: a job that was interrupted goes on where it was, and what is there is not read again. Of each
 * run that is worked on, the points of a few metrics are in memory.
 *
 * @module
 */
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Neptune } from "@nereid/nereid";
import { type Cause, Config, Context, Data, Effect, Exit, Layer, Metric, Option } from "effect";
import { Schema, Semaphore, Stream } from "effect";
import { FetchHttpClient } from "effect/http";
import { Otlp } from "effect/observability";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";

/** What the job is told. */
export interface Settings {
  readonly projects: ReadonlyArray<string>;
  readonly output: string;
  readonly requests: number;
}

export const Settings: Context.Service<Settings, Settings> = Context.Service("pipeline/Settings");

const settings = Layer.effect(
  Settings,
  Config.all({
    projects: Config.map(Config.String("PIPELINE_PROJECTS"), (names) => names.split(",")),
    output: Config.String("PIPELINE_OUTPUT"),
    requests: Config.schema(Schema.FiniteFromString, "PIPELINE_REQUESTS").pipe(
      Config.withDefault(8),
    ),
  }),
);

const source = Layer.unwrap(
  Effect.map(
    Config.option(Config.String("NEPTUNE_EXPORT")),
    Option.match({
      onSome: (data) => Neptune.layerArchive({ data, strict: true }),
      onNone: () => Neptune.layerLive(),
    }),
  ),
);

const telemetry = Layer.unwrap(
  Effect.map(
    Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT")),
    (endpoint) =>
      Option.isNone(endpoint) ? Layer.empty : Otlp.layerJson({
        baseUrl: endpoint.value,
        resource: { serviceName: "nereid-pipeline" },
      }),
  ),
).pipe(Layer.provide(FetchHttpClient.layer));

/** The source, with only so many requests under way at a time, whoever makes them. */
export const underBudget: Layer.Layer<
  Neptune.NeptuneSource,
  never,
  Neptune.NeptuneSource | Settings
> = Layer.effect(
  Neptune.NeptuneSource,
  Effect.gen(function* () {
    const source = yield* Neptune.NeptuneSource;
    const budget = yield* Semaphore.make((yield* Settings).requests);
    // A stream takes its turn for each page or chunk, and none while its consumer is at work.
    const limited = <A, E>(stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
      Stream.transformPull(stream, (pull) => Effect.succeed(budget.withPermit(pull)));
    return {
      ...source,
      projects: budget.withPermit(source.projects),
      project: (identifier) => budget.withPermit(source.project(identifier)),
      search: (request) => limited(source.search(request)),
      definitions: (request) => limited(source.definitions(request)),
      values: (request) => limited(source.values(request)),
      floatSeries: (request) => limited(source.floatSeries(request)),
      stringSeries: (request) => limited(source.stringSeries(request)),
      histogramSeries: (request) => limited(source.histogramSeries(request)),
      fileRefSeries: (request) => limited(source.fileRefSeries(request)),
      fileSize: (request) => budget.withPermit(source.fileSize(request)),
      readFile: (request) => limited(source.readFile(request)),
      diagnose: (project) => budget.withPermit(source.diagnose(project)),
    };
  }),
);

/** What became of a run, or of a project that could not be listed. */
export interface Outcome {
  readonly project: string;
  readonly run: string | null;
  readonly result: "written" | "kept" | "failed";
  readonly problem?: string;
}

const runs = Metric.counter("pipeline_runs_total", { incremental: true });
const points = Metric.counter("pipeline_points_total", { incremental: true });

/** The job: gives what became of each run, in any order. */
export const pipeline: Effect.Effect<
  ReadonlyArray<Outcome>,
  FileFailed,
  Neptune.NeptuneSource | Settings
> = Effect.gen(function* () {
  const { projects, output } = yield* Settings;
  const perProject = yield* Effect.forEach(projects, writeProject, { concurrency: "unbounded" });
  const outcomes = perProject.flat();
  const failures = outcomes.filter(({ result }) => result === "failed");
  yield* file(output, (path) => mkdir(path, { recursive: true }));
  yield* file(
    join(output, "failures.json"),
    (path) => writeFile(path, JSON.stringify(failures, null, 2) + "\n"),
  );
  const count = (wanted: Outcome["result"]) =>
    outcomes.filter(({ result }) => result === wanted).length;
  yield* Effect.logInfo(
    `${count("written")} runs written, ${count("kept")} kept, ${count("failed")} failed`,
  );
  return outcomes;
}).pipe(Effect.withSpan("pipeline"));

const writeProject = Effect.fn("pipeline.project")(function* (name: string) {
  yield* Effect.annotateCurrentSpan("project", name);
  const directory = join((yield* Settings).output, encodeURIComponent(name));
  return yield* Effect.gen(function* () {
    const project = yield* Neptune.ReadOnlyProject.open(name);
    yield* file(directory, (path) => mkdir(path, { recursive: true }));
    return yield* project.listRuns().pipe(
      Stream.mapEffect((ids) => writeRun(project, directory, ids), {
        concurrency: 4,
        unordered: true,
      }),
      Stream.runCollect,
    );
  }).pipe(
    Effect.catchTag("NeptuneError", ({ message }) =>
      Effect.succeed<ReadonlyArray<Outcome>>([
        { project: name, run: null, result: "failed", problem: message },
      ])),
  );
});

const writeRun = Effect.fn("pipeline.run")(
  function* (
    project: Neptune.ReadOnlyProject,
    directory: string,
    { "sys/id": withId, "sys/custom_run_id": customId }: Neptune.RunIdentifiers,
  ) {
    // A run of an export can lack either id, but not both.
    const id = customId ?? withId ?? "";
    yield* Effect.annotateCurrentSpan("run", id);
    const path = join(directory, `${encodeURIComponent(id)}.parquet`);
    const about = { project: project.projectIdentifier, run: id };
    const isWritten = yield* Effect.promise(() => stat(path).then(() => true, () => false));
    const outcome: Outcome = isWritten
      ? { ...about, result: "kept" }
      : yield* Effect.gen(function* () {
        const run = yield* project.run(withId === null ? { customId: id } : { withId });
        yield* whole(path, (part) => writeMetrics(run, part));
        return { ...about, result: "written" } as const;
      }).pipe(
        Effect.catchTag("NeptuneError", ({ message }) =>
          Effect.succeed({ ...about, result: "failed", problem: message } as const)),
      );
    const { project: name, result } = outcome;
    yield* Metric.update(Metric.withAttributes(runs, { project: name, result }), 1);
    return outcome;
  },
);

const METRICS_AT_A_TIME = 32;

/** Writes the metrics of a run one after another, each as a row group of its own. */
const writeMetrics = (run: Neptune.ReadOnlyRun, path: string) =>
  Effect.gen(function* () {
    const writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: schemaFromColumnData({ columnData: columnsOf([], [], [], []) }),
    });
    const writeMetric = (metric: string) =>
      Effect.gen(function* () {
        const table = yield* run.fetchValues(metric);
        const cells = (name: string) => table.getColumn(name).toArray();
        const columnData = columnsOf(
          Array(table.height).fill(metric),
          cells("step"),
          cells("value"),
          cells("timestamp"),
        );
        yield* file(path, async () => await writer.write({ columnData }));
        yield* run.forget(metric);
        yield* Metric.update(points, table.height);
      });
    yield* run.fieldNames.pipe(
      Stream.mapEffect(run.field),
      Stream.filter(({ type }) => type === "floatSeries"),
      Stream.map((field) => field.path),
      Stream.grouped(METRICS_AT_A_TIME),
      Stream.runForEach((metrics) =>
        Effect.andThen(
          run.prefetchSeriesValues(metrics),
          Effect.forEach(metrics, writeMetric, { discard: true }),
        )
      ),
    );
    yield* file(path, async () => await writer.finish());
  });

const columnsOf = (
  metric: Array<unknown>,
  step: Array<unknown>,
  value: Array<unknown>,
  timestamp: Array<unknown>,
) => [
  { name: "metric", data: metric, type: "STRING" as const },
  { name: "step", data: step, type: "DOUBLE" as const },
  { name: "value", data: value, type: "DOUBLE" as const },
  { name: "timestamp", data: timestamp, type: "TIMESTAMP" as const },
];

const FileFailedBase: new (fields: { readonly path: string; readonly cause: unknown }) =>
  & Cause.YieldableError
  & { readonly _tag: "FileFailed"; readonly path: string } = Data.TaggedError("FileFailed");

/** A file cannot be written, which is no fault of a run: it ends the job. */
export class FileFailed extends FileFailedBase {
  override get message(): string {
    return `${this.path} cannot be written: ${this.cause}`;
  }
}

const file = <A>(
  path: string,
  use: (path: string) => Promise<A>,
): Effect.Effect<A, FileFailed> =>
  Effect.tryPromise({ try: () => use(path), catch: (cause) => new FileFailed({ path, cause }) });

/** Writes a file under another name, which it loses when it is whole; else it is removed. */
const whole = <A, E, R>(path: string, write: (part: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.succeed(`${path}.part`),
    (part) => Effect.andThen(write(part), file(path, () => rename(part, path))),
    (part) => Effect.promise(() => rm(part, { force: true })),
  );

if (import.meta.main) {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  const job = pipeline.pipe(
    Effect.provide(underBudget.pipe(
      Layer.provide(source),
      Layer.provideMerge(settings),
      Layer.merge(telemetry),
    )),
    Effect.tapCause((cause) => Effect.logError(cause)),
    Effect.onInterrupt(() => Effect.logInfo("interrupted")),
  );
  const exit = await Effect.runPromiseExit(job, { signal: stop.signal });
  const failed = Exit.isFailure(exit) || exit.value.some(({ result }) => result === "failed");
  Deno.exit(stop.signal.aborted ? 130 : failed ? 1 : 0);
}
