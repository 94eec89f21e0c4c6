import assert from "node:assert/strict";
import { cp, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Effect, Fiber, Latch, Layer, Redacted } from "effect";
import pl from "nodejs-polars";
import { Neptune } from "@nereid/nereid";
import { pipeline, Settings, underBudget } from "../../examples/pipeline.ts";
import { effectTest } from "../effectTest.ts";
import { corrupt } from "../neptune/archive/corrupt.ts";
import { fullPoints, number } from "../neptune/archive/expected.ts";
import {
  acceptance,
  digits,
  expectedRun,
  type Fixture,
  partsDirectory,
  temporaryDirectory,
} from "../neptune/archive/fixtures.ts";
import { collector, textOf } from "./collector.ts";
import { endOf, runExample, startExample } from "./runExample.ts";

const flagsFor = (output: string) => [
  "--allow-env",
  "--allow-read",
  `--allow-write=${output}`,
  "--allow-ffi",
  "--allow-sys",
];

/** An export of two projects, and where the job writes. */
const workspace = Effect.gen(function* () {
  const root = yield* temporaryDirectory;
  const data = join(root, "data");
  yield* Effect.promise(async () => {
    for (const fixture of [digits, acceptance]) {
      await cp(fixture.options.data, data, { recursive: true });
    }
  });
  const output = join(root, "output");
  const run = (env: Readonly<Record<string, string>>, flags: ReadonlyArray<string> = []) =>
    runExample("pipeline.ts", {
      flags: [...flagsFor(output), ...flags],
      env: {
        PIPELINE_PROJECTS: "nereid/digits,test/acceptance",
        PIPELINE_OUTPUT: output,
        NEPTUNE_EXPORT: data,
        ...env,
      },
    });
  return { data, output, run };
});

const listed = ({ runs }: Fixture) =>
  runs.filter(({ attributes }) =>
    !attributes.some(({ path, value }) => path === "sys/trashed" && value === true)
  );

const filesIn = (directory: string) =>
  Effect.promise(async () => (await readdir(directory)).sort());

effectTest(
  "pipeline: points of several projects, told to a collector, and done once",
  () =>
    Effect.gen(function* () {
      const { output, run } = yield* workspace;
      const sink = yield* collector;
      const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint };
      const net = [`--allow-net=${new URL(sink.endpoint).host}`];
      const first = yield* run(telemetry, net);
      assert.equal(first.error, "");
      assert.equal(first.code, 0);

      let points = 0;
      for (const fixture of [digits, acceptance]) {
        const runs = listed(fixture);
        const project = fixture.expected.project;
        const directory = join(output, encodeURIComponent(project));
        assert.deepEqual(
          yield* filesIn(directory),
          runs.map(({ runId }) => `${encodeURIComponent(runId)}.parquet`).sort(),
        );
        for (const { runId, series } of runs) {
          const table = pl.readParquet(join(directory, `${encodeURIComponent(runId)}.parquet`));
          const expected = series.filter(({ type }) => type === "float_series")
            .flatMap((each) => {
              const { steps, values } = fullPoints(each);
              return steps.map((step, i) => [each.path, number(step), Number(values[i])] as const);
            });
          points += expected.length;
          const [metric, step, value] = ["metric", "step", "value"]
            .map((name) => table.getColumn(name).toArray());
          const actual = metric!.map((path, i) => [path, step![i], value![i]] as const);
          const inOrder = (rows: ReadonlyArray<ReadonlyArray<unknown>>) =>
            rows.toSorted(([a, m], [b, n]) => a! < b! ? -1 : a! > b! ? 1 : Number(m) - Number(n));
          assert.deepEqual(inOrder(actual), inOrder(expected), runId);
        }
        assert.equal(
          sink.sumOf("pipeline_runs_total", { project, result: "written" }),
          runs.length,
        );
        assert.equal(
          sink.spans.filter(({ name, attributes }) =>
            name === "pipeline.run" && runs.some(({ runId }) => runId === textOf(attributes, "run"))
          ).length,
          runs.length,
        );
      }
      assert.equal(sink.sumOf("pipeline_points_total"), points);
      assert.deepEqual([...sink.services], ["nereid-pipeline"]);
      assert.equal(new Set(sink.spans.map(({ traceId }) => traceId)).size, 1);
      assert(sink.spans.some(({ name }) => name === "ReadOnlyProject.open"));
      assert.deepEqual(sink.logs, ["35 runs written, 0 kept, 0 failed"]);

      const second = yield* run(telemetry, net);
      assert.equal(second.code, 0);
      assert.equal(sink.logs.at(-1), "0 runs written, 35 kept, 0 failed");
      assert.equal(sink.sumOf("pipeline_points_total"), 0);
    }),
);

effectTest(
  "pipeline: a run that fails is written down, and the next night tries it again",
  () =>
    Effect.gen(function* () {
      const { data, output, run } = yield* workspace;
      const damaged = expectedRun(digits, "smoke-1");
      const part = join(data, digits.expected.projectDirectory, damaged.parts[0]!);
      yield* corrupt(part, "float_series", "float_value");
      const night = yield* run({});
      assert.match(night.out, /34 runs written, 0 kept, 1 failed/);
      assert.equal(night.code, 1);
      const failures = JSON.parse(
        yield* Effect.promise(() => readFile(join(output, "failures.json"), "utf8")),
      );
      assert.deepEqual(
        failures.map(({ project, run, result }: Record<string, unknown>) => [project, run, result]),
        [["nereid/digits", "smoke-1", "failed"]],
      );
      assert.match(failures[0].problem, /smoke-1.* cannot be read/);
      assert(
        !(yield* filesIn(join(output, "nereid%2Fdigits"))).some((name) => /smoke-1/.test(name)),
      );

      yield* Effect.promise(() =>
        cp(join(partsDirectory(digits), damaged.parts[0]!), part, { force: true })
      );
      const next = yield* run({});
      assert.match(next.out, /1 runs written, 34 kept, 0 failed/);
      assert.equal(next.code, 0);
    }),
);

