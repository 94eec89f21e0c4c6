/**
 * Tests of every run of the fixtures.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import type { ExpectedRun } from "./expected.ts";
import { type Fixture, openProject, openRun, whole } from "./fixtures.ts";

/** A test for each whole fixture, which opens and checks its runs one by one. */
export const testRuns = (
  name: string,
  check: (
    run: Neptune.ReadOnlyRun,
    expected: ExpectedRun,
    fixture: Fixture,
  ) => Effect.Effect<void, Neptune.NeptuneError>,
): void => {
  for (const fixture of whole) {
    effectTest(`${fixture.name}: ${name}`, () =>
      Effect.gen(function* () {
        const [project] = yield* Neptune.collectWarnings(openProject(fixture));
        for (const expected of fixture.runs) {
          const run = yield* openRun(project, fixture, expected.runId);
          const [, warnings] = yield* Neptune.collectWarnings(check(run, expected, fixture));
          // The parent of this one was not exported.
          if (expected.runId !== "fork/orphan") assert.deepEqual(warnings, [], expected.runId);
        }
      }));
  }
};
