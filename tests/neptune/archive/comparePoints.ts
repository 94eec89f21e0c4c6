/**
 * Compares the points that are read of a fixture with its ground truth.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect, Stream } from "effect";
import type { Neptune } from "@nereid/nereid";
import type { FileRef, Histogram } from "../../../src/neptune/Attribute.ts";
import type { NeptuneSource, Points, SeriesOffsets } from "../../../src/neptune/NeptuneSource.ts";
import type { DataFrame } from "../../../src/Polars.ts";
import {
  type ExpectedFile,
  type ExpectedHistogram,
  type ExpectedPoints,
  type ExpectedSeries,
  fullPoints,
  number,
} from "./expected.ts";
import type { Fixture } from "./fixtures.ts";

/** The points of a series in columns. */
export interface PlainPoints {
  readonly steps: ReadonlyArray<number>;
  /** Milliseconds, or `null` where the export has no time. */
  readonly timestamps: ReadonlyArray<number | null>;
  /** A file is its path and size. */
  readonly values: ReadonlyArray<unknown>;
}

/** The points that an export has, where times are to be true. */
export const plain = (type: ExpectedSeries["type"], points: ExpectedPoints): PlainPoints => ({
  steps: (points.archivedSteps ?? points.steps).map(number),
  timestamps: points.timestamps.map((time, i) =>
    points.archivedTimestamps?.[i] === null ? null : time
  ),
  values: points.values.map((value) => {
    switch (type) {
      case "float_series":
        return Number(value);
      case "string_series":
        return value;
      // The type of a series tells what its values are.
      case "histogram_series": {
        const { type, edges, values } = value as ExpectedHistogram;
        return { type, edges: edges.map(number), values: values.map(number) };
      }
      case "file_series": {
        const { archivePath, size } = value as ExpectedFile;
        return archivePath === null ? null : { path: archivePath, size };
      }
    }
  }),
});

/** The points that are in a range of steps, and of those the last so many. */
export const slice = (
  points: PlainPoints,
  isWanted: (step: number) => boolean,
  tail = Infinity,
): PlainPoints => {
  const all = [...points.steps.keys()].filter((i) => isWanted(points.steps[i]!));
  const wanted = all.slice(Math.max(0, all.length - tail));
  return {
    steps: wanted.map((i) => points.steps[i]!),
    timestamps: wanted.map((i) => points.timestamps[i]!),
    values: wanted.map((i) => points.values[i]),
  };
};

/** Series by run and path. */
export type SeriesByKey = ReadonlyMap<string, PlainPoints>;

/** The key of a series in {@link SeriesByKey}. */
export const seriesKey = (run: string, path: string): string => JSON.stringify([run, path]);

/** What a request for points of one type changes of one for all of them. */
export type PointsRequest = Partial<Parameters<NeptuneSource["floatSeries"]>[0]>;

/** Reads the points of all series of a type in all runs of a fixture, in one request. */
export const readPoints = (
  source: NeptuneSource,
  { expected, runs }: Fixture,
  type: ExpectedSeries["type"],
  request: PointsRequest = {},
): Effect.Effect<SeriesByKey, Neptune.NeptuneErrorReason> => {
  const paths = runs.flatMap((run) => run.series).filter((series) => series.type === type)
    .map(({ path }) => path);
  const all = {
    project: expected.project,
    runs: runs.map(({ runId }) => runId),
    attributes: [...new Set(paths)],
    inheritance: "all",
    range: {},
    previews: false,
    ...request,
  } as const;
  const chunks: Stream.Stream<AnyChunk, Neptune.NeptuneErrorReason> = {
    float_series: source.floatSeries,
    string_series: source.stringSeries,
    histogram_series: source.histogramSeries,
    file_series: source.fileRefSeries,
  }[type](all);
  return Effect.map(Stream.runCollect(chunks), (chunks) => {
    const found = new Map<string, PlainPoints>();
    for (const { run, attribute, offsets, step, timestamp, value } of chunks) {
      run.forEach((index, i) => {
        const key = seriesKey(all.runs[index]!, all.attributes[attribute[i]!]!);
        assert(!found.has(key), `${key} comes in several chunks`);
        const [start, end] = [offsets[i]!, offsets[i + 1]!];
        found.set(key, {
          steps: [...step.slice(start, end)],
          timestamps: Array.from(
            timestamp.slice(start, end),
            (time) => Number.isNaN(time) ? null : time,
          ),
          values: Array.from<unknown, unknown>(value.slice(start, end), plainValue),
        });
      });
    }
    return found;
  });
};

