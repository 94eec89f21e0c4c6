/**
 * Rules for modules of Python's standard library.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { dictPairs } from "./Builtins.ts";
import { type NumberKind, numbers } from "./Elements.ts";
import {
  array,
  bigInteger,
  bytes,
  float,
  globalName,
  map,
  natural,
  text,
  texts,
} from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { Path, TypedArray } from "./PythonTypes.ts";
import { ofArgs, ofState, type Rule, under } from "./Rule.ts";
import { decodeUtf32 } from "./Text.ts";

const decimal: Rule = ofArgs(([value, ...rest]) =>
  typeof value === "string" && rest.length === 0 ? { _tag: "Decimal", text: value } : undefined
);

const fraction: Rule = ofArgs(([first, second]) => {
  const [numerator, denominator] = typeof first === "string" && second === undefined
    ? ratio(first)
    : [bigInteger(first), bigInteger(second)];
  return numerator === undefined || denominator === undefined
    ? undefined
    : { _tag: "Fraction", numerator, denominator };
});

/** The form before Python 3.12: `1/3`, or `2`. */
const ratio = (value: string): readonly [bigint?, bigint?] => {
  const parts = /^(-?\d{1,10000})(?:\/(\d{1,10000}))?$/.exec(value);
  return parts === null ? [] : [BigInt(parts[1] ?? ""), BigInt(parts[2] ?? "1")];
};

