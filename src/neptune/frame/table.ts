/**
 * Lays out the values of attributes as a table: a row for each run, a column for each attribute.
 *
 * @module
 */
import type { DataFrame, Polars } from "../../Polars.ts";
import { byCodePoint } from "../byCodePoint.ts";
import type { Histogram } from "../Attribute.ts";
import type { FloatSeriesColumn, ValueColumn } from "../NeptuneSource.ts";
import { build, type Cells, type DType } from "./build.ts";

/** How to lay out a table. */
export interface TableLayout {
  /** Paths that have a column even if no run has the attribute. */
  readonly required: ReadonlyArray<string>;
  /** How string sets look: their items joined by commas, or a list. */
  readonly stringSets: "joined" | "list";
  /** Whether a column is named `path:type`, one for each type that the path has. */
  readonly typeSuffix: boolean;
}

/** A table, and the paths whose columns had to take in several types. */
export interface Table {
  readonly frame: DataFrame;
  readonly mixed: ReadonlyMap<string, ReadonlyArray<string>>;
}

/**
 * The table of some columns, which can come in pieces.
 *
 * Columns are in the order of the original: first those below `sys/`, last those below
 * `monitoring/`, and each of the three groups by code point. A path with several types becomes a
 * column of numbers if that is exact, and of texts otherwise.
 */
export const table = (
  polars: Polars,
  height: number,
  columns: ReadonlyArray<ValueColumn>,
  layout: TableLayout,
): Table => {
  const mixed = new Map<string, ReadonlyArray<string>>();
  const found = Map.groupBy(
    columns,
    ({ path, type }) => layout.typeSuffix ? `${path}:${type}` : path,
  );
  const named = Array.from(found, ([name, pieces]) => {
    const types = [...new Set(pieces.map(({ type }) => type))];
    if (types.length > 1) mixed.set(name, types);
    return { name, path: pieces[0]!.path, ...cellsOf(pieces, height, layout) };
  });
  const present = new Set(columns.map(({ path }) => path));
  const absent = [...new Set(layout.required)]
    .filter((path) => !present.has(path) && !found.has(path))
    .map((path) => ({ name: path, path, ...missing(path, layout) }));
  const ordered = [...named, ...absent].sort((a, b) =>
    groupOf(a.path) - groupOf(b.path) || byCodePoint(a.name, b.name)
  );
  return { frame: build(polars, height, ordered), mixed };
};

const groupOf = (path: string): number => {
  const [first] = path.split("/", 1);
  return first === "sys" ? 0 : first === "monitoring" ? 2 : 1;
};

const missing = (path: string, { stringSets }: TableLayout): Cells => {
  const as = stringSets === "list" && SYSTEM_SETS.includes(path)
    ? "Utf8List"
    : SYSTEM_TYPES.get(path);
  return as === undefined ? { dtype: "Missing" } : { dtype: "Missing", as };
};

const cellsOf = (
  pieces: ReadonlyArray<ValueColumn>,
  height: number,
  layout: TableLayout,
): Cells => {
  const types = new Set(pieces.map(({ type }) => type));
  const [type] = types;
  if (types.size > 1) return asNumbers(pieces, height) ?? asTexts(pieces, height);
  switch (type) {
    case "bool":
      return { dtype: "Bool", ...scatter(new Uint8Array(height), of(pieces, "bool")) };
    case "int":
      return { dtype: "Int64", ...scatter(new BigInt64Array(height), of(pieces, "int")) };
    case "float":
      return { dtype: "Float64", ...scatter(new Float64Array(height), of(pieces, "float")) };
    case "floatSeries":
      return {
        dtype: "Float64",
        ...scatter(new Float64Array(height), of(pieces, "floatSeries").map(lastValues)),
      };
    case "datetime":
      return { dtype: "Datetime", ...scatter(new Float64Array(height), of(pieces, "datetime")) };
    case "stringSet": {
      if (layout.stringSets === "joined") return asTexts(pieces, height);
      const cells = new Array<ReadonlyArray<string> | null>(height).fill(null);
      return { dtype: "Utf8List", ...scatter(cells, of(pieces, "stringSet")) };
    }
    case "histogramSeries": {
      const cells = new Array<Histogram | null>(height).fill(null);
      const values = of(pieces, "histogramSeries").map(({ rows, last }) => ({
        rows,
        values: last,
      }));
      return { dtype: "Histogram", ...scatter(cells, values) };
    }
    default:
      return asTexts(pieces, height);
  }
};

