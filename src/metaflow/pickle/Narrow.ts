/**
 * Reads the parts that rules expect out of values. A function returns `undefined` for a value that
 * is not of its kind, as a pickle may hold anything anywhere.
 *
 * @module
 */
import {
  type Global,
  isArray,
  isMap,
  isTagged,
  isTuple,
  PickleObject,
  type PickleValue,
  type TaggedValue,
} from "./PickleValue.ts";

/** A value with this tag. */
export const tagged = <Tag extends TaggedValue["_tag"]>(
  value: PickleValue | undefined,
  tag: Tag,
): Extract<TaggedValue, { readonly _tag: Tag }> | undefined =>
  value !== undefined && isTagged(value) && hasTag(value, tag) ? value : undefined;

const hasTag = <Tag extends TaggedValue["_tag"]>(
  value: TaggedValue,
  tag: Tag,
): value is Extract<TaggedValue, { readonly _tag: Tag }> => value._tag === tag;

/** An integer that a `number` holds exactly. */
export const integer = (value: PickleValue | undefined): number | undefined => {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "bigint") return undefined;
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : undefined;
};

/** An integer from 0 up to and with `max`. */
export const natural = (
  value: PickleValue | undefined,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined => {
  const number = integer(value);
  return number !== undefined && number >= 0 && number <= max ? number : undefined;
};

/** An integer of any size. */
export const bigInteger = (value: PickleValue | undefined): bigint | undefined => {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
};

/** An integer of 64 bits. */
export const int64 = (value: PickleValue | undefined): bigint | undefined => {
  const number = bigInteger(value);
  return number !== undefined && BigInt.asIntN(64, number) === number ? number : undefined;
};

/** An integer or a float. */
export const float = (value: PickleValue | undefined): number | undefined =>
  typeof value === "number"
    ? value
    : typeof value === "bigint"
    ? Number(value)
    : tagged(value, "Float")?.value;

/** A text. */
export const text = (value: PickleValue | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

/** `bytes` or `bytearray`. */
export const bytes = (value: PickleValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : tagged(value, "ByteArray")?.bytes;

/** A list or tuple. */
export const array = (value: PickleValue | undefined): ReadonlyArray<PickleValue> | undefined =>
  isArray(value) ? value : undefined;

/** NumPy's arrays have no more dimensions. */
const MAX_DIMENSIONS = 64;

/** The shape of an array, or an order of its axes. */
export const dimensions = (value: PickleValue | undefined): ReadonlyArray<number> | undefined => {
  const items = array(value);
  if (items === undefined || items.length > MAX_DIMENSIONS) return undefined;
  const sides = items.map((item) => natural(item));
  return sides.every((side) => side !== undefined) ? sides : undefined;
};

/** A list or tuple of at most so many texts. */
export const texts = (
  value: PickleValue | undefined,
  max: number,
): ReadonlyArray<string> | undefined => {
  const items = array(value);
  return items !== undefined && items.length <= max &&
      items.every((item) => typeof item === "string")
    ? items
    : undefined;
};

/** A dict. */
export const map = (
  value: PickleValue | undefined,
): ReadonlyMap<PickleValue, PickleValue> | undefined => isMap(value) ? value : undefined;

/** An opaque object. */
export const opaque = (value: PickleValue | undefined): PickleObject | undefined =>
  value instanceof PickleObject ? value : undefined;

/** An attribute of an opaque object. */
export const attribute = (
  object: PickleObject | undefined,
  name: string,
): PickleValue | undefined => {
  const [own, slots] = isTuple(object?.state) ? object.state : [object?.state];
  return map(slots)?.get(name) ?? map(own)?.get(name);
};

/** The full name of a class, function or constant. */
export const globalName = (value: PickleValue | undefined): string | undefined => {
  const named: Global | undefined = tagged(value, "Global");
  return named === undefined ? undefined : `${named.module}.${named.name}`;
};
