/**
 * Rules for NumPy's arrays and scalars, under the names that NumPy 1 and 2 have for them.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { numbers, product, transpose } from "./Elements.ts";
import { array, bytes, dimensions, globalName, tagged, text } from "./Narrow.ts";
import { type Dtype, isFields, type NdArray, type NdData } from "./NdArray.ts";
import { DTYPE_RULES } from "./NumpyDtype.ts";
import type { PickleValue } from "./PickleValue.ts";
import { type Context, ofArgs, ofState, type Rule, under } from "./Rule.ts";
import { decodeUtf32, narrow } from "./Text.ts";

/** The elements in contiguous memory. */
const elements = (
  dtype: Dtype,
  shape: ReadonlyArray<number>,
  order: NdArray["order"],
  memory: Uint8Array,
  budget: Budget,
): NdData | undefined => {
  const { kind, itemSize, bigEndian } = dtype;
  const count = product(shape);
  if (memory.length !== count * itemSize) return undefined;
  switch (kind) {
    case "b":
      return itemSize === 1 ? memory : undefined;
    case "i":
    case "u":
      return numbers(kind, itemSize, memory, bigEndian, budget);
    case "f":
      return numbers(kind, itemSize, memory, bigEndian, budget) ?? memory;
    case "c":
      return numbers("f", itemSize / 2, memory, bigEndian, budget) ?? memory;
    case "M":
    case "m":
      return itemSize === 8 ? numbers("i", 8, memory, bigEndian, budget) : undefined;
    case "U":
      return itemSize % 4 === 0 ? texts(memory, itemSize, count, bigEndian, budget) : undefined;
    case "S":
      return byteStrings(memory, itemSize, count, budget);
    case "V":
      return dtype.fields === null ? memory : columns(dtype, shape, order, memory, budget);
    default:
      return undefined;
  }
};

const texts = (
  memory: Uint8Array,
  size: number,
  count: number,
  bigEndian: boolean,
  budget: Budget,
): ReadonlyArray<string> => {
  budget.heap(32 * count + memory.length);
  budget.step(count);
  return Array.from(
    { length: count },
    (_, i) => decodeUtf32(memory, i * size, (i + 1) * size, bigEndian),
  );
};

const byteStrings = (
  memory: Uint8Array,
  size: number,
  count: number,
  budget: Budget,
): ReadonlyArray<Uint8Array> => {
  budget.heap(128 * count);
  budget.step(count);
  return Array.from({ length: count }, (_, i) => {
    let end = (i + 1) * size;
    while (end > i * size && memory[end - 1] === 0) end--;
    return memory.subarray(i * size, end);
  });
};

/** A structured array as one array for each field. */
const columns = (
  { fields, itemSize }: Dtype,
  shape: ReadonlyArray<number>,
  order: NdArray["order"],
  memory: Uint8Array,
  budget: Budget,
): ReadonlyMap<string, NdArray> | undefined => {
  const count = product(shape);
  const byName = new Map<string, NdArray>();
  for (const { name, dtype, offset } of fields ?? []) {
    const size = dtype.itemSize;
    const packed = budget.bytes(count * size);
    budget.step(count * Math.max(1, size / 8));
    for (let i = 0, to = 0; i < count; i++) {
      const from = i * itemSize + offset;
      for (let byte = 0; byte < size; byte++) packed[to++] = memory[from + byte]!;
    }
    const made = ofMemory(dtype, shape, order, packed, budget);
    if (made === undefined) return undefined;
    byName.set(name, made);
  }
  return byName;
};

/** An array whose elements are in `memory`, in the order in which they are stored. */
const ofMemory = (
  dtype: Dtype,
  shape: ReadonlyArray<number>,
  order: NdArray["order"],
  memory: Uint8Array,
  budget: Budget,
): NdArray | undefined => {
  if (dtype.subarray !== null) {
    const { dtype: inner, shape: sides } = dtype.subarray;
    return order === "C" ? ofMemory(inner, [...shape, ...sides], order, memory, budget) : undefined;
  }
  const data = elements(dtype, shape, order, memory, budget);
  return data === undefined
    ? undefined
    : { _tag: "NdArray", dtype, shape, order: shape.length > 1 ? order : "C", data };
};

/** An array from what follows the version in its state. */
const stored = (
  [sides, type, isFortran, content]: ReadonlyArray<PickleValue>,
  { budget }: Context,
): NdArray | undefined => {
  const shape = dimensions(sides);
  const dtype = tagged(type, "Dtype");
  if (shape === undefined || dtype === undefined) return undefined;
  // Python objects come as a list, which goes through the last dimension first in any case.
  const objects = array(content);
  if (objects !== undefined) {
    return objects.length === product(shape)
      ? { _tag: "NdArray", dtype, shape, order: "C", data: objects }
      : undefined;
  }
  const memory = bytes(content);
  if (memory === undefined) return undefined;
  const made = ofMemory(dtype, shape, isFortran === true ? "F" : "C", memory, budget);
  // Loading makes numbers those of this machine, but does not reach into structures.
  const isNumber = dtype.fields === null && dtype.kind !== "V";
  return made === undefined || !isNumber
    ? made
    : { ...made, dtype: { ...made.dtype, bigEndian: false } };
};

