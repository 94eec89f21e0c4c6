/**
 * The columns of a source as rows of protobuf messages.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FileRef, Histogram } from "../Attribute.ts";
import type { ValueColumn } from "../NeptuneSource.ts";
import type {
  ProtoAttributeDTOSchema,
  ProtoFileRefSchema,
  ProtoHistogramSchema,
} from "../wire/gen/neptune_pb.ts";

/** An attribute of one run, ready to be written. */
export type AttributeInit = MessageInitShape<typeof ProtoAttributeDTOSchema>;

/** How many runs are in memory as messages at a time. */
const ROWS_A_PIECE = 256;

/** Some rows, from a first one on. */
export interface Rows {
  readonly first: number;
  /** The attributes in each of the rows. */
  readonly attributes: ReadonlyArray<ReadonlyArray<AttributeInit>>;
}

/** The attributes in each of so many rows, some rows at a time. */
export function* attributesByRow(
  rows: number,
  columns: ReadonlyArray<ValueColumn>,
): Generator<Rows, void> {
  const cursors = columns.map((column) => ({
    rows: column.rows,
    name: column.path,
    type: column.type,
    cell: cellsOf(column),
    next: 0,
  }));
  for (let first = 0; first < rows; first += ROWS_A_PIECE) {
    const end = Math.min(rows, first + ROWS_A_PIECE);
    const attributes = Array.from({ length: end - first }, (): Array<AttributeInit> => []);
    for (const cursor of cursors) {
      const { rows, name, type, cell } = cursor;
      for (; cursor.next < rows.length && rows[cursor.next]! < end; cursor.next++) {
        const row = attributes[rows[cursor.next]! - first]!;
        row.push({ name, type, ...cell(cursor.next, name, type) });
      }
    }
    yield { first, attributes };
  }
}

/** The texts of an attribute in so many rows. */
export const textsAt = (
  columns: ReadonlyArray<ValueColumn>,
  path: string,
  rows: number,
): ReadonlyArray<string | undefined> => {
  const texts = new Array<string | undefined>(rows).fill(undefined);
  for (const column of columns) {
    if (column.path !== path || column.type !== "string") continue;
    column.rows.forEach((row, cell) => texts[row] = column.values[cell]);
  }
  return texts;
};

type Cell = (
  index: number,
  attributeName: string,
  attributeType: string,
) => Omit<AttributeInit, "name" | "type" | "$typeName" | "$unknown">;

const cellsOf = (column: ValueColumn): Cell => {
  switch (column.type) {
    case "bool":
      return (i, attributeName, attributeType) => ({
        boolProperties: { attributeName, attributeType, value: column.values[i] === 1 },
      });
    case "int":
      return (i, attributeName, attributeType) => ({
        intProperties: { attributeName, attributeType, value: column.values[i]! },
      });
    case "float":
      return (i, attributeName, attributeType) => ({
        floatProperties: { attributeName, attributeType, value: column.values[i]! },
      });
    case "string":
      return (i, attributeName, attributeType) => ({
        stringProperties: { attributeName, attributeType, value: column.values[i]! },
      });
    case "datetime":
      return (i, attributeName, attributeType) => ({
        datetimeProperties: { attributeName, attributeType, value: BigInt(column.values[i]!) },
      });
    case "stringSet":
      return (i, attributeName, attributeType) => ({
        stringSetProperties: { attributeName, attributeType, value: [...column.values[i]!] },
      });
    // The protocol has no place for the value of a state, and knows no file sets and artifacts. Those
    // who know no better pass over such types.
    case "experimentState":
      return (i, attributeName, attributeType) => ({
        stringProperties: { attributeName, attributeType, value: column.values[i]! },
      });
    case "fileRef":
    case "fileSet":
    case "artifact":
      return (i, attributeName, attributeType) => ({
        fileRefProperties: { attributeName, attributeType, ...fileInit(column.values[i]!) },
      });
    case "floatSeries":
      return (i, attributeName, attributeType) => ({
        floatSeriesProperties: {
          attributeName,
          attributeType,
          ...lastOf(column, i, (last: number) => last),
          ...number("min", column.min[i]!),
          ...number("max", column.max[i]!),
          ...number("average", column.average[i]!),
          ...number("variance", column.variance[i]!),
          config: {},
        },
      });
    case "stringSeries":
      return (i, attributeName, attributeType) => ({
        stringSeriesProperties: {
          attributeName,
          attributeType,
          ...lastOf(column, i, (last: string) => last),
        },
      });
    case "histogramSeries":
      return (i, attributeName, attributeType) => ({
        histogramSeriesProperties: {
          attributeName,
          attributeType,
          ...lastOf(column, i, histogramInit),
        },
      });
    case "fileRefSeries":
      return (i, attributeName, attributeType) => ({
        fileRefSeriesProperties: { attributeName, attributeType, ...lastOf(column, i, fileInit) },
      });
  }
};

/** NaN is none. */
const number = <Name extends string>(name: Name, value: number): { [_ in Name]?: number } =>
  Number.isNaN(value) ? {} : { [name]: value } as { [_ in Name]: number };

/** A series without a committed point has neither a last step nor a last value. */
const lastOf = <A, B>(
  { lastStep, last }: {
    readonly lastStep: Float64Array;
    readonly last: { readonly [index: number]: A | null };
  },
  index: number,
  init: (last: A) => B,
): { readonly lastStep?: number; readonly last?: B } => {
  const step = lastStep[index]!;
  if (Number.isNaN(step)) return {};
  const value = last[index] ?? null;
  return { lastStep: step, ...value === null ? {} : { last: init(value) } };
};

/** A file, ready to be written. */
export const fileInit = (
  { path, sizeBytes, mimeType }: FileRef,
): Required<
  Pick<MessageInitShape<typeof ProtoFileRefSchema>, "path" | "sizeBytes" | "mimeType">
> => ({
  path,
  sizeBytes: BigInt(sizeBytes ?? 0),
  mimeType: mimeType ?? "",
});

/** A histogram, ready to be written. */
export const histogramInit = (
  { type, edges, values }: Histogram,
): Required<Pick<MessageInitShape<typeof ProtoHistogramSchema>, "type" | "edges" | "values">> => ({
  type,
  edges: [...edges],
  values: [...values],
});
