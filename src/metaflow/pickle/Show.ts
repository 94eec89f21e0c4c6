/**
 * Decoded values as text, much like Python's `repr`.
 *
 * @module
 */
import { dtypeText, isFields, type NdArray, type NdData } from "./NdArray.ts";
import {
  isArray,
  isFrozenSet,
  isMap,
  isSet,
  isTuple,
  type PickleObject,
  type PickleValue,
  type TaggedValue,
} from "./PickleValue.ts";

/** Something to write: a text, a value, or the end of a container. */
type Piece = string | { readonly value: PickleValue } | { readonly end: object };

type Pieces = ReadonlyArray<Piece>;

/** How many elements of an array are shown. */
const SHOWN = 6;

/**
 * Writes a value as text for a person, in the manner of Python's `repr`. A container inside of
 * itself is written as dots, and a text of more than `maxLength` characters ends in `…`.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 *
 * const value = new Map([["loss", [0.5, null]]]);
 * console.log(Metaflow.Pickle.show(value)); // {'loss': [0.5, None]}
 * ```
 */
export const show = (value: PickleValue, maxLength = 10_000): string => {
  const written: Array<string> = [];
  let length = 0;
  const open = new Set<object>();
  // What comes next is at the end.
  const pieces: Array<Piece> = [{ value }];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    if (typeof piece === "string") {
      written.push(piece);
      length += piece.length;
      if (length > maxLength) break;
    } else if ("end" in piece) {
      open.delete(piece.end);
    } else if (typeof piece.value !== "object" || piece.value === null) {
      pieces.push(showScalar(piece.value, maxLength));
    } else if (open.has(piece.value)) {
      pieces.push(isArray(piece.value) && !isTuple(piece.value) ? "[...]" : "...");
    } else {
      open.add(piece.value);
      pieces.push({ end: piece.value }, ...showObject(piece.value, maxLength).toReversed());
    }
  }
  const text = written.join("");
  return text.length > maxLength ? text.slice(0, maxLength - 1) + "…" : text;
};

const quote = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const showScalar = (value: Scalar, max: number): string => {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quote(value.slice(0, max));
  if (typeof value === "bigint") return showBigInt(value);
  return showNumber(value);
};

/** Digits take long to compute, and nobody reads a thousand. */
const showBigInt = (value: bigint): string =>
  BigInt.asIntN(4096, value) === value ? value.toString() : "<int of more than 1000 digits>";

const showNumber = (value: number): string => {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
};

