/**
 * Points of series. What the original does with pages, with batches of paths and with retries is the
 * business of a source here, and tested there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ConfigProvider, Effect, Exit, Fiber, Latch } from "effect";
import { Neptune } from "@nereid/nereid";
import type { DataFrame } from "../../../src/Polars.ts";
import { DamagedFile } from "../../../src/neptune/NeptuneError.ts";
import type { SeriesRequest } from "../../../src/neptune/NeptuneSource.ts";
import {
  acceptance,
  digits,
  edge,
  expectedRun,
  openProject,
  openRun,
  withoutWarnings,
} from "../archive/fixtures.ts";
import { fullPoints, number } from "../archive/expected.ts";
import { effectTest } from "../../effectTest.ts";
import { cellsOf, heightOf, layoutOf, namesOf } from "../frame/inspect.ts";
import { project, TEN } from "../project/acceptance.ts";
import { recordProgress } from "../recordProgress.ts";
import { EPOCH, type Point, type RecordedRun, recordingSource } from "../recordingSource.ts";

/** A run on a recording source. */
const recorded = (run: RecordedRun) =>
  Effect.gen(function* () {
    const recording = recordingSource({ a: run });
    const opened = yield* recording.project.run({ withId: "a" });
    recording.requests.length = 0;
    const methods = () => recording.requests.splice(0).map(({ method }) => method);
    const ranges = (): ReadonlyArray<Pick<SeriesRequest, "range" | "inheritance" | "previews">> =>
      recording.requests.splice(0).flatMap((each) =>
        each.method === "floatSeries"
          ? [{
            range: each.request.range,
            inheritance: each.request.inheritance,
            previews: each.request.previews,
          }]
          : []
      );
    return { recording, run: opened, methods, ranges };
  });

const points = (count: number): ReadonlyArray<Point> =>
  Array.from({ length: count }, (_, step) => [step, step / 2] as const);

/** Ten committed points, then three previews. */
const PREVIEWED: RecordedRun = {
  floats: { loss: [...points(10), [10, 5, 0.1], [11, 5.5, 0.11], [12, 6, 0.12]] },
};

const stepsOf = (table: DataFrame) => cellsOf(table, "step");

effectTest(
  "values of series of an export: step, value, timestamp, as they were logged",
  () =>
    Effect.gen(function* () {
      const run = yield* project.run({ customId: "id-run-1" });
      const { series } = expectedRun(acceptance, "id-run-1");
      for (const { path, own } of series) {
        const table = yield* withoutWarnings(run.fetchValues(path));
        assert.deepEqual(layoutOf(table), [
          ["step", "Float64"],
          ["value", "Float64"],
          ["timestamp", "Datetime(ms,UTC)"],
        ]);
        assert.deepEqual(stepsOf(table), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert.deepEqual(cellsOf(table, "value"), own.values.map(Number));
        assert.deepEqual(cellsOf(table, "timestamp"), own.timestamps.map((time) => new Date(time)));
      }
    }),
);

effectTest(
  "20 series are prefetched in one request, with threads and without",
  () =>
    Effect.gen(function* () {
      for (const useThreads of [false, true]) {
        const { run, methods } = yield* recorded({
          floats: Object.fromEntries(
            Array.from({ length: 20 }, (_, i) => [`series/${i}`, points(i + 1)]),
          ),
        });
        const paths = Array.from({ length: 20 }, (_, i) => `series/${i}`);
        yield* run.prefetchSeriesValues(paths, { useThreads });
        assert.deepEqual(methods(), ["values", "floatSeries"]);
        for (const [i, path] of paths.entries()) {
          assert.equal(heightOf(yield* run.fetchValues(path)), i + 1);
          assert.equal(yield* run.fetchLast(path), i / 2);
        }
        assert.deepEqual(methods(), []);
      }
    }),
);

effectTest(
  "prefetched points are those that fetchValues reads by itself",
  () =>
    Effect.gen(function* () {
      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const [direct, prefetched] = [
        yield* openRun(project, edge, "series"),
        yield* openRun(project, edge, "series"),
      ];
      const paths = expectedRun(edge, "series").series.map(({ path }) => path);
      yield* prefetched.prefetchSeriesValues(paths);
      for (const path of paths) {
        const [a, b] = [yield* direct.fetchValues(path), yield* prefetched.fetchValues(path)];
        for (const name of namesOf(a)) assert.deepEqual(cellsOf(b, name), cellsOf(a, name), path);
      }
    }),
);

effectTest(
  "points are never kept by fetchValues: an append between two calls is seen",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({ floats: { loss: points(3) } });
      assert.equal(heightOf(yield* run.fetchValues("loss")), 3);
      recording.runs.set("a", { floats: { loss: points(5) } });
      assert.equal(heightOf(yield* run.fetchValues("loss")), 5);
      assert.deepEqual(methods(), ["floatSeries", "floatSeries"]);
    }),
);

