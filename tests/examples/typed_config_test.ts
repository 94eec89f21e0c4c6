import assert from "node:assert/strict";
import { Effect } from "effect";
import { effectTest } from "../effectTest.ts";
import { runExample } from "./runExample.ts";

effectTest(
  "typed-config: runs decode to the user's type, and all that does not fit is told",
  () =>
    Effect.gen(function* () {
      const { code, out, error } = yield* runExample("typed-config.ts", {
        flags: ["--allow-read", "--allow-ffi", "--allow-sys"],
      });
      assert.equal(error, "");
      assert.equal(code, 0);
      assert.deepEqual(out.split("\n"), [
        "22 of 23 runs fit.",
        "The best has adam at 0.01.",
        "",
        "Run DIG-17 does not fit the schema:",
        '  "config/weight_decay": Expected a value between 0 and 1, got 50',
        '  "result/test_accuracy": Missing key',
        "",
      ]);
    }),
);
