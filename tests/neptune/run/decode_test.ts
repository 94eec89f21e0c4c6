import assert from "node:assert/strict";
import { Effect, Schema, SchemaTransformation } from "effect";
import { Neptune } from "@nereid/nereid";
import type { AttributeValue } from "../../../src/neptune/Attribute.ts";
import { effectTest } from "../../effectTest.ts";
import { project, TEN } from "../project/acceptance.ts";
import { recordingSource } from "../recordingSource.ts";

const { Attribute } = Neptune;

const ATTRIBUTES: Readonly<Record<string, AttributeValue>> = {
  "config/lr": { type: "float", value: 0.02 },
  "config/layers": { type: "int", value: 3 },
  "config/seed": { type: "int", value: 2n ** 62n },
  "config/optimizer": { type: "string", value: "adam" },
  "config/debug": { type: "bool", value: false },
  "sys/tags": { type: "stringSet", value: ["a", "b"] },
};

const recorded = (attributes: Readonly<Record<string, AttributeValue>> = ATTRIBUTES) =>
  Effect.gen(function* () {
    const recording = recordingSource({ RUN: { attributes } });
    const run = yield* recording.project.run({ withId: "RUN" });
    recording.requests.length = 0;
    return { run, recording, methods: () => recording.requests.map(({ method }) => method) };
  });

/** What does not fit, as `path: problem`. */
const failuresOf = (schema: Schema.ConstraintDecoder<unknown>) =>
  Effect.gen(function* () {
    const { run } = yield* recorded();
    const { reason, method } = yield* Effect.flip(run.decode(schema));
    assert.equal(method, "ReadOnlyRun.decode");
    assert(reason._tag === "DecodeFailed");
    assert.ok(reason.cause instanceof Error);
    assert.match(reason.message, /^Run RUN does not fit the schema:\n/);
    return reason.failures.map(({ path, problem }) => `${path}: ${problem}`);
  });

effectTest(
  "the fields that a struct names are fetched, in one request, and decoded",
  () =>
    Effect.gen(function* () {
      const { run, recording } = yield* recorded();
      const config = yield* run.decode(Schema.Struct({
        "config/lr": Attribute.Float,
        "config/layers": Attribute.Integer,
        "sys/tags": Attribute.StringSet,
      }));
      assert.deepEqual(config, {
        "config/lr": 0.02,
        "config/layers": 3,
        "sys/tags": new Set(["a", "b"]),
      });
      assert.deepEqual(recording.requests, [{
        method: "values",
        request: {
          project: "test/recording",
          runs: ["RUN"],
          select: { paths: ["config/lr", "config/layers", "sys/tags"] },
        },
      }]);
      assert.equal(yield* run.fetch("config/lr"), 0.02);
      assert.equal(recording.requests.length, 1);
    }),
);

effectTest("keys can be renamed, and optional ones missing", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded();
    const Config = Schema.Struct({
      lr: Attribute.Float,
      optimizer: Schema.optionalKey(Attribute.String),
      warmup: Schema.optionalKey(Attribute.Integer),
    }).pipe(Schema.encodeKeys({
      lr: "config/lr",
      optimizer: "config/optimizer",
      warmup: "config/warmup",
    }));
    assert.deepEqual(yield* run.decode(Config), { lr: 0.02, optimizer: "adam" });
  }));

effectTest("a missing field can have a default", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded();
    const warmup = Attribute.Integer.pipe(
      Schema.withDecodingDefaultKey(Effect.succeed({ type: "int", value: 10 } as const)),
    );
    const schema = Schema.Struct({ "config/warmup": warmup, "config/layers": Attribute.Integer });
    assert.deepEqual(yield* run.decode(schema), { "config/warmup": 10, "config/layers": 3 });
  }));

effectTest(
  "a field can be one of several types, checked, and changed on the way",
  () =>
    Effect.gen(function* () {
      const { run } = yield* recorded();
      const Percent = Attribute.Float.check(Schema.isBetween({ minimum: 0, maximum: 1 })).pipe(
        Schema.decodeTo(
          Schema.String,
          SchemaTransformation.transform({
            decode: (ratio) => `${ratio * 100} %`,
            encode: (text) => parseFloat(text) / 100,
          }),
        ),
      );
      const schema = Schema.Struct({
        "config/lr": Percent,
        "config/layers": Schema.Union([Attribute.Float, Attribute.Integer]),
        "config/optimizer": Attribute.String.check(Schema.isPattern(/^a/)),
        "config/debug": Schema.NullOr(Attribute.Boolean),
      });
      assert.deepEqual(yield* run.decode(schema), {
        "config/lr": "2 %",
        "config/layers": 3,
        "config/optimizer": "adam",
        "config/debug": false,
      });
    }),
);

class Config extends Schema.Class<Config>("Config")({ "config/lr": Attribute.Float }) {
  get halved(): number {
    return this["config/lr"] / 2;
  }
}

effectTest("a class is made of the fields that it names", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded();
    const config = yield* run.decode(Config);
    assert.ok(config instanceof Config);
    assert.equal(config.halved, 0.01);
  }));

