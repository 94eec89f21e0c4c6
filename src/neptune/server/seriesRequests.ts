/**
 * Requests for single series, put together to requests that a source answers at once.
 *
 * @module
 */
import { Effect } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { Inheritance, RunKey, SeriesRequest } from "../NeptuneSource.ts";
import type { TimeSeries } from "../wire/series.ts";
import type { Identifiers } from "./Identifiers.ts";

/** A series that a client asks for. */
export interface WantedSeries<Request> {
  readonly project: string;
  readonly run: RunKey;
  readonly attribute: string;
  readonly inheritance: Inheritance;
  readonly previews: boolean;
  /** The step at which the last page ended. */
  readonly after: number | undefined;
  readonly request: Request;
}

/** The series of those requests whose run exists. */
export const wantedSeries = <
  Request extends { readonly series: TimeSeries },
>(
  identifiers: Identifiers,
  requests: ReadonlyArray<Request>,
  afterOf: (request: Request) => number | undefined,
): Effect.Effect<ReadonlyArray<WantedSeries<Request>>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const ids = [...new Set(requests.map(({ series }) => series.holder.identifier))];
    const found = yield* identifiers.runs(ids);
    const runs = new Map(ids.map((id, i) => [id, found[i]]));
    return requests.flatMap((request) => {
      const { attribute, holder, lineage, lineageEntityType, includePreview } = request.series;
      const run = runs.get(holder.identifier);
      return run === undefined ? [] : {
        project: run.project,
        run: run.key,
        attribute,
        inheritance: lineage !== "NONE"
          ? "all"
          : lineageEntityType === "EXPERIMENT"
          ? "experiment"
          : "none",
        previews: includePreview === true,
        after: afterOf(request),
        request,
      };
    });
  });

/** Series that can be asked for at once: some attributes of some runs, each in each. */
export interface Batch<Request> {
  readonly wanted: ReadonlyArray<WantedSeries<Request>>;
  readonly runs: ReadonlyArray<RunKey>;
  readonly attributes: ReadonlyArray<string>;
  /** Which of them a series of the batch is, as `gatherFloats` counts. */
  readonly indexOf: (series: { readonly run: RunKey; readonly attribute: string }) => number;
}

/** Puts series together that differ in nothing but run and attribute. */
export const batches = <Request>(
  wanted: ReadonlyArray<WantedSeries<Request>>,
): ReadonlyArray<Batch<Request>> => {
  const alike = Map.groupBy(
    wanted,
    ({ project, inheritance, previews, after }) =>
      JSON.stringify([project, inheritance, previews, after]),
  );
  return [...alike.values()].flatMap((wanted) => {
    // Runs of which the same attributes are wanted; most often that is all of them.
    const byRun = Map.groupBy(wanted, ({ run }) => run);
    const bySelection = Map.groupBy(
      byRun.entries(),
      ([, ofRun]) => JSON.stringify([...new Set(ofRun.map(({ attribute }) => attribute))].sort()),
    );
    return Array.from(bySelection.values(), (entries): Batch<Request> => {
      const runs = new Map(entries.map(([run], index) => [run, index]));
      const series = entries.flatMap(([, ofRun]) => ofRun);
      const attributes = new Map<string, number>();
      for (const { attribute } of series) {
        if (!attributes.has(attribute)) attributes.set(attribute, attributes.size);
      }
      return {
        wanted: series,
        runs: [...runs.keys()],
        attributes: [...attributes.keys()],
        indexOf: ({ run, attribute }) =>
          runs.get(run)! * attributes.size + attributes.get(attribute)!,
      };
    });
  });
};

/** The request for the points of a batch, at most `count` of each series, from the side of `order`. */
export const requestFor = <Request>(
  { wanted, runs, attributes }: Batch<Request>,
  { order, stepRange }: Selection,
  count: number | undefined,
): SeriesRequest => {
  const { project, inheritance, previews, after } = wanted[0]!;
  const range = { from: stepRange?.from ?? undefined, to: stepRange?.to ?? undefined };
  return {
    project,
    runs,
    attributes,
    inheritance,
    previews,
    ...order === "descending"
      ? { range: { ...range, before: after }, tail: count }
      : { range: { ...range, after }, head: count },
  };
};

/** What requests for series have in common. */
export interface Selection {
  readonly order?: "ascending" | "descending" | null | undefined;
  readonly stepRange?:
    | { readonly from?: number | null | undefined; readonly to?: number | null | undefined }
    | null
    | undefined;
}
