/**
 * NumPy's arrays and their types.
 *
 * @module
 */
import type { PickleValue } from "./PickleValue.ts";
import type { TypedArray } from "./PythonTypes.ts";

/** The units of times. */
export type NumpyUnit =
  | "Y"
  | "M"
  | "W"
  | "D"
  | "h"
  | "m"
  | "s"
  | "ms"
  | "us"
  | "ns"
  | "ps"
  | "fs"
  | "as"
  | "generic";

/** The type of an array's elements. */
export interface Dtype {
  readonly _tag: "Dtype";
  /**
   * NumPy's letter: `b` boolean, `i` `u` integer, `f` float, `c` complex, `M` datetime, `m`
   * timedelta, `U` text, `S` bytes, `T` text of any length, `O` Python objects, `V` anything else.
   */
  readonly kind: "b" | "i" | "u" | "f" | "c" | "M" | "m" | "U" | "S" | "T" | "O" | "V";
  /** Bytes of one element. */
  readonly itemSize: number;
  readonly bigEndian: boolean;
  /** Of kinds `M` and `m`: one tick is `count` of `unit`. */
  readonly unit: NumpyUnit | null;
  readonly count: number;
  /** Of a structured type. */
  readonly fields: ReadonlyArray<DtypeField> | null;
  /** Of a type whose every element is an array. */
  readonly subarray: { readonly dtype: Dtype; readonly shape: ReadonlyArray<number> } | null;
}

/** A field of a structured type. */
export interface DtypeField {
  readonly name: string;
  readonly dtype: Dtype;
  /** Bytes from where the element begins. */
  readonly offset: number;
}

/**
 * The elements of an array, one after another:
 *
 * | kind | data |
 * |---|---|
 * | `b` | `Uint8Array` of 0 and 1 |
 * | `i`, `u`, `f` | the typed array of that size; `BigInt64Array` for 8 bytes, `Float32Array` for `f2` |
 * | `c` | `Float32Array` or `Float64Array`, real and imaginary part in turn |
 * | `M`, `m` | `BigInt64Array` of ticks; the smallest integer is NaT |
 * | `U` | strings, without the zeros at their end |
 * | `S` | `Uint8Array`s, without the zeros at their end |
 * | `T`, `O` | values |
 * | `V` | structured: an array by field, or, with Python objects in it, tuples; else bytes |
 *
 * Extended precision (`f` and `c` of more than 8 bytes a number) has no counterpart, and comes as
 * bytes too.
 */
export type NdData =
  | TypedArray
  | ReadonlyArray<string>
  | ReadonlyArray<Uint8Array>
  | ReadonlyArray<PickleValue>
  | ReadonlyMap<string, NdArray>;

/** `numpy.ndarray`. */
export interface NdArray {
  readonly _tag: "NdArray";
  /** As in Python; but `data` is in the byte order of this machine in any case. */
  readonly dtype: Dtype;
  readonly shape: ReadonlyArray<number>;
  /** Whether `data` goes through the last dimension first (`C`) or the first one (`F`). */
  readonly order: "C" | "F";
  readonly data: NdData;
}

/** `numpy.ma.MaskedArray`. */
export interface MaskedArray {
  readonly _tag: "MaskedArray";
  readonly data: NdArray;
  /** 1 for each element that is masked, in the order of `data`. */
  readonly mask: Uint8Array;
  readonly fill: PickleValue;
}

/** `numpy.datetime64`. */
export interface Datetime64 {
  readonly _tag: "Datetime64";
  /** Since 1970-01-01T00:00; `null` is NaT. */
  readonly ticks: bigint | null;
  /** One tick is `count` of `unit`. */
  readonly unit: NumpyUnit;
  readonly count: number;
}

/** `numpy.timedelta64`. */
export interface Timedelta64 {
  readonly _tag: "Timedelta64";
  /** `null` is NaT. */
  readonly ticks: bigint | null;
  /** One tick is `count` of `unit`. */
  readonly unit: NumpyUnit;
  readonly count: number;
}

/** Whether the elements of an array are structured: one array by field. */
export const isFields = (data: NdData): data is ReadonlyMap<string, NdArray> => data instanceof Map;

/** The type as NumPy writes it: `<f8`, `|b1`, `<M8[ns]`, `[('x', '<i4'), ('y', '<f8', (2,))]`. */
export const dtypeText = (dtype: Dtype): string => {
  if (dtype.fields !== null) {
    return `[${
      dtype.fields.map(({ name, dtype: { subarray }, dtype }) => {
        const text = dtypeText(subarray?.dtype ?? dtype);
        const type = text.startsWith("[") ? text : `'${text}'`;
        return subarray === null
          ? `('${name}', ${type})`
          : `('${name}', ${type}, (${subarray.shape.join(", ")}${
            subarray.shape.length === 1 ? "," : ""
          }))`;
      }).join(", ")
    }]`;
  }
  if (dtype.kind === "O") return "|O";
  const isUnordered = "STV".includes(dtype.kind) || dtype.itemSize === 1;
  const order = isUnordered ? "|" : dtype.bigEndian ? ">" : "<";
  const size = dtype.kind === "U" ? dtype.itemSize / 4 : dtype.itemSize;
  const unit = dtype.unit === null || dtype.unit === "generic"
    ? ""
    : `[${dtype.count === 1 ? "" : dtype.count}${dtype.unit}]`;
  return `${order}${dtype.kind}${size}${unit}`;
};
