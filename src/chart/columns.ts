/**
 * Reads columns of a frame into what can be drawn: numbers, times, categories.
 *
 * @module
 */
import { Effect } from "effect";
import {
  columnNames,
  columnOf,
  type DataFrame,
  type Polars,
  polars,
  type Series,
} from "../Polars.ts";
import {
  type ChartErrorReason,
  ColumnNotFound,
  DrawingFailed,
  UnusableColumn,
} from "./ChartError.ts";

/** The values of a column; what is missing is NaN, or the category -1. */
export type Column =
  | { readonly kind: "number"; readonly values: Float64Array; readonly unit?: string }
  /** Milliseconds since the epoch; in UTC if the zone is known. */
  | { readonly kind: "time"; readonly values: Float64Array; readonly zoned: boolean }
  | Category;

/** Names, each by its index in `names`. */
export interface Category {
  readonly kind: "category";
  readonly values: Float64Array;
  /** In order of appearance. */
  readonly names: ReadonlyArray<string>;
}

/** A column that can be measured. */
export type Measure = Exclude<Column, Category>;

/** Reads a column of any type that can be drawn. */
export const readColumn = (
  frame: DataFrame,
  parameter: string,
  column: string,
): Effect.Effect<Column, ChartErrorReason> => read(frame, parameter, column, columnFrom);

/** Reads a column of numbers or times. */
export const readMeasure = (
  frame: DataFrame,
  parameter: string,
  column: string,
): Effect.Effect<Measure, ChartErrorReason> => read(frame, parameter, column, measureOf);

/** Reads a column as names, whatever its type. */
export const readNames = (
  frame: DataFrame,
  parameter: string,
  column: string,
): Effect.Effect<Category, ChartErrorReason> => read(frame, parameter, column, categoriesOf);

const read = <A>(
  frame: DataFrame,
  parameter: string,
  column: string,
  convert: (series: Series, polars: Polars) => A | undefined,
): Effect.Effect<A, ChartErrorReason> =>
  Effect.gen(function* () {
    const columns = columnNames(frame);
    if (!columns.includes(column)) {
      return yield* new ColumnNotFound({ parameter, column, columns });
    }
    const polarsLoaded = yield* Effect.mapError(polars, (cause) => new DrawingFailed({ cause }));
    const series = columnOf(frame, column);
    const values = yield* Effect.try({
      try: () => convert(series, polarsLoaded),
      catch: (cause) => new DrawingFailed({ cause }),
    });
    return values ?? (yield* new UnusableColumn({
      parameter,
      column,
      dtype: typeName(series),
      expected: convert === measureOf ? "numbers or times" : "numbers, times or texts",
    }));
  });

const columnFrom = (series: Series, polars: Polars): Column | undefined =>
  measureOf(series, polars) ?? categoriesOf(series, polars);

const measureOf = (series: Series, polars: Polars): Measure | undefined => {
  const floats = (from: Series): Float64Array => toFloats(from, polars);
  const dtype = typeName(series);
  if (/^(Float|U?Int)\d+$|^(Decimal|Null)$/.test(dtype)) {
    return { kind: "number", values: floats(series) };
  }
  switch (dtype) {
    case "Datetime":
    case "Date": {
      const values = floats(series.cast(polars.Datetime("ms")).cast(polars.Int64));
      const { timeZone } = series.dtype as { readonly timeZone?: string };
      return { kind: "time", values, zoned: Boolean(timeZone) };
    }
    case "Duration": {
      const { timeUnit } = series.dtype as { readonly timeUnit?: string };
      const perSecond = timeUnit === "ns" ? 1e9 : timeUnit === "us" ? 1e6 : 1e3;
      const values = floats(series.cast(polars.Int64)).map((value) => value / perSecond);
      return { kind: "number", values, unit: "s" };
    }
    default:
      return undefined;
  }
};

/** The numbers of a column; NaN where there is none. */
const toFloats = (series: Series, polars: Polars): Float64Array => {
  const floats = polars.DataFrame([series.alias("v")])
    .select(polars.col("v").cast(polars.Float64).fillNull(polars.lit(NaN)));
  return Float64Array.from(floats.getColumn("v").toTypedArray());
};

const categoriesOf = (series: Series, polars: Polars): Category | undefined => {
  if (/^(List|Array|Struct|Object|Binary|Time|Duration)$/.test(typeName(series))) return undefined;
  const codes = new Map<string, number>();
  const values = Float64Array.from(series.cast(polars.Utf8).toArray(), (cell) => {
    if (cell === null) return -1;
    const code = codes.get(cell) ?? codes.size;
    codes.set(cell, code);
    return code;
  });
  return { kind: "category", values, names: [...codes.keys()] };
};

const typeName = (series: Series): string => series.dtype.variant;
