/**
 * Builds DataFrames out of columns; the only place that does.
 *
 * @module
 */
import type pl from "nodejs-polars";
import type { DataFrame, Polars } from "../../Polars.ts";
import type { Histogram } from "../Attribute.ts";

/** A column of a frame. A missing cell is `null`, or 0 in `present`. */
export type Column = { readonly name: string } & Cells;

/** The cells of a column and their type. */
export type Cells =
  | PlainCells
  | { readonly dtype: "Utf8List"; readonly cells: Nullable<ReadonlyArray<string>> }
  | { readonly dtype: "Float64List"; readonly cells: Nullable<ReadonlyArray<number>> }
  | { readonly dtype: "Histogram"; readonly cells: Nullable<Histogram> }
  /** Every cell is missing; the type is that of Polars for nothing unless it is known. */
  | { readonly dtype: "Missing"; readonly as?: DType };

/** Cells of a simple type; those that are missing are 0 in `present` if there are any. */
type PlainCells = { readonly present?: Uint8Array | undefined } & PresentCells;

type PresentCells =
  | { readonly dtype: "Float64"; readonly cells: Float64Array }
  | { readonly dtype: "Int64"; readonly cells: BigInt64Array }
  | { readonly dtype: "Bool"; readonly cells: Uint8Array }
  /** In milliseconds since the epoch. */
  | { readonly dtype: "Datetime"; readonly cells: Float64Array }
  | { readonly dtype: "Utf8"; readonly cells: Nullable<string> };

type Nullable<A> = ReadonlyArray<A | null>;

/** The types of columns. */
export type DType = Exclude<Cells["dtype"], "Missing" | "Histogram">;

/**
 * The frame that has these columns in this order.
 *
 * Names are data: they can be what Polars takes for a pattern (`^a.*$`), or hide a member of the
 * frame (`height`). So columns go by names of our own until the very end.
 */
export const build = (
  polars: Polars,
  height: number,
  columns: ReadonlyArray<Column>,
): DataFrame => {
  if (height > 0 && columns.length > 0 && columns.every(isWhole)) {
    // Nearly all tables of points, and had at a fifth of the cost.
    return polars.DataFrame(
      columns.map((column) => plainSeries(polars, column).alias(column.name)),
    );
  }
  const series: Array<pl.Series> = [];
  const name = (cells: pl.Series): pl.Expr => {
    series.push(cells.alias(`:${series.length}`));
    return polars.col(`:${series.length - 1}`);
  };
  const laid = columns.map((column, i) => expressionOf(polars, column, name).alias(`=${i}`));
  // Columns of which every cell is missing do not say how many rows there are.
  name(polars.Series("", new Uint8Array(height)));
  return polars.DataFrame(series).withColumns(...laid)
    .select(...columns.map((column, i) => polars.col(`=${i}`).alias(column.name)));
};

// Where series make a frame, Polars gives one without a name another name.
const isWhole = (column: Column): column is Column & PlainCells =>
  column.name !== "" && column.dtype !== "Missing" && column.dtype !== "Histogram" &&
  column.dtype !== "Utf8List" && column.dtype !== "Float64List" && column.present === undefined;

const plainSeries = (polars: Polars, column: PresentCells): pl.Series => {
  switch (column.dtype) {
    case "Float64":
    case "Int64":
      return polars.Series("", column.cells);
    case "Bool":
      return polars.Series("", column.cells).cast(polars.Bool);
    case "Datetime":
      return polars.Series("", column.cells).cast(polars.Int64).cast(dtypeOf(polars, "Datetime"));
    case "Utf8":
      return polars.Series("", [...column.cells], polars.Utf8);
  }
};

const expressionOf = (
  polars: Polars,
  column: Cells,
  name: (cells: pl.Series) => pl.Expr,
): pl.Expr => {
  const typeOf = (dtype: DType): pl.DataType => dtypeOf(polars, dtype);
  switch (column.dtype) {
    case "Missing": {
      const nothing = polars.lit(null);
      return column.as === undefined ? nothing : nothing.cast(typeOf(column.as));
    }
    case "Utf8List":
    case "Float64List": {
      const type = typeOf(column.dtype);
      const cells: Nullable<ReadonlyArray<unknown>> = column.cells;
      if (cells.length === 0) return polars.lit(null).cast(type);
      const lists = polars.Series("", cells.map((cell) => [...cell ?? []]), type);
      // Without any item, Polars does not believe the type.
      return masked(polars, name(lists).cast(type), presenceOf(polars, cells, name));
    }
    case "Histogram": {
      const field = (cells: Cells, as: string) => expressionOf(polars, cells, name).alias(as);
      const { cells } = column;
      const struct = polars.struct([
        field({ dtype: "Utf8", cells: cells.map((cell) => cell?.type ?? null) }, "type"),
        field({ dtype: "Float64List", cells: cells.map((cell) => cell?.edges ?? null) }, "edges"),
        field({ dtype: "Float64List", cells: cells.map((cell) => cell?.values ?? null) }, "values"),
      ]);
      return masked(polars, struct, presenceOf(polars, cells, name));
    }
    default: {
      const { present } = column;
      const cells = name(plainSeries(polars, column));
      return masked(polars, cells, present && name(polars.Series("", present)));
    }
  }
};

const presenceOf = (
  polars: Polars,
  cells: Nullable<unknown>,
  name: (cells: pl.Series) => pl.Expr,
): pl.Expr => name(polars.Series("", Uint8Array.from(cells, (cell) => cell === null ? 0 : 1)));

const masked = (polars: Polars, cells: pl.Expr, mask: pl.Expr | undefined): pl.Expr =>
  mask === undefined ? cells : polars.when(mask.eq(1)).then(cells).otherwise(polars.lit(null));

const dtypeOf = (polars: Polars, dtype: DType): pl.DataType => {
  switch (dtype) {
    case "Float64":
      return polars.Float64;
    case "Int64":
      return polars.Int64;
    case "Bool":
      return polars.Bool;
    case "Utf8":
      return polars.Utf8;
    case "Datetime":
      return polars.Datetime("ms", "UTC");
    case "Utf8List":
      return polars.List(polars.Utf8);
    case "Float64List":
      return polars.List(polars.Float64);
  }
};
