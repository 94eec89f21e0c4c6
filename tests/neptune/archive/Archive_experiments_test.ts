import assert from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { acceptance, digits, edge, openProject } from "./fixtures.ts";
import { emptyExport, openMade, parametersOf, partName, type Row, writePart } from "./writePart.ts";

for (const fixture of [digits, acceptance, edge]) {
  effectTest(
    `${fixture.name}: the experiments are the runs that say that they are a head`,
    () =>
      Effect.gen(function* () {
        const [project] = yield* Neptune.collectWarnings(openProject(fixture));
        const experiments = yield* Stream.runCollect(project.listExperiments());
        const expected = fixture.runs.filter(({ experimentHead, attributes }) =>
          experimentHead === true &&
          !attributes.some(({ path, value }) => path === "sys/trashed" && value === true)
        );
        assert.deepEqual(
          experiments.map((experiment) => experiment["sys/custom_run_id"]).sort(),
          expected.map(({ runId }) => runId).sort(),
        );
      }),
  );

  effectTest(
    `${fixture.name}: the name of an experiment opens the run that is its head`,
    () =>
      Effect.gen(function* () {
        const [project] = yield* Neptune.collectWarnings(openProject(fixture));
        for (const { runId, name, sysId, experimentHead } of fixture.runs) {
          if (experimentHead !== true || name === null) continue;
          const run = yield* project.run({ experimentName: name });
          assert.equal(run.withId, sysId, runId);
        }
      }),
  );
}

const at = (run_id: string, day: number): Row => ({
  run_id,
  attribute_path: "sys/creation_time",
  attribute_type: "datetime",
  datetime_value: Date.UTC(2024, 0, day),
});

const isHead = (run_id: string, bool_value: boolean): Row => ({
  run_id,
  attribute_path: "sys/experiment/is_head",
  attribute_type: "bool",
  bool_value,
});

effectTest(
  "where no run of a name says anything, the newest is the experiment",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const runs = {
        old: [...parametersOf("old", { "sys/name": "silent" }), at("old", 1)],
        new: [...parametersOf("new", { "sys/name": "silent" }), at("new", 3)],
        middle: [...parametersOf("middle", { "sys/name": "silent" }), at("middle", 2)],
        undated: parametersOf("undated", { "sys/name": "alone" }),
        nameless: [...parametersOf("nameless"), at("nameless", 9)],
        head: [
          ...parametersOf("head", { "sys/name": "said" }),
          at("head", 1),
          isHead("head", true),
        ],
        newer: [...parametersOf("newer", { "sys/name": "said" }), at("newer", 5)],
        former: [
          ...parametersOf("former", { "sys/name": "headless" }),
          at("former", 5),
          isHead("former", false),
        ],
      };
      for (const [run, rows] of Object.entries(runs)) {
        yield* writePart(join(parts, partName(run)), rows);
      }
      const project = yield* openMade(data);
      const experiments = yield* Stream.runCollect(project.listExperiments());
      assert.deepEqual(
        experiments.map((experiment) => experiment["sys/custom_run_id"]).sort(),
        ["head", "new", "undated"],
      );
    }),
);
