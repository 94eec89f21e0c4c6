import assert from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { effectTest } from "../../effectTest.ts";
import type { Inheritance } from "../../../src/neptune/NeptuneSource.ts";
import { plain, tablePoints } from "./comparePoints.ts";
import { fullPoints } from "./expected.ts";
import { edge, expectedRun, openProject, openRun, withoutWarnings } from "./fixtures.ts";
import {
  emptyExport,
  openMade,
  parametersOf,
  partName,
  pointsOf,
  PROJECT,
  writePart,
} from "./writePart.ts";

const CASES = {
  "fork/g1": "a fork has its parent's points up to and including the fork step",
  "fork/g2": "a fork at a fractional step of a fork",
  "fork/g3": "a fork of a fork of a fork, below the grandparent's fork step, which is an integer",
  "fork/tie": "at steps at which both have points, those of the fork count",
  "fork/late": "a fork beyond the last step of its parent has all of its points",
  "fork/before": "a fork before the first step of its parent inherits nothing",
  "fork/empty child": "a fork without points of its own has those of its ancestors",
  "fork/of unicode": "a fork of a run whose id is not ASCII",
  "cycle-a": "a fork of its own fork: the cycle ends where it would close",
  "cycle-b": "the other run of the cycle",
} as const;

for (const [runId, behaviour] of Object.entries(CASES)) {
  effectTest(`${behaviour} (${runId})`, () =>
    Effect.gen(function* () {
      const expected = expectedRun(edge, runId);
      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const run = yield* openRun(project, edge, runId);
      for (const series of expected.series) {
        const full = yield* withoutWarnings(run.fetchValues(series.path));
        assert.deepEqual(
          tablePoints(series.type, full),
          plain(series.type, fullPoints(series)),
          series.path,
        );
        const own = yield* withoutWarnings(
          run.fetchValues(series.path, { includeInherited: false }),
        );
        assert.deepEqual(
          tablePoints(series.type, own),
          plain(series.type, series.own),
          series.path,
        );
      }
    }));
}

effectTest(
  "a fork of a run that is not in the export has its own points, and a warning says so",
  () =>
    Effect.gen(function* () {
      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const run = yield* openRun(project, edge, "fork/orphan");
      for (const series of expectedRun(edge, "fork/orphan").series) {
        const [table, warnings] = yield* Neptune.collectWarnings(run.fetchValues(series.path));
        assert.deepEqual(tablePoints(series.type, table), plain(series.type, series.own));
        assert.deepEqual(
          [...new Set(warnings.map(({ kind, run }) => `${kind} ${run}`))],
          ["MissingParent fork/orphan"],
        );
        assert.match(warnings[0]!.message, /forked from run archived-parent/);
      }
    }),
);

/** Writes a run that was forked, with points of `m` at some steps. */
const writeFork = (
  parts: string,
  run: string,
  parent: string,
  step: number | undefined,
  steps: ReadonlyArray<string>,
  name = "same",
) =>
  writePart(join(parts, partName(run)), [
    ...parametersOf(run, { "sys/forking/parent": parent, "sys/name": name }),
    ...step === undefined ? [] : [{
      run_id: run,
      attribute_path: "sys/forking/step",
      attribute_type: "float",
      float_value: step,
    }],
    ...pointsOf(run, "m", steps),
  ]);

const writeRoot = (parts: string, run: string, steps: ReadonlyArray<string>) =>
  writePart(join(parts, partName(run)), [
    ...parametersOf(run, { "sys/name": "same" }),
    ...pointsOf(run, "m", steps),
  ]);

/** The steps of `m` in some runs. */
const stepsOf = (data: string, runs: ReadonlyArray<string>, inheritance: Inheritance = "all") =>
  Effect.map(
    Stream.runCollect(
      make({ data }).floatSeries({
        project: PROJECT,
        runs,
        attributes: ["m"],
        inheritance,
        range: {},
        previews: false,
      }),
    ),
    (chunks) =>
      Object.fromEntries(chunks.flatMap(({ run, offsets, step }) =>
        Array.from(
          run,
          (index, i) => [runs[index]!, [...step.slice(offsets[i], offsets[i + 1])]] as const,
        )
      )),
  );

