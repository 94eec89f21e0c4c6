import assert from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import type { StepRange } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import { checkAggregates } from "./compare.ts";
import {
  checkSeries,
  expectedSeries,
  plain,
  type PlainPoints,
  plainValue,
  readPoints,
  seriesTypes,
  slice,
  tablePoints,
} from "./comparePoints.ts";
import { type ExpectedSeries, fullPoints } from "./expected.ts";
import { whole, withoutWarnings } from "./fixtures.ts";
import { testRuns } from "./testRuns.ts";
import { emptyExport, parametersOf, partName, pointsOf, PROJECT, writePart } from "./writePart.ts";

testRuns(
  "every float series has its aggregates, over inherited points too",
  (run, expected) =>
    Effect.gen(function* () {
      yield* run.prefetch(expected.series.map(({ path }) => path));
      for (const { path, aggregates } of expected.series) {
        if (aggregates === undefined) continue;
        const actual = yield* run.fetch(path, Neptune.Attribute.FloatSeriesAggregates);
        checkAggregates(actual, aggregates, `${expected.runId}: ${path}`);
      }
    }),
);

testRuns("every other series has its last value", (run, expected) =>
  Effect.gen(function* () {
    yield* run.prefetch(expected.series.map(({ path }) => path));
    for (const series of expected.series) {
      if (series.type === "float_series") continue;
      const last = plain(series.type, fullPoints(series)).values.at(-1);
      assert.deepEqual(
        plainValue(yield* run.fetchLast(series.path)),
        last,
        `${expected.runId}: ${series.path}`,
      );
    }
  }));

testRuns(
  "a table of a series has its points, with and without inherited ones",
  (run, expected) =>
    Effect.gen(function* () {
      for (const series of someOf(expected.series)) {
        // Where nothing is inherited, all requests at once below tell the same.
        for (const includeInherited of series.full === undefined ? [true] : [true, false]) {
          const table = yield* run.fetchValues(series.path, { includeInherited });
          assert.deepEqual(
            tablePoints(series.type, table),
            plain(series.type, includeInherited ? fullPoints(series) : series.own),
            `${expected.runId}: ${series.path}`,
          );
        }
      }
    }),
);

// A table for each of a thousand series would take too long.
const someOf = (all: ReadonlyArray<ExpectedSeries>): ReadonlyArray<ExpectedSeries> => {
  const byType = Map.groupBy(all, ({ type }) => type);
  return [...byType.values()].flatMap((series) => [...series.slice(0, 1), ...series.slice(-1)]);
};

for (const fixture of whole) {
  const source = make(fixture.options);
  const types = seriesTypes(fixture);
  for (const type of types) {
    effectTest(
      `${fixture.name}: the own points of every ${type} of all runs at once`,
      () =>
        Effect.gen(function* () {
          const request = { inheritance: "none" } as const;
          const points = yield* withoutWarnings(readPoints(source, fixture, type, request));
          checkSeries(points, expectedSeries(fixture, type, ({ own }) => own));
        }),
    );

    effectTest(
      `${fixture.name}: all points of every ${type} of all runs at once`,
      () =>
        Effect.gen(function* () {
          const [points] = yield* Neptune.collectWarnings(readPoints(source, fixture, type));
          checkSeries(points, expectedSeries(fixture, type, fullPoints));
        }),
    );
  }

  effectTest(
    `${fixture.name}: ranges of steps and tails are slices of all points`,
    () =>
      Effect.gen(function* () {
        for (const [range, tail] of RANGES) {
          const isWanted = (step: number) =>
            step > (range.after ?? -Infinity) && step >= (range.from ?? -Infinity) &&
            step <= (range.to ?? Infinity);
          const select = (all: PlainPoints) => slice(all, isWanted, tail);
          for (const type of types) {
            const request = readPoints(source, fixture, type, { range, tail });
            const [points] = yield* Neptune.collectWarnings(request);
            checkSeries(points, expectedSeries(fixture, type, fullPoints, select));
          }
        }
      }),
  );
}

const RANGES: ReadonlyArray<readonly [StepRange, tail?: number]> = [
  [{ after: 0 }],
  [{ from: 0 }],
  [{ to: 5 }],
  [{ from: 1, to: 6.5 }, 2],
  [{ after: -0.25, to: 0.3 }],
  [{ after: 3, to: 1 }],
  [{ after: 5, from: 2, to: 99999999999.5 }, 1],
  [{ from: 1e12 }],
  [{}, 3],
  [{}, 1_000_000],
  [{}, 0],
];

effectTest(
  "steps of any size are the doubles nearest to their decimals",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      // Around the size from which a double does not hold all six decimals, and far beyond.
      const steps = [8_000_000_000, 9_007_199_254, 9_007_199_255, 9_100_000_000, 12_345_678_901]
        .flatMap(
          (whole) =>
            Array.from(
              { length: 40 },
              (_, i) => `${whole + i}.${String(i * 24_683 + 1).padStart(6, "0")}`,
            ),
        );
      yield* writePart(join(parts, partName("a")), [
        ...parametersOf("a"),
        ...pointsOf("a", "m", steps),
      ]);
      const source = make({ data });
      const chunks = yield* Stream.runCollect(source.floatSeries({
        project: PROJECT,
        runs: ["a"],
        attributes: ["m"],
        inheritance: "all",
        range: {},
        previews: false,
      }));
      const expected = steps.map(Number).sort((a, b) => a - b);
      assert.deepEqual(chunks.flatMap(({ step }) => [...step]), expected);
    }),
);
