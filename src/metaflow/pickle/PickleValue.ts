/**
 * What a decoded pickle consists of.
 *
 * | Python | TypeScript |
 * |---|---|
 * | `None`, `bool`, `str` | `null`, `boolean`, `string` |
 * | `int` | `number` up to ±(2^53 − 1), `bigint` beyond; with `bigints: true` always `bigint` |
 * | `float` | `number` |
 * | `bytes`, `bytearray` | `Uint8Array` |
 * | `list`, `tuple` | array; a tuple is frozen, see {@link isTuple} |
 * | `dict`, `OrderedDict`, `defaultdict`, `Counter` | `Map` in the order of insertion |
 * | `set`, `frozenset` | `Set`; a frozenset is frozen, see {@link isFrozenSet} |
 * | `deque` | array |
 * | a NumPy scalar | the plain value |
 * | `pandas.NaT`, `pandas.NA` | `null` |
 * | another known type | an object of this module, told by its `_tag` |
 * | anything else | {@link PickleObject}, {@link Global} or {@link Attribute}: what the pickle says of it |
 *
 * With `typed: true` nothing is merged: where this table has one TypeScript type for several of
 * Python and no way to tell them apart, all but the first come as one of {@link Distinct}.
 *
 * @module
 */
import type { ClientReference, ExceptionWrapper, IncludedFile } from "./MetaflowTypes.ts";
import type { Datetime64, Dtype, MaskedArray, NdArray, Timedelta64 } from "./NdArray.ts";
import type {
  Complex,
  Date,
  Datetime,
  Decimal,
  Ellipsis,
  Exception,
  Fraction,
  Integer,
  IpAddress,
  NamedTuple,
  NotImplemented,
  Path,
  Range,
  Regex,
  Slice,
  Time,
  Timedelta,
  TimeZone,
  TypedArrayValue,
  Uuid,
} from "./PythonTypes.ts";
import { show } from "./Show.ts";
import type { DataFrame, Index, PandasTimedelta, PolarsFrame, Series, Timestamp } from "./Table.ts";

/** A decoded value. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ReadonlyArray<PickleValue>
  | ReadonlyMap<PickleValue, PickleValue>
  | ReadonlySet<PickleValue>
  | TaggedValue;

/** The values that are told apart by their `_tag`. */
export type TaggedValue =
  | Complex
  | Range
  | Slice
  | Ellipsis
  | NotImplemented
  | Datetime
  | Date
  | Time
  | Timedelta
  | TimeZone
  | Decimal
  | Fraction
  | Uuid
  | Path
  | IpAddress
  | Regex
  | TypedArrayValue
  | Exception
  | NamedTuple
  | Timestamp
  | PandasTimedelta
  | Dtype
  | NdArray
  | MaskedArray
  | Datetime64
  | Timedelta64
  | DataFrame
  | Series
  | Index
  | PolarsFrame
  | ExceptionWrapper
  | IncludedFile
  | ClientReference
  | Global
  | Attribute
  | PickleObject
  | Distinct;

/** A class, function or constant, by name. */
export interface Global {
  readonly _tag: "Global";
  readonly module: string;
  readonly name: string;
}

/**
 * An attribute of a class: a member of an enum, as Python 3.11 pickles it, or a nested class or
 * method in the protocols before 4.
 */
export interface Attribute {
  readonly _tag: "Attribute";
  readonly of: Global | Attribute;
  readonly name: string;
}

/**
 * What differs in Python from a value that has the same TypeScript type; only decoding with
 * `typed: true` makes these.
 */
export type Distinct =
  | Float
  | ByteArray
  | OrderedDict
  | DefaultDict
  | Counter
  | Deque
  | NumpyScalar
  | Missing;

/** A `float` without a fraction, such as 2.0; other floats cannot be taken for integers. */
export interface Float {
  readonly _tag: "Float";
  readonly value: number;
}

/** `bytearray`. */
export interface ByteArray {
  readonly _tag: "ByteArray";
  readonly bytes: Uint8Array;
}

/** `collections.OrderedDict`. */
export interface OrderedDict {
  readonly _tag: "OrderedDict";
  readonly entries: ReadonlyMap<PickleValue, PickleValue>;
}

