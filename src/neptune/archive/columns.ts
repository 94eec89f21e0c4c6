/**
 * Takes columns out of rows that were read.
 *
 * The types of Polars do not tell what a column holds; the names of these functions do.
 *
 * @module
 */
import type pl from "nodejs-polars";
import type { DataFrame, Polars } from "../../Polars.ts";
import type { Histogram } from "../Attribute.ts";

/** Numbers without nulls. */
export const float64Of = (rows: DataFrame, column: string): Float64Array =>
  rows.getColumn(column).toTypedArray();

/** 64-bit integers without nulls. */
export const int64Of = (rows: DataFrame, column: string): BigInt64Array =>
  rows.getColumn(column).toTypedArray();

/** 32-bit integers without nulls. */
export const int32Of = (rows: DataFrame, column: string): Int32Array =>
  rows.getColumn(column).toTypedArray();

/** Booleans that were cast to `UInt8`, without nulls. */
export const uint8Of = (rows: DataFrame, column: string): Uint8Array =>
  rows.getColumn(column).toTypedArray();

/** Texts without nulls. */
export const textsOf = (rows: DataFrame, column: string): ReadonlyArray<string> =>
  rows.getColumn(column).toArray() as unknown as ReadonlyArray<string>;

/** Texts, or `null`. */
export const nullableTextsOf = (rows: DataFrame, column: string): ReadonlyArray<string | null> =>
  rows.getColumn(column).toArray() as unknown as ReadonlyArray<string | null>;

/** Histograms, or `null`. */
export const histogramsOf = (rows: DataFrame, column: string): ReadonlyArray<Histogram | null> =>
  rows.getColumn(column).toArray() as unknown as ReadonlyArray<Histogram | null>;

/** Lists of texts, or `null`. */
export const listsOf = (
  rows: DataFrame,
  column: string,
): ReadonlyArray<ReadonlyArray<string> | null> =>
  rows.getColumn(column).toArray() as unknown as ReadonlyArray<ReadonlyArray<string> | null>;

/** For each row the index of a column's text among some texts; -1 for any other text. */
export const indexAmong = (
  polars: Polars,
  column: string,
  texts: ReadonlyArray<string>,
): pl.Expr =>
  texts.length === 0
    ? polars.lit(-1).cast(polars.Int32).alias(column)
    : polars.col(column).replaceStrict([...texts], [...texts.keys()], -1, polars.Int32);

/** Rows in which a column has one of some texts. */
export const isAmong = (
  polars: Polars,
  column: string,
  texts: ReadonlyArray<string>,
): pl.Expr =>
  texts.length === 1
    ? polars.col(column).eq(polars.lit(texts[0]!))
    : polars.col(column).isIn([...texts]);

/** The distinct texts of a column in order of first appearance, and each row's index among them. */
export const dictionaryOf = (
  polars: Polars,
  rows: DataFrame,
  column: string,
): { readonly texts: ReadonlyArray<string>; readonly index: Int32Array } => {
  const texts = rows.getColumn(column).unique(true).toArray() as ReadonlyArray<string>;
  if (texts.length === 0) return { texts, index: new Int32Array() };
  return { texts, index: int32Of(rows.select(indexAmong(polars, column, texts)), column) };
};
