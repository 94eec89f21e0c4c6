/**
 * Warnings that came with what is kept in memory: whoever is given it again is warned again.
 *
 * @module
 */
import { Effect } from "effect";
import type { RunKey } from "../NeptuneSource.ts";
import { CurrentWarningHandler, type NeptuneWarning, warn } from "../NeptuneWarning.ts";
import { type Listing, partsOf } from "./Listing.ts";

/** The warnings of one memory. */
export interface KeptWarnings {
  /** Runs a reading whose results are kept, and keeps its warnings instead of handing them on. */
  readonly keep: <A, E>(reading: Effect.Effect<A, E>) => Effect.Effect<A, E>;
  /** Hands on what is about some runs or their files; which runs, is asked only if there is any. */
  readonly repeat: <E>(
    runs: Effect.Effect<ReadonlyArray<RunKey>, E>,
  ) => Effect.Effect<void, E>;
}

/** No warnings yet. */
export const make = (listing: Listing): KeptWarnings => {
  const kept = new Map<string, NeptuneWarning>();
  const add = (warning: NeptuneWarning) =>
    Effect.sync(() => void kept.set(warning.message, warning));
  return {
    keep: Effect.provideService(CurrentWarningHandler, add),
    repeat: (runs) =>
      Effect.suspend(() =>
        kept.size === 0 ? Effect.void : Effect.flatMap(runs, (runs) => {
          const keys = new Set<string | undefined>(runs);
          const parts = runs.flatMap((run) => partsOf(listing, run));
          const files = new Set(parts.map(({ path }) => path));
          const about = [...kept.values()].filter(({ file, run }) =>
            file === undefined ? keys.has(run) : files.has(file)
          );
          return Effect.forEach(about, warn, { discard: true });
        })
      ),
  };
};
