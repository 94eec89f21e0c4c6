import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Metaflow } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { copyOf, CURRENT, reading, write } from "../trees.ts";

const TASK = "ParkLinearFlow/1795197341341154/start/1";

/** The names of the artifacts of a task that has just been done. */
const justDone = Effect.map(copyOf(CURRENT, "ParkLinearFlow"), (tree) => {
  const meta = join(tree.root, ".metaflow", TASK, "_meta");
  for (const { name } of Deno.readDirSync(meta)) {
    if (!name.startsWith("sysmeta_attempt-done")) continue;
    const record = JSON.parse(Deno.readTextFileSync(join(meta, name)));
    write(join(meta, name), JSON.stringify({ ...record, ts_epoch: Date.now() }));
  }
  return Effect.flatMap(
    Metaflow.Task.get(TASK),
    (task) => Stream.runCollect(task.artifacts()),
  ).pipe(
    Effect.map((artifacts) => artifacts.map(({ id }) => id).toSorted()),
    Effect.provide(reading(tree)),
  );
});

/** The next list of a directory is one that was begun before some of its files were there. */
const listedTooEarly = (isMissing: (name: string) => boolean) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { readDirSync } = Deno;
      Deno.readDirSync = (path) => {
        Deno.readDirSync = readDirSync;
        return [...readDirSync(path)].filter(({ name }) => !isMissing(name))[Symbol.iterator]();
      };
      return readDirSync;
    }),
    (readDirSync) =>
      Effect.sync(() => {
        Deno.readDirSync = readDirSync;
      }),
  );

effectTest(
  "an attempt that is seen to be done has all its artifacts",
  () =>
    Effect.gen(function* () {
      const names = yield* justDone;
      const all = yield* names;
      yield* listedTooEarly((name) => name.includes("_artifact_"));
      deepStrictEqual(yield* names, all);
    }),
);

effectTest("an attempt that is not seen to be done has none", () =>
  Effect.gen(function* () {
    const names = yield* justDone;
    yield* listedTooEarly((name) => name.includes("attempt-done"));
    deepStrictEqual(yield* names, []);
  }));
