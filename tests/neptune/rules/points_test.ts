import assert from "node:assert/strict";
import { countBelow, cut, inherit, sorted } from "../../../src/neptune/rules/points.ts";
import type { Points } from "../../../src/neptune/NeptuneSource.ts";

/** Points whose values name them. */
const pointsOf = (steps: ReadonlyArray<number>, name = ""): Points<ReadonlyArray<string>> => ({
  step: Float64Array.from(steps),
  timestamp: Float64Array.from(steps.keys()),
  value: steps.map((step, i) => `${name}${step}#${i}`),
});

const stepsOf = ({ step }: Points<unknown>) => [...step];

Deno.test("points are sorted by step; those of one step stay in their order", () => {
  const { step, timestamp, value } = sorted(pointsOf([3, 1, 2, 1, 3, -5.5]));
  assert.deepEqual([...step], [-5.5, 1, 1, 2, 3, 3]);
  assert.deepEqual([...timestamp], [5, 1, 3, 2, 0, 4]);
  assert.deepEqual(value, ["-5.5#5", "1#1", "1#3", "2#2", "3#0", "3#4"]);
});

Deno.test("points that are in order are the same object", () => {
  for (const steps of [[], [1], [1, 1, 2], [-1, 0, 0.5]]) {
    const points = pointsOf(steps);
    assert.equal(sorted(points), points);
  }
});

Deno.test("a cut has its start and not its end", () => {
  const points = cut(pointsOf([1, 2, 3, 4]), 1, 3);
  assert.deepEqual(stepsOf(points), [2, 3]);
  assert.deepEqual([...points.timestamp], [1, 2]);
  assert.deepEqual(points.value, ["2#1", "3#2"]);
  assert.deepEqual(stepsOf(cut(pointsOf([1, 2]), 2, 2)), []);
});

Deno.test("the points below a step are counted, with or without those at it", () => {
  const points = pointsOf([-1, 0, 0, 0, 2.5, 7]);
  for (
    const [step, below, upTo] of [
      [-Infinity, 0, 0],
      [-1, 0, 1],
      [0, 1, 4],
      [1, 4, 4],
      [2.5, 4, 5],
      [7, 5, 6],
      [Infinity, 6, 6],
    ] as const
  ) {
    assert.equal(countBelow(points, step, false), below, `below ${step}`);
    assert.equal(countBelow(points, step, true), upTo, `up to ${step}`);
  }
  assert.equal(countBelow(pointsOf([]), 0, true), 0);
});

Deno.test("inherited points come between a run's own, which count at steps of both", () => {
  const own = pointsOf([2, 3, 5], "own ");
  const inherited = pointsOf([0, 2, 2, 4, 5], "inherited ");
  const { step, timestamp, value } = inherit(own, inherited);
  assert.deepEqual([...step], [0, 2, 3, 4, 5]);
  assert.deepEqual([...timestamp], [0, 0, 1, 3, 2]);
  assert.deepEqual(value, ["inherited 0#0", "own 2#0", "own 3#1", "inherited 4#3", "own 5#2"]);
});

Deno.test("what either side has several times at a step of its own stays there several times", () => {
  const both = inherit(pointsOf([1, 1], "own "), pointsOf([0, 0, 1], "inherited "));
  assert.deepEqual(both.value, ["inherited 0#0", "inherited 0#1", "own 1#0", "own 1#1"]);
});

Deno.test("without own or inherited points, the others are all", () => {
  const points = pointsOf([1, 2]);
  assert.deepEqual(inherit(pointsOf([]), points), points);
  assert.deepEqual(inherit(points, pointsOf([])), points);
});