const of = <Type extends ValueColumn["type"]>(pieces: ReadonlyArray<ValueColumn>, type: Type) =>
  pieces.filter((piece): piece is Extract<ValueColumn, { type: Type }> => piece.type === type);

/** Values by row. */
interface Values<Value> {
  readonly rows: Uint32Array;
  readonly values: ArrayLike<Value>;
}

const lastValues = ({ rows, last, lastStep }: FloatSeriesColumn): Values<number> =>
  lastStep.some(Number.isNaN)
    ? {
      rows: rows.filter((_, i) => !Number.isNaN(lastStep[i])),
      values: last.filter((_, i) => !Number.isNaN(lastStep[i])),
    }
    : { rows, values: last };

/** The values in their rows, and which rows have one unless all have. */
const scatter = <Into extends { readonly length: number; [row: number]: unknown }>(
  into: Into,
  pieces: ReadonlyArray<Values<Into[number]>>,
): { readonly cells: Into; readonly present?: Uint8Array } => {
  const present = new Uint8Array(into.length);
  let count = 0;
  for (const { rows, values } of pieces) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      into[row] = values[i]!;
      count += 1 - present[row]!;
      present[row] = 1;
    }
  }
  return count === into.length ? { cells: into } : { cells: into, present };
};

/** Whole and other numbers in one column, unless a whole one would be rounded. */
const asNumbers = (pieces: ReadonlyArray<ValueColumn>, height: number): Cells | undefined => {
  const numbers: Array<Values<number>> = [];
  for (const piece of pieces) {
    if (piece.type === "float") {
      numbers.push(piece);
    } else if (piece.type === "floatSeries") {
      numbers.push(lastValues(piece));
    } else if (
      piece.type === "int" && piece.values.every((value) => BigInt(Number(value)) === value)
    ) {
      numbers.push({ rows: piece.rows, values: Float64Array.from(piece.values, Number) });
    } else {
      return undefined;
    }
  }
  return { dtype: "Float64", ...scatter(new Float64Array(height), numbers) };
};

const asTexts = (pieces: ReadonlyArray<ValueColumn>, height: number): Cells => {
  const cells = new Array<string | null>(height).fill(null);
  return {
    dtype: "Utf8",
    ...scatter(cells, pieces.map((piece) => ({ rows: piece.rows, values: textsOf(piece) }))),
  };
};

const textsOf = (column: ValueColumn): ReadonlyArray<string | null> => {
  switch (column.type) {
    case "string":
      return column.values;
    case "stringSeries":
      return column.last;
    case "experimentState":
      return column.values.map((state) => STATES.get(state) ?? state);
    case "bool":
      return Array.from(column.values, (value) => String(value === 1));
    case "int":
    case "float":
      return Array.from<number | bigint, string>(column.values, String);
    case "datetime":
      return Array.from(column.values, (time) => new Date(time).toISOString());
    case "stringSet":
      return column.values.map((items) => items.join(","));
    case "fileRef":
    case "fileSet":
    case "artifact":
      return column.values.map((file) => file.path);
    case "fileRefSeries":
      return column.last.map((file) => file?.path ?? null);
    case "floatSeries":
      return Array.from(
        column.last,
        (value, i) => Number.isNaN(column.lastStep[i]) ? null : String(value),
      );
    case "histogramSeries":
      return column.last.map((histogram) => histogram && JSON.stringify(histogram));
  }
};

/** What the documentation calls the states of the server. */
const STATES: ReadonlyMap<string, string> = new Map([["running", "active"], ["idle", "inactive"]]);

const SYSTEM_SETS = ["sys/tags", "sys/group_tags"];

/** The types of system attributes, for tables in which no run has them. */
const SYSTEM_TYPES: ReadonlyMap<string, DType> = new Map(
  Object.entries({
    Utf8: [
      ...["id", "name", "custom_run_id", "owner", "description", "family", "state"],
      ...["tags", "group_tags", "experiment/name"],
    ],
    Datetime: ["creation_time", "modification_time", "ping_time"],
    Bool: ["trashed", "failed", "archived", "experiment/is_head"],
    Int64: ["size", "forking/depth", "relative_creation_time_ms"],
    Float64: ["running_time_seconds", "experiment/running_time_seconds"],
  }).flatMap(([dtype, names]) => names.map((name) => [`sys/${name}`, dtype as DType] as const)),
);
