import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Result } from "effect";
import { decode, isArray, type PickleErrorReason } from "../../../src/metaflow/pickle/Pickle.ts";
import { bytesOf, pickles } from "./Pickles.ts";
import { normal, tagOf } from "./PythonTag.ts";

/** The exceptions of Python that a reason may stand for. */
const PYTHON_ERRORS: Readonly<Record<PickleErrorReason["_tag"], ReadonlyArray<string>>> = {
  Truncated: ["EOFError", "UnpicklingError", "OverflowError"],
  UnsupportedProtocol: ["ValueError"],
  UnsupportedFeature: ["UnpicklingError", "ValueError"],
  InvalidText: ["UnicodeDecodeError"],
  Malformed: ["UnpicklingError"],
  UnknownOpcode: ["UnpicklingError"],
  LimitExceeded: [],
  NotTabular: [],
  DuplicateColumns: [],
  NativeFailure: [],
};

Deno.test("every stream gives the value, the structure or the error that Python gives", () => {
  const streams = Object.entries(pickles);
  strictEqual(streams.length, 536);
  const wrong: Array<string> = [];
  for (const [name, stream] of streams) {
    const result = decode(bytesOf(stream), { typed: true });
    const expected = stream.value ?? stream.structure;
    if (expected !== undefined) {
      try {
        ok(Result.isSuccess(result));
        deepStrictEqual(tagOf(result.success), normal(expected));
      } catch (error) {
        wrong.push(`${name}: ${Result.isFailure(result) ? result.failure.message : error}`);
      }
    } else if (stream.error !== undefined) {
      const known = Result.isFailure(result) ? PYTHON_ERRORS[result.failure.reason._tag] : [];
      if (!known.includes(stream.error)) wrong.push(`${name}: ${result}`);
    } else {
      strictEqual(name, "hand_deep_list");
    }
  }
  deepStrictEqual(wrong, []);
});

Deno.test("20,000 lists inside of each other decode", () => {
  const result = decode(bytesOf(pickles.hand_deep_list!));
  ok(Result.isSuccess(result));
  let depth = 0;
  for (let list = result.success; isArray(list); list = list[0] ?? null) depth++;
  strictEqual(depth, 20_000);
});