effectTest(
  "inheritance within an experiment leaves ancestors of others out",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writeRoot(parts, "root", ["1", "2", "3"]);
      yield* writeFork(parts, "between", "root", 2, ["2.5"], "other");
      yield* writeFork(parts, "leaf", "between", 2.5, ["4"]);
      const runs = ["root", "between", "leaf"];
      assert.deepEqual(yield* stepsOf(data, runs), {
        root: [1, 2, 3],
        between: [1, 2, 2.5],
        leaf: [1, 2, 2.5, 4],
      });
      assert.deepEqual(yield* stepsOf(data, runs, "experiment"), {
        root: [1, 2, 3],
        between: [2.5],
        leaf: [1, 2, 4],
      });
      assert.deepEqual(yield* stepsOf(data, runs, "none"), {
        root: [1, 2, 3],
        between: [2.5],
        leaf: [4],
      });
    }),
);

effectTest(
  "the point at the fork step is inherited, though the export has rounded its step",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      // The steps of an epoch of three batches.
      yield* writeRoot(parts, "root", ["0.333333", "0.666667", "1"]);
      yield* writeFork(parts, "fork", "root", 2 / 3, ["5"]);
      assert.deepEqual(yield* stepsOf(data, ["fork"]), { fork: [0.333333, 0.666667, 5] });
    }),
);

effectTest(
  "a fork without a fork step inherits nothing, and a warning says so",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writeRoot(parts, "root", ["1", "2"]);
      yield* writeFork(parts, "fork", "root", undefined, ["3"]);
      const [steps, warnings] = yield* Neptune.collectWarnings(stepsOf(data, ["fork"]));
      assert.deepEqual(steps, { fork: [3] });
      assert.deepEqual(warnings.map(({ kind, run }) => [kind, run]), [["MissingParent", "fork"]]);
      assert.match(warnings[0]!.message, /does not say at which step/);
    }),
);

effectTest("a run that was forked from itself has its points once", () =>
  Effect.gen(function* () {
    const { data, parts } = yield* emptyExport;
    yield* writeFork(parts, "self", "self", 2, ["1", "2", "3"]);
    assert.deepEqual(yield* withoutWarnings(stepsOf(data, ["self"])), { self: [1, 2, 3] });
  }));

effectTest("a lineage of many generations is followed to its root", () =>
  Effect.gen(function* () {
    const { data, parts } = yield* emptyExport;
    yield* writeRoot(parts, "g0", ["0"]);
    const generations = Array.from({ length: 40 }, (_, i) => i + 1);
    yield* Effect.forEach(
      generations,
      (i) => writeFork(parts, `g${i}`, `g${i - 1}`, i - 0.5, [String(i)]),
    );
    const expected = [0, ...generations];
    assert.deepEqual(yield* withoutWarnings(stepsOf(data, ["g40"])), { g40: expected });
    const many = yield* stepsOf(data, ["g39", "g40"]);
    assert.deepEqual(many, { g39: expected.slice(0, -1), g40: expected });
  }));

effectTest(
  "many runs that were each forked from another one inherit from their own parent",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const numbers = Array.from({ length: 70 }, (_, i) => i);
      yield* Effect.forEach(numbers, (i) =>
        Effect.andThen(
          writeRoot(parts, `parent${i}`, [String(i)]),
          writeFork(parts, `fork${i}`, `parent${i}`, i, i % 3 === 0 ? [] : [String(i + 1)]),
        ));
      const steps = yield* withoutWarnings(stepsOf(data, numbers.map((i) => `fork${i}`)));
      const expected = numbers.map((i) => [`fork${i}`, i % 3 === 0 ? [i] : [i, i + 1]]);
      assert.deepEqual(steps, Object.fromEntries(expected));
    }),
);

effectTest(
  "a fork at the first step of a series has the series as a field, one before it not",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writeRoot(parts, "root", ["5", "6"]);
      yield* writeFork(parts, "at", "root", 5, []);
      yield* writeFork(parts, "before", "root", 4.999999, []);
      const project = yield* openMade(data);
      for (const [customId, expected] of [["at", true], ["before", false]] as const) {
        const run = yield* project.run({ customId });
        const names = yield* Stream.runCollect(run.fieldNames);
        assert.equal(names.includes("m"), expected, customId);
      }
    }),
);