const showBytes = (bytes: Uint8Array, max: number): string => {
  const shown = Array.from(
    bytes.subarray(0, max),
    (byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
        ? String.fromCharCode(byte)
        : "\\x" + byte.toString(16).padStart(2, "0"),
  );
  return `b'${shown.join("")}'`;
};

/** The values with commas between them, as far as they can be seen. */
const list = (values: Iterable<PickleValue>, max: number): Pieces => {
  const pieces: Array<Piece> = [];
  for (const value of values) {
    if (pieces.length > 0) pieces.push(", ");
    // Each takes at least a character.
    if (pieces.length > max) break;
    pieces.push({ value });
  }
  return pieces;
};

/** Pairs with a separator between key and value. */
const pairs = (
  entries: Iterable<readonly [PickleValue, PickleValue]>,
  max: number,
  key: (key: PickleValue) => Pieces,
): Pieces => {
  const pieces: Array<Piece> = [];
  for (const [name, value] of entries) {
    if (pieces.length > 0) pieces.push(", ");
    if (pieces.length > max) break;
    pieces.push(...key(name), { value });
  }
  return pieces;
};

const dict = (map: ReadonlyMap<PickleValue, PickleValue>, max: number): Pieces => [
  "{",
  ...pairs(map, max, (value) => [{ value }, ": "]),
  "}",
];

/** Named arguments; a name that is not a text is shown as it is. */
const named = (map: ReadonlyMap<PickleValue, PickleValue>, max: number): Pieces =>
  pairs(map, max, (name) => [typeof name === "string" ? `${name}=` : { value: name }]);

const showObject = (value: Exclude<PickleValue, Scalar>, max: number): Pieces => {
  if (value instanceof Uint8Array) return [showBytes(value, max)];
  if (isTuple(value)) return ["(", ...list(value, max), value.length === 1 ? ",)" : ")"];
  if (isArray(value)) return ["[", ...list(value, max), "]"];
  if (isMap(value)) return dict(value, max);
  if (isSet(value)) {
    const frozen: boolean = isFrozenSet(value);
    if (value.size === 0) return [frozen ? "frozenset()" : "set()"];
    return [frozen ? "frozenset({" : "{", ...list(value, max), frozen ? "})" : "}"];
  }
  return showTagged(value, max);
};

type Scalar = null | boolean | number | bigint | string;

const call = (name: string, args: Iterable<PickleValue>, max: number): Pieces => [
  `${name}(`,
  ...list(args, max),
  ")",
];

const showTagged = (value: TaggedValue, max: number): Pieces => {
  switch (value._tag) {
    case "Object":
      return showOpaque(value, max);
    case "Global":
      return [`${value.module}.${value.name}`];
    case "Attribute":
      return [{ value: value.of }, `.${value.name}`];
    case "Complex":
      return [`complex(${showNumber(value.re)}, ${showNumber(value.im)})`];
    case "Range":
      return call("range", [value.start, value.stop, value.step], max);
    case "Slice":
      return call("slice", [value.start, value.stop, value.step], max);
    case "Ellipsis":
    case "NotImplemented":
      return [value._tag];
    case "Missing":
      return [value.name];
    case "Float":
      return [Number.isInteger(value.value) ? value.value.toFixed(1) : showNumber(value.value)];
    case "Datetime":
    case "Time":
      return value.timeZone === null
        ? [`datetime.${value._tag.toLowerCase()}(${value.iso})`]
        : [`datetime.${value._tag.toLowerCase()}(${value.iso}, `, { value: value.timeZone }, ")"];
    case "Date":
      return [`datetime.date(${value.iso})`];
    case "Timedelta":
      return [`datetime.timedelta(microseconds=${value.microseconds})`];
    case "TimeZone":
      return [`tz(${value.name ?? value.label ?? `${value.offsetSeconds} s`})`];
    case "Decimal":
      return [`Decimal('${value.text}')`];
    case "Fraction":
      return call("Fraction", [value.numerator, value.denominator], max);
    case "Uuid":
      return [`UUID('${value.text}')`];
    case "Path":
      return call(value.class, [value.text], max);
    case "IpAddress":
      return [`ip('${value.text}')`];
    case "Regex":
      return call("re.compile", [value.pattern, value.flags], max);
    case "Array":
      return [`array('${value.typecode}', `, ...elements(value.values), ")"];
    case "Exception":
      return call(value.class, value.args, max);
    case "NamedTuple":
      return [
        `${value.class}(`,
        ...named(new Map(value.fields.map((name, i) => [name, value.values[i] ?? null])), max),
        ")",
      ];
    case "Timestamp":
      return value.timeZone === null
        ? [`Timestamp(${value.epochNanos} ns)`]
        : [`Timestamp(${value.epochNanos} ns, `, { value: value.timeZone }, ")"];
    case "PandasTimedelta":
      return [`Timedelta(${value.nanoseconds} ns)`];
    case "Datetime64":
    case "Timedelta64":
      return [
        `${value._tag.toLowerCase()}(${value.ticks ?? "NaT"} × ${value.count} ${value.unit})`,
      ];
    case "Dtype":
      return [`dtype(${dtypeText(value)})`];
    case "NdArray":
      return showArray("array", value);
    case "MaskedArray":
      return showArray("masked_array", value.data);
    case "NumpyScalar":
      return [`${dtypeText(value.dtype)}(`, { value: value.value }, ")"];
    case "DataFrame":
      return [
        `DataFrame(${value.height} rows, columns=[`,
        ...list(value.columns.map(({ label }) => label), max),
        "])",
      ];
    case "Series":
      return [`Series(${value.height} rows, `, { value: value.column.label }, ")"];
    case "Index":
      return [`Index(${value.height} rows)`];
    case "PolarsFrame":
      return [`polars.${value.kind}(${value.streams.length} Arrow IPC streams)`];
    case "ExceptionWrapper":
      return [value.stacktrace ?? `[no stacktrace]\n${value.type}: ${value.exception}`];
    case "IncludedFile":
      return call("IncludedFile", [value.url], max);
    case "ClientReference":
      return call(value.kind, value.pathspec === null ? [] : [value.pathspec], max);
    case "ByteArray":
      return call("bytearray", [value.bytes], max);
    case "OrderedDict":
    case "Counter":
      return call(value._tag, [value.entries], max);
    case "DefaultDict":
      return call("defaultdict", [value.factory, value.entries], max);
    case "Deque":
      return call("deque", [value.items], max);
  }
};

/** The first elements of an array. */
const elements = (data: NdData | string): Pieces => {
  if (typeof data === "string") return [{ value: data }];
  if (isFields(data)) return [`fields ${[...data.keys()].join(", ")}`];
  const first: Array<PickleValue> = [];
  // Both kinds of typed arrays and lists are indexed alike.
  for (let i = 0; i < Math.min(SHOWN, data.length); i++) first.push(data[i] ?? null);
  return ["[", ...list(first, SHOWN * 3), data.length > SHOWN ? ", …]" : "]"];
};

const showArray = (name: string, { data, dtype, shape }: NdArray): Pieces => [
  `${name}(shape=(${shape.join(", ")}), dtype=${dtypeText(dtype)}, `,
  ...elements(data),
  ")",
];

const showOpaque = (value: PickleObject, max: number): Pieces => {
  const inside: Array<Pieces> = [
    list(value.args, max),
    named(value.kwargs, max),
  ];
  const { attributes, state } = value;
  if (attributes.size > 0) inside.push(named(attributes, max));
  else if (state !== undefined) inside.push(["state=", { value: state }]);
  if (value.items.length > 0) inside.push([{ value: value.items }]);
  if (value.entries.size > 0) inside.push([{ value: value.entries }]);
  const shown = inside.filter((pieces) => pieces.length > 0);
  return [
    { value: value.callee },
    "(",
    ...shown.flatMap((pieces, i) => i === 0 ? pieces : [", ", ...pieces]),
    ")",
  ];
};