effectTest(
  "prefetched points stay until the field is forgotten or prefetched in another way",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({ floats: { loss: points(3) } });
      yield* run.prefetchSeriesValues(["loss"]);
      recording.runs.set("a", { floats: { loss: points(5) } });
      methods();
      assert.equal(heightOf(yield* run.fetchValues("loss")), 3);
      assert.equal(yield* run.fetchLast("loss"), 1);
      assert.deepEqual(methods(), []);
      yield* run.forget("loss");
      assert.equal(heightOf(yield* run.fetchValues("loss")), 5);
      assert.deepEqual(methods(), ["floatSeries"]);

      yield* run.prefetchSeriesValues(["loss"]);
      recording.runs.set("a", { floats: { loss: points(7) } });
      methods();
      yield* run.prefetchSeriesValues(["loss"]);
      assert.deepEqual(methods(), ["floatSeries"]);
      assert.equal(heightOf(yield* run.fetchValues("loss")), 7);
      // The value is still that of the first prefetch.
      assert.equal(yield* run.fetchLast("loss"), 2);
    }),
);

effectTest(
  "after a prefetch the same options need no request, others one",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({ floats: { loss: points(20) } });
      yield* run.prefetchSeriesValues(["loss"], { stepRange: [2, 5], includeInherited: false });
      methods();
      const same: ReadonlyArray<Neptune.FetchValuesOptions> = [
        { stepRange: [2, 5], includeInherited: false },
        { stepRange: [2.0, 5], includeInherited: false, includeTimestamp: false },
        { stepRange: [2, 5], includeInherited: false, includePointPreviews: true },
      ];
      for (const options of same) {
        assert.deepEqual(stepsOf(yield* run.fetchValues("loss", options)), [3, 4, 5]);
      }
      assert.deepEqual(methods(), []);
      const others: ReadonlyArray<Neptune.FetchValuesOptions> = [
        {},
        { stepRange: [2, 5] },
        { stepRange: [2, 5], includeInherited: true },
        { stepRange: [2, null], includeInherited: false },
        { stepRange: [null, 5], includeInherited: false },
        { stepRange: [2, 6], includeInherited: false },
      ];
      for (const options of others) {
        yield* run.fetchValues("loss", options);
        assert.deepEqual(methods(), ["floatSeries"], JSON.stringify(options));
      }
      yield* run.prefetchSeriesValues(["loss"]);
      methods();
      for (const stepRange of [undefined, [null, null], [undefined, null]] as const) {
        assert.equal(heightOf(yield* run.fetchValues("loss", { stepRange })), 20);
      }
      assert.deepEqual(methods(), []);
    }),
);

effectTest(
  "stepRange is asked of the source as above the first step, up to the second",
  () =>
    Effect.gen(function* () {
      const { run, ranges } = yield* recorded({ floats: { loss: points(20) } });
      const ask = (options: Neptune.FetchValuesOptions) => run.fetchValues("loss", options);
      assert.deepEqual(stepsOf(yield* ask({ stepRange: [5, 15] })), [
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
      ]);
      assert.deepEqual(stepsOf(yield* ask({ stepRange: [17.5, null], includeInherited: false })), [
        18,
        19,
      ]);
      assert.deepEqual(stepsOf(yield* ask({ stepRange: [null, 0] })), [0]);
      assert.deepEqual(stepsOf(yield* ask({ stepRange: [3, 3] })), []);
      assert.deepEqual(stepsOf(yield* ask({ stepRange: [-Infinity, Infinity] })).length, 20);
      yield* run.prefetchSeriesValues("loss", { stepRange: [2.0, null] });
      const open = { after: undefined, to: undefined };
      assert.deepEqual(ranges(), [
        { range: { after: 5, to: 15 }, inheritance: "all", previews: false },
        { range: { ...open, after: 17.5 }, inheritance: "none", previews: false },
        { range: { ...open, to: 0 }, inheritance: "all", previews: false },
        { range: { after: 3, to: 3 }, inheritance: "all", previews: false },
        { range: { after: -Infinity, to: Infinity }, inheritance: "all", previews: false },
        { range: { ...open, after: 2 }, inheritance: "all", previews: true },
      ]);
    }),
);