type AnyChunk =
  & SeriesOffsets
  & Points<Float64Array | ReadonlyArray<string | Histogram | FileRef | null>>;

/** A value in the form of {@link PlainPoints}. */
export const plainValue = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "sizeBytes" in value
    ? { path: (value as FileRef).path, size: value.sizeBytes }
    : value;

/** Checks that some series are those expected, each with exactly the points expected. */
export const checkSeries = (actual: SeriesByKey, expected: SeriesByKey): void => {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [key, points] of expected) assert.deepEqual(actual.get(key), points, key);
};

/** The series of a type in all runs of a fixture, those without a point left out. */
export const expectedSeries = (
  { runs }: Fixture,
  type: ExpectedSeries["type"],
  points: (series: ExpectedSeries) => ExpectedPoints,
  select: (points: PlainPoints) => PlainPoints = (points) => points,
): SeriesByKey =>
  new Map(
    runs.flatMap(({ runId, series }) =>
      series.filter((each) => each.type === type).map((each) =>
        [seriesKey(runId, each.path), select(plain(type, points(each)))] as const
      )
    ).filter(([, { steps }]) => steps.length > 0),
  );

/** Checks all points of all series of a fixture, own and inherited ones. */
export const checkPoints = (
  source: NeptuneSource,
  fixture: Fixture,
): Effect.Effect<void, Neptune.NeptuneErrorReason> =>
  Effect.gen(function* () {
    for (const type of seriesTypes(fixture)) {
      const own = yield* readPoints(source, fixture, type, { inheritance: "none" });
      checkSeries(own, expectedSeries(fixture, type, ({ own }) => own));
      const all = yield* readPoints(source, fixture, type);
      checkSeries(all, expectedSeries(fixture, type, fullPoints));
    }
  });

/** The types of series that a fixture has. */
export const seriesTypes = ({ runs }: Fixture): ReadonlySet<ExpectedSeries["type"]> =>
  new Set(runs.flatMap(({ series }) => series).map(({ type }) => type));

/** The points in a table of `fetchValues`. */
export const tablePoints = (type: ExpectedSeries["type"], table: DataFrame): PlainPoints => {
  const cells = (column: string): ReadonlyArray<unknown> => table.getColumn(column).toArray();
  // The cells of a column of times are dates.
  const times = cells("timestamp") as ReadonlyArray<Date | null>;
  return {
    steps: cells("step").map(Number),
    timestamps: times.map((time) => time?.getTime() ?? null),
    values: tableValues(type, cells, [...times.keys()]),
  };
};

const tableValues = (
  type: ExpectedSeries["type"],
  cells: (column: string) => ReadonlyArray<unknown>,
  rows: ReadonlyArray<number>,
): ReadonlyArray<unknown> => {
  switch (type) {
    case "float_series":
    case "string_series":
      return cells("value");
    case "histogram_series": {
      const [types, edges, values] = [cells("type"), cells("edges"), cells("values")];
      return rows.map((row) => ({ type: types[row], edges: edges[row], values: values[row] }));
    }
    case "file_series": {
      const [paths, sizes] = [cells("path"), cells("size_bytes")];
      return rows.map((row) => paths[row] === null ? null : { path: paths[row], size: sizes[row] });
    }
  }
};
