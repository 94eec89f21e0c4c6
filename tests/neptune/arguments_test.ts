import assert from "node:assert/strict";
import { Effect, Schema } from "effect";
import { checkOptions, codePoints, many, pathsOf } from "../../src/neptune/arguments.ts";
import { effectTest } from "../effectTest.ts";

Deno.test("a single text is a list of one, and nothing is an empty list", () => {
  assert.deepEqual(many("RUN-1"), ["RUN-1"]);
  assert.deepEqual(many(""), [""]);
  assert.deepEqual(many(["a", "b"]), ["a", "b"]);
  assert.deepEqual(many(null), []);
  assert.deepEqual(many(undefined), []);
});

Deno.test("lengths are code points: an astral character is one, a lone surrogate too", () => {
  assert.equal(codePoints(""), 0);
  assert.equal(codePoints("aé日"), 3);
  assert.equal(codePoints("😀😀"), 2);
  assert.equal(codePoints("\ud83d"), 1);
  assert.equal(codePoints("e\u0301"), 2);
});

effectTest(
  "paths are a text, a list, a set or a generator; each is there once",
  () =>
    Effect.gen(function* () {
      const generator = function* () {
        yield* ["b", "a", "b"];
      };
      assert.deepEqual([...yield* pathsOf("config/lr")], ["config/lr"]);
      assert.deepEqual([...yield* pathsOf(["b", "a", "b"])], ["b", "a"]);
      assert.deepEqual([...yield* pathsOf(new Set(["b", "a"]))], ["b", "a"]);
      assert.deepEqual([...yield* pathsOf(generator())], ["b", "a"]);
      assert.deepEqual([...yield* pathsOf([])], []);
    }),
);

effectTest(
  "options may be absent, undefined, or own fields of any object",
  () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({ a: Schema.optional(Schema.Number) });
      class Options {
        readonly a = 1;
      }
      for (const options of [{}, { a: undefined }, { a: 1 }, Object.create(null), new Options()]) {
        yield* checkOptions(schema, options);
      }
    }),
);

effectTest("a long value is cut in the message", () =>
  Effect.gen(function* () {
    const schema = Schema.Struct({ a: Schema.Number });
    const { message } = yield* Effect.flip(checkOptions(schema, { a: "x".repeat(1000) }));
    assert.equal(message, `a must be a number, not "${"x".repeat(99)}….`);
  }));
