/**
 * Values of types of Python's standard library that have no counterpart in TypeScript.
 *
 * @module
 */
import type { PickleValue } from "./PickleValue.ts";

/** An integer of any size: `number` as far as that is exact. */
export type Integer = number | bigint;

/** `complex`. */
export interface Complex {
  readonly _tag: "Complex";
  readonly re: number;
  readonly im: number;
}

/** `range`; it is not expanded. */
export interface Range {
  readonly _tag: "Range";
  readonly start: Integer;
  readonly stop: Integer;
  readonly step: Integer;
}

/** `slice`. */
export interface Slice {
  readonly _tag: "Slice";
  readonly start: PickleValue;
  readonly stop: PickleValue;
  readonly step: PickleValue;
}

/** `...` */
export interface Ellipsis {
  readonly _tag: "Ellipsis";
}

/** `NotImplemented`. */
export interface NotImplemented {
  readonly _tag: "NotImplemented";
}

/**
 * `datetime.datetime`.
 *
 * Naive ones have `timeZone` `null`. Of an aware one, `offsetSeconds` is how far its clock is ahead
 * of UTC, and `epochMicros` the instant; both are `null` too for a time zone of a class that is not
 * known.
 */
export interface Datetime {
  readonly _tag: "Datetime";
  /** What clock and calendar show: `2024-02-29T13:14:15.123456`, without an offset. */
  readonly iso: string;
  /** 1 for the second of two equal clock readings, when clocks are set back. */
  readonly fold: 0 | 1;
  readonly timeZone: PickleValue;
  readonly offsetSeconds: number | null;
  /** Microseconds since 1970-01-01T00:00Z. */
  readonly epochMicros: bigint | null;
}

/** `datetime.date`. */
export interface Date {
  readonly _tag: "Date";
  /** `2024-02-29` */
  readonly iso: string;
}

/** `datetime.time`. */
export interface Time {
  readonly _tag: "Time";
  /** `01:02:03.000004`, without an offset. */
  readonly iso: string;
  readonly fold: 0 | 1;
  readonly timeZone: PickleValue;
}

/** `datetime.timedelta`. */
export interface Timedelta {
  readonly _tag: "Timedelta";
  readonly microseconds: bigint;
}

/** A time zone of `datetime`, `zoneinfo`, `pytz` or `dateutil`. */
export interface TimeZone {
  readonly _tag: "TimeZone";
  /** Its name in the database of the IANA, such as `Europe/Warsaw`; `null` of a mere offset. */
  readonly name: string | null;
  /** What a mere offset was called, such as `CET`. */
  readonly label: string | null;
  /** `null` when it depends on the date. */
  readonly offsetSeconds: number | null;
}

/** `decimal.Decimal`. */
export interface Decimal {
  readonly _tag: "Decimal";
  /** `1.10`, `NaN`, `-Infinity`, … */
  readonly text: string;
}

/** `fractions.Fraction`. */
export interface Fraction {
  readonly _tag: "Fraction";
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** `uuid.UUID`. */
export interface Uuid {
  readonly _tag: "Uuid";
  /** `00000000-0000-0000-0000-000000001234` */
  readonly text: string;
}

/** A path of `pathlib`. */
export interface Path {
  readonly _tag: "Path";
  /** `PosixPath`, `PurePosixPath`, `WindowsPath` or `PureWindowsPath`. */
  readonly class: string;
  readonly text: string;
}

/** An address, network or interface of `ipaddress`. */
export interface IpAddress {
  readonly _tag: "IpAddress";
  readonly text: string;
}

/** A compiled regular expression of `re`. */
export interface Regex {
  readonly _tag: "Regex";
  readonly pattern: string | Uint8Array;
  /** The bits of Python's `re.RegexFlag`. */
  readonly flags: number;
}

/** `array.array`. */
export interface TypedArrayValue {
  readonly _tag: "Array";
  /** Python's letter for the type, such as `d`; the bytes decide what `values` is. */
  readonly typecode: string;
  readonly values: TypedArray | string;
}

/** An array of numbers. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An exception of Python itself; those of other modules are {@link PickleObject}s. */
export interface Exception {
  readonly _tag: "Exception";
  /** Without the module, which is `builtins`: `ValueError`. */
  readonly class: string;
  readonly args: ReadonlyArray<PickleValue>;
  readonly attributes: ReadonlyMap<PickleValue, PickleValue>;
}

/** A named tuple whose fields are known; those of other tuples are not in a pickle. */
export interface NamedTuple {
  readonly _tag: "NamedTuple";
  readonly class: string;
  readonly fields: ReadonlyArray<string>;
  readonly values: ReadonlyArray<PickleValue>;
}
