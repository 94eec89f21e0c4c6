import assert from "node:assert/strict";
import { Effect, Logger, References } from "effect";
import { Neptune } from "@nereid/nereid";
import { warn } from "../../src/neptune/NeptuneWarning.ts";
import { effectTest } from "../effectTest.ts";

const mixed = (message: string): Neptune.NeptuneWarning => ({
  kind: "MixedTypes",
  message,
  attribute: "a",
});

/** What is logged, and with which annotations. */
const recordLog = () => {
  const lines: Array<readonly [level: string, message: unknown, annotations: unknown]> = [];
  const logger = Logger.make<unknown, void>(({ logLevel, message, fiber }) => {
    const annotations = fiber.getRef(References.CurrentLogAnnotations);
    lines.push([logLevel, message, annotations]);
  });
  return { lines, layer: Logger.layer([logger]) };
};

effectTest(
  "warnings are collected in order beside the result, each text once, and not logged",
  () =>
    Effect.gen(function* () {
      const { lines, layer } = recordLog();
      const warnings = [mixed("collected 1"), mixed("collected 2"), mixed("collected 1")];
      const program = Effect.as(Effect.forEach(warnings, warn), "result");
      const [result, collected] = yield* Effect.provide(Neptune.collectWarnings(program), layer);
      assert.equal(result, "result");
      assert.deepEqual(collected, warnings.slice(0, 2));
      assert.deepEqual(lines, []);
    }),
);

effectTest(
  "each run of a collecting effect collects anew; the inner one of two takes them",
  () =>
    Effect.gen(function* () {
      const collecting = Neptune.collectWarnings(warn(mixed("again")));
      for (let i = 0; i < 2; i++) {
        const [[, inner], outer] = yield* Neptune.collectWarnings(collecting);
        assert.deepEqual(inner, [mixed("again")]);
        assert.deepEqual(outer, []);
      }
    }),
);

effectTest("a failure passes through", () =>
  Effect.gen(function* () {
    const failing = Effect.andThen(warn(mixed("before")), Effect.fail("broken"));
    assert.equal(yield* Effect.flip(Neptune.collectWarnings(failing)), "broken");
  }));

effectTest(
  "by default each text is logged once, as a warning with its kind",
  () =>
    Effect.gen(function* () {
      const { lines, layer } = recordLog();
      const program = Effect.forEach(["once 1", "once 2", "once 1"].map(mixed), warn);
      yield* Effect.provide(Effect.andThen(program, program), layer);
      assert.deepEqual(
        lines.map(([level, message]) => [level, message]),
        [["Warn", ["once 1"]], ["Warn", ["once 2"]]],
      );
      assert.deepEqual(lines[0]?.[2], { "neptune.warning": "MixedTypes" });
    }),
);

effectTest(
  "a text that was collected is still logged when it comes again",
  () =>
    Effect.gen(function* () {
      const { lines, layer } = recordLog();
      yield* Neptune.collectWarnings(warn(mixed("later")));
      yield* Effect.provide(warn(mixed("later")), layer);
      assert.equal(lines.length, 1);
    }),
);

effectTest("a program can take warnings itself", () =>
  Effect.gen(function* () {
    const taken: Array<string> = [];
    const handler: Neptune.WarningHandler = ({ message }) =>
      Effect.sync(() => void taken.push(message));
    yield* Effect.provideService(warn(mixed("taken")), Neptune.CurrentWarningHandler, handler);
    assert.deepEqual(taken, ["taken"]);
  }));
