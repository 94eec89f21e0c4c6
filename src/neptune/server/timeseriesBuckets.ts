/**
 * Sends clients float series in buckets of steps.
 *
 * @module
 */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Effect, type Semaphore, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource } from "../NeptuneSource.ts";
import {
  LineageEntityType,
  type ProtoCustomExpression,
  ProtoGetTimeseriesBucketsRequestSchema,
  ProtoLineage,
  ProtoScale,
  ProtoTimeseriesBucketsDTOSchema,
  type ProtoView,
  type TimeseriesBucketSchema,
} from "../wire/gen/neptune_pb.ts";
import type { TimeSeries } from "../wire/series.ts";
import { type Bucket, Buckets, type Range, widened } from "./buckets.ts";
import type { Identifiers } from "./Identifiers.ts";
import { badRequest, type Refused } from "./Refused.ts";
import { batches, requestFor, wantedSeries } from "./seriesRequests.ts";

type Failure = NeptuneErrorReason | Refused;

/** Points of a series, and the requests that are for it. */
interface Piece {
  readonly requestIds: ReadonlyArray<string>;
  readonly step: Float64Array;
  readonly value: Float64Array;
}

/** So many points are kept between finding the range of steps and filling buckets. */
const KEPT_POINTS = 4_000_000;

/** Answers a request for buckets. */
export const timeseriesBuckets = (
  source: NeptuneSource,
  identifiers: Identifiers,
  reading: Semaphore.Semaphore,
  body: Uint8Array,
): Effect.Effect<Uint8Array, Failure> =>
  Effect.gen(function* () {
    const { expressions, view } = yield* Effect.try({
      try: () => fromBinary(ProtoGetTimeseriesBucketsRequestSchema, body),
      catch: () => badRequest("The body is not a ProtoGetTimeseriesBucketsRequest."),
    });
    if (view === undefined || view.maxBuckets < 1) {
      return yield* badRequest("view.maxBuckets must be at least 1.");
    }
    if (!isLinearInSteps(view)) {
      return yield* badRequest("Only linear scales and an axis of steps are supported.");
    }
    const series = yield* Effect.forEach(expressions, seriesOf);
    const wanted = yield* wantedSeries(identifiers, series, () => undefined);

    /** Reads all points, and hands them over as they come. */
    const read = (use: (piece: Piece) => void): Effect.Effect<void, NeptuneErrorReason> =>
      Effect.forEach(batches(wanted), (batch) => {
        const requests = Map.groupBy(batch.wanted, batch.indexOf);
        const selection = { stepRange: view.pointFilters?.stepRange };
        return Stream.runForEach(
          source.floatSeries(requestFor(batch, selection, undefined)),
          ({ run, attribute, offsets, step, value }) =>
            Effect.sync(() =>
              run.forEach((run, i) => {
                const index = run * batch.attributes.length + attribute[i]!;
                const [start, end] = [offsets[i]!, offsets[i + 1]!];
                use({
                  requestIds: requests.get(index)?.map(({ request }) => request.requestId) ?? [],
                  step: step.subarray(start, end),
                  value: value.subarray(start, end),
                });
              })
            ),
        );
      }, { discard: true });

    const buckets = yield* reading.withPermit(Effect.gen(function* () {
      const kept: Array<Piece> = [];
      let points = 0;
      let range: Range | undefined;
      if (view.from === undefined || view.to === undefined) {
        yield* read((piece) => {
          range = widened(range, piece.step);
          points += piece.step.length;
          if (points <= KEPT_POINTS) kept.push(piece);
          else kept.length = 0;
        });
      }
      const bounds = {
        from: view.from ?? range?.from ?? 0,
        to: view.to ?? range?.to ?? 0,
      };
      const found = new Map<string, Buckets>();
      const fill = ({ requestIds, step, value }: Piece) => {
        for (const id of requestIds) {
          const buckets = found.get(id) ?? new Buckets(bounds, view.maxBuckets);
          found.set(id, buckets);
          buckets.add(step, value);
        }
      };
      if (kept.length > 0) kept.forEach(fill);
      else yield* read(fill);
      return found;
    }));

    const entries = expressions.map(({ requestId }) => ({
      requestId,
      bucket: buckets.get(requestId)?.filled.map(written) ?? [],
    }));
    const schema = ProtoTimeseriesBucketsDTOSchema;
    return toBinary(schema, create(schema, { entries }));
  });

const isLinearInSteps = ({ xAxis, xScale, yScale }: ProtoView): boolean =>
  xScale === ProtoScale.linear && yScale === ProtoScale.linear &&
  (xAxis?.value.case ?? "steps") === "steps";

/** An attribute in braces after a dollar; what means something there is after a backslash. */
const FORMULA = /^\$\{((?:\\.|[^\\${}])*)\}$/s;

const seriesOf = (
  { requestId, runId, customYFormula, includePreview, lineage, entityType }: ProtoCustomExpression,
): Effect.Effect<{ readonly requestId: string; readonly series: TimeSeries }, Refused> => {
  const name = FORMULA.exec(customYFormula)?.[1];
  if (name === undefined) {
    return Effect.fail(badRequest(
      `The formula ${JSON.stringify(customYFormula)} is not supported: only a series alone is, ` +
        "such as ${metrics/loss}.",
    ));
  }
  return Effect.succeed({
    requestId,
    series: {
      attribute: name.replaceAll(/\\(.)/gs, "$1"),
      holder: { identifier: runId, type: "experiment" },
      includePreview: includePreview ?? false,
      lineage: lineage === ProtoLineage.ONLY_OWNED ? "NONE" : "FULL",
      lineageEntityType: entityType === LineageEntityType.RUN ? "RUN" : "EXPERIMENT",
    },
  });
};

const written = (bucket: Bucket): MessageInitShape<typeof TimeseriesBucketSchema> => {
  const { first, last, localMin, localMax, localSum } = bucket;
  return {
    index: BigInt(bucket.index),
    fromX: bucket.fromX,
    toX: bucket.toX,
    finitePointCount: BigInt(bucket.finitePointCount),
    nanCount: BigInt(bucket.nanCount),
    positiveInfCount: BigInt(bucket.positiveInfCount),
    negativeInfCount: BigInt(bucket.negativeInfCount),
    ...first === undefined || last === undefined
      ? {}
      : { first, last, localMin, localMax, localSum },
  };
};
