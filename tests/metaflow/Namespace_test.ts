import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ConfigProvider, Effect, Layer, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading, reasonOf } from "./trees.ts";

/** Variables of the environment, and no others. */
const environment = (env: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env }));

/** A client that knows its user from the environment only. */
const readingAs = (env: Readonly<Record<string, string>>) =>
  reading(CURRENT, { namespace: undefined }).pipe(Layer.provide(environment(env)));

const runs = Effect.flatMap(
  Metaflow.Flow.get("ParkLinearFlow"),
  (flow) => Effect.map(Stream.runCollect(flow.runs()), (runs) => runs.map(({ id }) => id)),
);

const ALICE = ["1795197341341154", "1795197339781376"];
const BOB = ["1795197343083827"];

effectTest(
  "a program starts in the namespace of its token, else of its user",
  () =>
    Effect.gen(function* () {
      const namespaces = [
        [{ METAFLOW_PRODUCTION_TOKEN: "t", METAFLOW_USER: "a" }, "production:t"],
        [{ METAFLOW_USER: "a", SUDO_USER: "b" }, "user:a"],
        [{ METAFLOW_USER: "root", SUDO_USER: "b", USERNAME: "c" }, "user:b"],
        [{ SUDO_USER: "root", USERNAME: "", USER: "d" }, "user:d"],
      ] as const;
      for (const [env, expected] of namespaces) {
        strictEqual(yield* Metaflow.getNamespace.pipe(Effect.provide(readingAs(env))), expected);
      }
      for (const operation of [Metaflow.getNamespace, Metaflow.defaultNamespace]) {
        const reason = yield* reasonOf(operation.pipe(Effect.provide(readingAs({ USER: "root" }))));
        strictEqual(reason._tag, "UnknownUser");
        ok(reason.message.includes("METAFLOW_USER"));
      }
    }),
);

effectTest(
  "nothing opens without a user, until a namespace is chosen",
  () =>
    Effect.gen(function* () {
      strictEqual((yield* reasonOf(runs))._tag, "UnknownUser");
      strictEqual((yield* reasonOf(Metaflow.Run.get("malformed")))._tag, "UnknownUser");
      yield* Metaflow.namespace("user:bob");
      deepStrictEqual(yield* runs, BOB);
    }).pipe(Effect.provide(readingAs({}))),
);

effectTest(
  "flows and runs outside of the namespace are seen by `has`, and by nothing else",
  () =>
    Effect.gen(function* () {
      strictEqual(yield* Metaflow.getNamespace, "user:alice");
      deepStrictEqual(yield* runs, ALICE);
      const flow = yield* Metaflow.Flow.get("ParkLinearFlow");
      strictEqual(yield* flow.has(BOB[0]!), true);
      for (const get of [flow.get(BOB[0]!), Metaflow.Run.get(`ParkLinearFlow/${BOB[0]}`)]) {
        const reason = yield* reasonOf(get);
        strictEqual(reason._tag, "NamespaceMismatch");
        ok(reason.message.startsWith("Object not in namespace 'user:alice'"), reason.message);
      }
      const below = [
        Metaflow.Step.get(`ParkLinearFlow/${BOB[0]}/end`),
        Metaflow.Task.get(`ParkLinearFlow/${BOB[0]}/end/3`),
        Metaflow.DataArtifact.get(`ParkLinearFlow/${BOB[0]}/end/3/height`),
      ];
      for (const get of below) strictEqual((yield* reasonOf(get))._tag, "NamespaceMismatch");
      const ids = Stream.runCollect(Metaflow.Metaflow.flows).pipe(
        Effect.map((flows) => flows.map(({ id }) => id)),
      );
      strictEqual((yield* ids).length, 6);
      yield* Metaflow.namespace("user:bob");
      deepStrictEqual(yield* ids, ["ParkLinearFlow"]);
      strictEqual((yield* reasonOf(Metaflow.Flow.get("ParkFailFlow")))._tag, "NamespaceMismatch");
      strictEqual(yield* Metaflow.Metaflow.has("ParkFailFlow"), true);
      yield* Metaflow.namespace("user:nobody");
      deepStrictEqual(yield* ids, []);
    }).pipe(Effect.provide(reading(CURRENT, { namespace: undefined, user: "alice" }))),
);

effectTest(
  "objects keep the namespace that they were opened in, and so do their children",
  () =>
    Effect.gen(function* () {
      const ofAlice = yield* Metaflow.Flow.get("ParkLinearFlow");
      const [everywhere] = yield* Metaflow.withNamespace(null)(
        Effect.all([Metaflow.Flow.get("ParkLinearFlow")]),
      );
      yield* Metaflow.namespace("user:nobody");
      strictEqual((yield* Stream.runCollect(ofAlice.runs())).length, 2);
      strictEqual((yield* reasonOf(ofAlice.get(BOB[0]!)))._tag, "NamespaceMismatch");
      const run = yield* everywhere.get(BOB[0]!);
      strictEqual((yield* Stream.runCollect(run.steps())).length, 3);
      // This alone asks for the namespace of now.
      deepStrictEqual(
        yield* Effect.all([ofAlice, run].map((object) => object.isInNamespace())),
        [false, false],
      );
      yield* Metaflow.namespace("user:bob");
      deepStrictEqual(
        yield* Effect.all([ofAlice, run].map((object) => object.isInNamespace())),
        [true, true],
      );
      strictEqual(yield* Metaflow.namespace(null), null);
      strictEqual(yield* run.isInNamespace(), true);
      strictEqual(yield* Metaflow.defaultNamespace, "user:alice");
      strictEqual(yield* Metaflow.getNamespace, "user:alice");
    }).pipe(Effect.provide(reading(CURRENT, { namespace: undefined, user: "alice" }))),
);

effectTest(
  "a part of a program has a namespace of its own, whatever happens around it",
  () =>
    Effect.gen(function* () {
      const parts = yield* Effect.all(
        ["user:alice", "user:bob"].map((namespace) => Metaflow.withNamespace(namespace)(runs)),
        { concurrency: "unbounded" },
      );
      deepStrictEqual(parts, [ALICE, BOB]);
      strictEqual(yield* Metaflow.getNamespace, null);
      const inner = Metaflow.withNamespace("user:bob")(Metaflow.getNamespace);
      strictEqual(yield* Metaflow.withNamespace("user:alice")(inner), "user:bob");
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest("any tag can be a namespace, of whatever characters", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1", { tags: ["夜間 バッチ", "a,b"] });
    tree.run("F/2", { tags: ["夜間"] });
    const flow = Effect.flatMap(Metaflow.Flow.get("F"), (flow) => flow.latestRun);
    for (const namespace of ["夜間 バッチ", "a,b"]) {
      const run = yield* Metaflow.withNamespace(namespace)(flow).pipe(
        Effect.provide(tree.layer()),
      );
      strictEqual(run?.id, "1");
    }
  }));
