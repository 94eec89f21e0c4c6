import { deepStrictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Metaflow } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";

const TASK = "ParkLinearFlow/1795197341341154/start/1";
const root = decodeURIComponent(new URL("../fixtures/tree", import.meta.url).pathname);

const names = Effect.flatMap(
  Metaflow.Task.get(TASK),
  (task) => Stream.runCollect(task.artifacts()),
).pipe(
  Effect.map((artifacts) => artifacts.map(({ id }) => id).toSorted()),
  Effect.provide(Metaflow.layerLocal({ root, namespace: null })),
);

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
      const all = yield* names;
      yield* listedTooEarly((name) => name.includes("_artifact_"));
      deepStrictEqual(yield* names, all);
    }),
);

effectTest("an attempt that is not seen to be done has none", () =>
  Effect.gen(function* () {
    yield* listedTooEarly((name) => name.includes("attempt-done"));
    deepStrictEqual(yield* names, []);
  }));
