/**
 * What is kept in memory of a project: the names of its files, and the attributes of its runs that
 * are not series.
 *
 * The attributes of all runs are read once, when something about all runs is first asked; a question
 * about single runs, by their keys, reads the files of those only. The index is stale when the
 * modification time of the project's directory has changed: the exporter renames a file into it
 * whenever it has finished one. A file that is overwritten in place goes unnoticed. Points of series
 * are read anew for every question.
 *
 * @module
 */
import { Effect } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey } from "../NeptuneSource.ts";
import { warn } from "../NeptuneWarning.ts";
import { type Listing, type Part, partsOf } from "./Listing.ts";
import { once } from "../once.ts";
import { type Parameters, readParameters } from "./Parameters.ts";
import type { Settings } from "./Settings.ts";

/** The index of one project. */
export interface ProjectIndex {
  readonly listing: Listing;
  readonly settings: Settings;
  /** The attributes of all runs. */
  readonly parameters: Effect.Effect<Parameters, NeptuneErrorReason>;
  /** The attributes of a run if it exists, and perhaps of others. */
  readonly parametersOf: (run: RunKey) => Effect.Effect<Parameters, NeptuneErrorReason>;
}

// Who has asked for so many single runs will be better off with all of them.
const MANY_RUNS = 16;

/** An index that has read nothing yet. */
export const make = (listing: Listing, settings: Settings): ProjectIndex => {
  const read = (parts: ReadonlyArray<Part>) =>
    once(readParameters(listing, parts, settings)).pipe(
      Effect.tap(({ warnings }) => Effect.forEach(warnings, warn, { discard: true })),
    );
  const ofOne = new Map<RunKey, ProjectIndex["parameters"]>();
  let wantAll = false;
  const all = read(listing.parts);
  const parameters = Effect.suspend(() => {
    wantAll = true;
    return all;
  });
  return {
    listing,
    settings,
    parameters,
    parametersOf: (run) =>
      Effect.suspend(() => {
        if (wantAll || ofOne.size >= MANY_RUNS) return parameters;
        const known = ofOne.get(run) ?? read(partsOf(listing, run));
        ofOne.set(run, known);
        return known;
      }),
  };
};
