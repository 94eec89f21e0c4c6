/**
 * The 12 objects of the upstream acceptance tests, as the reference describes them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";
import type { Neptune } from "@nereid/nereid";
import type { DataFrame } from "../../../src/Polars.ts";
import { acceptance, openProject, withoutWarnings } from "../archive/fixtures.ts";
import { cellsOf } from "../frame/inspect.ts";

/** The project with them. */
export const project: Neptune.ReadOnlyProject = await Effect.runPromise(openProject(acceptance));

/** 1 to 10. */
export const TEN: ReadonlyArray<number> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

type Kind = "runs" | "experiments";

/** Fetches a table that has nothing to warn of. */
export const fetchTable = (
  kind: Kind,
  options?: Neptune.TableOptions,
): Effect.Effect<DataFrame, Neptune.NeptuneError> =>
  withoutWarnings(
    kind === "runs" ? project.fetchRunsDf(options) : project.fetchExperimentsDf(options),
  );

/** The custom ids of a table, in order. */
export const idsOf = (table: DataFrame): string => cellsOf(table, "sys/custom_run_id").join(" ");

/** Checks which objects filters leave: `"exp-1 run-2"`, in order of their custom ids. */
export const checkFilter = (
  kind: Kind,
  options: Neptune.TableOptions,
  expected: string,
): Effect.Effect<void, Neptune.NeptuneError> =>
  Effect.map(
    fetchTable(kind, { sortBy: "sys/custom_run_id", ascending: true, ...options }),
    (table) => assert.equal(idsOf(table).replaceAll("id-", ""), expected, JSON.stringify(options)),
  );

/** `exp-1 exp-2` of `exp` and `12`. */
export const named = (kind: "run" | "exp", numbers: string): string =>
  [...numbers].map((number) => `${kind}-${number}`).join(" ");
