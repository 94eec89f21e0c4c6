import assert from "node:assert/strict";
import { type Fork, lineage } from "../../../src/neptune/rules/lineage.ts";
import { digits, edge } from "../archive/fixtures.ts";

for (const { name, runs } of [digits, edge]) {
  Deno.test(`${name}: every run has its ancestors, and inherits from each up to its step`, () => {
    const forks = new Map(runs.map((run) => [run.runId, run]));
    const forkOf = (runId: string): Fork | "unknown" | undefined => {
      const run = forks.get(runId);
      if (run === undefined) return "unknown";
      return run.forkParent == null ? undefined : { parent: run.forkParent, step: run.forkStep! };
    };
    assert(runs.some((run) => run.lineage!.length > 1));
    for (const run of runs) {
      assert.deepEqual(
        lineage(run.runId, forkOf),
        run.lineage!.map(({ runId, upToStep }) => ({ run: runId, upToStep })),
        run.runId,
      );
    }
  });
}

const follow = (forks: Readonly<Record<string, Fork | "unknown">>, run: string) =>
  lineage(run, (run) => forks[run]).map(({ run, upToStep }) => `${run} ${upToStep}`);

Deno.test("the smallest fork step on the way counts", () => {
  const forks = {
    d: { parent: "c", step: 10 },
    c: { parent: "b", step: 3 },
    b: { parent: "a", step: 7 },
  };
  assert.deepEqual(follow(forks, "d"), ["c 10", "b 3", "a 3"]);
});

Deno.test("it ends at a parent that is not known, which is left out", () => {
  const forks = { b: { parent: "a", step: 7 }, a: "unknown" } as const;
  assert.deepEqual(follow(forks, "b"), []);
});

Deno.test("it ends where a cycle would close, wherever that is", () => {
  assert.deepEqual(follow({ a: { parent: "a", step: 1 } }, "a"), []);
  const forks = {
    a: { parent: "b", step: 5 },
    b: { parent: "c", step: 4 },
    c: { parent: "b", step: 9 },
  };
  assert.deepEqual(follow(forks, "a"), ["b 5", "c 4"]);
});
