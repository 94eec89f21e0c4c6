import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import { effectTest } from "../effectTest.ts";
import { dump } from "./dump.ts";
import { countOf, differences, privateNames } from "./expected.ts";
import type { JsonObject } from "./pickle/PythonTag.ts";
import { CURRENT, LEGACY, reading } from "./trees.ts";

const expectedIn = (path: string): JsonObject =>
  JSON.parse(Deno.readTextFileSync(new URL(`fixtures/${path}`, import.meta.url)));

const compared = (tree: typeof CURRENT, expected: JsonObject) =>
  Effect.map(
    dump({ privateNames: privateNames(expected) }).pipe(Effect.provide(reading(tree))),
    (dumped) => ({ ...countOf(dumped), differences: differences(dumped, expected) }),
  );

effectTest(
  "all that the Python client says of six flows, this client says too",
  () =>
    Effect.gen(function* () {
      const found = yield* compared(CURRENT, expectedIn("expected.json"));
      deepStrictEqual(found, { tasks: 54, artifacts: 965, differences: [] });
    }),
);

effectTest(
  "and of what 2.2.0, 2.7.0 and 2.15.0 wrote, but for a log that Python mixes up",
  () =>
    Effect.gen(function* () {
      const found = yield* compared(LEGACY, expectedIn("legacy/expected.json"));
      // Of the first attempt, Python shows what the second one printed.
      const task = "/flows/ParkLegacyFlow/runs/1795198251719208/steps/start/tasks/1/attempts/0";
      const [stdout, stderr, ...others] = found.differences;
      strictEqual(
        stdout,
        `${task}/stdout: "legacy out ü 0\\n", but Python says "legacy out ü 1\\n"`,
      );
      ok(
        stderr?.startsWith(
          `${task}/stderr: "legacy err\\n<flow ParkLegacyFlow step start> failed:`,
        ),
      );
      ok(stderr?.endsWith(', but Python says "legacy err\\n"'));
      deepStrictEqual(others, []);
      deepStrictEqual([found.tasks, found.artifacts], [18, 204]);
    }),
);