effectTest(
  "pipeline: what it is not told is an error that names the variable",
  () =>
    Effect.gen(function* () {
      const { run } = yield* workspace;
      const { code, out } = yield* run({ PIPELINE_REQUESTS: "many" });
      assert.equal(code, 1);
      assert.match(out, /PIPELINE_REQUESTS/);
    }),
);

const runsOf = (count: number): Record<string, Neptune.TestRun> =>
  Object.fromEntries(
    Array.from(
      { length: count },
      (_, i) => [`RUN-${i}`, { "loss": { points: [[0, i], [1, -i]] } }],
    ),
  );

const TWO_PROJECTS: Neptune.TestProjects = { "team/a": runsOf(12), "team/b": runsOf(12) };

const settingsFor = (output: string, requests: number) =>
  Layer.succeed(Settings, { projects: Object.keys(TWO_PROJECTS), output, requests });

effectTest("pipeline: all projects share one budget of requests", () =>
  Effect.gen(function* () {
    const output = yield* temporaryDirectory;
    let running = 0;
    let most = 0;
    const before = () =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          most = Math.max(most, ++running);
        }),
        () => Effect.sleep("1 millis"),
        () => Effect.sync(() => running--),
      );
    const outcomes = yield* pipeline.pipe(
      Effect.provide(underBudget.pipe(
        Layer.provide(Neptune.layerTest(TWO_PROJECTS, { before })),
        Layer.provideMerge(settingsFor(output, 3)),
      )),
    );
    assert.equal(outcomes.filter(({ result }) => result === "written").length, 24);
    assert.equal(most, 3);
  }));

effectTest(
  "pipeline: what is interrupted leaves whole files only, and goes on from there",
  () =>
    Effect.gen(function* () {
      const output = yield* temporaryDirectory;
      const stuck = Latch.makeUnsafe();
      const readFrom: Array<string> = [];
      let left = 9;
      const run = (stopping: boolean) =>
        pipeline.pipe(Effect.provide(
          Layer.provideMerge(
            Neptune.layerTest(TWO_PROJECTS, {
              before: (asked) => {
                if (asked.method !== "floatSeries") return Effect.void;
                readFrom.push(
                  ...asked.request.runs.map((run) => `${asked.request.project} ${run}`),
                );
                return stopping && left-- <= 0
                  ? Effect.andThen(stuck.open, Effect.never)
                  : Effect.void;
              },
            }),
            settingsFor(output, 8),
          ),
        ));
      const job = yield* Effect.forkChild(run(true));
      yield* stuck.await;
      // Those that were let through have time to be written.
      yield* Effect.sleep("50 millis");
      yield* Fiber.interrupt(job);

      const written = yield* filesOf(output);
      assert.equal(written.length, 9);
      assert(written.every((path) => path.endsWith(".parquet")), String(written));
      const times = yield* modifiedAt(written);

      readFrom.length = 0;
      const outcomes = yield* run(false);
      assert.equal(outcomes.filter(({ result }) => result === "kept").length, 9);
      assert.equal(outcomes.filter(({ result }) => result === "written").length, 15);
      assert.equal(readFrom.length, 15);
      assert.deepEqual(yield* modifiedAt(written), times);
      assert.equal((yield* filesOf(output)).length, 24 + 1);
    }),
);

effectTest(
  "pipeline: Ctrl-C ends a job that waits for a server, and leaves whole files only",
  () =>
    Effect.gen(function* () {
      const output = yield* temporaryDirectory;
      const stuck = Latch.makeUnsafe();
      const ended = Latch.makeUnsafe();
      let left = 6;
      const server = yield* Neptune.Server.serve().pipe(Effect.provide(
        Neptune.layerTest(TWO_PROJECTS, {
          before: ({ method }) =>
            method === "floatSeries" && left-- <= 0
              ? Effect.andThen(stuck.open, ended.await)
              : Effect.void,
        }),
      ));
      const job = yield* startExample("pipeline.ts", {
        flags: [...flagsFor(output), `--allow-net=${new URL(server.url).host}`],
        env: {
          PIPELINE_PROJECTS: Object.keys(TWO_PROJECTS).join(),
          PIPELINE_OUTPUT: output,
          NEPTUNE_API_TOKEN: Redacted.value(server.apiToken),
        },
      });
      const written = Effect.map(
        filesOf(output),
        (paths) => paths.filter((path) => path.endsWith(".parquet")),
      );
      yield* stuck.await.pipe(
        Effect.andThen(
          Effect.delay(written, "5 millis").pipe(
            Effect.repeat({ until: ({ length }) => length === 6 }),
          ),
        ),
        Effect.timeout("60 seconds"),
      );
      job.kill("SIGINT");
      const { code, out, error } = yield* endOf(job);
      yield* ended.open;
      assert.equal(code, 130);
      assert.equal(error, "");
      assert.match(out, /interrupted/);
      assert.deepEqual(yield* filesOf(output), yield* written);
    }),
);

const filesOf = (directory: string) =>
  Effect.promise(async () =>
    (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
  );

const modifiedAt = (paths: ReadonlyArray<string>) =>
  Effect.promise(() => Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs)));
