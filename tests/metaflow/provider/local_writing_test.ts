import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Metaflow } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";

const SOURCE = decodeURIComponent(new URL("../fixtures/tree/.metaflow", import.meta.url).pathname);
const RUN = "ParkRetryFlow/1795197357784700";
const TASK = `${RUN}/start/1`;

/** A copy of a run of which one task, that had to be tried again, is as new as it can be. */
const copied = Effect.gen(function* () {
  const root = yield* Effect.acquireRelease(
    Effect.promise(() => Deno.makeTempDir()),
    (root) => Effect.promise(() => Deno.remove(root, { recursive: true })),
  );
  yield* Effect.promise(() => copy(SOURCE, `${root}/.metaflow`, "ParkRetryFlow"));
  const meta = `${root}/.metaflow/${TASK}/_meta`;
  const done = [...Deno.readDirSync(meta)].map(({ name }) => name)
    .filter((name) => name.startsWith("sysmeta_attempt-done_")).toSorted();
  const last = `${meta}/${done.at(-1)}`;
  const record = JSON.parse(Deno.readTextFileSync(last));
  Deno.writeTextFileSync(last, JSON.stringify({ ...record, ts_epoch: Date.now() }));
  return { root, meta, attempts: done.length, last: Number(record.value) };
});

const copy = async (from: string, to: string, name: string): Promise<void> => {
  await Deno.mkdir(`${to}/${name}`, { recursive: true });
  for await (const entry of Deno.readDir(`${from}/${name}`)) {
    if (entry.isDirectory) await copy(`${from}/${name}`, `${to}/${name}`, entry.name);
    else await Deno.copyFile(`${from}/${name}/${entry.name}`, `${to}/${name}/${entry.name}`);
  }
};

/** What a task shows: its artifacts, and how it went. */
const shown = (root: string) =>
  Effect.gen(function* () {
    const task = yield* Metaflow.Task.get(TASK);
    const artifacts = yield* Stream.runCollect(task.artifacts());
    const shas = artifacts.map(({ id, sha }) => `${id} ${sha}`).toSorted();
    return { shas, has: yield* task.has("_task_ok"), finished: yield* task.finished };
  }).pipe(Effect.provide(
    Metaflow.layerLocal({ root, rootMapping: { "/srv/mfdev": root }, namespace: null }),
  ));

const at = (root: string, attempt: number) =>
  Metaflow.Task.get(TASK, { attempt }).pipe(
    Effect.flatMap((task) => Stream.runCollect(task.artifacts())),
    Effect.map((artifacts) => artifacts.map(({ id, sha }) => `${id} ${sha}`).toSorted()),
    Effect.provide(Metaflow.layerLocal({ root, namespace: null })),
  );

effectTest(
  "while an attempt is being recorded, the one before it is the last",
  () =>
    Effect.gen(function* () {
      const { root, meta, attempts, last } = yield* copied;
      strictEqual(attempts > 1, true);
      const whole = yield* shown(root);
      deepStrictEqual(whole.shas, yield* at(root, last));
      const records = [...Deno.readDirSync(meta)].map(({ name }) => name)
        .filter((name) => name.startsWith(`${last}_artifact_`));
      const before = yield* at(root, last - 1);
      for (const record of records) {
        const text = Deno.readTextFileSync(`${meta}/${record}`);
        Deno.removeSync(`${meta}/${record}`);
        deepStrictEqual((yield* shown(root)).shas, before, record);
        Deno.writeTextFileSync(`${meta}/${record}`, text);
      }
      deepStrictEqual(yield* shown(root), whole);
    }),
);

effectTest("a first attempt that is being recorded shows nothing", () =>
  Effect.gen(function* () {
    const { root, meta, last } = yield* copied;
    for (const { name } of [...Deno.readDirSync(meta)]) {
      if (name.startsWith("sysmeta_attempt-done_")) {
        const { value } = JSON.parse(Deno.readTextFileSync(`${meta}/${name}`));
        if (Number(value) !== last) Deno.removeSync(`${meta}/${name}`);
      }
    }
    Deno.removeSync(`${meta}/${last}_artifact__success.json`);
    deepStrictEqual(yield* shown(root), { shas: [], has: false, finished: false });
  }));
