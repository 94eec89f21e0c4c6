import assert from "node:assert/strict";
import { summarise } from "../../../src/neptune/rules/summarise.ts";
import { checkAggregates } from "../archive/compare.ts";
import { fullPoints, number } from "../archive/expected.ts";
import { whole } from "../archive/fixtures.ts";

const summaryOf = (...values: ReadonlyArray<number>) =>
  summarise({
    step: Float64Array.from(values.keys()),
    timestamp: new Float64Array(values.length),
    value: Float64Array.from(values),
  });

for (const { name, runs } of whole) {
  Deno.test(`${name}: every float series has the aggregates that were computed from its points`, () => {
    for (const { runId, series } of runs) {
      for (const each of series) {
        if (each.aggregates === undefined) continue;
        const { steps, values } = fullPoints(each);
        const summary = summarise({
          step: Float64Array.from(steps, number),
          timestamp: new Float64Array(steps.length),
          value: Float64Array.from(values, Number),
        });
        checkAggregates(summary, each.aggregates, `${runId}: ${each.path}`);
      }
    }
  });
}

Deno.test("NaN can be the last value and is nothing else", () => {
  assert.deepEqual(summaryOf(1, NaN, 3, NaN), {
    last: NaN,
    lastStep: 3,
    min: 1,
    max: 3,
    average: 2,
    variance: 1,
  });
});

Deno.test("of nothing but NaN there is only the last", () => {
  assert.deepEqual(summaryOf(NaN, NaN), {
    last: NaN,
    lastStep: 1,
    min: null,
    max: null,
    average: null,
    variance: null,
  });
});

Deno.test("infinite values have extremes, and no average", () => {
  assert.deepEqual(summaryOf(1, Infinity, -Infinity), {
    last: -Infinity,
    lastStep: 2,
    min: -Infinity,
    max: Infinity,
    average: null,
    variance: null,
  });
  assert.equal(summaryOf(Infinity, Infinity).average, null);
});

Deno.test("equal values are their average, and do not vary", () => {
  for (const value of [0.1, 0.02, 1e300, -3.3e-310, -0]) {
    const { average, variance } = summaryOf(...Array.from({ length: 1000 }, () => value));
    assert.equal(average, value);
    assert.equal(variance, 0);
  }
});

Deno.test("a variance beyond all numbers is none", () => {
  const { min, max, average, variance } = summaryOf(-1e200, 1e200);
  assert.deepEqual([min, max, average, variance], [-1e200, 1e200, 0, null]);
});
