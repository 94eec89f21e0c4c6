/**
 * Puts series together whose points come in chunks.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { type Cells, join, slice } from "./cells.ts";
import type { FloatPoints, FloatSeriesChunk, Points, SeriesOffsets } from "./NeptuneSource.ts";

/**
 * The points of float series by what they are of: the index of the run times the number of
 * `attributes` asked for, and the index of the attribute. Of a single run, that is the latter.
 */
export const gatherFloats = <E>(
  chunks: Stream.Stream<FloatSeriesChunk, E>,
  attributes = 0,
): Effect.Effect<ReadonlyMap<number, FloatPoints>, E> =>
  gather(
    chunks,
    attributes,
    ({ preview, completionRatio, ...chunk }, start, end): FloatPoints => ({
      ...cut(chunk, start, end),
      preview: preview && slice(preview, start, end),
      completionRatio: completionRatio && slice(completionRatio, start, end),
    }),
    joinFloats,
  );

/** The points of several pieces, one after another. */
export const joinFloats = (pieces: ReadonlyArray<FloatPoints>): FloatPoints => ({
  ...joinPoints(pieces),
  preview: pieces.some(({ preview }) => preview !== undefined)
    ? join(pieces.map(({ preview, step }) => preview ?? new Uint8Array(step.length)))
    : undefined,
  completionRatio: pieces.some(({ completionRatio }) => completionRatio !== undefined)
    ? join(
      pieces.map(({ completionRatio, step }) =>
        completionRatio ?? new Float32Array(step.length).fill(1)
      ),
    )
    : undefined,
});

/** The points of series of another type, as {@link gatherFloats} has them. */
export const gatherOthers = <A, E>(
  chunks: Stream.Stream<SeriesOffsets & Points<ReadonlyArray<A>>, E>,
  attributes = 0,
): Effect.Effect<ReadonlyMap<number, Points<ReadonlyArray<A>>>, E> =>
  gather(chunks, attributes, cut, joinPoints);

const gather = <Chunk extends SeriesOffsets, Series, E>(
  chunks: Stream.Stream<Chunk, E>,
  attributes: number,
  cut: (chunk: Chunk, start: number, end: number) => Series,
  join: (pieces: ReadonlyArray<Series>) => Series,
): Effect.Effect<ReadonlyMap<number, Series>, E> =>
  Effect.map(Stream.runCollect(chunks), (chunks) => {
    const pieces = chunks.flatMap((chunk) =>
      Array.from(chunk.attribute, (attribute, i) => ({
        key: chunk.run[i]! * attributes + attribute,
        piece: cut(chunk, chunk.offsets[i]!, chunk.offsets[i + 1]!),
      }))
    );
    return new Map(
      Array.from(
        Map.groupBy(pieces, ({ key }) => key),
        ([key, same]) => [key, join(same.map(({ piece }) => piece))],
      ),
    );
  });

const cut = <Values extends Cells>(
  { step, timestamp, value }: Points<Values>,
  start: number,
  end: number,
): Points<Values> => ({
  step: slice(step, start, end),
  timestamp: slice(timestamp, start, end),
  value: slice(value, start, end),
});

const joinPoints = <Values extends Cells>(
  pieces: ReadonlyArray<Points<Values>>,
): Points<Values> => ({
  step: join(pieces.map(({ step }) => step)),
  timestamp: join(pieces.map(({ timestamp }) => timestamp)),
  value: join(pieces.map(({ value }) => value)),
});
