/**
 * Frames and series of pandas, PyArrow and Polars, in columns.
 *
 * @module
 */
import type { PickleValue } from "./PickleValue.ts";

/** The units of the times of a column. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/**
 * The values of a column.
 *
 * Where a value is missing there is `null` in texts, bytes and objects, −1 in the codes of
 * categories, and anything at all in the others, whose `missing` tells. Booleans are 0 and 1; dates
 * are days, datetimes and durations so many units, since 1970-01-01T00:00 in UTC, or by the clock of
 * the one who wrote them where `timeZone` is `null`. A time zone is a name of the IANA or an offset
 * such as `+02:00`. An array of a kind that is not known, such as one of periods, is `unknown` as a
 * whole.
 */
export type ColumnValues =
  | { readonly type: "bool"; readonly data: Uint8Array }
  | { readonly type: "int"; readonly data: IntegerArray }
  | { readonly type: "float"; readonly data: Float32Array | Float64Array }
  | { readonly type: "text"; readonly data: ReadonlyArray<string | null> }
  | { readonly type: "bytes"; readonly data: ReadonlyArray<Uint8Array | null> }
  | { readonly type: "date"; readonly data: Int32Array }
  | {
    readonly type: "datetime";
    readonly data: BigInt64Array;
    readonly unit: TimeUnit;
    readonly timeZone: string | null;
  }
  | { readonly type: "duration"; readonly data: BigInt64Array; readonly unit: TimeUnit }
  | {
    readonly type: "categories";
    readonly data: Int32Array;
    readonly categories: Column;
    readonly ordered: boolean;
  }
  | { readonly type: "objects"; readonly data: ReadonlyArray<PickleValue> }
  | { readonly type: "unknown"; readonly data: PickleValue };

/** An array of integers. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One column, with whatever label pandas has for it: a text, a number, a tuple, `null`, … */
export interface Column {
  readonly label: PickleValue;
  readonly values: ColumnValues;
  /** 1 for each row without a value; `null` when all have one, or `values` tells itself. */
  readonly missing: Uint8Array | null;
}

/** Row labels that are counted instead of stored. */
export interface RangeIndex {
  readonly start: number;
  readonly step: number;
  readonly label: PickleValue;
}

/** The labels of rows: a range, or one column for each level. */
export type RowLabels = RangeIndex | ReadonlyArray<Column>;

/** `pandas.DataFrame` or `pyarrow.Table`. */
export interface DataFrame {
  readonly _tag: "DataFrame";
  /** How many rows. */
  readonly height: number;
  readonly columns: ReadonlyArray<Column>;
  /** The names of the levels of the columns' labels: one, mostly `null`. */
  readonly columnLevels: ReadonlyArray<PickleValue>;
  /** `null` for a table that has none. */
  readonly index: RowLabels | null;
  /** `DataFrame.attrs`. */
  readonly attrs: PickleValue;
}

/** `pandas.Series`, `pandas.Categorical` or another array of pandas, or `pyarrow.Array`. */
export interface Series {
  readonly _tag: "Series";
  readonly height: number;
  readonly column: Column;
  /** `null` for what is not a `Series`. */
  readonly index: RowLabels | null;
}

/** An index of pandas. */
export interface Index {
  readonly _tag: "Index";
  readonly height: number;
  readonly labels: RowLabels;
}

/** A frame or series of Python's Polars. */
export interface PolarsFrame {
  readonly _tag: "PolarsFrame";
  readonly kind: "DataFrame" | "Series";
  /** Streams of Arrow IPC, whose columns are side by side. */
  readonly streams: ReadonlyArray<Uint8Array>;
}

/** `pandas.Timestamp`. */
export interface Timestamp {
  readonly _tag: "Timestamp";
  /** Nanoseconds since 1970-01-01T00:00, in UTC for an aware one, else by its own clock. */
  readonly epochNanos: bigint;
  readonly timeZone: PickleValue;
}

/** `pandas.Timedelta`. */
export interface PandasTimedelta {
  readonly _tag: "PandasTimedelta";
  readonly nanoseconds: bigint;
}