effectTest(
  "a record has all fields, or those of a pattern; fields beside it are theirs",
  () =>
    Effect.gen(function* () {
      const { run, methods } = yield* recorded();
      const all = yield* run.decode(Schema.Record(Schema.String, Attribute.Any));
      assert.deepEqual(all, {
        "sys/id": "RUN",
        "sys/trashed": false,
        "config/lr": 0.02,
        "config/layers": 3,
        "config/seed": 2n ** 62n,
        "config/optimizer": "adam",
        "config/debug": false,
        "sys/tags": new Set(["a", "b"]),
      });
      assert.deepEqual(methods(), ["definitions", "values"]);

      const path = Schema.TemplateLiteral(["config/lay", Schema.String]);
      const layers = yield* run.decode(Schema.Record(path, Attribute.Integer));
      assert.deepEqual(layers, { "config/layers": 3 });

      const some = yield* run.decode(
        Schema.StructWithRest(Schema.Struct({ "config/lr": Attribute.Float }), [
          Schema.Record(Schema.String, Attribute.Any),
        ]),
      );
      assert.deepEqual(Object.keys(some).toSorted(), Object.keys(all).toSorted());
    }),
);

effectTest("a record of a run of an export", () =>
  Effect.gen(function* () {
    const run = yield* project.run({ withId: "TES-7" });
    const path = Schema.TemplateLiteral(["config/bar", Schema.String]);
    assert.deepEqual(
      yield* run.decode(Schema.Record(path, Attribute.Integer)),
      Object.fromEntries([1, 10, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => [`config/bar${i}`, i])),
    );
    const any = yield* run.decode(Schema.Record(Schema.String, Attribute.Any));
    assert.equal(Object.keys(any).length, 94);
    for (const i of TEN) assert.equal(any[`metrics/bar${i}`], i);
  }));

effectTest("a union of structs is the first that fits", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded();
    const schema = Schema.Union([
      Schema.Struct({ "config/lr": Attribute.String }),
      Schema.Struct({ "config/optimizer": Attribute.String }),
    ]);
    assert.deepEqual(yield* run.decode(schema), { "config/optimizer": "adam" });
  }));

effectTest(
  "every field that does not fit is told once, with what it is and should be",
  () =>
    Effect.gen(function* () {
      assert.deepEqual(
        yield* failuresOf(Schema.Struct({
          "config/lr": Attribute.Integer,
          "config/layers": Attribute.Integer.check(Schema.isGreaterThan(5), Schema.isLessThan(1)),
          "config/seed": Attribute.Integer,
          "config/optimizer": Schema.optionalKey(Schema.Union([Attribute.Float, Attribute.File])),
          "config/debug": Attribute.Boolean,
          "config/nope": Attribute.String,
        })),
        [
          "config/lr: it is of type float, not int",
          "config/layers: Expected a value greater than 5, got 3; Expected a value less than 1, got 3",
          "config/seed: Expected an integer of at most ±(2^53 − 1); BigInteger reads larger ones, got 4611686018427387904n",
          "config/optimizer: it is of type string, not float or fileRef or fileSet or artifact",
          "config/nope: Missing key",
        ],
      );
    }),
);

effectTest(
  "renamed fields that miss or are of another type are told by their paths",
  () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        lr: Attribute.Integer,
        nope: Attribute.String,
        layers: Attribute.Integer,
      }).pipe(
        Schema.encodeKeys({ lr: "config/lr", nope: "config/nope", layers: "config/layers" }),
      );
      assert.deepEqual(
        (yield* failuresOf(schema)).toSorted(),
        ["config/lr: it is of type float, not int", "config/nope: Missing key"],
      );
    }),
);

effectTest(
  "renamed fields whose types fit, but not their values, are told by their keys",
  () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        lr: Attribute.Float.check(Schema.isGreaterThan(1)),
        layers: Attribute.Integer.check(Schema.isGreaterThan(5)),
      }).pipe(Schema.encodeKeys({ lr: "config/lr", layers: "config/layers" }));
      assert.deepEqual(yield* failuresOf(schema), [
        "lr: Expected a value greater than 1, got 0.02",
        "layers: Expected a value greater than 5, got 3",
      ]);
    }),
);

effectTest("a record tells each field of another type", () =>
  Effect.gen(function* () {
    const path = Schema.TemplateLiteral(["config/", Schema.String]);
    assert.deepEqual(yield* failuresOf(Schema.Record(path, Attribute.Float)), [
      "config/layers: it is of type int, not float",
      "config/seed: it is of type int, not float",
      "config/optimizer: it is of type string, not float",
      "config/debug: it is of type bool, not float",
    ]);
  }));

effectTest("what is wrong with the run as a whole has no path", () =>
  Effect.gen(function* () {
    const schema = Schema.Struct({
      "config/lr": Attribute.Float,
      "config/layers": Attribute.Integer,
    })
      .check(
        Schema.makeFilter((run) =>
          run["config/lr"] > run["config/layers"] || "lr must be above layers"
        ),
      );
    assert.deepEqual(yield* failuresOf(schema), [": lr must be above layers"]);
  }));

effectTest("paths that every object has are fields like others", () =>
  Effect.gen(function* () {
    const { run } = yield* recorded(
      Object.fromEntries(["constructor", "__proto__", "toString"].map((path, value) => [
        path,
        { type: "int", value },
      ])),
    );
    const decoded = yield* run.decode(Schema.Record(Schema.String, Attribute.Any));
    assert.deepEqual(Object.entries(decoded), [
      ["sys/id", "RUN"],
      ["sys/trashed", false],
      ["constructor", 0],
      ["__proto__", 1],
      ["toString", 2],
    ]);
    const named = yield* run.decode(Schema.Struct({ constructor: Attribute.Integer }));
    assert.equal(named.constructor, 0);
    const { run: other } = yield* recorded({});
    const error = yield* Effect.flip(other.decode(Schema.Struct({ toString: Attribute.Integer })));
    assert.match(error.message, /"toString": Missing key/);
  }));
