/**
 * Which series runs have of their own, without the points.
 *
 * @module
 */
import { Effect, Semaphore, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey } from "../NeptuneSource.ts";
import { dictionaryOf, encoded, float64Of, indexIn, positionsOf } from "./columns.ts";
import * as KeptWarnings from "./KeptWarnings.ts";
import { partsOf } from "./Listing.ts";
import type { ProjectIndex } from "./ProjectIndex.ts";
import { type Plan, readParts } from "./scan.ts";
import { SERIES_TYPES, type SeriesType } from "./Series.ts";

/** A series that a run has of its own. */
export interface CatalogueEntry {
  readonly path: string;
  readonly type: SeriesType;
  /** Decides whether a fork inherits anything of it. */
  readonly firstStep: number;
}

/** Gives the series that each of some runs has of its own. */
export type Catalogue = (
  runs: ReadonlyArray<RunKey>,
) => Effect.Effect<ReadonlyMap<RunKey, ReadonlyArray<CatalogueEntry>>, NeptuneErrorReason>;

/** A catalogue of a project of which nothing is known yet; it keeps what it has read. */
export const make = ({ listing, settings }: ProjectIndex): Catalogue => {
  const known = new Map<RunKey, ReadonlyArray<CatalogueEntry>>();
  const warnings = KeptWarnings.make(listing);
  const turn = Semaphore.makeUnsafe(1);
  return (runs) =>
    turn.withPermit(Effect.suspend(() => {
      const unknown = runs.filter((run) => !known.has(run));
      const parts = new Set(unknown.flatMap((run) => partsOf(listing, run)));
      return readParts(listing, [...parts], settings, PLAN).pipe(
        Stream.runCollect,
        warnings.keep,
        Effect.tap(() => warnings.repeat(Effect.succeed(runs))),
        Effect.map((batches) => {
          const entries = Map.groupBy(batches.flat(2), ({ run }) => run);
          for (const run of unknown) known.set(run, distinct(entries.get(run) ?? []));
          return known;
        }),
      );
    }));
};

/** The entries of several files, those of one series as one. */
const distinct = (entries: ReadonlyArray<CatalogueEntry>): ReadonlyArray<CatalogueEntry> => {
  const found = new Map<string, CatalogueEntry>();
  for (const { path, type, firstStep } of entries) {
    const key = `${type} ${path}`;
    const step = Math.min(firstStep, found.get(key)?.firstStep ?? Infinity);
    found.set(key, { path, type, firstStep: step });
  }
  return [...found.values()];
};

const POSITIONS = positionsOf(SERIES_TYPES);

const PLAN: Plan<ReadonlyArray<CatalogueEntry & { readonly run: RunKey }>> = {
  batchBytes: 8 * 2 ** 20,
  select: (frame, polars) =>
    frame
      // Only files can have rows that are no points: exports make one for every file series that a
      // run lacks and another one has.
      .filter(
        polars.col("attribute_type").isIn([...SERIES_TYPES]).and(
          polars.col("attribute_type").eq(polars.lit("file_series")).not()
            .or(polars.col("file_value").isNotNull())
            .or(polars.col("timestamp").isNotNull()),
        ),
      )
      .select(
        ...["run_id", "attribute_path", "attribute_type"].map((name) => encoded(polars, name)),
        polars.col("step").cast(polars.Float64),
      )
      .groupBy(["run_id", "attribute_path", "attribute_type"])
      .agg(polars.col("step").min()),
  extract: (rows, polars) => {
    const runs = dictionaryOf(polars, rows, "run_id");
    const paths = dictionaryOf(polars, rows, "attribute_path");
    const type = indexIn(dictionaryOf(polars, rows, "attribute_type"), POSITIONS);
    const firstStep = float64Of(rows, "step");
    return Array.from(firstStep, (firstStep, row) => ({
      run: runs.texts[runs.index[row]!]!,
      path: paths.texts[paths.index[row]!]!,
      type: SERIES_TYPES[type[row]!]!,
      firstStep,
    }));
  },
};
