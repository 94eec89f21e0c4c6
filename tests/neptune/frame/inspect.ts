/**
 * Looks into frames in ways that only a column named `getColumns` could hide.
 *
 * @module
 */
import pl from "nodejs-polars";
import type { DataFrame } from "../../../src/Polars.ts";

/** The name and the Polars type of each column, in order: `Int64`, `List((String))`. */
export const layoutOf = (frame: DataFrame): ReadonlyArray<readonly [name: string, type: string]> =>
  frame.getColumns().map(({ name, dtype }) => [name, typeName(String(dtype))] as const);

const typeName = (dtype: string): string =>
  dtype.replaceAll("DataType", "").replace(/^\((.*)\)$/, "$1");

/** The names of the columns, in order. */
export const namesOf = (frame: DataFrame): ReadonlyArray<string> =>
  frame.getColumns().map(({ name }) => name);

/** The cells of a column; of `Int64` as `bigint`, for a number would round some. */
export const cellsOf = (frame: DataFrame, name: string): ReadonlyArray<unknown> => {
  const column = frame.getColumns().find((column) => column.name === name);
  if (column === undefined) throw new Error(`There is no column ${name}, but ${namesOf(frame)}.`);
  if (typeName(String(column.dtype)) !== "Int64") return column.toArray();
  const texts: ReadonlyArray<string | null> = column.cast(pl.Utf8).toArray();
  return texts.map((text) => text === null ? null : BigInt(text));
};

/** How many rows there are. */
export const heightOf = (frame: DataFrame): number => frame.getColumns()[0]!.length;
