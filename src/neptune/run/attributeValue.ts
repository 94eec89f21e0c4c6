/**
 * Takes single attributes out of columns.
 *
 * @module
 */
import type { AttributeValue } from "../Attribute.ts";
import type { ValueColumn } from "../NeptuneSource.ts";

/** The attribute in a cell of a column. */
export const attributeValue = (column: ValueColumn, cell: number): AttributeValue => {
  switch (column.type) {
    case "bool":
      return { type: "bool", value: column.values[cell] === 1 };
    case "int": {
      const value = column.values[cell]!;
      const number = Number(value);
      return { type: "int", value: Number.isSafeInteger(number) ? number : value };
    }
    case "float":
      return { type: "float", value: column.values[cell]! };
    case "datetime":
      return { type: "datetime", value: column.values[cell]! };
    case "string":
      return { type: "string", value: column.values[cell]! };
    case "stringSet":
      return { type: "stringSet", value: column.values[cell]! };
    case "experimentState":
      return { type: "experimentState", value: column.values[cell]! };
    case "fileRef":
    case "fileSet":
    case "artifact":
      return { type: column.type, value: column.values[cell]! };
    case "stringSeries":
      return { type: "stringSeries", value: lastOf(column, column.last, cell) };
    case "histogramSeries":
      return { type: "histogramSeries", value: lastOf(column, column.last, cell) };
    case "fileRefSeries":
      return { type: "fileRefSeries", value: lastOf(column, column.last, cell) };
    case "floatSeries": {
      const { min, max, average, variance } = column;
      return {
        type: "floatSeries",
        value: {
          ...lastOf(column, column.last, cell),
          min: unlessNaN(min[cell]!),
          max: unlessNaN(max[cell]!),
          average: unlessNaN(average[cell]!),
          variance: unlessNaN(variance[cell]!),
        },
      };
    }
  }
};

const unlessNaN = (number: number): number | null => Number.isNaN(number) ? null : number;

const lastOf = <A>(
  { lastStep }: { readonly lastStep: Float64Array },
  last: { readonly [cell: number]: A },
  cell: number,
): { readonly last: A | null; readonly lastStep: number | null } => {
  const step = unlessNaN(lastStep[cell]!);
  return { last: step === null ? null : last[cell]!, lastStep: step };
};
