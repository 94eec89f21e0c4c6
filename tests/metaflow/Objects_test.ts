import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DateTime, Effect, Schema, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading, reasonOf } from "./trees.ts";

const pathspecs = <E, R>(objects: Stream.Stream<Metaflow.MetaflowObject, E, R>) =>
  Effect.map(Stream.runCollect(objects), (all) => all.map(({ pathspec }) => pathspec));

effectTest(
  "pathspecs with another number of parts, or with parts that are no ids, are refused",
  () =>
    Effect.gen(function* () {
      const problems: Array<string> = [];
      for (const pathspec of ["", "F/1", "F/", "/", "..", "F\0"]) {
        const reason = yield* reasonOf(Metaflow.Flow.get(pathspec));
        strictEqual(reason._tag, "InvalidPathspec");
        problems.push(reason.message);
      }
      deepStrictEqual(problems[1], `Expects Flow('FlowName'), not "F/1".`);
      const gets = [
        [
          Metaflow.Run.get,
          ["F", "F/", "F/1/", "F/1/s", "../1", "F/..", "F/a\\b"],
          "FlowName/RunID",
        ],
        [Metaflow.Step.get, ["F/1", "F/1/s/2", "F/1/."], "FlowName/RunID/StepName"],
        [Metaflow.Task.get, ["F/1/s", "F/1/s/2/x", "F/1/s/"], "FlowName/RunID/StepName/TaskID"],
        [
          Metaflow.DataArtifact.get,
          ["F/1/s/2", "F/1/s/2/x/y", "F/1/s/2/../x"],
          "FlowName/RunID/StepName/TaskID/ArtifactName",
        ],
      ] as const;
      for (const [get, pathspecs, form] of gets) {
        for (const pathspec of pathspecs) {
          const reason = yield* reasonOf(get(pathspec));
          strictEqual(reason._tag, "InvalidPathspec");
          ok(reason.message.includes(`('${form}')`), reason.message);
        }
      }
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "what does not exist is not found, by pathspec and by key, and told as Python tells it",
  () =>
    Effect.gen(function* () {
      const messageOf = (get: Effect.Effect<unknown, Metaflow.MetaflowError, Metaflow.Client>) =>
        Effect.map(reasonOf(get), (reason) => {
          strictEqual(reason._tag, "NotFound");
          return reason.message;
        });
      const run = "ParkLinearFlow/1795197341341154";
      strictEqual(yield* messageOf(Metaflow.Flow.get("X")), "Flow('X') does not exist");
      strictEqual(yield* messageOf(Metaflow.Run.get("X/1")), "Run('X/1') does not exist");
      strictEqual(
        yield* messageOf(Metaflow.Step.get(`${run}/x`)),
        `Step('${run}/x') does not exist`,
      );
      strictEqual(
        yield* messageOf(Metaflow.Task.get(`${run}/end/9`, { attempt: 1 })),
        `Task('${run}/end/9', attempt=1) does not exist`,
      );
      strictEqual(
        yield* messageOf(Metaflow.DataArtifact.get(`${run}/end/3/x`)),
        `DataArtifact('${run}/end/3/x') does not exist`,
      );
      const flow = yield* Metaflow.Flow.get("ParkLinearFlow");
      strictEqual(yield* messageOf(flow.get("1")), "Run('ParkLinearFlow/1') does not exist");
      const task = yield* Metaflow.Task.get(`${run}/end/3`);
      // A name is a name, and not a pattern.
      strictEqual(
        yield* messageOf(task.get("hei*")),
        `DataArtifact('${run}/end/3/hei*') does not exist`,
      );
      const data = yield* task.data();
      strictEqual(
        yield* messageOf(data.get("_success")),
        `Task('${run}/end/3') has no artifact "_success"`,
      );
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest("attempts are checked before anything is read", () =>
  Effect.gen(function* () {
    const wrong = [[1.5, "an integer"], [-1, "non-negative"], [6, "smaller than 6"]] as const;
    for (const [attempt, must] of wrong) {
      for (const get of [Metaflow.Task.get, Metaflow.DataArtifact.get]) {
        const reason = yield* reasonOf(get("whatever", { attempt }));
        strictEqual(reason._tag, "NotFound");
        strictEqual(reason.message, `Attempt can only be ${must}, not ${attempt}`);
      }
    }
    // Whether an attempt happened is not checked.
    const task = yield* Metaflow.Task.get("ParkRetryFlow/1795197357784700/start/1", { attempt: 5 });
    strictEqual(yield* task.currentAttempt, 5);
    strictEqual(yield* task.successful, false);
    deepStrictEqual(yield* task.metadata, []);
    strictEqual(yield* task.stdout, "\n");
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest(
  "children are listed newest first, are had by id, and hidden ones too",
  () =>
    Effect.gen(function* () {
      const run = yield* Metaflow.Run.get("ParkLinearFlow/1795197341341154");
      deepStrictEqual(yield* pathspecs(run.steps()), [
        "ParkLinearFlow/1795197341341154/end",
        "ParkLinearFlow/1795197341341154/grow",
        "ParkLinearFlow/1795197341341154/start",
      ]);
      strictEqual((yield* run.get("_parameters")).id, "_parameters");
      deepStrictEqual(
        yield* Effect.all([run.has("_parameters"), run.has("end"), run.has("x"), run.has("../x")]),
        [true, true, false, false],
      );
      const step = yield* run.get("end");
      deepStrictEqual(
        yield* Effect.all([step.has("3"), step.has("1")]),
        [true, false],
      );
      const task = yield* step.get("3");
      const names = (yield* Stream.runCollect(task.artifacts())).map(({ id }) => id);
      deepStrictEqual(names.toSorted(), [
        "height",
        "name",
        "opts",
        "rate",
        "readme",
        "rings",
        "title",
        "trees",
      ]);
      deepStrictEqual(
        yield* Effect.all([
          task.has("_success"),
          task.has("height"),
          task.has("x"),
          task.has("a/b"),
        ]),
        [true, true, false, false],
      );
      const data = yield* task.data();
      deepStrictEqual(data.names, names);
      deepStrictEqual([data.has("height"), data.has("_success")], [true, false]);
      strictEqual(String(data), `<MetaflowData: ${names.join(", ")}>`);
      strictEqual(yield* data.get("height"), yield* task.data("height"));
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "of the same millisecond, the one with the greater number comes first",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      const createdAt = 1_700_000_000_000;
      for (const id of ["9", "10", "2", "b", "a"]) tree.run(`F/${id}`, { createdAt });
      const flow = yield* Effect.provide(Metaflow.Flow.get("F"), tree.layer());
      deepStrictEqual(yield* pathspecs(flow.runs()), ["F/b", "F/a", "F/10", "F/9", "F/2"]);
    }),
);

effectTest(
  "listings take only what has all of some tags, of users or of Metaflow",
  () =>
    Effect.gen(function* () {
      const flow = yield* Metaflow.Flow.get("ParkLinearFlow");
      const run = "ParkLinearFlow/1795197341341154";
      deepStrictEqual(yield* pathspecs(flow.runs("release", "user:alice")), [run]);
      deepStrictEqual(yield* pathspecs(flow.runs("release", "user:bob")), []);
      const opened = yield* flow.get("1795197341341154");
      strictEqual((yield* pathspecs(opened.steps("release"))).length, 3);
      deepStrictEqual(yield* pathspecs(opened.steps("x")), []);
      const step = yield* opened.get("end");
      deepStrictEqual(yield* pathspecs(step.tasks("release", "kept")), [`${run}/end/3`]);
      deepStrictEqual(yield* pathspecs(step.tasks("release", "x")), []);
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "parents are opened, a task of an artifact with the artifact's attempt",
  () =>
    Effect.gen(function* () {
      const path = "ParkRetryFlow/1795197357784700/start/1";
      const artifact = yield* Metaflow.DataArtifact.get(`${path}/tries`, { attempt: 1 });
      strictEqual(String(artifact), `DataArtifact('${path}/tries', attempt=1)`);
      const task = yield* artifact.parent;
      strictEqual(String(task), `Task('${path}', attempt=1)`);
      const step = yield* task.parent;
      const run = yield* step.parent;
      const flow = yield* run.parent;
      deepStrictEqual([step, run, flow].map(String), [
        "Step('ParkRetryFlow/1795197357784700/start')",
        "Run('ParkRetryFlow/1795197357784700')",
        "Flow('ParkRetryFlow')",
      ]);
      strictEqual(yield* flow.parent, null);
      strictEqual(
        DateTime.toEpochMillis(artifact.finishedAt),
        DateTime.toEpochMillis(artifact.createdAt),
      );
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest("values go through a schema, or are of another type", () =>
  Effect.gen(function* () {
    const run = yield* Metaflow.Run.get("ParkLinearFlow/1795197341341154");
    const rings: ReadonlyArray<number> = yield* run.data("rings", Schema.Array(Schema.Int));
    deepStrictEqual(rings, [1, 2, 3]);
    const reason = yield* reasonOf(run.data("rings", Schema.Int));
    strictEqual(reason._tag, "TypeMismatch");
    ok(reason.message.includes("ParkLinearFlow/1795197341341154/end/3/rings"), reason.message);
    const decoding = [
      run.data("rings", Metaflow.NdArray),
      run.data("rings", Metaflow.DataFrame),
      run.data("rings", Metaflow.ExceptionWrapper),
    ];
    for (const decoded of decoding) {
      strictEqual((yield* reasonOf(decoded))._tag, "TypeMismatch");
    }
    const failed = yield* Metaflow.Task.get("ParkFailFlow/1795197359484266/mow/2");
    const exception = yield* failed.get("_exception");
    strictEqual(
      (yield* exception.dataAs(Metaflow.ExceptionWrapper)).type,
      "builtins.RuntimeError",
    );
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest(
  "before its last step a run has no data, and is neither finished nor successful",
  () =>
    Effect.gen(function* () {
      const run = yield* Metaflow.Run.get("ParkFailFlow/1795197359484266");
      deepStrictEqual(
        yield* Effect.all([run.endTask, run.data(), run.finishedAt, run.finished, run.successful]),
        [null, null, null, false, false],
      );
      const reason = yield* reasonOf(run.data("begun"));
      strictEqual(reason._tag, "NotFound");
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "steps without a task, and runs without a step, are no errors",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/2/start/1");
      tree.run("F/2");
      Deno.removeSync(`${tree.root}/.metaflow/F/2/start/1`, { recursive: true });
      yield* Effect.gen(function* () {
        const empty = yield* Metaflow.Run.get("F/1");
        deepStrictEqual(yield* pathspecs(empty.steps()), []);
        deepStrictEqual(
          yield* Effect.all([empty.endTask, empty.code, empty.trigger, empty.originPathspec]),
          [null, null, null, null],
        );
        strictEqual((yield* empty.tasksDf()).height, 0);
        const step = yield* Metaflow.Step.get("F/2/start");
        deepStrictEqual(
          yield* Effect.all([step.task, step.finishedAt, step.environmentInfo, step.controlTask]),
          [null, null, null, null],
        );
      }).pipe(Effect.provide(tree.layer()));
    }),
);

effectTest("the first and last step of a run can have other names", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1");
    tree.task("F/1/_parameters/0");
    tree.task("F/1/sow/1");
    tree.task("F/1/reap/2");
    tree.metadata("F/1/_parameters/0", "start_step", "sow");
    tree.metadata("F/1/_parameters/0", "end_step", "reap");
    tree.metadata("F/1/reap/2", "attempt-done", "0");
    tree.artifact("F/1/reap/2", "_success", new TextEncoder().encode("I01\n."));
    const run = yield* Effect.provide(Metaflow.Run.get("F/1"), tree.layer());
    strictEqual((yield* run.endTask)?.pathspec, "F/1/reap/2");
    strictEqual(yield* run.successful, true);
  }));
