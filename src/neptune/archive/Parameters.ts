/**
 * The attributes of runs that are not series, in memory: parameters, system attributes, files.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { byCodePoint } from "../byCodePoint.ts";
import type { DataFrame, Polars } from "../../Polars.ts";
import type { FileRef } from "../Attribute.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey, ValueColumn } from "../NeptuneSource.ts";
import { collectWarnings, type NeptuneWarning } from "../NeptuneWarning.ts";
import {
  dictionaryOf,
  encoded,
  float64Of,
  indexIn,
  int64Of,
  listsOf,
  nullableTextsOf,
  positionsOf,
  textsOf,
  uint8Of,
} from "./columns.ts";
import { fileRef } from "./Files.ts";
import { type Flavour, flavourOf } from "./Flavour.ts";
import { groupRows } from "./groups.ts";
import { type Listing, type Part, partsOf } from "./Listing.ts";
import { type Plan, readParts } from "./scan.ts";
import type { Settings } from "./Settings.ts";
import { concatenate, inOrder, pick } from "../valueColumns.ts";

/** The values of one attribute that is not a series. */
export type ParameterColumn = Extract<ValueColumn, { readonly values: unknown }>;

/** Values of attributes by run. Rows of columns count from `runs`. */
export interface Table {
  readonly runs: ReadonlyArray<RunKey>;
  readonly rowOf: ReadonlyMap<RunKey, number>;
  /** By path; one for each type that the path has in some run. */
  readonly columns: ReadonlyMap<string, ReadonlyArray<ParameterColumn>>;
}

/** What is known of runs without reading their series. */
export interface Parameters extends Table {
  /** The value of the column `project_id`. */
  readonly project: string | undefined;
  readonly flavour: Flavour;
  /** The files that could not be read. */
  readonly warnings: ReadonlyArray<NeptuneWarning>;
}

/** The types of attributes that are not series, as exports name them. */
const TYPES = [
  "bool",
  "int",
  "float",
  "string",
  "datetime",
  "string_set",
  "file",
  "file_set",
  "artifact",
] as const;

const POSITIONS = positionsOf(TYPES);

const SERIES_TYPES = ["float_series", "string_series", "histogram_series", "file_series"];

// Every row stands in one of these; an export in batches has rows that stand in none, for each
// attribute that a run lacks and another run of the batch has.
const VALUES = [
  "bool_value",
  "int_value",
  "float_value",
  "string_value",
  "datetime_value",
  "string_set_value",
  "file_value",
];

const select: Plan<Piece>["select"] = (frame, polars, areSmall) => {
  const column = polars.col;
  const present = VALUES.map((name) => column(name).isNotNull()).reduce((a, b) => a.or(b));
  const isWanted = column("attribute_type").isIn(SERIES_TYPES).not().and(present);
  // In small files there is not much to leave out, and to look for it takes as long as to read it.
  return (areSmall ? frame : frame.filter(isWanted))
    .select(
      // Read for its project, and because damage in it means that the file is not to be trusted.
      "project_id",
      ...["run_id", "attribute_path", "attribute_type"].map((name) => encoded(polars, name)),
      present.cast(polars.UInt8).alias("present"),
      column("bool_value").cast(polars.UInt8).fillNull(polars.lit(0).cast(polars.UInt8)),
      // A literal is a double, to which the filled column would be widened.
      column("int_value").fillNull(polars.lit(0).cast(polars.Int64)),
      column("float_value").fillNull(polars.lit(NaN)),
      "string_value",
      column("datetime_value").cast(polars.Datetime("ms", "UTC")).cast(polars.Int64)
        .cast(polars.Float64).fillNull(0),
      "string_set_value",
      column("file_value").struct.field("path").alias("file_value"),
    );
};

/** What a batch of rows holds. Rows of columns count from `runs`. */
interface Piece {
  readonly project: string | undefined;
  readonly runs: ReadonlyArray<RunKey>;
  readonly columns: ReadonlyArray<ParameterColumn>;
  readonly unknownTypes: ReadonlyArray<string>;
}

