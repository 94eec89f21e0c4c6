import assert from "node:assert/strict";
import { DateTime, Effect, Fiber, Latch, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { DamagedFile } from "../../../src/neptune/NeptuneError.ts";
import { effectTest } from "../../effectTest.ts";
import { project, TEN } from "../project/acceptance.ts";
import { type RecordedRun, recordingSource } from "../recordingSource.ts";

const { Attribute } = Neptune;

const int = (value: number) => ({ type: "int", value }) as const;

/** A run on a recording source. */
const recorded = (run: RecordedRun) =>
  Effect.gen(function* () {
    const recording = recordingSource({ a: run });
    const opened = yield* recording.project.run({ withId: "a" });
    recording.requests.length = 0;
    const methods = () => recording.requests.splice(0).map(({ method }) => method);
    return { recording, run: opened, methods };
  });

effectTest("values of every type, without a prefetch and with one", () =>
  Effect.gen(function* () {
    const { run, methods } = yield* recorded({
      attributes: {
        "fields/int": int(5),
        "fields/float": { type: "float", value: 3.14 },
        "fields/string": { type: "string", value: "Neptune Rulez!" },
        "fields/true": { type: "bool", value: true },
        "fields/false": { type: "bool", value: false },
        "fields/datetime": { type: "datetime", value: Date.UTC(2024, 0, 1, 12, 34, 56, 789) },
        "sys/tags": { type: "stringSet", value: ["tag1", "tag2"] },
        "sys/state": { type: "experimentState", value: "running" },
      },
      floats: { "metrics/loss": [[0, 1], [1, 0.5]], "metrics/empty": [[0, 1, 0.5]] },
      strings: { log: [[0, "first"], [1, "last"]] },
    });
    const expected: Readonly<Record<string, unknown>> = {
      "fields/int": 5,
      "fields/float": 3.14,
      "fields/string": "Neptune Rulez!",
      "fields/true": true,
      "fields/false": false,
      "fields/datetime": DateTime.makeUnsafe("2024-01-01T12:34:56.789Z"),
      "sys/tags": new Set(["tag2", "tag1"]),
      "sys/state": "active",
      "metrics/loss": 0.5,
      "metrics/empty": null,
      log: "last",
    };
    for (const [path, value] of Object.entries(expected)) {
      assert.deepEqual(yield* run.fetch(path), value, path);
      yield* run.forget(path);
    }
    methods();
    yield* run.prefetch(Object.keys(expected));
    assert.deepEqual(methods(), ["values"]);
    for (const [path, value] of Object.entries(expected)) {
      assert.deepEqual(yield* run.fetch(path), value, path);
    }
    assert.deepEqual(methods(), []);
  }));

effectTest("fields of the acceptance tests, typed", () =>
  Effect.gen(function* () {
    const run = yield* project.run({ experimentName: "exp1" });
    const paths = TEN.flatMap((i) => [`config/foo${i}`, `config/bar${i}`, `metrics/foo${i}`]);
    yield* run.prefetch(paths);
    for (const i of TEN) {
      assert.equal(yield* run.fetch(`config/foo${i}`, Attribute.String), `valfoo${i}`);
      assert.equal(yield* run.fetch(`config/bar${i}`, Attribute.Integer), i);
      assert.equal(yield* run.fetch(`config/bar${i}`, Attribute.BigInteger), BigInt(i));
      assert.equal(yield* run.fetch(`metrics/foo${i}`, Attribute.FloatSeries), i);
      assert.equal(yield* run.fetchLast(`metrics/foo${i}`), i);
    }
    const created = yield* run.fetch("sys/creation_time", Attribute.Datetime);
    assert.equal(DateTime.formatIso(created), "2025-03-03T09:11:19.257Z");
    assert.deepEqual(
      yield* run.fetch("sys/tags", Attribute.StringSet),
      new Set(["tag2", "head"]),
    );
  }));

effectTest("a value is requested once, alone, and then kept", () =>
  Effect.gen(function* () {
    const { recording, run } = yield* recorded({ attributes: { x: int(1), y: int(2) } });
    assert.equal(yield* run.fetch("x"), 1);
    assert.equal(yield* run.fetch("x", Attribute.Integer), 1);
    assert.equal((yield* run.field("x")).type, "int");
    assert.deepEqual(recording.requests, [{
      method: "values",
      request: { project: "test/recording", runs: ["a"], select: { paths: ["x"] } },
    }]);
  }));

effectTest(
  "reading one field does not list the others (lazily loaded in L)",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({ attributes: { x: int(1) } });
      assert.deepEqual(methods(), []);
      yield* run.fetch("x");
      assert.deepEqual(methods(), ["values"]);
    }),
);

