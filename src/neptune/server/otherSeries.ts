/**
 * Sends clients the points of series of texts, histograms and files.
 *
 * @module
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Effect, type Semaphore, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type {
  NeptuneSource,
  OtherSeriesChunk,
  Points,
  SeriesRequest as SourceRequest,
} from "../NeptuneSource.ts";
import { gatherOthers } from "../series.ts";
import {
  type ProtoPointValueDTOSchema,
  type ProtoSeriesPointValueObjectDTOSchema,
  ProtoSeriesValuesResponseDTOSchema,
  type ProtoSeriesValuesSingleSeriesResponseDTOSchema,
} from "../wire/gen/neptune_pb.ts";
import type { SeriesRequest } from "../wire/series.ts";
import type { Identifiers } from "./Identifiers.ts";
import { badRequest, type Refused } from "./Refused.ts";
import { fileInit, histogramInit } from "./rows.ts";
import {
  type Batch,
  batches,
  requestFor,
  type WantedSeries,
  wantedSeries,
} from "./seriesRequests.ts";

type Failure = NeptuneErrorReason | Refused;

type Wanted = WantedSeries<SeriesRequest["requests"][number]>;

type Answer = MessageInitShape<typeof ProtoSeriesValuesSingleSeriesResponseDTOSchema>;

type PointInit = MessageInitShape<typeof ProtoPointValueDTOSchema>;

type Value = NonNullable<MessageInitShape<typeof ProtoSeriesPointValueObjectDTOSchema>["value"]>;

/** How many points a page has, of all series together, unless there are very many series. */
const POINTS_A_PAGE = 200_000;

const MIN_POINTS_A_SERIES = 100;

/**
 * Answers a request for points. Strings can be wanted in the place that they had before there were
 * other such series.
 */
export const otherSeries = (
  source: NeptuneSource,
  identifiers: Identifiers,
  reading: Semaphore.Semaphore,
  request: SeriesRequest,
  oldStrings: boolean,
): Stream.Stream<Uint8Array, Failure> =>
  Stream.unwrap(Effect.gen(function* () {
    const { requests, order } = request;
    const limit = request.perSeriesPointsLimit ?? Infinity;
    if (limit < 0) return yield* badRequest("perSeriesPointsLimit cannot be negative.");
    const tokens = new Map(requests.map((each) => [each, tokenOf(each.searchAfter?.token)]));
    if ([...tokens.values()].includes(undefined)) {
      return yield* badRequest("searchAfter.token is not one that this server has given.");
    }
    const sentOf = (each: Wanted["request"]) => tokens.get(each)!.sent;
    const wanted = yield* wantedSeries(
      identifiers,
      requests.filter((each) => each.searchAfter?.finished !== true && sentOf(each) < limit),
      (each) => tokens.get(each)!.after,
    );
    const pageLimit = Math.max(
      MIN_POINTS_A_SERIES,
      Math.ceil(POINTS_A_PAGE / Math.max(1, wanted.length)),
    );
    const count = Math.min(limit, pageLimit);

    const answerOf = (series: Wanted, ascending: Points<ReadonlyArray<Value>>): Answer => {
      const sent = sentOf(series.request);
      const found = ascending.step.length;
      const wanted = Math.min(found, count, limit - sent);
      const positions = Array.from(
        { length: wanted },
        (_, i) => order === "descending" ? found - 1 - i : i,
      );
      const lastStep = ascending.step[positions.at(-1) ?? 0];
      const values = positions.map((i): PointInit => ({
        timestampMillis: millisecondsOf(ascending.timestamp[i]!),
        step: ascending.step[i]!,
        completionRatio: 1,
        ...placeOf(ascending.value[i]!, oldStrings),
      }));
      const isOld = values.some((point) => point.value !== undefined);
      return {
        requestId: series.request.requestId,
        searchAfter: {
          finished: found === wanted || sent + wanted >= limit,
          token: JSON.stringify([lastStep, sent + wanted]),
        },
        series: { case: isOld ? "stringSeries" : "seriesValues", value: { values } },
      };
    };

    const readKind =
      ({ type, read }: Kind, types: ReadonlyMap<string, ReadonlySet<string>>) =>
      (batch: Batch<Wanted["request"]>) => {
        const ofKind = batches(
          batch.wanted.filter(({ attribute }) => types.get(type)?.has(attribute)),
        );
        return Effect.forEach(ofKind, (batch) =>
          // One point more tells whether there are more.
          Effect.map(read(source, requestFor(batch, request, count + 1)), (found) =>
            batch.wanted.flatMap((series) => {
              const points = found.get(batch.indexOf(series));
              return points === undefined ? [] : answerOf(series, points);
            })));
      };

    const readBatch = (batch: Batch<Wanted["request"]>) =>
      Effect.gen(function* () {
        const types = yield* typesIn(source, batch);
        const answers = yield* Effect.forEach(KINDS, (kind) => readKind(kind, types)(batch));
        return answers.flat(2);
      });

    return Stream.fromIterable(batches(wanted)).pipe(
      Stream.mapEffect((batch) => reading.withPermit(readBatch(batch)), { concurrency: 2 }),
      Stream.map((series) =>
        toBinary(
          ProtoSeriesValuesResponseDTOSchema,
          create(ProtoSeriesValuesResponseDTOSchema, { series }),
        )
      ),
    );
  }));

