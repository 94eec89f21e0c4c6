import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { Effect, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading } from "./trees.ts";

const NEW = "ParkTypesFlow/1795197365149068/start/1";
const OLD = "ParkTypesFlow/1795197362372726/start/1";

effectTest(
  "frames, arrays, texts and files are what Python has, of both generations of pandas",
  () =>
    Effect.gen(function* () {
      for (const pathspec of [NEW, OLD]) {
        const task = yield* Metaflow.Task.get(pathspec);
        const frame = yield* task.data("frame", Metaflow.DataFrame);
        deepStrictEqual(frame.columns, ["i", "f", "s", "t"]);
        deepStrictEqual(frame.getColumn("i").toArray(), [1, 2]);
        deepStrictEqual(frame.getColumn("s").toArray(), ["x", null]);
        deepStrictEqual(
          frame.getColumn("t").toArray().map((time) => new Date(String(time)).toISOString()),
          ["2024-01-01T00:00:00.000Z", "2024-01-02T00:00:00.000Z"],
        );
        const array = yield* task.data("arr", Metaflow.NdArray);
        deepStrictEqual(array.shape, [2, 2]);
        deepStrictEqual(array.data, Float64Array.of(1.5, -2, NaN, 4));
        const wide = yield* task.data("arr_i64", Metaflow.NdArray);
        deepStrictEqual(wide.data, BigInt64Array.of(4611686018427387904n, -1n));
        deepStrictEqual(yield* task.data("raw"), Uint8Array.of(0x00, 0xfe));
        const series = yield* task.data("series", Metaflow.DataFrame);
        strictEqual(series.height, 2);
        deepStrictEqual(series.getColumn("ser").toArray(), [1, 2]);
      }
      const readme = yield* Metaflow.DataArtifact.get(
        "ParkLinearFlow/1795197341341154/start/1/readme",
      );
      strictEqual(yield* readme.data, "Park rules – line 1\nline 2\n");
      const described = yield* readme.decode();
      ok(Metaflow.Pickle.isTagged(described) && described._tag === "IncludedFile");
      // Of an included file, the size is that of its content.
      strictEqual(yield* readme.size, Number(described.size));
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "bytes and streams are the serialized value, of which the hash is that of the record",
  () =>
    Effect.gen(function* () {
      const bulk = yield* Metaflow.DataArtifact.get(`${NEW}/bulk`);
      const bytes = yield* bulk.bytes;
      strictEqual(createHash("sha1").update(bytes).digest("hex"), bulk.sha);
      strictEqual(yield* bulk.size, bytes.length);
      const pieces = yield* Stream.runCollect(bulk.stream);
      deepStrictEqual(new Uint8Array(pieces.flatMap((piece) => [...piece])), bytes);
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest("what a frame cannot hold is told by a warning", () =>
  Effect.gen(function* () {
    const task = yield* Metaflow.Task.get(NEW);
    const [frame, warnings] = yield* Metaflow.collectWarnings(
      task.data("frame", Metaflow.DataFrame),
    );
    deepStrictEqual([frame.width, warnings], [4, []]);
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest("kept values are not those that a caller has changed", () =>
  Effect.gen(function* () {
    const artifact = yield* Metaflow.DataArtifact.get(`${NEW}/raw`);
    const first = yield* artifact.bytes;
    first.fill(0);
    deepStrictEqual(yield* artifact.data, Uint8Array.of(0x00, 0xfe));
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest(
  "a moved tree says where its data was, until it is told where it is",
  () =>
    Effect.gen(function* () {
      const task = Metaflow.Task.get(NEW);
      const moved = yield* Effect.flip(
        Effect.flatMap(task, (task) => task.data("raw")).pipe(
          Effect.provide(Metaflow.layerLocal({ root: CURRENT.root, namespace: null })),
        ),
      );
      strictEqual(moved.reason._tag, "DataFailure");
      ok(moved.message.includes("/srv/mfdev/.metaflow") && moved.message.includes("rootMapping"));
      const rootMapping = {
        "/srv": "/nowhere",
        "/srv/mfdev/": `${CURRENT.root}/`,
        "/srv/mf": "/x",
      };
      const layer = reading(CURRENT, { rootMapping });
      const found = Effect.flatMap(task, (task) => task.data("raw")).pipe(Effect.provide(layer));
      deepStrictEqual(yield* found, Uint8Array.of(0x00, 0xfe));
    }),
);

effectTest("reading is over as soon as nobody waits for it", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1");
    tree.task("F/1/start/1");
    // A pickle of two million integers, which takes its time.
    const pickle = new Uint8Array(2 + 4_000_000 + 2);
    pickle.set([0x5d, 0x28]);
    for (let i = 0; i < 2_000_000; i++) pickle.set([0x4b, i & 255], 2 + 2 * i);
    pickle.set([0x65, 0x2e], pickle.length - 2);
    tree.artifact("F/1/start/1", "long", pickle);
    const artifact = yield* Effect.provide(
      Metaflow.DataArtifact.get("F/1/start/1/long", { attempt: 0 }),
      tree.layer(),
    );
    // Reading it takes far longer than this.
    const outcome = yield* artifact.data.pipe(
      Effect.as("read"),
      Effect.timeoutOrElse({
        duration: "10 millis",
        orElse: () => Effect.succeed("given up"),
      }),
    );
    strictEqual(outcome, "given up");
    ok(Array.isArray(yield* artifact.data));
  }));