effectTest(
  "stepRange on an export leaves the first step out and has the last",
  () =>
    Effect.gen(function* () {
      const run = yield* project.run({ customId: "id-run-1" });
      const table = yield* run.fetchValues("metrics/foo1", { stepRange: [2, 5] });
      assert.deepEqual(stepsOf(table), [3, 4, 5]);
    }),
);

effectTest(
  "previews with them: 13 rows, five columns; without them: 10 rows, three columns",
  () =>
    Effect.gen(function* () {
      for (const prefetch of [false, true]) {
        const { run } = yield* recorded(PREVIEWED);
        if (prefetch) yield* run.prefetchSeriesValues(["loss"]);
        const all = yield* run.fetchValues("loss", { includePointPreviews: true });
        assert.deepEqual(namesOf(all), [
          "step",
          "value",
          "timestamp",
          "preview",
          "completion_ratio",
        ]);
        assert.deepEqual(stepsOf(all), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        const committed = TEN.map(() => false);
        assert.deepEqual(cellsOf(all, "preview"), [...committed, true, true, true]);
        assert.deepEqual(cellsOf(all, "completion_ratio"), [
          ...TEN.map(() => 1),
          Math.fround(0.1),
          Math.fround(0.11),
          Math.fround(0.12),
        ]);
        const some = yield* run.fetchValues("loss");
        assert.deepEqual(namesOf(some), ["step", "value", "timestamp"]);
        assert.deepEqual(stepsOf(some), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert.deepEqual(
          cellsOf(some, "timestamp"),
          points(10).map(([step]) => new Date(EPOCH + 1000 * step)),
        );
        assert.equal(yield* run.fetchLast("loss"), 4.5);
      }
    }),
);

effectTest(
  "an export has no previews: every point is committed and complete",
  () =>
    Effect.gen(function* () {
      const run = yield* project.run({ customId: "id-run-1" });
      const table = yield* run.fetchValues("metrics/foo1", { includePointPreviews: true });
      assert.deepEqual(cellsOf(table, "preview"), TEN.map(() => false));
      assert.deepEqual(cellsOf(table, "completion_ratio"), TEN.map(() => 1));
    }),
);

effectTest(
  "a series of previews alone has no value, and no row without them",
  () =>
    Effect.gen(function* () {
      const { run } = yield* recorded({ floats: { loss: [[0, 1, 0.5]] } });
      assert.equal(yield* run.fetch("loss"), null);
      assert.equal(heightOf(yield* run.fetchValues("loss")), 0);
      assert.equal(heightOf(yield* run.fetchValues("loss", { includePointPreviews: true })), 1);
      yield* run.prefetchSeriesValues(["loss"]);
      assert.equal(heightOf(yield* run.fetchValues("loss")), 0);
      assert.equal(heightOf(yield* run.fetchValues("loss", { includePointPreviews: true })), 1);
    }),
);

effectTest(
  "a series without points in the range has the same columns, and is looked up only once",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({ floats: { loss: points(3) } });
      for (let i = 0; i < 2; i++) {
        const table = yield* run.fetchValues("loss", { stepRange: [100, null] });
        assert.deepEqual(layoutOf(table), [
          ["step", "Float64"],
          ["value", "Float64"],
          ["timestamp", "Datetime(ms,UTC)"],
        ]);
        assert.equal(heightOf(table), 0);
      }
      assert.deepEqual(methods(), ["floatSeries", "values", "floatSeries"]);
    }),
);

effectTest(
  "series of other types are tables too, of one request when the type is known",
  () =>
    Effect.gen(function* () {
      const file = { path: "a.png", sizeBytes: 3, mimeType: "image/png" };
      const histogram = { type: "COUNTING", edges: [0, 1], values: [2] };
      const { run, methods } = yield* recorded({
        strings: { log: [[0, "a"], [1, "b"], [2, "c"], [3, "d"]] },
        histograms: { hist: [[0.5, histogram]] },
        files: { images: [[0, file]] },
      });
      const log = yield* run.fetchValues("log", { stepRange: [0, 3] });
      assert.deepEqual(cellsOf(log, "value"), ["b", "c", "d"]);
      assert.deepEqual(methods(), ["floatSeries", "values", "stringSeries"]);
      yield* run.fetchValues("log");
      assert.deepEqual(methods(), ["stringSeries"]);
      const hist = yield* run.fetchValues("hist", {
        includeTimestamp: false,
        includePointPreviews: true,
      });
      assert.deepEqual(namesOf(hist), ["step", "type", "edges", "values"]);
      assert.deepEqual(cellsOf(hist, "type"), ["COUNTING"]);
      const images = yield* run.fetchValues("images");
      assert.deepEqual(namesOf(images), ["step", "path", "size_bytes", "mime_type", "timestamp"]);
      assert.deepEqual(cellsOf(images, "size_bytes"), [3n]);
    }),
);

