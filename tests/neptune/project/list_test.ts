import assert from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { acceptance, edge, openProject, withoutWarnings } from "../archive/fixtures.ts";
import { effectTest } from "../../effectTest.ts";
import { cellsOf, layoutOf } from "../frame/inspect.ts";
import { recordingSource } from "../recordingSource.ts";

const project = await Effect.runPromise(openProject(acceptance));
const KEYS = ["sys/id", "sys/name", "sys/custom_run_id"];

effectTest(
  "listRuns: 12 items, each with exactly three keys, with the custom ids of all",
  () =>
    Effect.gen(function* () {
      const items = yield* withoutWarnings(Stream.runCollect(project.listRuns()));
      assert.equal(items.length, 12);
      for (const item of items) assert.deepEqual(Object.keys(item), KEYS);
      assert.deepEqual(
        items.map((item) => item["sys/custom_run_id"]).toSorted(),
        [1, 2, 3, 4, 5, 6].map((i) => `id-exp-${i}`).concat(
          [1, 2, 3, 4, 5, 6].map((i) => `id-run-${i}`),
        ),
      );
    }),
);

effectTest(
  "listRuns: by sys/id as text, descending; a plain run has no name",
  () =>
    Effect.gen(function* () {
      const items = yield* Stream.runCollect(project.listRuns());
      assert.deepEqual(
        items.map((item) => item["sys/id"]).join(),
        "TES-9,TES-8,TES-7,TES-6,TES-5,TES-4,TES-3,TES-2,TES-12,TES-11,TES-10,TES-1",
      );
      assert.deepEqual(items.at(-1), {
        "sys/id": "TES-1",
        "sys/name": null,
        "sys/custom_run_id": "id-run-1",
      });
    }),
);

effectTest("listExperiments: 6 items with names", () =>
  Effect.gen(function* () {
    const items = yield* withoutWarnings(Stream.runCollect(project.listExperiments()));
    assert.deepEqual(items.map((item) => item["sys/name"]).join(), "exp3,exp2,exp1,exp6,exp5,exp4");
  }));

effectTest(
  "fetchRuns: 12 rows, newest first, of exactly the three columns of the README",
  () =>
    Effect.gen(function* () {
      const table = yield* withoutWarnings(project.fetchRuns());
      assert.deepEqual(layoutOf(table), [
        ["sys/custom_run_id", "String"],
        ["sys/id", "String"],
        ["sys/name", "String"],
      ]);
      assert.equal(
        cellsOf(table, "sys/id").join(),
        [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((i) => `TES-${i}`).join(),
      );
      assert.equal(table.getColumn("sys/name").nullCount(), 6);
    }),
);

effectTest("fetchExperiments: 6 rows, newest first, all with names", () =>
  Effect.gen(function* () {
    const table = yield* withoutWarnings(project.fetchExperiments());
    assert.equal(cellsOf(table, "sys/name").join(), "exp6,exp5,exp4,exp3,exp2,exp1");
  }));

effectTest(
  "lists and tables of all leave out what is in the trash, and superseded runs",
  () =>
    Effect.gen(function* () {
      const { runs } = edge.expected;
      const isTrashed = (run: typeof runs[number]) =>
        run.attributes.some(({ path, value }) => path === "sys/trashed" && value === true);
      const expected = (wanted: typeof runs) =>
        wanted.filter((run) => !isTrashed(run)).map(({ runId }) => runId).toSorted();
      assert.ok(runs.some(isTrashed));

      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const listed = yield* Stream.runCollect(project.listRuns());
      assert.deepEqual(listed.map((run) => run["sys/custom_run_id"]).toSorted(), expected(runs));
      const table = yield* project.fetchRuns();
      assert.deepEqual(cellsOf(table, "sys/custom_run_id").toSorted(), expected(runs));

      const heads = expected(runs.filter(({ experimentHead }) => experimentHead === true));
      const experiments = yield* Stream.runCollect(project.listExperiments());
      assert.deepEqual(experiments.map((run) => run["sys/custom_run_id"]).toSorted(), heads);
      const experimentTable = yield* project.fetchExperiments();
      assert.deepEqual(cellsOf(experimentTable, "sys/custom_run_id").toSorted(), heads);
    }),
);

effectTest(
  "a list requests nothing before it runs, and then page by page",
  () =>
    Effect.gen(function* () {
      const runs = Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [key, {}]));
      const { project, requests } = recordingSource(runs);
      const stream = project.listRuns();
      assert.equal(requests.length, 0);
      const two = yield* Stream.runCollect(Stream.take(stream, 2));
      assert.deepEqual(two.map((run) => run["sys/id"]), ["e", "d"]);
      assert.deepEqual(requests, [{
        method: "search",
        request: {
          project: "test/recording",
          kind: "runs",
          query: {
            _tag: "Comparison",
            attribute: { name: "sys/trashed", type: "bool" },
            operator: "=",
            value: "false",
          },
          sortBy: { attribute: "sys/id", type: "string", direction: "descending" },
          attributes: KEYS,
        },
      }]);
    }),
);

effectTest(
  "an empty project gives empty lists, and tables without rows of three columns",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource({});
      assert.deepEqual(yield* Stream.runCollect(project.listRuns()), []);
      assert.deepEqual(yield* Stream.runCollect(project.listExperiments()), []);
      for (const table of [yield* project.fetchRuns(), yield* project.fetchExperiments()]) {
        assert.deepEqual(layoutOf(table), [
          ["sys/custom_run_id", "String"],
          ["sys/id", "String"],
          ["sys/name", "String"],
        ]);
        assert.equal(table.height, 0);
      }
    }),
);
