/**
 * Rules for the arrays of pandas that columns and indexes consist of, and for its single values,
 * under the names that pandas has had for them since 0.25.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { arrayColumns, categoryColumn, column, heightOf, objectColumn } from "./Column.ts";
import { array, bigInteger, globalName, integer, map, natural, opaque, tagged, text } from "./Narrow.ts";
import type { PickleObject, PickleValue } from "./PickleValue.ts";
import type { TimeZone } from "./PythonTypes.ts";
import { ofArgs, ofState, type Rule, under } from "./Rule.ts";
import type { Column, Series, TimeUnit } from "./Table.ts";

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
  return dtype !== undefined && ZONED_TYPES.has(dtype.name) ? dtype.attributes.get("tz") : undefined;
};

const categorical = (
  type: PickleValue | undefined,
  codes: PickleValue | undefined,
  budget: Budget,
): Column | undefined => {
  const dtype = opaque(type);
  const code = tagged(codes, "NdArray");
  if (dtype === undefined || code === undefined || !CATEGORY_TYPES.has(dtype.name)) {
    return undefined;
  }
  const labels = tagged(dtype.attributes.get("categories"), "Index")?.labels;
  const categories = labels !== undefined && "start" in labels ? rangeColumn(labels, budget) : labels?.[0];
};
