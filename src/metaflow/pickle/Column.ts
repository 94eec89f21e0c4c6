/**
 * Columns, and reading them cell by cell.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { isTagged, type PickleValue } from "./PickleValue.ts";
import type { TimeZone, TypedArray } from "./PythonTypes.ts";
import type { Column, ColumnValues, RowLabels, TimeUnit } from "./Table.ts";
import { narrow } from "./Text.ts";

/** A column without a label. */
export const column = (values: ColumnValues, missing: Uint8Array | null = null): Column => ({
  label: null,
  values,
  missing,
});

/** How many rows a column has; `undefined` for one that does not tell. */
export const heightOf = ({ values }: Column): number | undefined =>
  values.type === "unknown" ? undefined : values.data.length;

/** Whether columns of times can have this unit. */
export const isTimeUnit = (unit: string | null | undefined): unit is TimeUnit =>
  unit === "s" || unit === "ms" || unit === "us" || unit === "ns";

/** Whether a Python object stands for a missing text. */
export const isMissing = (value: PickleValue): boolean =>
  value === null || Number.isNaN(value) ||
  typeof value === "object" && isTagged(value) && value._tag === "Missing";

/** Texts if all that are not missing are, else objects. */
export const objectColumn = (data: ReadonlyArray<PickleValue>, budget: Budget): Column => {
  budget.step(data.length);
  return data.some((value) => typeof value === "string") &&
      data.every((value) => typeof value === "string" || isMissing(value))
    ? textColumn(data, budget)
    : column({ type: "objects", data });
};

/** The texts among objects; the rest is missing. */
export const textColumn = (data: ReadonlyArray<PickleValue>, budget: Budget): Column => {
  budget.heap(16 * data.length);
  return column({
    type: "text",
    data: data.map((value) => typeof value === "string" ? value : null),
  });
};

/** The columns of row labels; a range is counted out. */
export const rowColumns = (
  labels: RowLabels,
  height: number,
  budget: Budget,
): ReadonlyArray<Column> => {
  if (!("start" in labels)) return labels;
  budget.step(height);
  const data = new BigInt64Array(budget.bytes(8 * height).buffer);
  for (let i = 0; i < height; i++) data[i] = BigInt(labels.start + i * labels.step);
  return [{ label: labels.label, values: { type: "int", data }, missing: null }];
};

/** The value in a row; `null` where there is none. */
export const cell = ({ values, missing }: Column, row: number): PickleValue => {
  if (missing?.[row] === 1) return null;
  switch (values.type) {
    case "bool":
      return values.data[row] === 1;
    case "int": {
      const value = values.data[row] ?? null;
      return typeof value === "bigint" ? narrow(value) : value;
    }
    case "datetime": {
      const { timeZone, unit } = values;
      return {
        _tag: "Timestamp",
        epochNanos: (values.data[row] ?? 0n) * NANOS[unit],
        timeZone: timeZone === null ? null : namedZone(timeZone),
      };
    }
    case "duration":
      return {
        _tag: "PandasTimedelta",
        nanoseconds: (values.data[row] ?? 0n) * NANOS[values.unit],
      };
    case "date":
      return { _tag: "Date", iso: isoDay(values.data[row] ?? 0) };
    case "categories": {
      const code = values.data[row] ?? -1;
      return code < 0 ? null : cell(values.categories, code);
    }
    case "unknown":
      return null;
    default:
      return values.data[row] ?? null;
  }
};

const NANOS = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };

/** The last day that a date of JavaScript has; Python's end long before. */
const MAX_DAY = 100_000_000;

const isoDay = (days: number): string =>
  Math.abs(days) > MAX_DAY
    ? `1970-01-01 and ${days} days`
    : new Date(days * 86_400_000).toISOString().split("T")[0]!;

/** A zone of the IANA, or an offset such as `+02:00`. */
const namedZone = (zone: string): TimeZone => {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60;
  return {
    _tag: "TimeZone",
    name: sign === undefined ? zone : null,
    label: null,
    offsetSeconds: sign === undefined ? null : sign === "-" ? -offset : offset,
  };
};

/** Values that are a typed array. */
export type NumberValues = Extract<
  ColumnValues,
  { readonly type: "bool" | "int" | "float" | "date" | "datetime" | "duration" }
>;

/** Other values of the type that `model` is of; `undefined` if the array is not one for it. */
export const withData = (model: NumberValues, data: TypedArray): NumberValues | undefined => {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return model.type === "float" ? { type: "float", data } : undefined;
  }
  switch (model.type) {
    case "bool":
      return data instanceof Uint8Array ? { type: "bool", data } : undefined;
    case "int":
      return { type: "int", data };
    case "date":
      return data instanceof Int32Array ? { type: "date", data } : undefined;
    case "datetime":
    case "duration":
      return data instanceof BigInt64Array ? { ...model, data } : undefined;
  }
};