/** Where a page of a series has ended: at which step, and after how many points in all. */
interface Token {
  readonly after: number | undefined;
  readonly sent: number;
}

const tokenOf = (token: string | undefined): Token | undefined => {
  if (token === undefined || token === "") return { after: undefined, sent: 0 };
  const [, after, sent] = /^\[([-+.e\d]+),(\d+)\]$/.exec(token) ?? [];
  return sent === undefined || Number.isNaN(Number(after))
    ? undefined
    : { after: Number(after), sent: Number(sent) };
};

/** The attributes of a batch by the types of series that they are. */
const typesIn = (
  source: NeptuneSource,
  { wanted: [first], runs, attributes }: Batch<unknown>,
): Effect.Effect<ReadonlyMap<string, ReadonlySet<string>>, NeptuneErrorReason> =>
  Effect.map(
    Stream.runCollect(source.definitions({
      project: first!.project,
      runs,
      select: { paths: attributes },
      types: KINDS.map(({ type }) => type),
    })),
    (definitions) => {
      const byType = Map.groupBy(definitions.flat(), ({ type }) => type);
      return new Map(
        Array.from(byType, ([type, all]) => [type, new Set(all.map(({ path }) => path))]),
      );
    },
  );

/** Series of a type: how their points are read, with values ready to be written. */
interface Kind {
  readonly type: string;
  readonly read: (
    source: NeptuneSource,
    request: SourceRequest,
  ) => Effect.Effect<ReadonlyMap<number, Points<ReadonlyArray<Value>>>, NeptuneErrorReason>;
}

const kind = <A>(
  type: string,
  read: (
    source: NeptuneSource,
  ) => (request: SourceRequest) => Stream.Stream<OtherSeriesChunk<A>, NeptuneErrorReason>,
  write: (value: A | null) => Value,
): Kind => ({
  type,
  read: (source, request) =>
    gatherOthers(
      Stream.map(
        read(source)(request),
        (chunk) => ({ ...chunk, value: chunk.value.map(write) }),
      ),
      request.attributes.length,
    ),
});

// A value that is lost has no place in the protocol. That of a file can be a file without a path,
// for which there are no bytes; clients fail at any other, rather than take it for something else.
const LOST: Value = { case: undefined };

const KINDS: ReadonlyArray<Kind> = [
  kind(
    "stringSeries",
    (source) => source.stringSeries,
    (value) => value === null ? LOST : { case: "stringValue", value },
  ),
  kind(
    "histogramSeries",
    (source) => source.histogramSeries,
    (value) => value === null ? LOST : { case: "histogram", value: histogramInit(value) },
  ),
  kind(
    "fileRefSeries",
    (source) => source.fileRefSeries,
    (value) => ({ case: "fileRef", value: value === null ? {} : fileInit(value) }),
  ),
];

const placeOf = (value: Value, oldStrings: boolean) =>
  oldStrings && value.case === "stringValue" ? { value: value.value } : { object: { value } };

const millisecondsOf = (time: number): bigint => BigInt(Number.isNaN(time) ? 0 : Math.round(time));
