/**
 * Rules for the arrays of pandas that columns and indexes consist of, and for its single values,
 * under the names that pandas has had for them since 0.25.
 *
 * @module
 */
import { arrayColumns } from "./ArrayColumns.ts";
import type { Budget } from "./Budget.ts";
import { categoryColumn } from "./Categories.ts";
import { column, heightOf, isMissing, rowColumns, textColumn, withData } from "./Column.ts";
import { scatter } from "./Elements.ts";
import {
  array,
  attribute,
  bigInteger,
  float,
  globalName,
  int64,
  integer,
  map,
  natural,
  opaque,
  tagged,
} from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { TimeZone } from "./PythonTypes.ts";
import { ofArgs, ofState, type Rule, under } from "./Rule.ts";
import type { Column, Series } from "./Table.ts";

/** The names of a class of extension arrays: by its module, and by where it is public. */
const names = (name: string, ...modules: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...modules.map((module) => `pandas.core.arrays.${module}.${name}`),
  `pandas.arrays.${name}`,
];

const CATEGORICAL = [...names("Categorical", "categorical"), "pandas.Categorical"];
const DATETIMES = names("DatetimeArray", "datetimes");
const TIMEDELTAS = names("TimedeltaArray", "timedeltas");
const STRINGS = [...names("StringArray", "string_"), ...names("NumpyStringArray", "string_")];
const MASKED = [
  ...names("IntegerArray", "integer"),
  ...names("FloatingArray", "floating"),
  ...names("BooleanArray", "boolean"),
];
const ARROW = [
  ...names("ArrowStringArray", "string_arrow"),
  ...names("ArrowStringArrayNumpySemantics", "string_arrow"),
  ...names("ArrowExtensionArray", "arrow.array", "arrow"),
];

const SPARSE = names("SparseArray", "sparse.array", "sparse");

const ZONED_TYPES: ReadonlySet<string> = new Set([
  "pandas.DatetimeTZDtype",
  "pandas.core.dtypes.dtypes.DatetimeTZDtype",
]);

const CATEGORY_TYPES: ReadonlySet<string> = new Set([
  "pandas.CategoricalDtype",
  "pandas.core.dtypes.dtypes.CategoricalDtype",
]);

