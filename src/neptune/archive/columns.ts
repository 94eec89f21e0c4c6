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
  // A missing struct comes as one of missing parts.
  (rows.getColumn(column).toArray() as unknown as ReadonlyArray<Histogram | null>)
    .map((histogram) => histogram?.edges == null ? null : histogram);

/** Lists of texts, or `null`. */
export const listsOf = (
  rows: DataFrame,
  column: string,
): ReadonlyArray<ReadonlyArray<string> | null> =>
  rows.getColumn(column).toArray() as unknown as ReadonlyArray<ReadonlyArray<string> | null>;

/** A column of texts of which few are distinct, to be read by {@link dictionaryOf}. */
export const encoded = (polars: Polars, column: string): pl.Expr =>
  polars.col(column).cast(polars.Categorical);

/** Rows in which a column has one of some texts. */
export const isAmong = (
  polars: Polars,
  column: string,
  texts: ReadonlyArray<string>,
): pl.Expr =>
  texts.length === 1
    ? polars.col(column).eq(polars.lit(texts[0]!))
    : polars.col(column).isIn([...texts]);

/** Texts as a dictionary, and the index of each row's text in it. */
export interface Dictionary {
  readonly texts: ReadonlyArray<string>;
  readonly index: Int32Array;
}

/**
 * The distinct texts of an encoded column in order of first appearance. A row without a text belongs
 * to nothing, and throws: no exporter writes such a row.
 */
export const dictionaryOf = (polars: Polars, rows: DataFrame, column: string): Dictionary => {
  const cells = rows.getColumn(column);
  if (cells.nullCount() > 0) throw new Error(`it has rows without ${column}`);
  const texts = cells.unique(true).cast(polars.Utf8).toArray() as ReadonlyArray<string>;
  // Codes are those of the whole process, in which other columns have texts too.
  const codes: Uint32Array = cells.cast(polars.UInt32).toTypedArray();
  const index = new Int32Array(codes.length);
  const known = new Map<number, number>();
  codes.forEach((code, row) => {
    let position = known.get(code);
    if (position === undefined) known.set(code, position = known.size);
    index[row] = position;
  });
  return { texts, index };
};

/** Texts by their index among some texts. */
export const positionsOf = (texts: ReadonlyArray<string>): ReadonlyMap<string, number> =>
  new Map(texts.map((text, i) => [text, i]));

/** For each row of a dictionary the position of its text; -1 for a text that has none. */
export const indexIn = (
  found: Dictionary,
  positions: ReadonlyMap<string, number>,
): Int32Array => {
  const positionOf = found.texts.map((text) => positions.get(text) ?? -1);
  return found.index.map((i) => positionOf[i]!);
};
