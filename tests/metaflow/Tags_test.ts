import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { Metaflow } from "../../mod.ts";
import * as Local from "../../src/metaflow/provider/local.ts";
import { effectTest } from "../effectTest.ts";
import { copyOf, CURRENT, makeTree, reading, reasonOf, type Tree } from "./trees.ts";

const RUN = "ParkLinearFlow/1795197341341154";
const USER = ["kept", "release", "second"];
const SYSTEM = ["metaflow_version:2.19.38", "python_version:3.11.2", "runtime:dev", "user:alice"];

const sorted = (tags: Iterable<string>) => [...tags].sort();

const selfOf = (root: string, run = RUN) =>
  JSON.parse(Deno.readTextFileSync(join(root, ".metaflow", run, "_meta/_self.json")));

effectTest(
  "tags are added, removed and replaced, on disk and in the object",
  () =>
    Effect.gen(function* () {
      const copy = yield* copyOf(CURRENT, "ParkLinearFlow");
      const before = selfOf(copy.root);
      yield* Effect.gen(function* () {
        const run = yield* Metaflow.Run.get(RUN);
        const changes: ReadonlyArray<
          readonly [Effect.Effect<void, Metaflow.MetaflowError>, ReadonlyArray<string>]
        > = [
          [run.addTag("夜間 🌙"), [...USER, "夜間 🌙"]],
          [run.addTags(["AAA", "BBB", "kept"]), [...USER, "夜間 🌙", "AAA", "BBB"]],
          [run.removeTag("夜間 🌙"), [...USER, "AAA", "BBB"]],
          [run.replaceTags(["AAA", "BBB"], ["BBB", "CCC"]), [...USER, "BBB", "CCC"]],
          [run.replaceTag("CCC", "DDD"), [...USER, "BBB", "DDD"]],
          [run.removeTags(new Set(["BBB", "DDD", "absent"])), USER],
          [run.addTag(["x", "y"]), [...USER, "x", "y"]],
          [run.removeTag(["x", "y"]), USER],
          // Metaflow's own can be added again, which changes nothing.
          [run.addTags(["user:alice", "z"]), [...USER, "z"]],
          [run.removeTag("z"), USER],
        ];
        for (const [change, expected] of changes) {
          yield* change;
          deepStrictEqual(sorted(run.userTags), sorted(expected));
          deepStrictEqual(sorted(run.tags), sorted([...expected, ...SYSTEM]));
          deepStrictEqual(sorted(selfOf(copy.root).tags), sorted(expected));
        }
        // Nothing else of the record changes: Python loses the time and the user of the run.
        deepStrictEqual({ ...selfOf(copy.root), tags: before.tags }, before);
        deepStrictEqual(
          [...Deno.readDirSync(join(copy.root, ".metaflow", RUN, "_meta"))].map(({ name }) => name),
          ["_self.json"],
        );
      }).pipe(Effect.provide(reading(copy)));
    }),
);

effectTest("what is below a run has the tags that its run has now", () =>
  Effect.gen(function* () {
    const copy = yield* copyOf(CURRENT, "ParkLinearFlow");
    yield* Effect.gen(function* () {
      const run = yield* Metaflow.Run.get(RUN);
      const before = yield* run.get("end");
      yield* run.replaceTags(USER, ["new"]);
      const step = yield* run.get("end");
      const task = yield* step.get("3");
      const artifact = yield* task.get("height");
      for (const object of [run, step, task, artifact]) {
        deepStrictEqual(sorted(object.userTags), ["new"]);
      }
      // An object says what was when it was opened.
      deepStrictEqual(sorted(before.userTags), USER);
    }).pipe(Effect.provide(reading(copy)));
  }));

effectTest(
  "tags that cannot be are refused, and nothing is written",
  () =>
    Effect.gen(function* () {
      const copy = yield* copyOf(CURRENT, "ParkLinearFlow");
      const before = selfOf(copy.root);
      yield* Effect.gen(function* () {
        const run = yield* Metaflow.Run.get(RUN);
        // What TypeScript would not let through, JavaScript does.
        const untyped = (value: unknown) => value as Array<string>;
        const refused: ReadonlyArray<
          readonly [Effect.Effect<void, Metaflow.MetaflowError>, string]
        > = [
          [run.addTag(""), "Tags must not be empty string"],
          [run.addTag("a".repeat(501)), "Tag is too long 501 > 500"],
          [run.addTag("\uD800"), "Tags must be UTF-8 encodable, without lone surrogates"],
          [run.addTags(untyped([5])), "Tags must be strings, got number"],
          [run.addTags(untyped(5)), "tags_to_add must be iterable"],
          [run.removeTags("text"), "tags_to_remove may not be a string"],
          [run.replaceTags("text", ["a"]), "tags_to_remove may not be a string"],
          [run.replaceTags(["a"], "text"), "tags_to_add may not be a string"],
          [run.addTags([]), "Must add or remove at least one tag"],
          [run.replaceTags([], []), "Must add or remove at least one tag"],
          [
            run.removeTags(["kept", "user:alice"]),
            "Cannot remove a tag that is an existing system tag (['user:alice'])",
          ],
        ];
        for (const [change, message] of refused) {
          const reason = yield* reasonOf(change);
          deepStrictEqual([reason._tag, reason.message], ["TaggingError", message]);
        }
        deepStrictEqual(sorted(run.userTags), USER);
        yield* run.addTag("🌊".repeat(500)); // 500 code points
      }).pipe(Effect.provide(reading(copy)));
      const after = selfOf(copy.root);
      deepStrictEqual({ ...after, tags: before.tags }, before);
      deepStrictEqual(sorted(after.tags), sorted([...USER, "🌊".repeat(500)]));
    }),
);