effectTest(
  "prefetch requests what is not kept, each path once, and ignores what does not exist",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({
        attributes: { x: int(1), y: int(2), z: int(3) },
      });
      yield* run.fetch("y");
      methods();
      yield* run.prefetch(["x", "y", "nope", "x", "z"]);
      const [request] = recording.requests.splice(0);
      assert(request?.method === "values");
      assert.deepEqual(request.request.select, { paths: ["x", "nope", "z"] });
      for (const path of ["x", "y", "z"]) yield* run.fetch(path);
      yield* run.prefetch(["x", "y", "z"]);
      yield* run.prefetch([]);
      assert.deepEqual(methods(), []);
      // What does not exist is not remembered as missing.
      yield* run.prefetch(["nope"]);
      assert.deepEqual(methods(), ["values"]);
    }),
);

effectTest(
  "prefetch takes a single text as one path, a set, and a generator",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({
        attributes: { abc: int(1), d: int(2), e: int(3) },
      });
      yield* run.prefetch("abc");
      yield* run.prefetch(new Set(["d"]));
      yield* run.prefetch(["e"].values());
      assert.deepEqual(methods(), ["values", "values", "values"]);
      for (const path of ["abc", "d", "e"]) yield* run.fetch(path);
      assert.deepEqual(methods(), []);
    }),
);

effectTest(
  "changes in the source stay unseen until a field is forgotten or the run opened again",
  () =>
    Effect.gen(function* () {
      const { recording, run } = yield* recorded({ attributes: { x: int(1), y: int(1) } });
      yield* run.prefetch(["x", "y"]);
      recording.runs.set("a", { attributes: { x: int(2), y: int(2) } });
      assert.equal(yield* run.fetch("x"), 1);
      yield* run.forget("x");
      assert.equal(yield* run.fetch("x"), 2);
      assert.equal(yield* run.fetch("y"), 1);
      const again = yield* recording.project.run({ withId: "a" });
      assert.equal(yield* again.fetch("y"), 2);
    }),
);

effectTest("what is not kept cannot be forgotten", () =>
  Effect.gen(function* () {
    const { run, methods } = yield* recorded({ attributes: { x: int(1) } });
    for (let i = 0; i < 2; i++) {
      const error = yield* Effect.flip(run.forget("x"));
      assert.equal(error.reason._tag, "FieldNotFound");
      assert.deepEqual(methods(), []);
      yield* run.fetch("x");
      yield* run.forget("x");
      methods();
    }
  }));

effectTest(
  "fieldNames: all paths as the source lists them, in one request for good",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded({ attributes: { z: int(1), a: int(2) } });
      const names = run.fieldNames;
      assert.deepEqual(methods(), []);
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(yield* Stream.runCollect(names), ["sys/id", "sys/trashed", "z", "a"]);
      }
      assert.deepEqual(methods(), ["definitions"]);
    }),
);

effectTest(
  "a late field is not in the snapshot, but can be fetched, and is listed then",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({ attributes: { x: int(1) } });
      const names = Effect.map(Stream.runCollect(run.fieldNames), (names) => names.join());
      assert.equal(yield* names, "sys/id,sys/trashed,x");
      recording.runs.set("a", { attributes: { x: int(1), late: int(2), later: int(3) } });
      assert.equal(yield* names, "sys/id,sys/trashed,x");
      assert.equal(yield* run.fetch("late"), 2);
      assert.equal(yield* names, "sys/id,sys/trashed,x,late");
      yield* run.prefetch(["later"]);
      assert.equal(yield* names, "sys/id,sys/trashed,x,late,later");
      assert.deepEqual(methods(), ["definitions", "values", "values"]);
    }),
);

effectTest(
  "a field that is missing is asked for at every attempt, until it is there",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({});
      for (let i = 0; i < 2; i++) {
        const error = yield* Effect.flip(run.field("late"));
        assert.equal(error.reason._tag, "FieldNotFound");
        assert.equal(error.method, "ReadOnlyRun.field");
      }
      assert.deepEqual(methods(), ["values", "values"]);
      recording.runs.set("a", { attributes: { late: int(2) } });
      const field = yield* run.field("late");
      assert.equal(field.type, "int");
      assert.equal(yield* field.fetch(), 2);
      assert.deepEqual(methods(), ["values"]);
    }),
);

effectTest(
  "fetches of one path at the same time share a request, of two paths do not",
  () =>
    Effect.gen(function* () {
      const { recording, run, methods } = yield* recorded({ attributes: { x: int(1), y: int(2) } });
      const go = yield* Latch.make();
      recording.before = () => go.await;
      const fetching = yield* Effect.forkChild(
        Effect.forEach(
          ["x", "y", "x", "x", "nope", "nope"],
          (path) => Effect.exit(run.fetch(path)),
          {
            concurrency: "unbounded",
          },
        ),
      );
      yield* Effect.yieldNow;
      yield* go.open;
      const exits = yield* Fiber.join(fetching);
      assert.deepEqual(
        exits.map(({ _tag }) => _tag).join(),
        "Success,Success,Success,Success,Failure,Failure",
      );
      assert.deepEqual(methods(), ["values", "values", "values"]);
    }),
);