/** An IANA name, or an offset such as `+02:00`, for a column; `undefined` for what is neither. */
const zoneText = ({ name, offsetSeconds }: TimeZone): string | undefined => {
  if (name !== null) return name;
  if (offsetSeconds === null || offsetSeconds % 60 !== 0) return undefined;
  const minutes = Math.abs(offsetSeconds) / 60;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${offsetSeconds < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

/** A column of times in a zone, which they have been in all along: they count from UTC. */
export const inZone = (made: Column, zone: PickleValue | undefined): Column | undefined => {
  if (zone === undefined || zone === null) return made;
  const known = tagged(zone, "TimeZone");
  const timeZone = known && zoneText(known);
  return timeZone === undefined || made.values.type !== "datetime"
    ? undefined
    : { ...made, values: { ...made.values, timeZone } };
};

/** The zone that a type of pandas names; `undefined` for a type without one. */
const zoneOf = (type: PickleValue | undefined): PickleValue | undefined => {
  const dtype = opaque(type);
  return dtype !== undefined && ZONED_TYPES.has(dtype.name) ? attribute(dtype, "tz") : undefined;
};

const categorical = (
  type: PickleValue | undefined,
  codes: PickleValue | undefined,
  budget: Budget,
): Column | undefined => {
  const dtype = opaque(type);
  const numbers = onlyColumn(codes, budget)?.values;
  const categories = tagged(attribute(dtype, "categories"), "Index");
  if (dtype === undefined || numbers?.type !== "int" || categories === undefined) return undefined;
  const [values, ...levels] = rowColumns(categories.labels, categories.height, budget);
  return !CATEGORY_TYPES.has(dtype.name) || values === undefined || levels.length > 0
    ? undefined
    : categoryColumn(
      numbers.data,
      null,
      values,
      attribute(dtype, "ordered") === true,
      budget,
    );
};

/** Texts, also if all are missing. */
const asText = (made: Column, budget: Budget): Column =>
  made.values.type === "objects" && made.values.data.every(isMissing)
    ? textColumn(made.values.data, budget)
    : made;

/** The columns in what a class of arrays keeps of them: its memory, and a type of pandas. */
const stored = (
  name: string | undefined,
  content: PickleValue | undefined,
  type: PickleValue | undefined,
  budget: Budget,
): ReadonlyArray<Column> | undefined => {
  if (name === undefined) return undefined;
  if (CATEGORICAL.includes(name)) {
    const made = categorical(type, content, budget);
    return made && [made];
  }
  const columns = columnsOf(content, budget);
  if (TIMEDELTAS.includes(name)) return columns;
  if (STRINGS.includes(name)) return columns?.map((made) => asText(made, budget));
  if (!DATETIMES.includes(name)) return undefined;
  const zoned = columns?.map((made) => inZone(made, zoneOf(type)));
  return zoned?.every((made) => made !== undefined) ? zoned : undefined;
};

const BACKED = "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked";

/** Arrays since pandas 1.3. */
const backedColumns = (
  args: ReadonlyArray<PickleValue>,
  state: PickleValue | undefined,
  budget: Budget,
): ReadonlyArray<Column> | undefined => {
  const [first, second] = array(state) ?? [];
  const [type, content] = tagged(first, "NdArray") === undefined
    ? [first, second]
    : [second, first];
  return stored(globalName(args[0]), content, type, budget);
};

/**
 * The columns in a block of a frame, or the one in an index or series; `undefined` for an array of a
 * class that is not known.
 */
export const columnsOf = (
  value: PickleValue | undefined,
  budget: Budget,
): ReadonlyArray<Column> | undefined => {
  const content = tagged(value, "NdArray");
  if (content !== undefined) return arrayColumns(content, budget);
  const series = tagged(value, "Series");
  if (series !== undefined) return [series.column];
  const index = tagged(value, "Index");
  if (index !== undefined) return rowColumns(index.labels, index.height, budget);
  // Arrays of several columns are no value of their own, and have stayed as they were.
  const made = opaque(value);
  return made?.name === BACKED ? backedColumns(made.args, made.state, budget) : undefined;
};

/** The column of an array with one. */
export const onlyColumn = (
  value: PickleValue | undefined,
  budget: Budget,
): Column | undefined => {
  const [first, ...rest] = columnsOf(value, budget) ?? [];
  return rest.length > 0 ? undefined : first;
};

const asSeries = (columns: ReadonlyArray<Column> | undefined): Series | undefined => {
  const [first, ...rest] = columns ?? [];
  const height = first && heightOf(first);
  return first === undefined || height === undefined || rest.length > 0
    ? undefined
    : { _tag: "Series", height, column: first, index: null };
};

const backed: Rule = ofState((args, state, { budget }) =>
  asSeries(backedColumns(args, state, budget))
);

/** Arrays before pandas 1.3. */
const attributed = (name: string): Rule =>
  ofState((_, state, { budget }) => {
    const attributes = map(state);
    const content = attributes?.get("_ndarray") ?? attributes?.get("_codes") ??
      attributes?.get("_data");
    return asSeries(stored(name, content, attributes?.get("_dtype"), budget));
  });

const masked: Rule = ofState((_, state, { budget }) => {
  const attributes = map(state);
  const content = onlyColumn(attributes?.get("_data"), budget);
  const mask = onlyColumn(attributes?.get("_mask"), budget)?.values;
  return content === undefined || mask?.type !== "bool" ||
      mask.data.length !== heightOf(content)
    ? undefined
    : asSeries([{ ...content, missing: mask.data }]);
});

const arrow: Rule = ofState((_, state) => {
  const attributes = map(state);
  return tagged(attributes?.get("_pa_array") ?? attributes?.get("_data"), "Series");
});

/** Arrays that keep only what differs from one value, written out. */
const sparse: Rule = ofState((_, state, { budget }) => {
  const attributes = map(state);
  const places = opaque(attributes?.get("_sparse_index"));
  const [length, positions] = places?.args ?? [];
  const height = natural(length);
  const at = onlyColumn(positions, budget)?.values;
  const kept = onlyColumn(attributes?.get("_sparse_values"), budget)?.values;
  const fill = attribute(opaque(attributes?.get("_dtype")), "_fill_value");
  const rest = typeof fill === "boolean" ? BigInt(fill) : bigInteger(fill) ?? float(fill);
  const isKnown = places?.name === "pandas._libs.sparse.IntIndex" &&
    (kept?.type === "float" || kept?.type === "int" || kept?.type === "bool");
  if (!isKnown || height === undefined || at?.type !== "int" || rest === undefined) {
    return undefined;
  }
  if (kept.type !== "float" && typeof rest !== "bigint") return undefined;
  const dense = scatter(kept.data, at.data, height, rest, budget);
  const values = dense && withData(kept, dense);
  return values && asSeries([column(values)]);
});

/** Pandas' numbers for units of time, in nanoseconds. */
const RESOLUTIONS: ReadonlyMap<number, bigint> = new Map([
  [7, 1_000_000_000n],
  [8, 1_000_000n],
  [9, 1000n],
  [10, 1n],
]);

const nanoseconds = (
  value: PickleValue | undefined,
  resolution: PickleValue | undefined,
): bigint | undefined => {
  const ticks = int64(value);
  const length = resolution === undefined ? 1n : RESOLUTIONS.get(integer(resolution) ?? 0);
  return ticks === undefined || length === undefined ? undefined : ticks * length;
};

const timestamp: Rule = ofArgs(([value, , timeZone = null, resolution]) => {
  const epochNanos = nanoseconds(value, resolution);
  return epochNanos === undefined ? undefined : { _tag: "Timestamp", epochNanos, timeZone };
});

const timedelta: Rule = ofArgs(([value, resolution]) => {
  const count = nanoseconds(value, resolution);
  return count === undefined ? undefined : { _tag: "PandasTimedelta", nanoseconds: count };
});

const nat: Rule = ofArgs((_, { typed }) => typed ? { _tag: "Missing", name: "NaT" } : null);

/** By the full name of what is called. */
export const PANDAS_ARRAY_RULES: ReadonlyArray<readonly [string, Rule]> = [
  [BACKED, backed],
  ...[...CATEGORICAL, ...DATETIMES, ...TIMEDELTAS, ...STRINGS].map((name) =>
    [name, attributed(name)] as const
  ),
  ...under(MASKED, masked),
  ...under(ARROW, arrow),
  ...under(SPARSE, sparse),
  ["pandas._libs.tslibs.timestamps._unpickle_timestamp", timestamp],
  ["pandas._libs.tslibs.timestamps.Timestamp", timestamp],
  ["pandas._libs.tslibs.timedeltas._timedelta_unpickle", timedelta],
  ["pandas._libs.tslibs.timedeltas.Timedelta", timedelta],
  ["pandas._libs.tslibs.nattype.__nat_unpickle", nat],
  ["pandas._libs.tslibs.nattype._nat_unpickle", nat],
];

/** By full name. */
export const PANDAS_CONSTANTS: ReadonlyArray<readonly [string, PickleValue]> = [
  ["pandas._libs.missing.NA", { _tag: "Missing", name: "NA" }],
  ["pandas.NA", { _tag: "Missing", name: "NA" }],
];