effectTest("a run has up to 50 tags, or as many as it had", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    const many = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);
    tree.run("F/1", { tags: many(49) });
    tree.run("F/2", { tags: many(60) });
    yield* Effect.gen(function* () {
      const run = yield* Metaflow.Run.get("F/1");
      const reason = yield* reasonOf(run.addTags(["a", "b"]));
      deepStrictEqual(
        [reason._tag, reason.message],
        ["TaggingError", "Cannot increase size of tag set beyond 50"],
      );
      yield* run.addTag("a");
      strictEqual(run.userTags.size, 50);
      const full = yield* Metaflow.Run.get("F/2");
      strictEqual((yield* reasonOf(full.addTag("a")))._tag, "TaggingError");
      yield* full.replaceTag("t0", "a");
      yield* full.removeTags(["t1", "t2"]);
      strictEqual(full.userTags.size, 58);
    }).pipe(Effect.provide(tree.layer()));
  }));

effectTest("a run that is not there any more cannot be tagged", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1");
    yield* Effect.gen(function* () {
      const run = yield* Metaflow.Run.get("F/1");
      Deno.removeSync(`${tree.root}/.metaflow/F/1`, { recursive: true });
      const reason = yield* reasonOf(run.addTag("a"));
      deepStrictEqual([reason._tag, reason.message], ["TaggingError", "Run not found (F, 1)"]);
    }).pipe(Effect.provide(tree.layer()));
  }));

effectTest(
  "what cannot be written is an error, and leaves nothing behind",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      const meta = join(tree.root, ".metaflow/F/1/_meta");
      const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
      Deno.renameSync(join(meta, "_self.json"), join(meta, "kept"));
      Deno.mkdirSync(join(meta, "_self.json"));
      strictEqual((yield* reasonOf(run.addTag("a")))._tag, "TaggingError");
      Deno.removeSync(join(meta, "_self.json"));
      Deno.renameSync(join(meta, "kept"), join(meta, "_self.json"));
      yield* run.addTag("a");
      deepStrictEqual([...Deno.readDirSync(meta)].map(({ name }) => name), ["_self.json"]);
    }),
);

/** Another process, which undoes each change as soon as it is written. */
const undoing = (tree: Tree, times: number): { readonly writes: () => number } => {
  const rename = Deno.renameSync;
  let writes = 0;
  Deno.renameSync = (from, to) => {
    rename(from, to);
    if (writes++ < times) tree.run("F/1", { tags: ["theirs"] });
  };
  restored.push(() => Deno.renameSync = rename);
  return { writes: () => writes };
};
const restored: Array<() => void> = [];

const withRestored = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.ensuring(effect, Effect.sync(() => restored.splice(0).forEach((restore) => restore())));

effectTest(
  "a change that another process undoes is made again, after 0.3 · r^n seconds",
  () =>
    withRestored(Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
      const others = undoing(tree, 3);
      const fiber = yield* Effect.forkChild(run.addTag("ours"), { startImmediately: true });
      strictEqual(others.writes(), 1);
      yield* TestClock.adjust(329); // 0.3 · 1.1 s at least
      strictEqual(others.writes(), 1);
      yield* TestClock.adjust(61); // 0.3 · 1.3 s at most
      strictEqual(others.writes(), 2);
      yield* TestClock.adjust("2 seconds");
      yield* Fiber.join(fiber);
      strictEqual(others.writes(), 4);
      deepStrictEqual(sorted(run.userTags), ["ours", "theirs"]);
      deepStrictEqual(sorted(selfOf(tree.root, "F/1").tags), ["ours", "theirs"]);
    })).pipe(Effect.provide(TestClock.layer())),
);

effectTest("and given up after five tries", () =>
  withRestored(Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1");
    const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
    const others = undoing(tree, Infinity);
    const fiber = yield* Effect.forkChild(reasonOf(run.addTag("ours")));
    yield* TestClock.adjust("10 seconds");
    const reason = yield* Fiber.join(fiber);
    deepStrictEqual(
      [reason._tag, reason.message],
      ["TaggingError", "Tagging failed due to too many conflicting updates from other processes"],
    );
    strictEqual(others.writes(), 5);
    deepStrictEqual(sorted(run.userTags), []);
  })).pipe(Effect.provide(TestClock.layer())));

effectTest(
  "of many that tag one run at the same time, none is lost",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1", { systemTags: ["user:ann"] });
      const tags = Array.from({ length: 40 }, (_, i) => `t${i}`);
      const provider = Local.make(tree.root);
      yield* Effect.forEach(
        tags,
        (tag) => provider.mutateTags(["F", "1"], { add: new Set([tag]), remove: new Set() }),
        { concurrency: "unbounded" },
      );
      deepStrictEqual(sorted(selfOf(tree.root, "F/1").tags), sorted(tags));
    }),
);
