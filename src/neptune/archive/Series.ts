/**
 * The points of series as the files of runs hold them.
 *
 * @module
 */
import { Stream } from "effect";
import type pl from "nodejs-polars";
import type { DataFrame, Polars } from "../../Polars.ts";
import type { FileRef, Histogram } from "../Attribute.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey } from "../NeptuneSource.ts";
import { join, take } from "../cells.ts";
import {
  dictionaryOf,
  encoded,
  float64Of,
  histogramsOf,
  indexIn,
  isAmong,
  nullableTextsOf,
  positionsOf,
} from "./columns.ts";
import { fileRef } from "./Files.ts";
import { groupRows } from "./groups.ts";
import { type Listing, partsOf } from "./Listing.ts";
import type { SeriesOf } from "../rules/chunk.ts";
import { sorted } from "../rules/points.ts";
import { type Plan, readParts } from "./scan.ts";
import type { Settings } from "./Settings.ts";

/** The types of series, as exports name them. */
export const SERIES_TYPES = [
  "float_series",
  "string_series",
  "histogram_series",
  "file_series",
] as const;

/** The type of a series, as exports name it. */
export type SeriesType = typeof SERIES_TYPES[number];

/** What Neptune calls these types. */
export const SERIES_NAMES: Record<
  SeriesType,
  "floatSeries" | "stringSeries" | "histogramSeries" | "fileRefSeries"
> = {
  float_series: "floatSeries",
  string_series: "stringSeries",
  histogram_series: "histogramSeries",
  file_series: "fileRefSeries",
};

/** The values of the points of each type; `null` for a value that is lost. */
export interface SeriesValues {
  readonly float_series: Float64Array;
  readonly string_series: ReadonlyArray<string | null>;
  readonly histogram_series: ReadonlyArray<Histogram | null>;
  readonly file_series: ReadonlyArray<FileRef | null>;
}

/** The points of one attribute of one run, and their type. */
export interface Series<Type extends SeriesType = SeriesType> extends SeriesOf<SeriesValues[Type]> {
  readonly type: Type;
}

/** Which series to read. */
export interface SeriesSelection<Type extends SeriesType = SeriesType> {
  readonly runs: ReadonlyArray<RunKey>;
  readonly attributes: ReadonlyArray<string>;
  readonly types: ReadonlyArray<Type>;
}

/** Reads the series of runs without what they inherit, in batches that hold all of a run's. */
export const readSeries = <Type extends SeriesType>(
  listing: Listing,
  selection: SeriesSelection<Type>,
  settings: Settings,
): Stream.Stream<ReadonlyArray<Series<Type>>, NeptuneErrorReason> => {
  const read = (selection: SeriesSelection<Type>, exactSteps: boolean) => {
    const parts = new Set(selection.runs.flatMap((run) => partsOf(listing, run)));
    return readParts(listing, [...parts], settings, planFor(selection, exactSteps)).pipe(
      Stream.map(combine),
    );
  };
  return read(selection, false).pipe(
    Stream.flatMap((batch) => {
      const runs = new Set(batch.filter(hasHugeSteps).map((series) => series.run));
      const fine = batch.filter((series) => !runs.has(series.run));
      return runs.size === 0
        ? Stream.succeed(batch)
        : Stream.concat(Stream.succeed(fine), read({ ...selection, runs: [...runs] }, true));
    }),
  );
};

// From here on, six decimals and the digits before them are more than a double holds, and Polars
// rounds the conversion in two steps; by way of text it is right, but slow.
const HUGE_STEP = 2 ** 53 / 1e6;

const hasHugeSteps = ({ points: { step } }: Series): boolean =>
  Math.abs(step[0] ?? 0) >= HUGE_STEP || Math.abs(step.at(-1) ?? 0) >= HUGE_STEP;

const VALUE_COLUMNS: Record<SeriesType, (polars: Polars) => ReadonlyArray<pl.Expr>> = {
  float_series: (polars) => [polars.col("float_value").fillNull(polars.lit(NaN))],
  string_series: (polars) => [polars.col("string_value")],
  histogram_series: (polars) => [polars.col("histogram_value")],
  file_series: (polars) => [polars.col("file_value").struct.field("path").alias("file_value")],
};

