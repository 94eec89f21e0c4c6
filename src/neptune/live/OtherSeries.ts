/**
 * Reads points of series of texts, histograms and files.
 *
 * @module
 */
import { Effect, Metric, Option, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { OtherSeriesChunk, SeriesRequest } from "../NeptuneSource.ts";
import type { OtherPoint } from "../wire/messages.ts";
import { paths } from "../wire/paths.ts";
import { contradiction } from "./decode.ts";
import * as metrics from "./metrics.ts";
import { AT_ONCE } from "./requests.ts";
import type { Service } from "./Service.ts";
import { groupsOfSeries, isEmpty, readingOf, timeSeriesOf, type Wanted } from "./seriesRequests.ts";

/** Which field the values of a type are in. */
type Field = NonNullable<OtherPoint["field"]>;

/** Reads points of one type, those of a series in ascending order. */
export const otherSeries = <A>(
  service: Service,
  field: Field,
  request: SeriesRequest,
): Stream.Stream<OtherSeriesChunk<A>, NeptuneErrorReason> => {
  if (isEmpty(request)) return Stream.empty;
  return Stream.fromIterable(groupsOfSeries(request)).pipe(
    Stream.flatMap((series) => readGroup<A>(service, field, request, series), {
      concurrency: AT_ONCE,
      bufferSize: 1,
    }),
  );
};

/** A series of which there may be more, and where the last answer ended. */
interface Pending extends Wanted {
  readonly token: string | undefined;
}

/** Points of a series, in the order of reading. */
interface Piece extends Wanted {
  readonly points: ReadonlyArray<OtherPoint>;
}

const readGroup = <A>(
  service: Service,
  field: Field,
  request: SeriesRequest,
  series: ReadonlyArray<Wanted>,
): Stream.Stream<OtherSeriesChunk<A>, NeptuneErrorReason> => {
  const { order, most, stepRange, isOutside } = readingOf(request);
  const { after, before } = request.range;
  // The bound where reading begins includes its step on the wire; one more makes up for it.
  const begin = order === "ascending" ? after : before;
  const perSeriesPointsLimit = begin === undefined ? most : most + 1;

  const first = series.map((each): Pending => ({ ...each, token: undefined }));
  const answers = Stream.paginate(first, (pending) =>
    Effect.gen(function* () {
      const answer = yield* service.series({
        requests: pending.map(({ token, ...series }, i) => ({
          requestId: String(i),
          series: timeSeriesOf(request, series),
          ...token !== undefined && { searchAfter: { finished: false, token } },
        })),
        ...perSeriesPointsLimit !== Infinity && { perSeriesPointsLimit },
        order,
        stepRange,
      });
      const more: Array<Pending> = [];
      const pieces: Array<Piece> = [];
      let hasMoved = false;
      const answered = new Set<number>();
      for (const { requestId, searchAfter, points } of answer) {
        const index = Number(requestId);
        const asked = pending[index];
        if (asked === undefined || answered.has(index)) {
          return yield* contradiction(REQUEST, "it answers what was not asked");
        }
        answered.add(index);
        const { run, attribute } = asked;
        pieces.push({ run, attribute, points });
        yield* Metric.update(metrics.points, points.length);
        if (searchAfter?.finished) hasMoved = true;
        else {
          const token = searchAfter?.token ?? asked.token;
          hasMoved ||= token !== asked.token;
          more.push({ run, attribute, token });
        }
      }
      if (more.length > 0 && !hasMoved) {
        return yield* contradiction(REQUEST, "it is not finished, but does not go on");
      }
      return [[pieces], more.length > 0 ? Option.some(more) : Option.none()] as const;
    }));

  const isWanted = (point: OtherPoint) =>
    (point.field === field || point.field === undefined) && !isOutside(point.step);
  const cut = (pieces: ReadonlyArray<Piece>) =>
    pieces.map((piece) => ({ ...piece, points: piece.points.filter(isWanted) }));

  const chunks = most === Infinity ? Stream.map(answers, cut) : Stream.fromEffect(
    Effect.map(Stream.runCollect(answers), (rounds) => {
      const whole = Map.groupBy(
        cut(rounds.flat()),
        ({ run, attribute }) => `${run} ${attribute}`,
      );
      return Array.from(whole.values(), (pieces) => {
        const points = pieces.flatMap(({ points }) => points).slice(0, most);
        return { ...pieces[0]!, points: order === "ascending" ? points : points.reverse() };
      });
    }),
  );
  return chunks.pipe(
    Stream.map((pieces) => chunkOf<A>(pieces)),
    Stream.filter(({ run }) => run.length > 0),
  );
};

const REQUEST = `POST ${paths.series}`;

// The values are those of one field, and so of one type.
const chunkOf = <A>(pieces: ReadonlyArray<Piece>): OtherSeriesChunk<A> => {
  const present = pieces.filter(({ points }) => points.length > 0);
  const points = present.flatMap(({ points }) => points);
  const offsets = new Uint32Array(present.length + 1);
  present.forEach(({ points }, i) => offsets[i + 1] = offsets[i]! + points.length);
  return {
    run: Uint32Array.from(present, ({ run }) => run),
    attribute: Uint32Array.from(present, ({ attribute }) => attribute),
    offsets,
    step: Float64Array.from(points, ({ step }) => step),
    timestamp: Float64Array.from(points, ({ timestamp }) => timestamp),
    value: points.map(({ value }) => value as A | null),
  };
};
