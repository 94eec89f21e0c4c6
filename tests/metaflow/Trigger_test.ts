import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DateTime, Effect } from "effect";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { makeTree, reasonOf } from "./trees.ts";

const triggeredBy = (events: unknown) =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    for (const run of ["F/1", "Up/7", "Other/8"]) tree.run(run, { tags: ["x"] });
    tree.task("F/1/_parameters/0");
    tree.task("F/1/start/1");
    const text = typeof events === "string" ? events : JSON.stringify(events);
    tree.metadata("F/1/start/1", "execution-triggers", text);
    const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
    return yield* run.trigger;
  });

const event = (name: string, timestamp: unknown, id = name, type = "event") => ({
  name,
  timestamp,
  id,
  type,
});

effectTest(
  "events are told newest first, those without a time last",
  () =>
    Effect.gen(function* () {
      const trigger = yield* triggeredBy([
        event("b", 1_700_000_000),
        event("none", null),
        event("c", 1_700_000_100),
        event("text", "2020-01-01T00:00:00Z"),
      ]);
      ok(trigger !== null);
      deepStrictEqual(trigger.events.map(({ name }) => name), ["c", "b", "text", "none"]);
      strictEqual(trigger.event?.name, "c");
      strictEqual(DateTime.toEpochMillis(trigger.event.timestamp!), 1_700_000_100_000);
      strictEqual(trigger.events.at(-1)?.timestamp, null);
      deepStrictEqual(yield* Effect.all([trigger.run, trigger.runs]), [null, []]);
      const found = yield* trigger.get("b");
      ok(!("pathspec" in found) && found.id === "b");
      deepStrictEqual([trigger.has("b"), trigger.has("x")], [true, false]);
      strictEqual((yield* reasonOf(trigger.get("x")))._tag, "NotFound");
    }),
);

effectTest(
  "runs among them are opened by the name of their flow, in whatever namespace",
  () =>
    Effect.gen(function* () {
      const trigger = yield* triggeredBy([
        event("end", 1, "Up/7/end/3", "run"),
        event("end", 2, "Other/8/end/4", "run"),
        event("b", 3),
        event("gone", 0, "Gone/1/end/1", "run"),
      ]);
      ok(trigger !== null);
      strictEqual(trigger.event?.name, "b");
      strictEqual((yield* trigger.run)?.pathspec, "Other/8");
      const found = yield* trigger.get("Up");
      ok("pathspec" in found && found.pathspec === "Up/7");
      // Where there are runs, events are not looked at.
      deepStrictEqual([trigger.has("Up"), trigger.has("b")], [true, false]);
      strictEqual((yield* reasonOf(trigger.runs))._tag, "NotFound");
    }),
);

effectTest(
  "a run that nothing triggered has no trigger; a damaged one is an error",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
      strictEqual(yield* run.trigger, null);
      for (const damaged of ["nonsense", "{}", `[{"name": "a"}]`]) {
        const reason = yield* reasonOf(triggeredBy(damaged));
        strictEqual(reason._tag, "InternalError");
      }
      const elsewhere = yield* triggeredBy([event("x", 1, "..", "run")]);
      strictEqual((yield* reasonOf(elsewhere!.run))._tag, "InvalidPathspec");
    }),
);