const ARRAY_CLASSES: ReadonlySet<string | undefined> = new Set([
  "numpy.ndarray",
  "numpy.matrix",
  "numpy.matrixlib.defmatrix.matrix",
  "numpy.memmap",
  "numpy.core.memmap.memmap",
  "numpy.recarray",
  "numpy.rec.recarray",
  "numpy.core.records.recarray",
  "pandas.core.indexes.frozen.FrozenNDArray",
]);

const reconstruct: Rule = ofState((args, state, context) =>
  ARRAY_CLASSES.has(globalName(args[0])) ? stored(array(state)?.slice(1) ?? [], context) : undefined
);

const isPermutation = (axes: ReadonlyArray<number>, count: number): boolean =>
  axes.length === count && new Set(axes).size === count && axes.every((axis) => axis < count);

/** The form of protocol 5. Axes in order `K` are stored as `axisOrder` says. */
const fromBuffer: Rule = ofArgs(([content, type, sides, layout, axisOrder], { budget }) => {
  const memory = bytes(content);
  const dtype = tagged(type, "Dtype");
  const shape = dimensions(sides);
  const order = text(layout);
  if (memory === undefined || dtype === undefined || shape === undefined) return undefined;
  if (order === "C" || order === "F") return ofMemory(dtype, shape, order, memory, budget);
  const axes = dimensions(axisOrder);
  const isWhole = memory.length === product(shape) * dtype.itemSize;
  if (order !== "K" || axes === undefined || !isPermutation(axes, shape.length) || !isWhole) {
    return undefined;
  }
  return ofMemory(
    dtype,
    axes.map((axis) => shape[axis] ?? 0),
    "C",
    transpose(memory, dtype.itemSize, shape, axes, budget),
    budget,
  );
});

const maskedArray: Rule = ofState((_, state, context) => {
  const [, sides, type, isFortran, content, maskBytes, fill = null] = array(state) ?? [];
  const data = stored([sides ?? null, type ?? null, isFortran ?? null, content ?? null], context);
  const mask = bytes(maskBytes);
  return data === undefined || mask?.length !== product(data.shape)
    ? undefined
    : { _tag: "MaskedArray", data, mask, fill };
});

/** The one element of an array, as a value. */
const single = ({ dtype, data }: NdArray, bigints: boolean): PickleValue | undefined => {
  if (isFields(data)) {
    const record = new Map<PickleValue, PickleValue>();
    for (const [name, field] of data) {
      record.set(name, field.shape.length === 0 ? single(field, bigints) ?? null : field);
    }
    return record;
  }
  const [first, second] = data;
  switch (dtype.kind) {
    case "b":
      return first === 1;
    case "i":
    case "u":
      if (typeof first === "bigint") return bigints ? first : narrow(first);
      return typeof first === "number" && bigints ? BigInt(first) : first;
    case "c":
      return typeof first === "number" && typeof second === "number" && dtype.itemSize <= 16
        ? { _tag: "Complex", re: first, im: second }
        : undefined;
    case "M":
    case "m": {
      if (typeof first !== "bigint" || dtype.unit === null) return undefined;
      const ticks = first === -(2n ** 63n) ? null : first;
      const { unit, count } = dtype;
      return dtype.kind === "M"
        ? { _tag: "Datetime64", ticks, unit, count }
        : { _tag: "Timedelta64", ticks, unit, count };
    }
    case "f":
      return dtype.itemSize <= 8 ? first : undefined;
    case "V":
      return data instanceof Uint8Array ? data : undefined;
    default:
      return first;
  }
};

const scalar: Rule = ofArgs(([type, content], { budget, typed, bigints }) => {
  const dtype = tagged(type, "Dtype");
  const memory = bytes(content);
  if (dtype === undefined || content === undefined) return undefined;
  const made = memory === undefined || dtype.kind === "O"
    ? undefined
    : ofMemory(dtype, [], "C", memory, budget);
  const value = dtype.kind === "O" ? content : made && single(made, bigints);
  return value === undefined || !typed ? value : { _tag: "NumpyScalar", dtype, value };
});

const multiarray = (name: string): ReadonlyArray<string> => [
  `numpy.core.multiarray.${name}`,
  `numpy._core.multiarray.${name}`,
];

/** By the full name of what is called. */
export const NUMPY_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ...DTYPE_RULES,
  ...under(multiarray("_reconstruct"), reconstruct),
  ...under(multiarray("scalar"), scalar),
  ...under(["numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"], fromBuffer),
  ["numpy.ma.core._mareconstruct", maskedArray],
];
