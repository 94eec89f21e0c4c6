import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DateTime, Effect } from "effect";
import { Metaflow } from "../../mod.ts";
import { ofAttempt } from "../../src/metaflow/task/attempts.ts";
import { effectTest } from "../effectTest.ts";
import { makeTree, reasonOf } from "./trees.ts";

const record = (
  name: string,
  value: string,
  createdAt: number,
  ...tags: ReadonlyArray<string>
) => ({
  name,
  value,
  createdAt,
  type: name,
  tags,
});

Deno.test("metadata is of the attempt that its first such tag names", () => {
  const records = [
    record("a", "0", 1, "x", "attempt_id:0", "attempt_id:1"),
    record("b", "1", 2, "attempt_id:1"),
    record("c", "11", 3, "attempt_id:11"),
  ];
  deepStrictEqual(ofAttempt(records, 0).map(({ name }) => name), ["a"]);
  deepStrictEqual(ofAttempt(records, 1).map(({ name }) => name), ["b"]);
  deepStrictEqual(ofAttempt(records, 2), []);
});

Deno.test("if one has no such tag, all are told by the times at which attempts started", () => {
  const records = [
    record("before", "", 9, "attempt_id:0"),
    record("attempt", "0", 10, "attempt_id:1"),
    record("a", "", 19),
    record("attempt", "1", 20),
    record("b", "", 20),
    record("c", "", 30, "attempt_id:0"),
  ];
  const names = (attempt: number) => ofAttempt(records, attempt).map(({ name }) => name);
  deepStrictEqual(names(0), ["attempt", "a"]);
  deepStrictEqual(names(1), ["attempt", "b", "c"]);
  deepStrictEqual(names(2), []);
});

const bytes = (text: string) => new TextEncoder().encode(text);

effectTest(
  "artifacts are of the last attempt that is done, logs of the last that has started",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      const task = "F/1/start/1";
      tree.run("F/1");
      tree.task(task);
      for (const attempt of [0, 1, 2]) {
        tree.metadata(task, "attempt", String(attempt));
        tree.metadata(task, "ds-type", "local");
        tree.metadata(task, "ds-root", `${tree.root}/.metaflow`);
        if (attempt < 2) tree.artifact(task, "x", bytes(`I${attempt}\n.`), { attempt });
        tree.file(
          `${task}/${attempt}.task_stdout.log`,
          `[MFLOG|0|2021-04-06T12:00:00.${attempt}Z|task|id]try ${attempt}\n`,
        );
      }
      // The second attempt has written its artifacts, but is not done.
      tree.metadata(task, "attempt-done", "0");
      const get = (attempt?: number) =>
        Effect.provide(Metaflow.Task.get(task, { attempt }), tree.layer());
      const latest = yield* get();
      strictEqual(yield* latest.currentAttempt, 2);
      strictEqual(yield* latest.data("x"), 0);
      strictEqual(yield* latest.stdout, "try 2\n");
      strictEqual(yield* latest.finished, false);
      const second = yield* get(1);
      // An attempt that is asked for is read, done or not.
      strictEqual(yield* second.data("x"), 1);
      strictEqual(yield* second.stdout, "try 1\n");
      deepStrictEqual((yield* second.metadata).map(({ name }) => name), [
        "attempt",
        "ds-type",
        "ds-root",
      ]);
      const third = yield* get(2);
      strictEqual((yield* reasonOf(third.data("x")))._tag, "NotFound");
      deepStrictEqual((yield* third.data()).names, []);
    }),
);

effectTest(
  "a task that has just begun has no artifacts, and is attempt 0",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      tree.artifact("F/1/start/1", "x", bytes("I1\n."));
      const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
      strictEqual(yield* task.currentAttempt, 0);
      deepStrictEqual((yield* task.data()).names, []);
      strictEqual(yield* task.finishedAt, null);
      strictEqual(yield* task.exception, null);
      strictEqual(yield* task.index, null);
      tree.metadata("F/1/start/1", "attempt", "first");
      strictEqual((yield* reasonOf(task.currentAttempt))._tag, "InternalError");
    }),
);

effectTest(
  "an object that was opened early tells how its run ends, and then reads no more",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
      const outcome = Effect.map(
        Effect.all([run.finished, run.successful, run.finishedAt]),
        ([finished, successful, at]) => [finished, successful, at && DateTime.toEpochMillis(at)],
      );
      deepStrictEqual(yield* outcome, [false, false, null]);
      const end = "F/1/end/2";
      tree.task(end);
      deepStrictEqual(yield* outcome, [false, false, null]);
      const first = 1_700_000_100_000;
      tree.artifact(end, "_task_ok", bytes("I00\n."), { ts_epoch: first });
      tree.artifact(end, "_success", bytes("I00\n."));
      tree.metadata(end, "attempt-done", "0");
      deepStrictEqual(yield* outcome, [false, false, first]);
      // The second attempt ends well.
      const second = 1_700_000_200_000;
      tree.artifact(end, "_task_ok", bytes("I01\n."), { attempt: 1, ts_epoch: second });
      tree.artifact(end, "_success", bytes("I01\n."), { attempt: 1 });
      tree.metadata(end, "attempt-done", "1");
      deepStrictEqual(yield* outcome, [true, true, second]);
      Deno.removeSync(`${tree.root}/.metaflow/F/1/end`, { recursive: true });
      deepStrictEqual(yield* outcome, [true, true, second]);
      strictEqual(yield* run.endTask, null);
    }),
);
