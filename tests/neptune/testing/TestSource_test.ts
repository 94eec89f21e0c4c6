import assert from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { FileUnavailable } from "../../../src/neptune/NeptuneError.ts";
import { make } from "../../../src/neptune/testing/TestSource.ts";
import { effectTest } from "../../effectTest.ts";
import { checkAll } from "../archive/compare.ts";
import { acceptance, digits, edge, openProject } from "../archive/fixtures.ts";
import { cellsOf, layoutOf } from "../frame/inspect.ts";
import { withoutFiles, writtenDown } from "./writtenFixture.ts";

for (const fixture of [acceptance, digits, edge].map(withoutFiles)) {
  effectTest(
    `${fixture.name}: what is written down is what is read`,
    () => checkAll(make(writtenDown(fixture)), fixture),
  );
}

const TABLES: ReadonlyArray<Neptune.TableOptions> = [
  { columnsRegex: "^(config|result|val/(loss|acc)|sys/(id|name|tags))" },
  {
    query: 'last(`val/loss`) < 0.1 AND `config/optimizer`:string MATCHES "^a"',
    sortBy: "config/lr",
  },
  { namesRegex: "to", trashed: null, sortBy: "result/test_accuracy", ascending: true },
  { columns: ["val/loss"], tags: ["fork"], limit: 3 },
];

effectTest("tables are those of an export of the same runs", () =>
  Effect.gen(function* () {
    const fixture = withoutFiles(digits);
    const project = yield* openProject(digits);
    const double = yield* Effect.provide(
      Neptune.ReadOnlyProject.open("nereid/digits"),
      Neptune.layerTest(writtenDown(fixture)),
    );
    for (const options of TABLES) {
      for (const fetch of ["fetchRunsDf", "fetchExperimentsDf"] as const) {
        const expected = yield* project[fetch](options);
        const actual = yield* double[fetch](options);
        const name = `${fetch} ${JSON.stringify(options)}`;
        assert.deepEqual(layoutOf(actual), layoutOf(expected), name);
        for (const [column] of layoutOf(expected)) {
          assert.deepEqual(cellsOf(actual, column), cellsOf(expected, column), name);
        }
        assert(expected.height > 0, name);
      }
    }
  }));

const runs: Neptune.TestProjects = {
  "team/vision": {
    "VIS-1": {
      "sys/name": "first",
      "sys/tags": ["a", "b"],
      "config/lr": 1,
      "config/layers": 3n,
      "config/frozen": false,
      "started": new Date(0),
      "val/loss": { points: [[1, 0.5], [0, 1], [2, 0.25, { completionRatio: 0.5 }]] },
      "log": { points: [[0, "hello"]] },
      "samples": { points: [[5, { bytes: "cat", mimeType: "text/x-cat" }]] },
      "model/card.md": { bytes: "# Model" },
      "empty": { points: [] },
    },
    "VIS-2": { "sys/forking/parent": "VIS-1", "sys/forking/step": 1, "sys/trashed": true },
    "VIS-3": { "sys/forking/parent": "VIS-0", "sys/forking/step": 1, "sys/name": "first" },
  },
};

const open = Effect.provide(Neptune.ReadOnlyProject.open("team/vision"), Neptune.layerTest(runs));

effectTest("what is written down has the type that its form says", () =>
  Effect.gen(function* () {
    const { Attribute } = Neptune;
    const [project] = yield* Neptune.collectWarnings(open);
    const run = yield* project.run({ customId: "VIS-1" });
    assert.equal(yield* run.fetch("config/lr", Attribute.Float), 1);
    assert.equal(yield* run.fetch("config/layers", Attribute.Integer), 3);
    assert.equal(yield* run.fetch("config/frozen", Attribute.Boolean), false);
    assert.equal(Number((yield* run.fetch("started", Attribute.Datetime)).epochMilliseconds), 0);
    assert.deepEqual(yield* run.fetch("sys/tags", Attribute.StringSet), new Set(["a", "b"]));
    assert.equal(yield* run.fetch("log", Attribute.StringSeries), "hello");
    assert.equal(yield* run.fetch("empty", Attribute.FloatSeries), null);
    assert.deepEqual(yield* run.fetch("model/card.md", Attribute.File), {
      path: "VIS-1/model/card.md",
      sizeBytes: 7,
      mimeType: "text/markdown",
    });
    assert.equal((yield* run.fetch("samples", Attribute.FileSeries))?.mimeType, "text/x-cat");
    const bytes = yield* Stream.runCollect(run.readFile("samples"));
    assert.deepEqual(bytes, [new TextEncoder().encode("cat")]);
  }));