/** `collections.defaultdict`. */
export interface DefaultDict {
  readonly _tag: "DefaultDict";
  /** What makes the value of a new key. */
  readonly factory: PickleValue;
  readonly entries: ReadonlyMap<PickleValue, PickleValue>;
}

/** `collections.Counter`. */
export interface Counter {
  readonly _tag: "Counter";
  readonly entries: ReadonlyMap<PickleValue, PickleValue>;
}

/** `collections.deque`. */
export interface Deque {
  readonly _tag: "Deque";
  readonly maxLength: Integer | null;
  readonly items: ReadonlyArray<PickleValue>;
}

/** A NumPy scalar, with its type. */
export interface NumpyScalar {
  readonly _tag: "NumpyScalar";
  readonly dtype: Dtype;
  readonly value: PickleValue;
}

/** `pandas.NaT` or `pandas.NA`. */
export interface Missing {
  readonly _tag: "Missing";
  readonly name: "NaT" | "NA";
}

const NOTHING: ReadonlyMap<PickleValue, PickleValue> = new Map();

/**
 * An object of a class that this library does not know, or the result of a function: whatever the
 * pickle says of it, and nothing executed.
 */
export class PickleObject {
  readonly _tag = "Object";

  constructor(
    /** What Python would call: nearly always a {@link Global}. */
    readonly callee: PickleValue,
    /** The arguments. */
    readonly args: ReadonlyArray<PickleValue>,
    /** The arguments that are given by name. */
    readonly kwargs: ReadonlyMap<PickleValue, PickleValue>,
    /** What `__setstate__` would receive; `undefined` when there is none. */
    readonly state: PickleValue | undefined,
    /** What would be appended to a list, or added to a set. */
    readonly items: ReadonlyArray<PickleValue>,
    /** What would be set in a dict. */
    readonly entries: ReadonlyMap<PickleValue, PickleValue>,
  ) {}

  /** Module and name of the class or function, such as `__main__.Bench`. */
  get name(): string {
    const { callee } = this;
    return isTagged(callee) && callee._tag === "Global"
      ? `${callee.module}.${callee.name}`
      : show(callee, 200);
  }

  /** The attributes of the object, those in slots too, if its state consists of them. */
  get attributes(): ReadonlyMap<PickleValue, PickleValue> {
    const { state } = this;
    if (isMap(state)) return state;
    if (!isTuple(state) || state.length !== 2) return NOTHING;
    const [own, slots] = state;
    if (!isMap(slots)) return NOTHING;
    return isMap(own) ? new Map([...own, ...slots]) : slots;
  }

  /** Like Python's `repr`: `__main__.Bench(material='oak', seats=3)`. */
  toString(): string {
    return show(this);
  }

  /** What `console.log` prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return show(this);
  }
}

/** Whether a value is a list or tuple. */
export const isArray = (value: unknown): value is ReadonlyArray<PickleValue> =>
  Array.isArray(value);

/**
 * Tells a tuple from a list: both are arrays, and tuples are frozen.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * const pair = Metaflow.Pickle.decode(new TextEncoder().encode("(I1\nI2\nt."));
 * console.log(Result.isSuccess(pair) && Metaflow.Pickle.isTuple(pair.success)); // true
 * ```
 */
export const isTuple = (value: unknown): value is ReadonlyArray<PickleValue> =>
  Array.isArray(value) && Object.isFrozen(value);

/** Whether a value is a set, frozen or not. */
export const isSet = (value: unknown): value is ReadonlySet<PickleValue> => value instanceof Set;

/** Tells a `frozenset` from a `set`: both are `Set`s, and the first is frozen. */
export const isFrozenSet = (value: unknown): value is ReadonlySet<PickleValue> =>
  value instanceof Set && Object.isFrozen(value);

/** Whether a value is a dict of any kind. */
export const isMap = (value: unknown): value is ReadonlyMap<PickleValue, PickleValue> =>
  value instanceof Map;

/** Whether a value is one of those that have a `_tag`. */
export const isTagged = (value: PickleValue): value is TaggedValue =>
  typeof value === "object" && value !== null && "_tag" in value;