const extract = (rows: DataFrame, polars: Polars): Piece => {
  const runs = dictionaryOf(polars, rows, "run_id");
  const paths = dictionaryOf(polars, rows, "attribute_path");
  const types = dictionaryOf(polars, rows, "attribute_type");
  const present = uint8Of(rows, "present");
  const typeOfRow = indexIn(types, POSITIONS).map((type, row) => present[row] === 1 ? type : -1);
  const groups = groupRows(
    { index: typeOfRow, count: TYPES.length },
    { index: paths.index, count: paths.texts.length },
  );
  const runOfRow = Uint32Array.from(runs.index);
  const cells = new Map<number, ParameterColumn>();
  const columns = groups.map((group): ParameterColumn => {
    const all = cells.get(group.first) ?? cellsOf(TYPES[group.first]!, rows, runOfRow);
    cells.set(group.first, all);
    const column = pick(all, group.rows, group.rows.map((row) => runOfRow[row]!));
    return { ...column, path: paths.texts[group.second]! };
  });
  return {
    project: rows.height === 0 ? undefined : textsOf(rows.head(1), "project_id")[0] ?? undefined,
    runs: runs.texts,
    columns,
    unknownTypes: types.texts.filter((type) =>
      !POSITIONS.has(type) && !SERIES_TYPES.includes(type)
    ),
  };
};

// Most of a file are points, which are not read here.
const BATCH_BYTES = 256 * 2 ** 20;

const ATTRIBUTES: Plan<Piece> = { batchBytes: BATCH_BYTES, select, extract };

/**
 * The column of the Parquet file in which a type has its values, with a cell for every row: rows of
 * other types have any.
 */
const cellsOf = (
  type: typeof TYPES[number],
  rows: DataFrame,
  runs: Uint32Array,
): ParameterColumn => {
  const column = { path: "", rows: runs };
  switch (type) {
    case "bool":
      return { ...column, type, values: uint8Of(rows, "bool_value") };
    case "int":
      return { ...column, type, values: int64Of(rows, "int_value") };
    case "float":
      return { ...column, type, values: float64Of(rows, "float_value") };
    case "string":
      return { ...column, type, values: textsOf(rows, "string_value") };
    case "datetime":
      return { ...column, type, values: float64Of(rows, "datetime_value") };
    case "string_set":
      return {
        ...column,
        type: "stringSet",
        values: listsOf(rows, "string_set_value").map((items) =>
          items?.toSorted(byCodePoint) ?? []
        ),
      };
    case "file":
      return { ...column, type: "fileRef", values: filesOf(rows) };
    case "file_set":
      return { ...column, type: "fileSet", values: filesOf(rows) };
    case "artifact":
      return { ...column, type, values: filesOf(rows) };
  }
};

const filesOf = (rows: DataFrame): ReadonlyArray<FileRef> =>
  nullableTextsOf(rows, "file_value").map((path) => path === null ? NO_FILE : fileRef(path));

const NO_FILE: FileRef = { path: "", sizeBytes: null, mimeType: null };

/**
 * Reads the attributes of all runs of which some parts hold something.
 *
 * Rows of a run that is not listed, because it was never finished, are left out.
 */
export const readParameters = (
  listing: Listing,
  parts: ReadonlyArray<Part>,
  settings: Settings,
): Effect.Effect<Parameters, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const [pieces, damage] = yield* collectWarnings(
      Stream.runCollect(Stream.flattenIterable(readParts(listing, parts, settings, ATTRIBUTES))),
    );
    const found = new Set(
      pieces.flatMap(({ runs }) => runs).flatMap((run) => partsOf(listing, run)),
    );
    const damaged = new Set(damage.map(({ file }) => file));
    // Beside the runs that were found, a part that several share can have others.
    const isKnown = (part: Part) => part.run !== undefined && found.has(part);
    const bare = parts.filter((part) => !isKnown(part) && !damaged.has(part.path));
    const [names, moreDamage] = yield* collectWarnings(
      Stream.runCollect(Stream.flattenIterable(readParts(listing, bare, settings, RUN_IDS))),
    );
    const types = new Set(pieces.flatMap(({ unknownTypes }) => unknownTypes));
    const table = assemble([...pieces, ...names], (run) => partsOf(listing, run).length > 0);
    const flavour = settings.flavour ?? flavourOf(table);
    return {
      ...withRunIds(table, flavour),
      flavour,
      project: pieces.find((piece) => piece.project !== undefined)?.project,
      warnings: [...damage, ...moreDamage, ...Array.from(types, unknownType)],
    };
  });