effectTest("previews are apart from what is committed", () =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(open);
    const run = yield* project.run({ withId: "VIS-1" });
    assert.equal(yield* run.fetch("val/loss"), 0.5);
    const committed = yield* run.fetchValues("val/loss");
    assert.deepEqual(cellsOf(committed, "value"), [1, 0.5]);
    const all = yield* run.fetchValues("val/loss", { includePointPreviews: true });
    assert.deepEqual(cellsOf(all, "preview"), [false, false, true]);
    assert.deepEqual(cellsOf(all, "completion_ratio"), [1, 1, 0.5]);
    assert.deepEqual(
      cellsOf(all, "timestamp"),
      [0, 1, 2].map((second) => new Date(Date.UTC(2024, 0, 1, 0, 0, second))),
    );
  }));

effectTest(
  "forks inherit, but not from a run that nobody wrote down",
  () =>
    Effect.gen(function* () {
      const [project, warnings] = yield* Neptune.collectWarnings(open);
      assert.deepEqual(warnings.map(({ kind, run }) => [kind, run]), [["MissingParent", "VIS-3"]]);
      const fork = yield* project.run({ withId: "VIS-2" });
      assert.deepEqual(cellsOf(yield* fork.fetchValues("val/loss"), "value"), [1, 0.5]);
      const orphan = yield* project.run({ withId: "VIS-3" });
      assert.deepEqual(
        yield* Effect.flip(orphan.fetchValues("val/loss")).pipe(
          Effect.map(({ reason }) => reason._tag),
        ),
        "FieldNotFound",
      );
      // The newest run of a name is the head of the experiment; VIS-2 is in the trash.
      assert.deepEqual(cellsOf(yield* project.fetchExperiments(), "sys/id"), ["VIS-3"]);
      assert.deepEqual(cellsOf(yield* project.fetchRuns(), "sys/id"), ["VIS-3", "VIS-1"]);
    }),
);

effectTest(
  "requests are seen before they are answered, and can fail",
  () =>
    Effect.gen(function* () {
      const methods: Array<string> = [];
      const layer = Neptune.layerTest(runs, {
        before: ({ method }) => {
          methods.push(method);
          return method === "values"
            ? Effect.fail(new FileUnavailable({ path: "x", problem: "out of order" }))
            : Effect.void;
        },
      });
      const read = Effect.gen(function* () {
        const project = yield* Neptune.ReadOnlyProject.open("team/vision");
        const run = yield* project.run({ withId: "VIS-1" });
        return yield* run.fetch("config/lr");
      });
      const error = yield* Effect.flip(
        Effect.map(Neptune.collectWarnings(read), ([value]) => value).pipe(Effect.provide(layer)),
      );
      assert.equal(error.reason._tag, "FileUnavailable");
      assert.deepEqual(methods, ["project", "search", "values"]);
    }),
);

effectTest(
  "a project or a file that nobody wrote down is not found",
  () =>
    Effect.gen(function* () {
      const source = make(runs);
      const project = yield* Effect.flip(source.project("team/text"));
      assert.equal(
        project.message,
        'Project "team/text" was not found. There is: "team/vision".',
      );
      const file = { path: "VIS-1/secret", sizeBytes: null, mimeType: null };
      const missing = yield* Effect.flip(
        Stream.runDrain(source.readFile({ project: "team/vision", file })),
      );
      assert.equal(missing._tag, "FileUnavailable");
      assert.equal(
        yield* source.fileSize({
          project: "team/vision",
          file: { ...file, path: "VIS-1/model/card.md" },
        }),
        7,
      );
    }),
);
