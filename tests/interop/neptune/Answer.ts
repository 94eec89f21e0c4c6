/**
 * The form in which answers of different programs can be compared.
 *
 * @module
 */
import type { AnyValue } from "../../../src/neptune/Attribute.ts";
import { DateTime } from "effect";
import type { DataFrame } from "../../../src/Polars.ts";
import { cellsOf, heightOf, layoutOf } from "../../neptune/frame/inspect.ts";

/** A number, or the name of one that JSON does not have. */
export type AnyNumber = number | "NaN" | "Infinity" | "-Infinity" | "-0";

/** A value and what it is; `null` is a missing one. */
export type Cell =
  | null
  | boolean
  | { readonly int: string }
  | { readonly float: AnyNumber }
  | { readonly text: string }
  | { readonly time: number }
  | { readonly set: ReadonlyArray<string> }
  | { readonly histogram: PlainHistogram }
  | { readonly file: PlainFile };

export interface PlainHistogram {
  readonly type: string;
  readonly edges: ReadonlyArray<AnyNumber>;
  readonly values: ReadonlyArray<AnyNumber>;
}

export interface PlainFile {
  readonly path: string;
  readonly size: number | null;
  readonly mimeType: string | null;
}

export interface Column {
  readonly name: string;
  /** What the type of the column means; `object` is any of Python. */
  readonly kind: "int" | "float" | "bool" | "time" | "text" | "object" | "missing";
  readonly cells: ReadonlyArray<Cell>;
}

export interface Table {
  readonly height: number;
  readonly columns: ReadonlyArray<Column>;
}

/** A number in the form of JSON. */
export const anyNumber = (value: number): AnyNumber =>
  Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value) as AnyNumber;

/** What a field of a run holds. */
export const cellOf = (value: AnyValue): Cell => {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return { text: value };
    // A number can be both; the type of the field decides.
    case "number":
      return { float: anyNumber(value) };
    case "bigint":
      return { int: String(value) };
  }
  if (value === null) return null;
  if (value instanceof Set) return { set: [...value].sort(byCodePoint) };
  if (DateTime.isDateTime(value)) return { time: DateTime.toEpochMillis(value) };
  if ("edges" in value) return { histogram: histogramOf(value) };
  if ("mimeType" in value) {
    return { file: { path: value.path, size: value.sizeBytes, mimeType: value.mimeType } };
  }
  throw new Error(`no form for ${JSON.stringify(value)}`);
};

/** A histogram in the form of JSON. */
export const histogramOf = (
  { type, edges, values }: {
    readonly type: string;
    readonly edges: ReadonlyArray<number>;
    readonly values: ReadonlyArray<number>;
  },
): PlainHistogram => ({ type, edges: edges.map(anyNumber), values: values.map(anyNumber) });

/** The order of Python's texts. */
export const byCodePoint = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

const FORMS: Readonly<Record<string, readonly [Column["kind"], (cell: never) => Cell]>> = {
  Int64: ["int", (cell: bigint) => ({ int: String(cell) })],
  Float64: ["float", (cell: number) => ({ float: anyNumber(cell) })],
  Bool: ["bool", (cell: boolean) => cell],
  String: ["text", (cell: string) => ({ text: cell })],
  Utf8: ["text", (cell: string) => ({ text: cell })],
  Null: ["missing", () => null],
};

/** A frame of ours. */
export const tableOf = (frame: DataFrame): Table => ({
  height: heightOf(frame),
  columns: layoutOf(frame).map(([name, type]) => {
    const [kind, form] = FORMS[type] ?? formOf(type);
    const cells = cellsOf(frame, name).map((cell) => cell == null ? null : form(cell as never));
    return { name, kind, cells };
  }),
});

const formOf = (type: string): readonly [Column["kind"], (cell: never) => Cell] => {
  if (type.startsWith("Datetime")) return ["time", (cell: Date) => ({ time: cell.getTime() })];
  // A missing struct is one of missing parts.
  if (type.startsWith("Struct")) {
    return [
      "object",
      (cell: Parameters<typeof histogramOf>[0]) =>
        cell.type === null ? null : { histogram: histogramOf(cell) },
    ];
  }
  throw new Error(`no form for a column of ${type}`);
};
