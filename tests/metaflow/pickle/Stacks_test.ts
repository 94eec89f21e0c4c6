import { deepStrictEqual, ok } from "node:assert/strict";
import { Result } from "effect";
import { decode } from "../../../src/metaflow/pickle/Pickle.ts";
import { type JsonObject, normal, tagOf } from "./PythonTag.ts";

interface Stream {
  readonly b64: string;
  readonly value: JsonObject;
}

const stacks: Readonly<Record<string, Readonly<Record<string, Stream>>>> = JSON.parse(
  await Deno.readTextFile(new URL("./stacks.json", import.meta.url)),
);

for (const [stack, pickles] of Object.entries(stacks)) {
  Deno.test(`values pickled by ${stack} are what Python says they are`, () => {
    const wrong: Array<string> = [];
    for (const [name, { b64, value }] of Object.entries(pickles)) {
      if (/^(polars|series_(periods|intervals)|df_sparse)/.test(name)) continue;
      const result = decode(Uint8Array.fromBase64(b64), { typed: true });
      try {
        ok(Result.isSuccess(result));
        deepStrictEqual(tagOf(result.success), normal(value));
      } catch (error) {
        wrong.push(`${name}: ${Result.isFailure(result) ? result.failure.message : error}`);
      }
    }
    deepStrictEqual(wrong, []);
  });
}