const RUN_IDS: Plan<Piece> = {
  batchBytes: BATCH_BYTES,
  select: (frame, polars) => frame.select(encoded(polars, "run_id").unique()),
  extract: (rows, polars) => ({
    project: undefined,
    runs: dictionaryOf(polars, rows, "run_id").texts,
    columns: [],
    unknownTypes: [],
  }),
};

const unknownType = (type: string): NeptuneWarning => ({
  kind: "UnknownType",
  message:
    `The export has attributes of type ${type}, which this version does not know; they are ` +
    "left out.",
});

const assemble = (
  pieces: ReadonlyArray<Piece>,
  isListed: (run: RunKey) => boolean,
): Table => {
  const rowOf = new Map<RunKey, number>();
  for (const run of new Set(pieces.flatMap((piece) => piece.runs))) {
    if (isListed(run)) rowOf.set(run, rowOf.size);
  }
  const columns = new Map<string, Map<string, Array<ParameterColumn>>>();
  for (const piece of pieces) {
    const positions = Int32Array.from(piece.runs, (run) => rowOf.get(run) ?? -1);
    for (const column of piece.columns) {
      const types = columns.get(column.path) ?? new Map<string, Array<ParameterColumn>>();
      columns.set(column.path, types);
      const same = types.get(column.type) ?? [];
      types.set(column.type, same);
      same.push(renumber(column, positions));
    }
  }
  return {
    runs: [...rowOf.keys()],
    rowOf,
    columns: new Map(
      Array.from(columns, ([path, types]) => [
        path,
        Array.from(types.values(), (same) => inOrder(concatenate(same))),
      ]),
    ),
  };
};

/**
 * Every run with the id by which its file knows it, also those that lack the attribute because only
 * some attributes were exported.
 */
const withRunIds = (table: Table, flavour: Flavour): Table => {
  const path = flavour === "neptune3" ? "sys/custom_run_id" : "sys/id";
  const ids: ParameterColumn = {
    path,
    type: "string",
    rows: Uint32Array.from(table.runs.keys()),
    values: table.runs.map((run) => textOf(table, run, path) ?? run),
  };
  const others = table.columns.get(path)?.filter(({ type }) => type !== "string") ?? [];
  return { ...table, columns: new Map(table.columns).set(path, [ids, ...others]) };
};

/** The cells of listed runs, numbered as in the whole. */
const renumber = (column: ParameterColumn, positions: Int32Array): ParameterColumn => {
  const members = Uint32Array.from(column.rows.keys()).filter((i) =>
    positions[column.rows[i]!]! >= 0
  );
  return pick(column, members, members.map((i) => positions[column.rows[i]!]!));
};

/** The text of a string attribute of a run. */
export const textOf = (table: Table, run: RunKey, path: string): string | undefined => {
  for (const column of table.columns.get(path) ?? []) {
    if (column.type === "string") return column.values[cellOf(table, run, column)];
  }
  return undefined;
};

/** The number in a float or integer attribute of a run. */
export const numberOf = (table: Table, run: RunKey, path: string): number | undefined => {
  for (const column of table.columns.get(path) ?? []) {
    if (column.type !== "float" && column.type !== "int") continue;
    const value = column.values[cellOf(table, run, column)];
    if (value !== undefined) return Number(value);
  }
  return undefined;
};

const cellOf = (table: Table, run: RunKey, { rows }: ParameterColumn): number => {
  const wanted = table.rowOf.get(run) ?? -1;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return rows[low] === wanted ? low : -1;
};
