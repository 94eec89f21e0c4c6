/**
 * Numbers in raw memory: bytes of a pickle as typed arrays.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import type { TypedArray } from "./PythonTypes.ts";

/** Integers with and without sign, and floats, as NumPy calls them. */
export type NumberKind = "i" | "u" | "f";

/**
 * The numbers in `bytes`; `undefined` for a size that has no typed array. Memory is copied only to
 * align it, or to swap the bytes of numbers of the other byte order.
 */
export const numbers = (
  kind: NumberKind,
  size: number,
  bytes: Uint8Array,
  bigEndian: boolean,
  budget: Budget,
): TypedArray | undefined => {
  if (kind === "f" && size === 2) return halves(bytes, bigEndian, budget);
  const view = VIEWS[`${kind}${size}`];
  if (view === undefined || bytes.length % size !== 0) return undefined;
  const swap = bigEndian && size > 1;
  if (!swap && bytes.byteOffset % size === 0) return view(bytes);
  const copy = budget.bytes(bytes.length);
  copy.set(bytes);
  if (swap) swapBytes(copy, size);
  return view(copy);
};

/** Floats of two bytes as those of four, which have them all. */
const halves = (bytes: Uint8Array, bigEndian: boolean, budget: Budget): TypedArray | undefined => {
  if (bytes.length % 2 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const singles = new Float32Array(budget.bytes(2 * bytes.length).buffer);
  for (let i = 0; i < singles.length; i++) singles[i] = view.getFloat16(2 * i, !bigEndian);
  return singles;
};

type View = (bytes: Uint8Array) => TypedArray;

const viewOf = <A>(
  array: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
  },
): (bytes: Uint8Array) => A =>
({ buffer, byteOffset, length }) => new array(buffer, byteOffset, length / array.BYTES_PER_ELEMENT);

const VIEWS: Readonly<Record<string, View>> = {
  i1: viewOf(Int8Array),
  i2: viewOf(Int16Array),
  i4: viewOf(Int32Array),
  i8: viewOf(BigInt64Array),
  u1: viewOf(Uint8Array),
  u2: viewOf(Uint16Array),
  u4: viewOf(Uint32Array),
  u8: viewOf(BigUint64Array),
  f4: viewOf(Float32Array),
  f8: viewOf(Float64Array),
};

const KINDS: Readonly<Record<TypedArray[typeof Symbol.toStringTag], View>> = {
  Int8Array: viewOf(Int8Array),
  Uint8Array: viewOf(Uint8Array),
  Int16Array: viewOf(Int16Array),
  Uint16Array: viewOf(Uint16Array),
  Int32Array: viewOf(Int32Array),
  Uint32Array: viewOf(Uint32Array),
  BigInt64Array: viewOf(BigInt64Array),
  BigUint64Array: viewOf(BigUint64Array),
  Float32Array: viewOf(Float32Array),
  Float64Array: viewOf(Float64Array),
};

/** An array over `memory` of the kind that `model` is of. */
export const alike = (model: TypedArray, memory: Uint8Array): TypedArray =>
  KINDS[model[Symbol.toStringTag]](memory);

/** The elements of several arrays, one array after another; `undefined` if they are of two kinds. */
export const join = (
  arrays: ReadonlyArray<TypedArray>,
  budget: Budget,
): TypedArray | undefined => {
  const [model] = arrays;
  const tag = model?.[Symbol.toStringTag];
  if (model === undefined || arrays.some((array) => array[Symbol.toStringTag] !== tag)) {
    return undefined;
  }
  const memory = budget.bytes(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  for (const { buffer, byteLength, byteOffset } of arrays) {
    memory.set(new Uint8Array(buffer, byteOffset, byteLength), end);
    end += byteLength;
  }
  return alike(model, memory);
};

/** The elements at these positions; zero where there is none. */
export const take = (array: TypedArray, positions: Int32Array, budget: Budget): TypedArray => {
  const { BYTES_PER_ELEMENT: size, buffer, byteLength, byteOffset } = array;
  const source = new Uint8Array(buffer, byteOffset, byteLength);
  const target = budget.bytes(size * positions.length);
  for (let i = 0, to = 0; i < positions.length; i++) {
    const from = positions[i]! * size;
    for (let byte = 0; byte < size; byte++) target[to++] = source[from + byte] ?? 0;
  }
  return alike(array, target);
};

/** An array of one value, except for those at some positions. */
export const scatter = (
  values: TypedArray,
  positions: TypedArray,
  length: number,
  fill: number | bigint,
  budget: Budget,
): TypedArray | undefined => {
  const target = alike(values, budget.bytes(values.BYTES_PER_ELEMENT * length));
  budget.step(positions.length);
  const set = (put: (at: number, from: number) => void): TypedArray | undefined => {
    for (let from = 0; from < positions.length; from++) {
      const at = Number(positions[from]);
      if (at < 0 || at >= length || from >= values.length) return undefined;
      put(at, from);
    }
    return target;
  };
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    target.fill(BigInt(fill));
    return set((at, from) => target[at] = BigInt(values[from]!));
  }
  target.fill(Number(fill));
  return set((at, from) => target[at] = Number(values[from]));
};

/** Reverses the bytes of each number in place. */
const swapBytes = (bytes: Uint8Array, size: number): void => {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
};

/** How many elements an array of this shape has. */
export const product = (shape: ReadonlyArray<number>): number =>
  shape.reduce((count, side) => count * side, 1);

/**
 * Reorders elements of `size` bytes. They are stored with the axes in the order of `shape`, the last
 * one running first; in the result the axes are in the order of `axes`.
 */
export const transpose = (
  memory: Uint8Array,
  size: number,
  shape: ReadonlyArray<number>,
  axes: ReadonlyArray<number>,
  budget: Budget,
): Uint8Array => {
  const strides = shape.map((_, axis) => size * product(shape.slice(axis + 1)));
  const sides = axes.map((axis) => shape[axis] ?? 0);
  const steps = axes.map((axis) => strides[axis] ?? 0);
  const position = axes.map(() => 0);
  const target = budget.bytes(memory.length);
  budget.step(memory.length / 8);
  for (let to = 0, from = 0; to < target.length;) {
    for (let byte = 0; byte < size; byte++) target[to++] = memory[from + byte]!;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < sides[axis]!) break;
      from -= steps[axis]! * sides[axis]!;
      position[axis] = 0;
    }
  }
  return target;
};