const uuid: Rule = ofState((args, state) => {
  const value = bigInteger(map(state)?.get("int"));
  if (args.length > 0 || value === undefined || BigInt.asUintN(128, value) !== value) {
    return undefined;
  }
  const digits = value.toString(16).padStart(32, "0");
  return { _tag: "Uuid", text: digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") };
});

/** No path has as many. */
const MAX_PARTS = 10_000;

const path = (name: string): Rule =>
  ofArgs((args): Path | undefined => {
    const parts = texts(args, MAX_PARTS);
    if (parts === undefined) return undefined;
    const separator = name.includes("Windows") ? "\\" : "/";
    let joined = "";
    for (const part of parts) {
      joined += joined === "" || joined.endsWith(separator) ? part : separator + part;
    }
    return { _tag: "Path", class: name, text: joined === "" ? "." : joined };
  });

const regex: Rule = ofArgs(([source, bits, ...rest]) => {
  const pattern = text(source) ?? bytes(source);
  const flags = natural(bits);
  return pattern === undefined || flags === undefined || rest.length > 0
    ? undefined
    : { _tag: "Regex", pattern, flags };
});

const ip4 = (value: bigint): string | undefined =>
  BigInt.asUintN(32, value) === value
    ? [24n, 16n, 8n, 0n].map((shift) => value >> shift & 0xffn).join(".")
    : undefined;

/** With the longest run of zeros, of two and more, left out. */
const ip6 = (value: bigint): string | undefined => {
  if (BigInt.asUintN(128, value) !== value) return undefined;
  const groups = value.toString(16).padStart(32, "0").match(/.{4}/g) ?? [];
  const whole = groups.map((group) => parseInt(group, 16).toString(16)).join(":");
  const runs = [...whole.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  if (run === undefined) return whole;
  const before = whole.slice(0, run.index).replace(/:$/, "");
  return `${before}::${whole.slice(run.index + run[0].length).replace(/^:/, "")}`;
};

const ip = (format: (value: bigint) => string | undefined): Rule =>
  ofArgs(([value, ...rest]) => {
    const number = bigInteger(value);
    const shown = text(value) ?? (number === undefined ? undefined : format(number));
    return shown === undefined || rest.length > 0 ? undefined : { _tag: "IpAddress", text: shown };
  });

const network: Rule = ip(() => undefined);

/** Python's codes for the memory of an `array.array`: kind, size and byte order. */
const MACHINE_FORMATS: ReadonlyArray<readonly [NumberKind, number, boolean]> = [
  ["u", 1, false],
  ["i", 1, false],
  ["u", 2, false],
  ["u", 2, true],
  ["i", 2, false],
  ["i", 2, true],
  ["u", 4, false],
  ["u", 4, true],
  ["i", 4, false],
  ["i", 4, true],
  ["u", 8, false],
  ["u", 8, true],
  ["i", 8, false],
  ["i", 8, true],
  ["f", 4, false],
  ["f", 4, true],
  ["f", 8, false],
  ["f", 8, true],
];

/** A text in memory: characters of 2 or 4 bytes. */
const characters = (content: Uint8Array, code: number, budget: Budget): string | undefined => {
  budget.heap(16 * content.length);
  if (code === 18 || code === 19) {
    const units = numbers("u", 2, content, code === 19, budget);
    return units instanceof Uint16Array
      ? Array.from(units, (unit) => String.fromCharCode(unit)).join("")
      : undefined;
  }
  const isUtf32 = (code === 20 || code === 21) && content.length % 4 === 0;
  return isUtf32 ? decodeUtf32(content, 0, content.length, code === 21) : undefined;
};

const arrayFromMemory: Rule = ofArgs(([type, typecode, format, memory, ...rest], { budget }) => {
  const content = bytes(memory);
  const code = natural(format);
  if (
    globalName(type) !== "array.array" || typeof typecode !== "string" || rest.length > 0 ||
    content === undefined || code === undefined
  ) return undefined;
  const [kind, size, bigEndian] = MACHINE_FORMATS[code] ?? [];
  const values = kind === undefined || size === undefined || bigEndian === undefined
    ? characters(content, code, budget)
    : numbers(kind, size, content, bigEndian, budget);
  return values === undefined ? undefined : { _tag: "Array", typecode, values };
});

/** Arrays by Python's letter for the type, with the sizes of 64-bit systems other than Windows. */
const ARRAYS: Readonly<Record<string, (items: ReadonlyArray<PickleValue>) => TypedArray>> = {
  b: (items) => Int8Array.from(items, toNumber),
  B: (items) => Uint8Array.from(items, toNumber),
  h: (items) => Int16Array.from(items, toNumber),
  H: (items) => Uint16Array.from(items, toNumber),
  i: (items) => Int32Array.from(items, toNumber),
  I: (items) => Uint32Array.from(items, toNumber),
  l: (items) => BigInt64Array.from(items, toBigInt),
  L: (items) => BigUint64Array.from(items, toBigInt),
  q: (items) => BigInt64Array.from(items, toBigInt),
  Q: (items) => BigUint64Array.from(items, toBigInt),
  f: (items) => Float32Array.from(items, toNumber),
  d: (items) => Float64Array.from(items, toNumber),
};

const toNumber = (value: PickleValue): number => float(value) ?? NaN;

const toBigInt = (value: PickleValue): bigint => bigInteger(value) ?? 0n;

/** As many characters as an array has that comes one by one. */
const MAX_CHARACTERS = 1_000_000;

/** The form in protocols before 3: the elements as a list. */
const arrayFromList: Rule = ofArgs(([typecode, content, ...rest], { budget }) => {
  if (typeof typecode !== "string" || rest.length > 0) return undefined;
  if (typecode === "u") {
    const values = text(content) ?? texts(content, MAX_CHARACTERS)?.join("");
    return values === undefined ? undefined : { _tag: "Array", typecode, values };
  }
  const items = array(content);
  const make = ARRAYS[typecode];
  const isNumber = /[fd]/.test(typecode) ? float : bigInteger;
  if (items === undefined || make === undefined) return undefined;
  budget.heap(16 * items.length);
  if (items.some((item) => isNumber(item) === undefined)) return undefined;
  return { _tag: "Array", typecode, values: make(items) };
});

/** A dict of the module `collections` in a form other than the usual one. */
const dictionary = (
  wrap: (entries: ReadonlyMap<PickleValue, PickleValue>) => PickleValue,
): Rule =>
({ args, kwargs, state, items, pairs }, { budget, keys, typed }) => {
  const first = dictPairs(args, budget);
  if (first === undefined || kwargs !== undefined || state !== undefined || items.length > 0) {
    return undefined;
  }
  const entries = new Map<PickleValue, PickleValue>();
  keys.fillMap(entries, [...first, ...pairs]);
  return typed ? wrap(entries) : entries;
};

const PATHS = ["PurePosixPath", "PosixPath", "PureWindowsPath", "WindowsPath"];

/** By the full name of what is called. */
export const STDLIB_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["decimal.Decimal", decimal],
  ["_decimal.Decimal", decimal],
  ["_pydecimal.Decimal", decimal],
  ["fractions.Fraction", fraction],
  ["uuid.UUID", uuid],
  ...PATHS.flatMap((name) => under([`pathlib.${name}`, `pathlib._local.${name}`], path(name))),
  ["re._compile", regex],
  ["ipaddress.IPv4Address", ip(ip4)],
  ["ipaddress.IPv6Address", ip(ip6)],
  ["ipaddress.IPv4Network", network],
  ["ipaddress.IPv6Network", network],
  ["ipaddress.IPv4Interface", network],
  ["ipaddress.IPv6Interface", network],
  ["array._array_reconstructor", arrayFromMemory],
  ["array.array", arrayFromList],
  ["collections.OrderedDict", dictionary((entries) => ({ _tag: "OrderedDict", entries }))],
  ["collections.Counter", dictionary((entries) => ({ _tag: "Counter", entries }))],
];
