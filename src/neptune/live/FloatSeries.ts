/**
 * Reads points of float series.
 *
 * @module
 */
import { Effect, Metric, Option, Stream } from "effect";
import { take } from "../cells.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { FloatPoints, FloatSeriesChunk, SeriesRequest } from "../NeptuneSource.ts";
import type { FloatSeriesResponse } from "../wire/floatSeries.ts";
import { paths } from "../wire/paths.ts";
import { contradiction } from "./decode.ts";
import * as metrics from "./metrics.ts";
import {
  groupsOfSeries,
  isEmpty,
  type Reading,
  readingOf,
  timeSeriesOf,
  type Wanted,
} from "./seriesRequests.ts";
import type { Service } from "./Service.ts";

/** How many points an answer has at most. */
const ANSWER_POINTS = 1_000_000;

/** How many groups of series are read at once; each has an answer in memory, and one on its way. */
const GROUPS_AT_ONCE = 4;

type Chunks = Stream.Stream<FloatSeriesChunk, NeptuneErrorReason>;

/** Reads points, those of a series in ascending order. */
export const floatSeries = (service: Service, request: SeriesRequest): Chunks => {
  if (isEmpty(request)) return Stream.empty;
  return Stream.fromIterable(groupsOfSeries(request)).pipe(
    Stream.flatMap((series) => readGroup(service, request, series), {
      concurrency: GROUPS_AT_ONCE,
      bufferSize: 1,
    }),
  );
};

/** A series of which there may be more. */
interface Pending extends Wanted {
  /** Only points beyond this step are missing. */
  readonly afterStep: number | undefined;
  /** How many points are still wanted. */
  readonly most: number;
}

const readGroup = (
  service: Service,
  request: SeriesRequest,
  series: ReadonlyArray<Wanted>,
): Chunks => {
  const reading = readingOf(request);
  const { after, before } = request.range;
  const afterStep = reading.order === "ascending" ? after : before;
  const first = series.map((each): Pending => ({ ...each, afterStep, most: reading.most }));
  const answers = Stream.paginate(first, (pending) =>
    Effect.gen(function* () {
      const limit = Math.min(
        Math.max(1, Math.floor(ANSWER_POINTS / pending.length)),
        Math.max(...pending.map(({ most }) => most)),
      );
      const response = yield* service.floatSeries({
        requests: pending.map(({ afterStep, ...series }, i) => ({
          requestId: String(i),
          series: timeSeriesOf(request, series),
          ...afterStep !== undefined && { afterStep },
        })),
        perSeriesPointsLimit: limit,
        order: reading.order,
        stepRange: reading.stepRange,
      });
      yield* Metric.update(metrics.points, response.step.length);
      const order = yield* Effect.mapError(
        Effect.fromOption(orderOf(response, pending)),
        () => contradiction(REQUEST, "it does not have one answer for each series"),
      );
      const more: Array<Pending> = [];
      for (const [i, index] of order.entries()) {
        const { run, attribute, afterStep, most } = pending[index]!;
        const start = response.offsets[i]!;
        const end = response.offsets[i + 1]!;
        if (start === end) continue;
        const last = response.step[end - 1]!;
        if (!isBeyond(response.step[start]!, afterStep, reading)) {
          return yield* contradiction(REQUEST, "points come again that have already come");
        }
        if (end - start >= limit && end - start < most && !reading.isOutside(last)) {
          more.push({ run, attribute, afterStep: last, most: most - (end - start) });
        }
      }
      return [
        [chunkOf(response, order.map((index) => pending[index]!), reading)],
        more.length > 0 ? Option.some(more) : Option.none(),
      ] as const;
    }));
  const chunks = reading.order === "ascending"
    ? answers
    : Stream.fromEffect(Effect.map(Stream.runCollect(answers), reversed));
  return Stream.filter(chunks, ({ run }) => run.length > 0);
};

const REQUEST = `POST ${paths.floatSeries}`;

/** Whether a point comes after those that came already; if not, reading on would never end. */
const isBeyond = (
  step: number,
  afterStep: number | undefined,
  { order }: Reading,
): boolean =>
  afterStep === undefined || (order === "ascending" ? step > afterStep : step < afterStep);