effectTest(
  "an interrupted fetch does not interrupt another one of the same path",
  () =>
    Effect.gen(function* () {
      const { recording, run } = yield* recorded({ attributes: { x: int(1) } });
      const asked = yield* Latch.make();
      const go = yield* Latch.make();
      recording.before = () => Effect.andThen(asked.open, go.await);
      const first = yield* Effect.forkChild(run.fetch("x"));
      yield* asked.await;
      const second = yield* Effect.forkChild(run.fetch("x"));
      yield* Effect.yieldNow;
      yield* Fiber.interrupt(first);
      yield* go.open;
      assert.equal(yield* Fiber.join(second), 1);
    }),
);

effectTest("a failed request is not kept: the next one tries again", () =>
  Effect.gen(function* () {
    const { recording, run, methods } = yield* recorded({ attributes: { x: int(1) } });
    const reason = new DamagedFile({ path: "p", problem: "torn" });
    recording.before = () => Effect.fail(reason);
    const failing = {
      fetch: run.fetch("x"),
      prefetch: run.prefetch(["x"]),
      fieldNames: Stream.runDrain(run.fieldNames),
    };
    for (const [method, effect] of Object.entries(failing)) {
      const error = yield* Effect.flip<unknown, Neptune.NeptuneError, never>(effect);
      assert.equal(error.reason, reason);
      assert.equal(error.method, `ReadOnlyRun.${method}`);
    }
    recording.before = () => Effect.void;
    methods();
    assert.equal(yield* run.fetch("x"), 1);
    assert.equal((yield* Stream.runCollect(run.fieldNames)).length, 3);
    assert.deepEqual(methods(), ["values", "definitions"]);
  }));

effectTest(
  "30,000 paths, 750 long ones and ones that are not ASCII are prefetched in one request",
  () =>
    Effect.gen(function* () {
      const path = (i: number) => i < 750 ? `${"ж日😀".repeat(150)}${i}` : `p/é${i}`;
      const paths = Array.from({ length: 30_000 }, (_, i) => path(i));
      const { run, methods } = yield* recorded({
        attributes: Object.fromEntries(paths.map((path, i) => [path, int(i)])),
      });
      yield* run.prefetch(paths);
      for (const i of [0, 749, 750, 29_999]) assert.equal(yield* run.fetch(path(i)), i);
      assert.deepEqual(methods(), ["values"]);
    }),
);

effectTest(
  "30,000 paths that an export does not have do not hide those that it has",
  () =>
    Effect.gen(function* () {
      const run = yield* project.run({ withId: "TES-7" });
      const paths = Array.from({ length: 30_000 }, (_, i) => `config/foo${i}`);
      yield* run.prefetch(paths);
      assert.equal(yield* run.fetch("config/foo10"), "valfoo10");
      const error = yield* Effect.flip(run.fetch("config/foo11"));
      assert.equal(error.reason._tag, "FieldNotFound");
    }),
);

effectTest("a field handle does what the run does", () =>
  Effect.gen(function* () {
    const { run, methods } = yield* recorded({
      attributes: { x: int(1) },
      floats: { loss: [[0, 1], [1, 0.5]] },
    });
    const loss = yield* run.field("loss");
    assert.deepEqual([loss.path, loss.type], ["loss", "floatSeries"]);
    assert.equal(yield* loss.fetch(), 0.5);
    assert.equal(yield* loss.fetchLast(), 0.5);
    assert.deepEqual((yield* loss.fetchValues({ includeTimestamp: false })).columns, [
      "step",
      "value",
    ]);
    const x = yield* run.field("x");
    const error = yield* Effect.flip(x.fetchLast());
    assert.equal(error.reason._tag, "TypeMismatch");
    assert.deepEqual(methods(), ["values", "floatSeries", "values"]);
  }));

effectTest(
  "readFile streams the file of a field, the last of a series, or of a reference",
  () =>
    Effect.gen(function* () {
      const file = (path: string) => ({ path, sizeBytes: null, mimeType: null });
      const { run, methods } = yield* recorded({
        attributes: { model: { type: "fileRef", value: file("m.bin") } },
        files: { images: [[0, file("0.png")], [1, file("1.png")]] },
      });
      const read = (what: Parameters<typeof run.readFile>[0]) =>
        Stream.mkString(Stream.decodeText(run.readFile(what)));
      assert.equal(yield* read("model"), "bytes of m.bin");
      assert.equal(yield* read("images"), "bytes of 1.png");
      assert.equal(yield* read(file("other")), "bytes of other");
      // A stream that does not run requests nothing.
      run.readFile("model");
      assert.deepEqual(methods(), ["values", "readFile", "values", "readFile", "readFile"]);
    }),
);

effectTest("readFile of a series without a file says so", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded({ files: { images: [] } });
    const { reason, method } = yield* Effect.flip(Stream.runDrain(run.readFile("images")));
    assert.equal(method, "ReadOnlyRun.readFile");
    assert.equal(reason._tag, "FileUnavailable");
    assert.match(reason.message, /^File "images" is not available: the series has no file\.$/);
  }));