effectTest(
  "prefetchSeriesValues leaves out what is missing or no float series",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({
        attributes: { x: { type: "int", value: 1 } },
        floats: { loss: points(3), empty: [] },
        strings: { log: [[0, "a"]] },
      });
      yield* run.prefetchSeriesValues(["x", "nope", "log", "loss", "empty", "loss"]);
      assert.deepEqual(methods(), ["values", "floatSeries"]);
      assert.equal(heightOf(yield* run.fetchValues("loss")), 3);
      assert.equal(heightOf(yield* run.fetchValues("empty")), 0);
      assert.equal(yield* run.fetch("x"), 1);
      assert.deepEqual(methods(), []);
      const error = yield* Effect.flip(run.field("nope"));
      assert.equal(error.reason._tag, "FieldNotFound");

      methods();
      yield* run.prefetchSeriesValues([]);
      yield* run.prefetchSeriesValues("loss");
      assert.deepEqual(methods(), ["floatSeries"]);
    }),
);

effectTest(
  "a long series that comes in many chunks is put together in order",
  () =>
    Effect.gen(function* () {
      const { run } = yield* recorded({ floats: { long: points(1000), other: points(2) } });
      yield* run.prefetchSeriesValues(["other", "long"]);
      const table = yield* run.fetchValues("long");
      assert.deepEqual(stepsOf(table), points(1000).map(([step]) => step));
      assert.deepEqual(cellsOf(table, "value"), points(1000).map(([, value]) => value));
    }),
);

effectTest(
  "a forked run has the points of its ancestors, or only its own",
  () =>
    Effect.gen(function* () {
      const opened = yield* withoutWarnings(openProject(digits));
      const fork = digits.runs.find(({ lineage }) => lineage?.length === 2)!;
      const run = yield* openRun(opened, digits, fork.runId);
      const series = fork.series.filter(({ type, full }) => type === "float_series" && full);
      assert.ok(series.length > 0);
      yield* run.prefetchSeriesValues(series.map(({ path }) => path));
      for (const each of series) {
        const all = yield* run.fetchValues(each.path);
        const own = yield* run.fetchValues(each.path, { includeInherited: false });
        assert.deepEqual(stepsOf(all), fullPoints(each).steps.map(number));
        assert.deepEqual(cellsOf(all, "value"), fullPoints(each).values.map(Number));
        assert.deepEqual(stepsOf(own), each.own.steps.map(number));
      }
    }),
);

const manySeries = (count: number): RecordedRun => ({
  floats: Object.fromEntries(Array.from({ length: count }, (_, i) => [`s/${i}`, points(1)])),
});

const allOf = (count: number) => Array.from({ length: count }, (_, i) => `s/${i}`);

const withWorkers = (value: string) =>
  Effect.provide(
    ConfigProvider.layer(
      ConfigProvider.fromEnv({ env: { NEPTUNE_FETCHER_MAX_WORKERS: value } }),
    ),
  );

effectTest(
  "requests for series overlap with useThreads, up to NEPTUNE_FETCHER_MAX_WORKERS",
  () =>
    Effect.gen(function* () {
      const most = (useThreads: boolean, workers: string) =>
        Effect.gen(function* () {
          const { recording, run } = yield* recorded(manySeries(1500));
          let running = 0;
          let most = 0;
          recording.before = ({ method }) =>
            method !== "floatSeries" ? Effect.void : Effect.gen(function* () {
              most = Math.max(most, ++running);
              for (let i = 0; i < 10; i++) yield* Effect.yieldNow;
              running--;
            });
          yield* withWorkers(workers)(run.prefetchSeriesValues(allOf(1500), { useThreads }));
          assert.equal(recording.requests.length, 6);
          return most;
        });
      assert.equal(yield* most(false, "3"), 1);
      assert.equal(yield* most(true, "3"), 3);
      assert.equal(yield* most(true, "1"), 1);
      // Five requests of 300 series each; by default ten may run.
      assert.equal(yield* most(true, ""), 5);
    }),
);

