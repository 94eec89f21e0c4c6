/**
 * Columns: made from arrays of NumPy, and read cell by cell.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { alike, join, product, transpose } from "./Elements.ts";
import { type Dtype, isFields, type NdArray } from "./NdArray.ts";
import { isTagged, type PickleValue } from "./PickleValue.ts";
import type { Complex, TimeZone } from "./PythonTypes.ts";
import type { Column, ColumnValues, IntegerArray, TimeUnit } from "./Table.ts";
import { narrow } from "./Text.ts";

/** The integer that stands for NaT. */
const NAT = -(2n ** 63n);

/** A column without a label. */
export const column = (values: ColumnValues, missing: Uint8Array | null = null): Column => ({
  label: null,
  values,
  missing,
});

/** How many rows a column has; `undefined` for one that does not tell. */
export const heightOf = ({ values }: Column): number | undefined =>
  values.type === "unknown" ? undefined : values.data.length;

/** Where there is NaT. */
const natMask = (ticks: BigInt64Array, budget: Budget): Uint8Array | null => {
  let missing: Uint8Array | null = null;
  for (let i = ticks.indexOf(NAT); i >= 0; i = ticks.indexOf(NAT, i + 1)) {
    missing ??= budget.bytes(ticks.length);
    missing[i] = 1;
  }
  return missing;
};

const isTimeUnit = (unit: string | null): unit is TimeUnit =>
  unit === "s" || unit === "ms" || unit === "us" || unit === "ns";

/** Whether a Python object stands for a missing text. */
const isMissing = (value: PickleValue): boolean =>
  value === null || Number.isNaN(value) ||
  typeof value === "object" && isTagged(value) && value._tag === "Missing";

/** Texts if all that are not missing are, else objects. */
export const objectColumn = (data: ReadonlyArray<PickleValue>): Column =>
  data.some((value) => typeof value === "string") &&
    data.every((value) => typeof value === "string" || isMissing(value))
    ? column({ type: "text", data: data.map((value) => typeof value === "string" ? value : null) })
    : column({ type: "objects", data });

/** The elements of an array with one dimension, whatever its shape says, as a column. */
const ofElements = (dtype: Dtype, data: NdArray["data"], budget: Budget): Column | undefined => {
  if (isFields(data)) return undefined;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return dtype.kind === "f" ? column({ type: "float", data }) : undefined;
  }
  if (data instanceof BigInt64Array && (dtype.kind === "M" || dtype.kind === "m")) {
    const { unit } = dtype;
    if (!isTimeUnit(unit) || dtype.count !== 1) return undefined;
    return column(
      dtype.kind === "M"
        ? { type: "datetime", data, unit, timeZone: null }
        : { type: "duration", data, unit },
      natMask(data, budget),
    );
  }
  if (ArrayBuffer.isView(data)) {
    if (dtype.kind === "i" || dtype.kind === "u") return column({ type: "int", data });
    return dtype.kind === "b" && data instanceof Uint8Array
      ? column({ type: "bool", data })
      : undefined;
  }
  return objectColumn(data);
};

/** The same array, stored row by row. */
const inRows = (array: NdArray, budget: Budget): NdArray => {
  const { data, order, shape } = array;
  if (order === "C" || !ArrayBuffer.isView(data)) return array;
  const axes = shape.map((_, axis) => axis).toReversed();
  const memory = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = memory.length / product(shape);
  const turned = transpose(memory, size, shape.toReversed(), axes, budget);
  return { ...array, order: "C", data: alike(data, turned) };
};

/** Complex numbers, of which no column has an array, one by one. */
const asObjects = (array: NdArray, budget: Budget): NdArray => {
  const { data, dtype } = array;
  if (dtype.kind !== "c" || !(data instanceof Float32Array || data instanceof Float64Array)) {
    return array;
  }
  budget.heap(64 * data.length);
  const values = Array.from(
    { length: data.length / 2 },
    (_, i): Complex => ({ _tag: "Complex", re: data[2 * i] ?? 0, im: data[2 * i + 1] ?? 0 }),
  );
  return { ...array, data: values };
};

/**
 * The columns that an array holds: itself if it has one dimension, its rows if it has two, for
 * pandas stores columns one below the other.
 */
export const arrayColumns = (
  array: NdArray,
  budget: Budget,
): ReadonlyArray<Column> | undefined => {
  const [count, length] = array.shape.length === 1 ? [1, array.shape[0]] : array.shape;
  if (count === undefined || length === undefined || array.shape.length > 2) return undefined;
  const { data, dtype } = asObjects(inRows(array, budget), budget);
  if (isFields(data) || data.length !== count * length) return undefined;
  budget.heap(256 * count);
  const columns = Array.from({ length: count }, (_, row) => {
    const [start, end] = [row * length, (row + 1) * length];
    return ofElements(
      dtype,
      ArrayBuffer.isView(data) ? data.subarray(start, end) : data.slice(start, end),
      budget,
    );
  });
  return columns.every((made) => made !== undefined) ? columns : undefined;
};

/**
 * Values by their number among the categories, −1 where there is none; `undefined` for a number
 * that no category has, and for categories of categories.
 */
export const categoryColumn = (
  codes: IntegerArray,
  missing: Uint8Array | null,
  categories: Column,
  ordered: boolean,
  budget: Budget,
): Column | undefined => {
  const count = heightOf(categories);
  if (count === undefined || categories.values.type === "categories") return undefined;
  const data = new Int32Array(budget.bytes(4 * codes.length).buffer);
  budget.step(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = missing?.[i] === 1 ? -1 : Number(codes[i]);
    if (code < -1 || code >= count) return undefined;
    data[i] = code;
  }
  return column({ type: "categories", data, categories, ordered });
};

/** Columns of one type, one after another; values one by one where the types differ. */
export const concat = (columns: ReadonlyArray<Column>, budget: Budget): Column => {
  const [first] = columns;
  if (first === undefined) return objectColumn([]);
  if (columns.length === 1) return first;
  const heights = columns.map((some) => heightOf(some) ?? 0);
  const joined = concatValues(columns.map(({ values }) => values), budget);
  if (joined !== undefined) return column(joined, concatMasks(columns, heights, budget));
  budget.heap(64 * heights.reduce((sum, height) => sum + height, 0));
  return objectColumn(
    columns.flatMap((some, i) => Array.from({ length: heights[i]! }, (_, row) => cell(some, row))),
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
      if (first.type === "bool") {
        return data instanceof Uint8Array ? { type: "bool", data } : undefined;
      }
      if (first.type === "date") {
        return data instanceof Int32Array ? { type: "date", data } : undefined;
      }
      if (data instanceof Float32Array || data instanceof Float64Array) {
        return { type: "float", data };
      }
      if (first.type === "int") return data && { type: "int", data };
      return first.type !== "float" && data instanceof BigInt64Array
        ? { ...first, data }
        : undefined;
    }
  }
};

type NumberColumn = Extract<
  ColumnValues,
  { readonly type: "bool" | "int" | "float" | "date" | "datetime" | "duration" }
>;

const sameType = (model: NumberColumn, part: ColumnValues): part is NumberColumn =>
  part.type === model.type &&
  (!("unit" in model) || "unit" in part && part.unit === model.unit) &&
  (!("timeZone" in model) || "timeZone" in part && part.timeZone === model.timeZone);

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

const isoDay = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);

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
