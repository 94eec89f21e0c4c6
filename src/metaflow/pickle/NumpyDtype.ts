/**
 * Rules for NumPy's types.
 *
 * @module
 */
import { array, bytes, dimensions, integer, map, natural, tagged, text, texts } from "./Narrow.ts";
import type { Dtype, DtypeField, NumpyUnit } from "./NdArray.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { Rule } from "./Rule.ts";
import { decodeLatin1 } from "./Text.ts";

const KINDS = ["b", "i", "u", "f", "c", "M", "m", "U", "S", "O", "V"] as const;

const UNITS: ReadonlyArray<NumpyUnit> = [
  "Y",
  "M",
  "W",
  "D",
  "h",
  "m",
  "s",
  "ms",
  "us",
  "ns",
  "ps",
  "fs",
  "as",
  "generic",
];

/**
 * How many types a structured one consists of. Nobody needs this many; but types can share their
 * parts, and so be far larger than the pickle they are in.
 */
const MAX_PARTS = 10_000;

/** How deep they may be nested. */
const MAX_DEPTH = 32;

const sizes = new WeakMap<Dtype, { readonly parts: number; readonly depth: number }>();

/** The type, unless it is too large. */
const measured = (dtype: Dtype): Dtype | undefined => {
  let parts = 1;
  let depth = 0;
  const inner = [...(dtype.fields ?? []), ...(dtype.subarray === null ? [] : [dtype.subarray])];
  for (const { dtype: part } of inner) {
    const size = sizes.get(part);
    parts += size?.parts ?? 1;
    depth = Math.max(depth, (size?.depth ?? 0) + 1);
  }
  if (parts > MAX_PARTS || depth > MAX_DEPTH) return undefined;
  sizes.set(dtype, { parts, depth });
  return dtype;
};

const simple = (kind: Dtype["kind"], itemSize: number): Dtype => ({
  _tag: "Dtype",
  kind,
  itemSize,
  bigEndian: false,
  unit: null,
  count: 1,
  fields: null,
  subarray: null,
});

/** `f8`, `U3`, … */
const byCode = (code: string): Dtype | undefined => {
  const [, letter, size] = /^(.)(\d{1,15})$/.exec(code) ?? [];
  const kind = KINDS.find((known) => known === letter);
  if (kind === undefined || size === undefined) return undefined;
  return simple(kind, Number(size) * (kind === "U" ? 4 : 1));
};

/** Python 2 has names of units as text. */
const name = (value: PickleValue | undefined): string | undefined => {
  const content = bytes(value);
  return content === undefined ? text(value) : decodeLatin1(content);
};

const unitOf = (
  metadata: PickleValue | undefined,
): { readonly unit: NumpyUnit; readonly count: number } | undefined => {
  const [unitName, count, divisor] = array(array(metadata)?.[1]) ?? [];
  const found = name(unitName);
  const unit = UNITS.find((known) => known === found);
  const many = natural(count);
  const isWhole = divisor === undefined || integer(divisor) === 1;
  return unit === undefined || many === undefined || !isWhole ? undefined : { unit, count: many };
};

const fieldsOf = (
  names: PickleValue | undefined,
  fields: PickleValue | undefined,
  itemSize: number,
): ReadonlyArray<DtypeField> | undefined => {
  const byName = map(fields);
  const all = texts(names, MAX_PARTS)?.map((field): DtypeField | undefined => {
    const [type, start] = array(byName?.get(field)) ?? [];
    const dtype = tagged(type, "Dtype");
    const offset = natural(start);
    return dtype === undefined || offset === undefined || offset + dtype.itemSize > itemSize
      ? undefined
      : { name: field, dtype, offset };
  });
  return all?.every((field) => field !== undefined) ? all : undefined;
};

const dtype: Rule = ({ args, kwargs, state, items, pairs }) => {
  if (kwargs !== undefined || items.length + pairs.length > 0) return undefined;
  const [code] = args;
  // The elements of a record array are of a class of their own, and structured.
  const base = tagged(code, "Global")?.name === "record"
    ? simple("V", 0)
    : byCode(text(code) ?? "");
  if (base === undefined || state === undefined) return base;
  const [version, order, sub, names, fields, size, , , metadata] = array(state) ?? [];
  const layout = integer(version);
  if (layout !== 3 && layout !== 4) return undefined;
  const stated = integer(size) ?? -1;
  const itemSize = stated >= 0 ? stated : base.itemSize;
  const bigEndian = order === ">";
  if (base.kind === "M" || base.kind === "m") {
    const unit = layout === 4 ? unitOf(metadata) : { unit: "generic" as const, count: 1 };
    return unit === undefined ? undefined : { ...base, bigEndian, ...unit };
  }
  if (sub !== null && sub !== undefined) {
    const [type, shape] = array(sub) ?? [];
    const inner = tagged(type, "Dtype");
    const sides = dimensions(shape) ?? dimensions([shape ?? null]);
    if (inner === undefined || sides === undefined) return undefined;
    const count = sides.reduce((product, side) => product * side, 1);
    return count * inner.itemSize === itemSize
      ? measured({ ...base, itemSize, subarray: { dtype: inner, shape: sides } })
      : undefined;
  }
  if (names === null || names === undefined) return { ...base, itemSize, bigEndian };
  const structure = fieldsOf(names, fields, itemSize);
  return structure === undefined ? undefined : measured({ ...base, itemSize, fields: structure });
};

const stringDtype: Rule = () => simple("T", 16);

/** By the full name of what is called. */
export const DTYPE_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["numpy.dtype", dtype],
  ["numpy._core._internal._convert_to_stringdtype_kwargs", stringDtype],
];
