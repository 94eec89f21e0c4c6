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
  const view = VIEWS[`${kind}${size}`];
  if (view === undefined || bytes.length % size !== 0) return undefined;
  const swap = bigEndian && size > 1;
  if (!swap && bytes.byteOffset % size === 0) return view(bytes);
  const copy = budget.bytes(bytes.length);
  copy.set(bytes);
  if (swap) swapBytes(copy, size);
  return view(copy);
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
  // Every half is exactly a single.
  f2: (bytes) => {
    const halves = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => halves.getFloat16(2 * i, true),
    );
  },
  f4: viewOf(Float32Array),
  f8: viewOf(Float64Array),
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

/** 32-bit ticks and codes as 64-bit ones, which columns have. */
export const widen = (
  values: Int32Array | Uint32Array,
  budget: Budget,
): BigInt64Array => {
  const wide = new BigInt64Array(budget.bytes(8 * values.length).buffer);
  for (let i = 0; i < values.length; i++) wide[i] = BigInt(values[i]!);
  return wide;
};
