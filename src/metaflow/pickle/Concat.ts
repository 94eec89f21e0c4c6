/**
 * Columns one after another, as the chunks of an array of Arrow are.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { cell, column, heightOf, type NumberValues, objectColumn, withData } from "./Column.ts";
import { join } from "./Elements.ts";
import type { Column, ColumnValues } from "./Table.ts";

/** Columns of one type, one after another; values one by one where the types differ. */
export const concat = (columns: ReadonlyArray<Column>, budget: Budget): Column => {
  const [first] = columns;
  if (first === undefined) return objectColumn([], budget);
  if (columns.length === 1) return first;
  const heights = columns.map((some) => heightOf(some) ?? 0);
  const joined = concatValues(columns.map(({ values }) => values), budget);
  if (joined !== undefined) return column(joined, concatMasks(columns, heights, budget));
  budget.heap(64 * heights.reduce((sum, height) => sum + height, 0));
  return objectColumn(
    columns.flatMap((some, i) => Array.from({ length: heights[i]! }, (_, row) => cell(some, row))),
    budget,
  );
};

const concatMasks = (
  columns: ReadonlyArray<Column>,
  heights: ReadonlyArray<number>,
  budget: Budget,
): Uint8Array | null => {
  if (columns.every(({ missing }) => missing === null)) return null;
  const all = budget.bytes(heights.reduce((sum, height) => sum + height, 0));
  let row = 0;
  columns.forEach(({ missing }, i) => {
    if (missing !== null) all.set(missing, row);
    row += heights[i]!;
  });
  return all;
};

const concatValues = (
  parts: ReadonlyArray<ColumnValues>,
  budget: Budget,
): ColumnValues | undefined => {
  const [first] = parts;
  switch (first?.type) {
    case "text": {
      const data = parts.flatMap((part) => part.type === "text" ? [part.data] : []);
      return data.length === parts.length ? { type: "text", data: data.flat() } : undefined;
    }
    case "bytes": {
      const data = parts.flatMap((part) => part.type === "bytes" ? [part.data] : []);
      return data.length === parts.length ? { type: "bytes", data: data.flat() } : undefined;
    }
    case "bool":
    case "int":
    case "float":
    case "date":
    case "datetime":
    case "duration": {
      const arrays = parts.flatMap((part) => sameType(first, part) ? [part.data] : []);
      const data = arrays.length === parts.length ? join(arrays, budget) : undefined;
      return data && withData(first, data);
    }
  }
};

const sameType = (model: NumberValues, part: ColumnValues): part is NumberValues =>
  part.type === model.type &&
  (!("unit" in model) || "unit" in part && part.unit === model.unit) &&
  (!("timeZone" in model) || "timeZone" in part && part.timeZone === model.timeZone);
