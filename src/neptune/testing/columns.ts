/**
 * Puts single attributes into columns.
 *
 * @module
 */
import type { AttributeType, AttributeValue, AttributeValueOf } from "../Attribute.ts";
import type { ValueColumn } from "../NeptuneSource.ts";

/** An attribute of a run, which is a position among those asked for. */
export interface AttributeOfRun {
  readonly row: number;
  readonly path: string;
  readonly attribute: AttributeValue;
}

/** The columns of some attributes, which come in order of runs. */
export const columnsOf = (
  attributes: ReadonlyArray<AttributeOfRun>,
): ReadonlyArray<ValueColumn> => {
  const columns = Map.groupBy(
    attributes,
    ({ path, attribute }) => JSON.stringify([path, attribute.type]),
  );
  return Array.from(columns.values(), columnOf);
};

const columnOf = (cells: ReadonlyArray<AttributeOfRun>): ValueColumn => {
  const { path, attribute: { type } } = cells[0]!;
  const rows = Uint32Array.from(cells, ({ row }) => row);
  switch (type) {
    case "bool":
      return { path, type, rows, values: Uint8Array.from(valuesOf(cells, type), Number) };
    case "int":
      return { path, type, rows, values: BigInt64Array.from(valuesOf(cells, type), BigInt) };
    case "float":
    case "datetime":
      return { path, type, rows, values: Float64Array.from(valuesOf(cells, type)) };
    case "string":
    case "experimentState":
      return { path, type, rows, values: valuesOf(cells, type) };
    case "stringSet":
      return { path, type, rows, values: valuesOf(cells, type) };
    case "fileRef":
    case "fileSet":
    case "artifact":
      return { path, type, rows, values: valuesOf(cells, type) };
    case "floatSeries": {
      const summaries = valuesOf(cells, type);
      const numbers = (name: keyof typeof summaries[number]) =>
        Float64Array.from(summaries, (summary) => summary[name] ?? NaN);
      return {
        path,
        type,
        rows,
        lastStep: numbers("lastStep"),
        last: numbers("last"),
        min: numbers("min"),
        max: numbers("max"),
        average: numbers("average"),
        variance: numbers("variance"),
      };
    }
    case "stringSeries":
      return { path, type, rows, ...lastOf(valuesOf(cells, type)) };
    case "histogramSeries":
      return { path, type, rows, ...lastOf(valuesOf(cells, type)) };
    case "fileRefSeries":
      return { path, type, rows, ...lastOf(valuesOf(cells, type)) };
  }
};

// A cast, for the type of an attribute tells that of its value.
const valuesOf = <Type extends AttributeType>(
  cells: ReadonlyArray<AttributeOfRun>,
  type: Type,
): ReadonlyArray<AttributeValueOf<Type>["value"]> =>
  cells.filter(({ attribute }) => attribute.type === type)
    .map(({ attribute }) => attribute.value as AttributeValueOf<Type>["value"]);

const lastOf = <A>(
  summaries: ReadonlyArray<{ readonly last: A | null; readonly lastStep: number | null }>,
) => ({
  lastStep: Float64Array.from(summaries, ({ lastStep }) => lastStep ?? NaN),
  last: summaries.map(({ last }) => last),
});
