import { deepStrictEqual, ok } from "node:assert/strict";
import { Result } from "effect";
import { decode } from "../../../src/metaflow/pickle/Pickle.ts";
import { bytesOf, stacks } from "./Pickles.ts";
import { normal, tagOf } from "./PythonTag.ts";

/** What has no value but in Polars, or none at all: see the tests of frames. */
const OF_FRAMES = /^(polars|series_(periods|intervals))/;

for (const [stack, streams] of Object.entries(stacks)) {
  Deno.test(`values pickled by ${stack} are what Python says they are`, () => {
    const wrong: Array<string> = [];
    for (const [name, stream] of Object.entries(streams)) {
      if (OF_FRAMES.test(name)) continue;
      const result = decode(bytesOf(stream), { typed: true });
      try {
        ok(Result.isSuccess(result));
        deepStrictEqual(tagOf(result.success), normal(stream.value ?? null));
      } catch (error) {
        wrong.push(`${name}: ${Result.isFailure(result) ? result.failure.message : error}`);
      }
    }
    deepStrictEqual(wrong, []);
  });
}
