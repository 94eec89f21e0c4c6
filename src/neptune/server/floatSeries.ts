/**
 * Sends clients the points of float series.
 *
 * @module
 */
import { Clock, Effect, type Semaphore, Stream } from "effect";
import { slice } from "../cells.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { FloatPoints, NeptuneSource } from "../NeptuneSource.ts";
import { gatherFloats, joinFloats } from "../series.ts";
import { encodeFloatSeries } from "../wire/floatSeries.ts";
import type { FloatSeriesRequest } from "../wire/series.ts";
import type { Identifiers } from "./Identifiers.ts";
import { badRequest, type Refused } from "./Refused.ts";
import * as Rests from "./Rests.ts";
import {
  type Batch,
  batches,
  requestFor,
  type WantedSeries,
  wantedSeries,
} from "./seriesRequests.ts";

type Failure = NeptuneErrorReason | Refused;

type Wanted = WantedSeries<FloatSeriesRequest["requests"][number]>;

/** Points of a series in the order asked for, and whether they are all that follow. */
interface Read {
  readonly points: FloatPoints;
  readonly isAll: boolean;
}

interface Page {
  readonly requestId: string;
  readonly points: FloatPoints;
}

/**
 * How many points are read of some series at once, even if a page of them is smaller: a client that
 * asks for a million points in pages of ten thousand has them read once.
 */
const READ_AHEAD = 2_000_000;

const KEPT_POINTS = 6_000_000;

/** Answers requests for the points of float series. */
export const make = (
  source: NeptuneSource,
  identifiers: Identifiers,
  reading: Semaphore.Semaphore,
): (request: FloatSeriesRequest) => Stream.Stream<Uint8Array, Failure> => {
  const rests = Rests.make<Read>(KEPT_POINTS);

  return (request) =>
    Stream.unwrap(Effect.gen(function* () {
      const { requests, perSeriesPointsLimit: limit, order } = request;
      if (limit < 0) return yield* badRequest("perSeriesPointsLimit cannot be negative.");
      const now = yield* Clock.currentTimeMillis;

      const restOf = ({ request: _, ...series }: Wanted) =>
        JSON.stringify([series, order, request.stepRange]);

      /** The next page of a series; what follows it is kept. */
      const pageOf = (wanted: Wanted, { points, isAll }: Read): Page => {
        const page = part(points, 0, limit);
        if (page.step.length === limit && limit > 0) {
          const rest = copy(part(points, limit, points.step.length));
          const after = page.step.at(-1)!;
          if (isAll || rest.step.length > 0) {
            rests.keep(
              restOf({ ...wanted, after }),
              { points: rest, isAll },
              rest.step.length,
              now,
            );
          }
        }
        return { requestId: wanted.request.requestId, points: page };
      };

      const wanted = yield* wantedSeries(
        identifiers,
        limit === 0 ? [] : requests,
        ({ afterStep }) => afterStep ?? undefined,
      );
      const pages: Array<Page> = [];
      const unread = wanted.filter((series) => {
        const rest = series.after === undefined ? undefined : rests.take(restOf(series), now);
        // A part of a page would be taken for the last one.
        if (rest === undefined || (!rest.isAll && rest.points.step.length < limit)) return true;
        pages.push(pageOf(series, rest));
        return false;
      });

      const count = Math.max(limit, Math.ceil(READ_AHEAD / Math.max(1, unread.length))) + 1;
      const read = (batch: Batch<Wanted["request"]>) =>
        Effect.map(
          gatherFloats(
            source.floatSeries(requestFor(batch, request, count)),
            batch.attributes.length,
          ),
          (found) =>
            batch.wanted.flatMap((series) => {
              const ascending = found.get(batch.indexOf(series));
              if (ascending === undefined) return [];
              const points = order === "descending" ? reversed(ascending) : ascending;
              return pageOf(series, { points, isAll: points.step.length < count });
            }),
        );

      const sent = new Set<string>();
      return Stream.concat(
        Stream.succeed(pages),
        Stream.fromIterable(batches(unread)).pipe(
          Stream.mapEffect((batch) => reading.withPermit(read(batch)), { concurrency: 2 }),
        ),
      ).pipe(
        Stream.tap((pages) =>
          Effect.sync(() => {
            for (const { requestId } of pages) sent.add(requestId);
          })
        ),
        // Clients go by the number of answers: what does not exist has an empty one.
        Stream.concat(Stream.suspend(() =>
          Stream.succeed(
            requests.filter(({ requestId }) => !sent.has(requestId))
              .map(({ requestId }): Page => ({ requestId, points: NONE })),
          )
        )),
        Stream.flatMap((pages) => Stream.fromIterable(write(pages), { chunkSize: 1 })),
      );
    }));
};

const NONE: FloatPoints = {
  step: new Float64Array(0),
  timestamp: new Float64Array(0),
  value: new Float64Array(0),
};

const mapColumns = (
  { step, timestamp, value, preview, completionRatio }: FloatPoints,
  change: <Column extends Float64Array | Float32Array | Uint8Array>(column: Column) => Column,
): FloatPoints => ({
  step: change(step),
  timestamp: change(timestamp),
  value: change(value),
  preview: preview && change(preview),
  completionRatio: completionRatio && change(completionRatio),
});

const part = (points: FloatPoints, start: number, end: number): FloatPoints =>
  mapColumns(points, (column) => slice(column, start, end));

// The casts are for the methods of typed arrays that give an array of the same kind.

const reversed = (points: FloatPoints): FloatPoints =>
  mapColumns(points, (column) => column.toReversed() as typeof column);

/** Without the memory of what the points were a part of. */
const copy = (points: FloatPoints): FloatPoints =>
  mapColumns(points, (column) => column.slice() as typeof column);

const POINTS_A_PIECE = 50_000;

/** Pages as bytes, some of them at a time. */
function* write(pages: ReadonlyArray<Page>): Generator<Uint8Array, void> {
  for (let start = 0; start < pages.length;) {
    let end = start;
    let points = 0;
    do points += pages[end++]!.points.step.length; while (
      end < pages.length && points + pages[end]!.points.step.length <= POINTS_A_PIECE
    );
    yield encode(pages.slice(start, end));
    start = end;
  }
}

const encode = (pages: ReadonlyArray<Page>): Uint8Array => {
  const offsets = new Uint32Array(pages.length + 1);
  pages.forEach(({ points }, i) => offsets[i + 1] = offsets[i]! + points.step.length);
  return encodeFloatSeries({
    requestIds: pages.map(({ requestId }) => requestId),
    offsets,
    // No client reads it, and to know it all points would have to be read.
    totals: new Float64Array(pages.length),
    ...joinFloats(pages.map(({ points }) => points)),
  });
};