/** Which of the series that were asked for each one in an answer is; none if one lacks or is twice. */
const orderOf = (
  { requestIds }: FloatSeriesResponse,
  pending: ReadonlyArray<Pending>,
): Option.Option<ReadonlyArray<number>> => {
  const order = requestIds.map(Number);
  const isWhole = order.length === pending.length && new Set(order).size === order.length &&
    order.every((index) => Number.isInteger(index) && index >= 0 && index < pending.length);
  return isWhole ? Option.some(order) : Option.none();
};

/** The points of an answer that are wanted. */
const chunkOf = (
  response: FloatSeriesResponse,
  series: ReadonlyArray<Wanted>,
  { isOutside }: Reading,
): FloatSeriesChunk => {
  const { offsets, step } = response;
  const counts = series.map((_, i) => {
    const start = offsets[i]!;
    let end = offsets[i + 1]!;
    // What is outside is at the end, for it is beyond a bound in the order of reading.
    while (end > start && isOutside(step[end - 1]!)) end--;
    return end - start;
  });
  const present = [...counts.keys()].filter((i) => counts[i]! > 0);
  const chunkOffsets = new Uint32Array(present.length + 1);
  present.forEach((index, i) => chunkOffsets[i + 1] = chunkOffsets[i]! + counts[index]!);
  const isWhole = chunkOffsets.at(-1) === step.length;
  return {
    run: Uint32Array.from(present, (index) => series[index]!.run),
    attribute: Uint32Array.from(present, (index) => series[index]!.attribute),
    offsets: chunkOffsets,
    ...isWhole ? pointsOf(response) : pick(
      response,
      Uint32Array.from(
        present.flatMap((index) =>
          Array.from({ length: counts[index]! }, (_, point) => offsets[index]! + point)
        ),
      ),
    ),
  };
};

const pointsOf = (
  { step, timestamp, value, preview, completionRatio }: FloatPoints,
): FloatPoints => ({
  step,
  timestamp,
  value,
  preview,
  completionRatio,
});

const pick = (points: FloatPoints, rows: Uint32Array): FloatPoints => ({
  step: take(points.step, rows),
  timestamp: take(points.timestamp, rows),
  value: take(points.value, rows),
  preview: points.preview && take(points.preview, rows),
  completionRatio: points.completionRatio &&
    Float32Array.from(rows, (row) => points.completionRatio![row]!),
});

/** Points that came in descending order, as one chunk in ascending order. */
const reversed = (chunks: ReadonlyArray<FloatSeriesChunk>): FloatSeriesChunk => {
  const series = Map.groupBy(
    chunks.flatMap((chunk) =>
      Array.from(chunk.run, (run, i) => ({ chunk, run, attribute: chunk.attribute[i]!, i }))
    ),
    ({ run, attribute }) => `${run} ${attribute}`,
  ).values().toArray();
  const total = chunks.reduce((sum, { step }) => sum + step.length, 0);
  const all = {
    step: new Float64Array(total),
    timestamp: new Float64Array(total),
    value: new Float64Array(total),
    preview: chunks.some(({ preview }) => preview !== undefined)
      ? new Uint8Array(total)
      : undefined,
    completionRatio: chunks.some(({ completionRatio }) => completionRatio !== undefined)
      ? new Float32Array(total).fill(1)
      : undefined,
  };
  const offsets = new Uint32Array(series.length + 1);
  let point = 0;
  series.forEach((pieces, index) => {
    for (const { chunk, i } of pieces.reverse()) {
      for (let from = chunk.offsets[i + 1]! - 1; from >= chunk.offsets[i]!; from--, point++) {
        all.step[point] = chunk.step[from]!;
        all.timestamp[point] = chunk.timestamp[from]!;
        all.value[point] = chunk.value[from]!;
        if (chunk.preview !== undefined) all.preview![point] = chunk.preview[from]!;
        if (chunk.completionRatio !== undefined) {
          all.completionRatio![point] = chunk.completionRatio[from]!;
        }
      }
    }
    offsets[index + 1] = point;
  });
  return {
    run: Uint32Array.from(series, ([first]) => first!.run),
    attribute: Uint32Array.from(series, ([first]) => first!.attribute),
    offsets,
    ...all,
  };
};
