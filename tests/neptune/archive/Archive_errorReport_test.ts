import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { copyOf, openProject, openRun, withErrors, withoutWarnings } from "./fixtures.ts";

const REPORT = withErrors.options.data.replace(/data$/, "neptune_exporter_errors.jsonl");

/** The lines of the report, each loss once, as run and path. */
const losses = [
  ...new Set(
    Deno.readTextFileSync(REPORT).trim().split("\n").map((line) => {
      const { run_id, attribute_path } = JSON.parse(line);
      return JSON.stringify([run_id, attribute_path]);
    }),
  ),
];

effectTest(
  "opening a project whose export lost something says so once, and how to learn more",
  () =>
    Effect.gen(function* () {
      const [, warnings] = yield* Neptune.collectWarnings(openProject(withErrors));
      assert.deepEqual(warnings.map(({ kind, file }) => [kind, file]), [["LostInExport", REPORT]]);
      assert.match(warnings[0]!.message, new RegExp(`${losses.length} attributes of 2 runs`));
      assert.match(warnings[0]!.message, /project\.diagnose/);
    }),
);

effectTest("diagnose names every loss, each once", () =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(openProject(withErrors));
    const found = yield* withoutWarnings(project.diagnose());
    assert.deepEqual(new Set(found.map(({ kind }) => kind)), new Set(["LostInExport"]));
    assert.deepEqual(found.map(({ run, attribute }) => JSON.stringify([run, attribute])), losses);
    for (const { message, run, attribute } of found) {
      assert(message.includes(run!) && message.includes(attribute!) && /Error/.test(message));
    }
  }));

effectTest("what was lost is not there, and everything else is", () =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(openProject(withErrors));
    for (const { runId, lost, attributes, series } of withErrors.runs) {
      const run = yield* openRun(project, withErrors, runId);
      const names = yield* Stream.runCollect(run.fieldNames);
      const expected = [...attributes, ...series].map(({ path }) => path);
      assert.deepEqual(new Set(names), new Set(expected));
      for (const { path } of lost!) {
        assert.equal((yield* Effect.flip(run.fetch(path))).reason._tag, "FieldNotFound", path);
      }
    }
  }));

effectTest("losses of other projects are none of this one", () =>
  Effect.gen(function* () {
    const { fixture, root } = yield* copyOf(withErrors);
    const report = join(root, "neptune_exporter_errors.jsonl");
    const line = {
      project_id: "Edge Cäse/other",
      run_id: "r",
      attribute_path: "p",
      attribute_type: null,
      exception: "OSError",
    };
    yield* Effect.promise(() => writeFile(report, JSON.stringify(line) + "\n"));
    const project = yield* withoutWarnings(openProject(fixture));
    assert.deepEqual(yield* withoutWarnings(project.diagnose()), []);
  }));

effectTest(
  "without a report nothing is said, for nobody may have kept it",
  () =>
    Effect.gen(function* () {
      const { fixture } = yield* copyOf(withErrors);
      const project = yield* withoutWarnings(openProject(fixture));
      assert.deepEqual(yield* project.diagnose(), []);
    }),
);

effectTest("the report can lie anywhere", () =>
  Effect.gen(function* () {
    const { fixture, root } = yield* copyOf(withErrors);
    const errorReport = join(root, "elsewhere.jsonl");
    yield* Effect.promise(() => copyFile(REPORT, errorReport));
    const [project] = yield* Neptune.collectWarnings(openProject(fixture, { errorReport }));
    assert.equal((yield* project.diagnose()).length, losses.length);
  }));

effectTest(
  "a report that was named and is not there is said to be missing",
  () =>
    Effect.gen(function* () {
      const { fixture, root } = yield* copyOf(withErrors);
      const errorReport = join(root, "nowhere.jsonl");
      const opened = openProject(fixture, { errorReport });
      const [, warnings] = yield* Neptune.collectWarnings(opened);
      assert.deepEqual(warnings.map(({ kind, file }) => [kind, file]), [[
        "DamagedFile",
        errorReport,
      ]]);
    }),
);

effectTest(
  "a line that is no report of the exporter is named by its number",
  () =>
    Effect.gen(function* () {
      const { fixture, root } = yield* copyOf(withErrors);
      const report = join(root, "neptune_exporter_errors.jsonl");
      const lines = Deno.readTextFileSync(REPORT).trim().split("\n");
      const text = [lines[0], "", "{ cut off", lines[1], '{"project_id": 3}'].join("\n");
      yield* Effect.promise(() => writeFile(report, text));
      const [project] = yield* Neptune.collectWarnings(openProject(fixture));
      const found = yield* project.diagnose();
      const unreadable = found.filter(({ kind }) => kind === "DamagedFile");
      assert.deepEqual(unreadable.map(({ message }) => /^Line (\d+) of/.exec(message)?.[1]), [
        "3",
        "5",
      ]);
      assert.equal(found.length, 3);
    }),
);