effectTest(
  "NEPTUNE_FETCHER_MAX_WORKERS must be a positive integer, or nothing is requested",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded(manySeries(1));
      for (const value of ["0", "-1", "1.5", "many", " "]) {
        const error = yield* Effect.flip(
          withWorkers(value)(run.prefetchSeriesValues(["s/0"], { useThreads: true })),
        );
        assert.equal(error.reason._tag, "InvalidArgument");
        assert.match(
          error.message,
          /^NEPTUNE_FETCHER_MAX_WORKERS must be a positive integer, not "/,
        );
      }
      assert.deepEqual(methods(), []);
    }),
);

effectTest(
  "progress of a prefetch: nothing, then running totals of series, then the end",
  () =>
    Effect.gen(function* () {
      const { run } = yield* recorded({
        attributes: { x: { type: "int", value: 1 } },
        floats: { a: points(1), b: points(4) },
      });
      const { lines, progressBar } = recordProgress();
      // The total counts the paths that were given; those that are no series never tick.
      yield* run.prefetchSeriesValues(["a", "x", "b", "nope"], { progressBar });
      assert.deepEqual(lines, [
        "Fetching metrics: 0/4 series",
        "Fetching metrics: 1/4 series",
        "Fetching metrics: 2/4 series",
        "Fetching metrics: 2/4 series.",
      ]);
      lines.length = 0;
      yield* run.prefetchSeriesValues(["a"], { progressBar: false });
      assert.deepEqual(lines, []);
    }),
);

effectTest(
  "one failed request fails the prefetch, whose progress ends; the next one succeeds",
  () =>
    Effect.gen(function* () {
      for (const useThreads of [false, true]) {
        const { recording, run } = yield* recorded(manySeries(600));
        const { lines, progressBar } = recordProgress();
        const reason = new DamagedFile({ path: "p", problem: "torn" });
        recording.before = (each) =>
          each.method === "floatSeries" && each.request.attributes.includes("s/450")
            ? Effect.fail(reason)
            : Effect.void;
        const options = { useThreads, progressBar };
        const error = yield* Effect.flip(run.prefetchSeriesValues(allOf(600), options));
        assert.equal(error.reason, reason);
        assert.equal(error.method, "ReadOnlyRun.prefetchSeriesValues");
        assert.match(lines.at(-1)!, /^Fetching metrics: \d+\/600 series\.$/);
        recording.before = () => Effect.void;
        yield* run.prefetchSeriesValues(allOf(600), options);
        assert.equal(lines.at(-1), "Fetching metrics: 600/600 series.");
      }
    }),
);

effectTest("an interrupted prefetch ends its progress", () =>
  Effect.gen(function* () {
    const { recording, run } = yield* recorded(manySeries(2));
    const { lines, progressBar } = recordProgress();
    const asked = yield* Latch.make();
    recording.before = ({ method }) =>
      method === "floatSeries" ? Effect.andThen(asked.open, Effect.never) : Effect.void;
    const fiber = yield* Effect.forkChild(run.prefetchSeriesValues(allOf(2), { progressBar }));
    yield* asked.await;
    yield* Fiber.interrupt(fiber);
    assert.ok(Exit.hasInterrupts(yield* Fiber.await(fiber)));
    assert.deepEqual(lines, ["Fetching metrics: 0/2 series", "Fetching metrics: 0/2 series."]);
  }));

effectTest(
  "progress of fetchValues counts the points that are read, and none that are kept",
  () =>
    Effect.gen(function* () {
      const { run } = yield* recorded({
        floats: { loss: points(4) },
        strings: { log: [[0, "a"]] },
      });
      const { lines, progressBar } = recordProgress();
      yield* run.fetchValues("loss", { progressBar });
      assert.deepEqual(lines.splice(0), [
        "Fetching loss: 0/? points",
        "Fetching loss: 3/? points",
        "Fetching loss: 4/? points",
        "Fetching loss: 4/? points.",
      ]);
      yield* run.fetch("log");
      yield* run.fetchValues("log", { progressBar });
      assert.equal(lines.splice(0).at(-1), "Fetching log: 1/? points.");
      yield* run.fetchValues("loss", { progressBar: false });
      yield* run.prefetchSeriesValues("loss");
      yield* run.fetchValues("loss", { progressBar });
      assert.deepEqual(lines, []);
    }),
);

effectTest("concurrent calls of fetchValues read on their own", () =>
  Effect.gen(function* () {
    const { run, methods } = yield* recorded({ floats: { loss: points(4) } });
    const tables = yield* Effect.all([run.fetchValues("loss"), run.fetchValues("loss")], {
      concurrency: 2,
    });
    for (const table of tables) assert.equal(heightOf(table), 4);
    assert.deepEqual(methods(), ["floatSeries", "floatSeries"]);
  }));
