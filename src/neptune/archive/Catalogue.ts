/**
 * Which series runs have of their own, without the points.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey } from "../NeptuneSource.ts";
import { dictionaryOf, float64Of, indexAmong, int32Of } from "./columns.ts";
import { type Listing, partsOf } from "./Listing.ts";
import { type Plan, readParts, type ScanOptions } from "./scan.ts";
import { SERIES_TYPES, type SeriesType } from "./Series.ts";

/** A series that a run has of its own. */
export interface CatalogueEntry {
  readonly path: string;
  readonly type: SeriesType;
  /** Decides whether a fork inherits anything of it. */
  readonly firstStep: number;
}

/** The series of runs by run. */
export type Catalogue = ReadonlyMap<RunKey, ReadonlyArray<CatalogueEntry>>;

/** Reads which series some runs have. */
export const readCatalogue = (
  listing: Listing,
  runs: ReadonlyArray<RunKey>,
  options: ScanOptions,
): Effect.Effect<Catalogue, NeptuneErrorReason> => {
  const parts = new Set(runs.flatMap((run) => partsOf(listing, run)));
  return readParts(listing, [...parts], options, PLAN).pipe(
    Stream.runFold(
      () => new Map(runs.map((run) => [run, new Map<string, CatalogueEntry>()])),
      (found, pieces) => {
        for (const { run, ...entry } of pieces.flat()) {
          const key = `${entry.type} ${entry.path}`;
          const known = found.get(run)?.get(key);
          const firstStep = Math.min(entry.firstStep, known?.firstStep ?? Infinity);
          found.get(run)?.set(key, { ...entry, firstStep });
        }
        return found;
      },
    ),
    Effect.map((found) =>
      new Map(Array.from(found, ([run, entries]) => [run, [...entries.values()]]))
    ),
  );
};

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
        "run_id",
        "attribute_path",
        indexAmong(polars, "attribute_type", SERIES_TYPES),
        polars.col("step").cast(polars.Float64),
      )
      .groupBy(["run_id", "attribute_path", "attribute_type"])
      .agg(polars.col("step").min()),
  extract: (rows, polars) => {
    const runs = dictionaryOf(polars, rows, "run_id");
    const paths = dictionaryOf(polars, rows, "attribute_path");
    const type = int32Of(rows, "attribute_type");
    const firstStep = float64Of(rows, "step");
    return Array.from(firstStep, (firstStep, row) => ({
      run: runs.texts[runs.index[row]!]!,
      path: paths.texts[paths.index[row]!]!,
      type: SERIES_TYPES[type[row]!]!,
      firstStep,
    }));
  },
};
