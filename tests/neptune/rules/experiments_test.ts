import assert from "node:assert/strict";
import type { ValueColumn } from "../../../src/neptune/NeptuneSource.ts";
import { headsAmong } from "../../../src/neptune/rules/experiments.ts";

const columns =
  (createdAt: ReadonlyArray<number>) => (path: string): ReadonlyArray<ValueColumn> => {
    const rows = Uint32Array.from(createdAt.keys());
    switch (path) {
      case "sys/name":
        return [{ path, type: "string", rows, values: createdAt.map(() => "exp") }];
      case "sys/creation_time":
        return [{ path, type: "datetime", rows, values: Float64Array.from(createdAt) }];
      default:
        return [];
    }
  };

Deno.test("where nothing is said, the newest run of a name is the head", () => {
  assert.deepEqual([...headsAmong(["c", "b", "a"], columns([1, 3, 2]))], [0, 1, 0]);
});

Deno.test("of runs at the same time it is the last key, in whatever order they come", () => {
  assert.deepEqual([...headsAmong(["a", "c", "b"], columns([5, 5, 5]))], [0, 1, 0]);
  assert.deepEqual([...headsAmong(["c", "b", "a"], columns([5, 5, 5]))], [1, 0, 0]);
});
