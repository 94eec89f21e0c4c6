import assert from "node:assert/strict";
import { groupRows } from "../../../src/neptune/archive/groups.ts";

const grouped = (
  first: ReadonlyArray<number>,
  second: ReadonlyArray<number>,
  counts: readonly [number, number],
) =>
  groupRows(
    { index: Int32Array.from(first), count: counts[0] },
    { index: Int32Array.from(second), count: counts[1] },
  ).map(({ first, second, rows }) => [first, second, ...rows]);

Deno.test("rows are grouped by two keys, ordered by them, and in their old order within", () => {
  assert.deepEqual(
    grouped([1, 0, 1, 0, 1, 1], [0, 2, 0, 0, 1, 0], [2, 3]),
    [[0, 0, 3], [0, 2, 1], [1, 0, 0, 2, 5], [1, 1, 4]],
  );
});

Deno.test("rows without one of the keys are left out", () => {
  assert.deepEqual(grouped([0, -1, 0, -1], [0, 0, -1, -1], [1, 1]), [[0, 0, 0]]);
});

Deno.test("no rows are no groups", () => {
  assert.deepEqual(grouped([], [], [0, 0]), []);
  assert.deepEqual(grouped([], [], [3, 3]), []);
  assert.deepEqual(grouped([-1], [0], [1, 1]), []);
});

Deno.test("it agrees with a grouping by a map, for many rows", () => {
  const random = numbersFrom(7);
  const rows = Array.from({ length: 5000 }, () => [random(11) - 1, random(7) - 1] as const);
  const expected = Map.groupBy(
    [...rows.entries()].filter(([, keys]) => keys.every((key) => key >= 0)),
    ([, [a, b]]) => a * 100 + b,
  );
  assert.deepEqual(
    grouped(rows.map(([a]) => a), rows.map(([, b]) => b), [10, 6]),
    [...expected].sort(([a], [b]) => a - b).map(([key, rows]) => [
      Math.floor(key / 100),
      key % 100,
      ...rows.map(([row]) => row),
    ]),
  );
});

/** Pseudo-random whole numbers below a limit. */
const numbersFrom = (seed: number) => (below: number): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor(seed / 65536) % below;
};