const VALUES: { readonly [Type in SeriesType]: (rows: DataFrame) => SeriesValues[Type] } = {
  float_series: (rows) => float64Of(rows, "float_value"),
  string_series: (rows) => nullableTextsOf(rows, "string_value"),
  histogram_series: (rows) => histogramsOf(rows, "histogram_value"),
  file_series: (rows) =>
    nullableTextsOf(rows, "file_value").map((path) => path === null ? null : fileRef(path)),
};

// A batch decodes to some 20 times its size, if it is wanted as a whole, and two are under way.
const BATCH_BYTES = 16 * 2 ** 20;

const FEW_RUNS = 256;

const planFor = <Type extends SeriesType>(
  { runs, attributes, types }: SeriesSelection<Type>,
  exactSteps: boolean,
): Plan<ReadonlyArray<Series<Type>>> => {
  // What can be only one thing needs no column to tell; that makes reading one series faster.
  const keys = [["run_id", runs], ["attribute_path", attributes], [
    "attribute_type",
    types,
  ]] as const;
  const positions = keys.map(([, texts]) => positionsOf(texts));
  const keysOf = (polars: Polars, rows: DataFrame) =>
    keys.map(([name, texts], i) =>
      texts.length > 1
        ? indexIn(dictionaryOf(polars, rows, name), positions[i]!)
        : new Int32Array(rows.height)
    ) as [Int32Array, Int32Array, Int32Array];
  return {
    batchBytes: BATCH_BYTES,
    select: (frame, polars) => {
      const column = polars.col;
      return frame
        .filter(
          // Few rows are of runs that are not wanted, and to look for many runs takes longer than to
          // leave those out later.
          keys.filter(([name, texts]) => name !== "run_id" || texts.length <= FEW_RUNS)
            .map(([name, texts]) => isAmong(polars, name, texts)).reduce((a, b) => a.and(b)),
        )
        .select(
          ...keys.filter(([, texts]) => texts.length > 1).map(([name]) => encoded(polars, name)),
          (exactSteps ? column("step").cast(polars.Utf8) : column("step")).cast(polars.Float64),
          column("timestamp").cast(polars.Datetime("ms", "UTC")).cast(polars.Int64)
            .cast(polars.Float64).fillNull(polars.lit(NaN)),
          ...types.flatMap((type) => VALUE_COLUMNS[type](polars)),
        );
    },
    extract: (rows, polars) => {
      const [run, attribute, type] = keysOf(polars, rows);
      const step = float64Of(rows, "step");
      const timestamp = float64Of(rows, "timestamp");
      const values = types.map((type) => VALUES[type](rows));
      for (let row = 0; row < run.length; row++) {
        attribute[row] = attribute[row]! * types.length + type[row]!;
        // A row without a value is a point that is not a number if it has a time; without a time
        // too it is nothing, as exports have it for attributes that a run lacks.
        const value = Number.isNaN(timestamp[row]) ? values[type[row]!]![row] : 0;
        if (value === null || Number.isNaN(value)) run[row] = -1;
      }
      return groupRows(
        { index: run, count: runs.length },
        { index: attribute, count: attributes.length * types.length },
      ).map(({ first, second, rows }) => ({
        run: runs[first]!,
        attribute: attributes[Math.floor(second / types.length)]!,
        type: types[second % types.length]!,
        points: sorted({
          step: take(step, rows),
          timestamp: take(timestamp, rows),
          value: take(values[second % types.length]!, rows),
        }),
      }));
    },
  };
};

/** The series of several files, those of one attribute of one run as one. */
const combine = <Type extends SeriesType>(
  pieces: ReadonlyArray<ReadonlyArray<Series<Type>>>,
): ReadonlyArray<Series<Type>> => {
  if (pieces.length === 1) return pieces[0]!;
  const same = Map.groupBy(
    pieces.flat(),
    ({ run, attribute, type }) => JSON.stringify([run, attribute, type]),
  );
  return Array.from(same.values(), (parts) => {
    const points = parts.map((part) => part.points);
    return {
      ...parts[0]!,
      points: sorted({
        step: join(points.map((part) => part.step)),
        timestamp: join(points.map((part) => part.timestamp)),
        value: join(points.map((part) => part.value)),
      }),
    };
  });
};
