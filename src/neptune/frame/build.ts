/**
 * Builds DataFrames out of columns; the only place that does.
 *
 * @module
 */
import type pl from "nodejs-polars";
import type { DataFrame, Polars } from "../../Polars.ts";
import type { Histogram } from "../Attribute.ts";

/** A column of a frame; a missing cell is `null`, or 0 in `present`. */
export type Column = { readonly name: string } & Cells;

/** The cells of a column and their type. A `Datetime` is in milliseconds since the epoch. */
export type Cells =
  | { readonly dtype: "Float64"; readonly cells: Float64Array; readonly present?: Uint8Array }
  | { readonly dtype: "Int64"; readonly cells: BigInt64Array; readonly present?: Uint8Array }
  | { readonly dtype: "Bool"; readonly cells: Uint8Array; readonly present?: Uint8Array }
  | { readonly dtype: "Datetime"; readonly cells: Float64Array; readonly present?: Uint8Array }
  | { readonly dtype: "Utf8"; readonly cells: Nullable<string> }
  | { readonly dtype: "Utf8List"; readonly cells: Nullable<ReadonlyArray<string>> }
  | { readonly dtype: "Float64List"; readonly cells: Nullable<ReadonlyArray<number>> }
  | { readonly dtype: "Histogram"; readonly cells: Nullable<Histogram> }
  /** Every cell is missing; the type is that of Polars for nothing unless it is known. */
  | { readonly dtype: "Missing"; readonly as?: DType };

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
  const series: Array<pl.Series> = [];
  // Columns of which nothing is there do not say how many rows they have; this one does.
  const rows = uniqueName(columns);
  series.push(polars.Series(rows, new Uint8Array(height)));
  const name = (cells: pl.Series): pl.Expr => {
    series.push(cells.alias(`:${series.length}`));
    return polars.col(`:${series.length - 1}`);
  };
  const named = columns.map((column) => expressionOf(polars, column, name).alias(column.name));
  return polars.DataFrame(series).select(polars.col(rows), ...named).drop(rows);
};

const uniqueName = (columns: ReadonlyArray<Column>): string => {
  const names = new Set(columns.map((column) => column.name));
  let name = ":rows";
  while (names.has(name)) name += ":";
  return name;
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
    case "Utf8":
      return name(polars.Series("", [...column.cells], polars.Utf8));
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
    case "Datetime": {
      const cells = name(polars.Series("", column.cells)).cast(polars.Int64);
      const mask = column.present && name(polars.Series("", column.present));
      return masked(polars, cells.cast(typeOf("Datetime")), mask);
    }
    default: {
      const cells = name(polars.Series("", column.cells)).cast(typeOf(column.dtype));
      const mask = column.present && name(polars.Series("", column.present));
      return masked(polars, cells, mask);
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
