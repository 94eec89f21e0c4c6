/**
 * Arrays of NumPy as columns.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { column, isTimeUnit, objectColumn } from "./Column.ts";
import { alike, product, transpose } from "./Elements.ts";
import { type Dtype, isFields, type NdArray } from "./NdArray.ts";
import type { Complex } from "./PythonTypes.ts";
import type { Column } from "./Table.ts";

/** The integer that stands for NaT. */
const NAT = -(2n ** 63n);

/** Where there is NaT. */
const natMask = (ticks: BigInt64Array, budget: Budget): Uint8Array | null => {
  let missing: Uint8Array | null = null;
  for (let i = ticks.indexOf(NAT); i >= 0; i = ticks.indexOf(NAT, i + 1)) {
    missing ??= budget.bytes(ticks.length);
    missing[i] = 1;
  }
  return missing;
};

/** Days as dates, if they are as many as those have room for. */
const dates = (days: BigInt64Array, budget: Budget): Column | undefined => {
  const missing = natMask(days, budget);
  const data = new Int32Array(budget.bytes(4 * days.length).buffer);
  for (let i = 0; i < days.length; i++) {
    if (missing?.[i] === 1) continue;
    if (BigInt.asIntN(32, days[i]!) !== days[i]) return undefined;
    data[i] = Number(days[i]);
  }
  return column({ type: "date", data }, missing);
};

/** The elements of an array with one dimension, whatever its shape says, as a column. */
const ofElements = (dtype: Dtype, data: NdArray["data"], budget: Budget): Column | undefined => {
  if (isFields(data)) return undefined;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return dtype.kind === "f" ? column({ type: "float", data }) : undefined;
  }
  if (data instanceof BigInt64Array && (dtype.kind === "M" || dtype.kind === "m")) {
    const { unit } = dtype;
    if (dtype.count !== 1) return undefined;
    if (dtype.kind === "M" && unit === "D") return dates(data, budget);
    if (!isTimeUnit(unit)) return undefined;
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
  return objectColumn(data, budget);
};

/** The same array of at most two dimensions, stored row by row. */
const inRows = (array: NdArray, budget: Budget): NdArray => {
  const { data, order, shape } = array;
  const [rows = 1, length = 1] = shape;
  if (order === "C" || isFields(data)) return array;
  if (ArrayBuffer.isView(data)) {
    const memory = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const size = memory.length / product(shape);
    const turned = transpose(memory, size, [length, rows], [1, 0], budget);
    return { ...array, order: "C", data: alike(data, turned) };
  }
  budget.heap(16 * data.length);
  const turned = Array.from(
    { length: data.length },
    (_, at) => data[at % length * rows + Math.floor(at / length)] ?? null,
  );
  return { ...array, order: "C", data: turned };
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
  budget.heap(256 * count + (ArrayBuffer.isView(data) ? 0 : 8 * data.length));
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
