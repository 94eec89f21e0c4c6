/**
 * What the requests for points of all types of series have in common.
 *
 * @module
 */
import type { SeriesRequest } from "../NeptuneSource.ts";
import type { StepBounds, TimeSeries } from "../wire/series.ts";
import { bytesOf, groupsOf, REQUEST_BYTES } from "./requests.ts";

/** A series, by indices into the runs and attributes that were asked for. */
export interface Wanted {
  readonly run: number;
  readonly attribute: number;
}

const SERIES_AT_ONCE = 10_000;

/** Every attribute of every run, in groups of a size that a request can hold. */
export const groupsOfSeries = (
  { runs, attributes }: SeriesRequest,
): ReadonlyArray<ReadonlyArray<Wanted>> => {
  const sizes = attributes.map(bytesOf);
  return groupsOf(
    runs.flatMap((_, run) => attributes.map((_, attribute): Wanted => ({ run, attribute }))),
    SERIES_AT_ONCE,
    ({ attribute }) => sizes[attribute]!,
    REQUEST_BYTES,
  );
};

/** How a request names a series. */
export const timeSeriesOf = (
  { runs, attributes, inheritance, previews }: SeriesRequest,
  { run, attribute }: Wanted,
): TimeSeries => ({
  attribute: attributes[attribute]!,
  holder: { identifier: runs[run]!, type: "experiment" },
  includePreview: previews,
  lineage: inheritance === "all" ? "FULL" : "NONE",
  lineageEntityType: inheritance === "experiment" ? "EXPERIMENT" : "RUN",
});

/**
 * The direction in which points are read: from the first one, or from the last one if only the last
 * so many are wanted; and how many.
 */
export interface Reading {
  readonly order: "ascending" | "descending";
  readonly most: number;
  /** Bounds include their steps. */
  readonly stepRange: StepBounds;
  /** Steps that are within the bounds, but not wanted. */
  readonly isOutside: (step: number) => boolean;
}

/** How to read what a request wants. Bounds that exclude their step exclude it here. */
export const readingOf = ({ range, head, tail }: SeriesRequest): Reading => {
  const { after = -Infinity, from = -Infinity, to = Infinity, before = Infinity } = range;
  const least = Math.max(after, from);
  const greatest = Math.min(to, before);
  return {
    order: tail === undefined ? "ascending" : "descending",
    most: tail ?? head ?? Infinity,
    stepRange: {
      ...Number.isFinite(least) && { from: least },
      ...Number.isFinite(greatest) && { to: greatest },
    },
    isOutside: (step) => step <= after || step >= before,
  };
};

/** Whether no step can be within the range. */
export const isEmpty = ({ range, head, tail }: SeriesRequest): boolean => {
  const { after = -Infinity, from = -Infinity, to = Infinity, before = Infinity } = range;
  return (tail ?? head) === 0 || from > to || after >= to || from >= before || after >= before ||
    after === Infinity || from === Infinity || to === -Infinity || before === -Infinity;
};
