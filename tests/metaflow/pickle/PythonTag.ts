/**
 * Decoded values in the tagged form of the fixtures, in which Python itself described them: see the
 * `pytag.py` that made them. Written from that description, and not from the decoder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type Column,
  dtypeText,
  isArray,
  isFields,
  isFrozenSet,
  isMap,
  isSet,
  isTuple,
  type NdArray,
  type PickleValue,
  type RowLabels,
  type TaggedValue,
} from "../../../src/metaflow/pickle/Pickle.ts";

/** JSON. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: Json;
}

// ---------------------------------------------------------------- what Python says, made comparable

/**
 * What Python says of a value, without what is not in a pickle: how it prints an exception, and the
 * classes of indexes. Floats are as JavaScript prints them, sets in one order, missing values alike.
 */
export const normal = (json: Json): Json => {
  if (isList(json)) return json.map(normal);
  if (!isObject(json)) return json;
  switch (json.t) {
    case "float":
      return floatTag(pythonFloat(json.v));
    case "complex":
      return complexTag(pythonFloat(json.re), pythonFloat(json.im));
    case "set":
    case "frozenset":
      return { t: json.t, v: sorted(list(json.v).map(normal)) };
    case "call":
      return { t: "object", class: json.fn ?? null, args: normal(json.args ?? null) };
    case "exception":
      return normalFields(json, ["str"]);
    case "timestamp":
      return { ...json, tz: zoneText(json.tz ?? null) };
    case "npscalar":
    case "ndarray":
    case "masked_array":
      return normalArray(json);
    case "index":
      return { t: "index", name: normal(json.name ?? null), v: cells(json.v, json.dtype) };
    case "series":
      return {
        t: "series",
        name: normal(json.name ?? null),
        index: normal(json.index ?? null),
        v: cells(json.v, json.dtype),
      };
    case "dataframe":
      return {
        t: "dataframe",
        columns: normal(json.columns ?? null),
        index: normal(json.index ?? null),
        data: list(json.data).map((column, i) => cells(column, list(json.dtypes)[i])),
      };
    case "multiindex":
      return {
        t: "multiindex",
        names: normal(json.names ?? null),
        v: list(json.v).map((row) => cells(row, "object")),
      };
    default:
      return normalFields(json, []);
  }
};

/** Zones by name; the several ways to write an offset as one. */
const zoneText = (zone: Json): Json => {
  const text = String(zone);
  const [, minutes] = /^pytz\.FixedOffset\((\d+)\)$/.exec(text) ?? [];
  if (minutes !== undefined) return `+0${Number(minutes) / 60}:00`;
  return zone === null ? null : text.replace(/^UTC(?=[+-])/, "");
};

const isList = (json: Json | undefined): json is ReadonlyArray<Json> => Array.isArray(json);

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

const list = (json: Json | undefined): ReadonlyArray<Json> => isList(json) ? json : [];

const normalFields = (json: JsonObject, without: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => !without.includes(key))
      .map(([key, value]) => [key, normal(value)]),
  );

const pythonFloat = (text: Json | undefined): number =>
  text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);

const floatText = (value: number): string => Object.is(value, -0) ? "-0" : String(value);

const floatTag = (value: number): JsonObject => ({ t: "float", v: floatText(value) });

const complexTag = (re: number, im: number): JsonObject => ({
  t: "complex",
  re: floatText(re),
  im: floatText(im),
});

const byText = (a: Json, b: Json): number => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;

const sorted = (items: ReadonlyArray<Json>): ReadonlyArray<Json> => items.toSorted(byText);

const NONE: JsonObject = { t: "none" };

/** The values of a column. Of NaN, only that in a column of floats is not a missing value. */
const cells = (values: Json | undefined, dtype: Json | undefined): ReadonlyArray<Json> =>
  list(values).map((value) => {
    const cell = normal(value);
    if (!isObject(cell)) return cell;
    const isNan = cell.t === "float" && cell.v === "NaN" &&
      !/^(Sparse\[)?(float|double)/.test(String(dtype));
    if (isNan || cell.t === "nat" || cell.t === "na") return NONE;
    return cell.t === "npscalar" ? plainScalar(cell) : cell.t === "datetime" ? instant(cell) : cell;
  });

/** A scalar of NumPy in a column is one of its numbers. */
const plainScalar = ({ dtype, v = null }: JsonObject): JsonObject =>
  isFloatType(dtype)
    ? { t: "float", v }
    : typeof v === "boolean"
    ? { t: "bool", v }
    : { t: "int", v };

const isFloatType = (dtype: Json | undefined): boolean => /^<f/.test(String(dtype));

/** PyArrow hands out times as Python's; those of the fixture have no offset or none but 0. */
const instant = ({ iso, offset_s }: JsonObject): JsonObject => {
  const [seconds = "", fraction = ""] = String(iso).split(".");
  return {
    t: "timestamp",
    ns: String(BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"))),
    tz: offset_s === null ? null : "UTC",
  };
};

/** Numbers of arrays are texts without tags. */
const normalArray = (array: JsonObject): JsonObject => {
  const number = (json: Json): Json =>
    isList(json)
      ? json.map(number)
      : isObject(json)
      ? normal(json)
      : typeof json === "string" && /^-?(\d+\.\d+|\d+(\.\d+)?e[+-]\d+|inf|nan)$/.test(json)
      ? floatText(pythonFloat(json))
      : json;
  return Object.fromEntries(
    Object.entries(array).map(([key, value]) =>
      key === "fortran"
        ? [key, value === true && array.dtype !== "|O"]
        : key === "dtype" || key === "t" || key === "shape"
        ? [key, value]
        : [key, isObject(value) ? normal(value) : number(value)]
    ),
  );
};

// ------------------------------------------------------------------------- what the decoder says

type Ancestors = ReadonlyArray<PickleValue>;

/** A value that was decoded with `typed: true`, in the same form. */
export const tagOf = (value: PickleValue, ancestors: Ancestors = []): Json => {
  const isContainer = isArray(value) || isMap(value) || isSet(value);
  const at = isContainer ? ancestors.lastIndexOf(value) : -1;
  if (at >= 0) return { t: "cycle", up: ancestors.length - at };
  const inside = [...ancestors, value];
  const all = (values: Iterable<PickleValue>): ReadonlyArray<Json> =>
    Array.from(values, (item) => tagOf(item, inside));
  if (value === null) return NONE;
  switch (typeof value) {
    case "boolean":
      return { t: "bool", v: value };
    case "string":
      return { t: "str", v: value };
    case "bigint":
      return { t: "int", v: String(value) };
    case "number":
      return Number.isInteger(value) ? { t: "int", v: String(value) } : floatTag(value);
  }
  if (value instanceof Uint8Array) return bytesTag("bytes", value);
  if (isArray(value)) return { t: isTuple(value) ? "tuple" : "list", v: all(value) };
  if (isMap(value)) return { t: "dict", v: pairs(value, inside) };
  if (isSet(value)) {
    return { t: isFrozenSet(value) ? "frozenset" : "set", v: sorted(all(value)) };
  }
  return tagOfTagged(value, inside);
};

const bytesTag = (t: string, bytes: Uint8Array): JsonObject =>
  bytes.length <= 4096
    ? { t, hex: bytes.toHex() }
    : { t, len: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };

const pairs = (
  map: ReadonlyMap<PickleValue, PickleValue>,
  inside: Ancestors,
): ReadonlyArray<Json> =>
  Array.from(map, ([key, value]) => [tagOf(key, inside), tagOf(value, inside)]);

const named = (map: ReadonlyMap<PickleValue, PickleValue>, inside: Ancestors): JsonObject =>
  Object.fromEntries(Array.from(map, ([key, value]) => [String(key), tagOf(value, inside)]));

const tagOfTagged = (value: TaggedValue, inside: Ancestors): Json => {
  const tag = (part: PickleValue): Json => tagOf(part, inside);
  const all = (values: ReadonlyArray<PickleValue>): ReadonlyArray<Json> => values.map(tag);
  switch (value._tag) {
    case "Float":
      return floatTag(value.value);
    case "Complex":
      return complexTag(value.re, value.im);
    case "ByteArray":
      return bytesTag("bytearray", value.bytes);
    case "OrderedDict":
      return { t: "ordereddict", v: pairs(value.entries, inside) };
    case "Counter":
      return { t: "counter", v: pairs(value.entries, inside) };
    case "DefaultDict":
      return { t: "defaultdict", factory: tag(value.factory), v: pairs(value.entries, inside) };
    case "Deque":
      return {
        t: "deque",
        maxlen: value.maxLength === null ? null : Number(value.maxLength),
        v: all(value.items),
      };
    case "Range":
      return { t: "range", v: [value.start, value.stop, value.step].map(Number) };
    case "Slice":
      return { t: "slice", v: all([value.start, value.stop, value.step]) };
    case "Ellipsis":
    case "NotImplemented":
      return { t: value._tag.toLowerCase() };
    case "Missing":
      return { t: value.name.toLowerCase() };
    case "Datetime":
      return { t: "datetime", iso: value.iso, offset_s: value.offsetSeconds, fold: value.fold };
    case "Date":
    case "Time":
      return { t: value._tag.toLowerCase(), iso: value.iso };
    case "Timedelta": {
      const micros = value.microseconds;
      const day = 86_400_000_000n;
      const rest = (micros % day + day) % day;
      return {
        t: "timedelta",
        days: Number((micros - rest) / day),
        seconds: Number(rest / 1_000_000n),
        us: Number(rest % 1_000_000n),
      };
    }
    case "TimeZone":
      return { t: "timezone", offset_s: value.offsetSeconds, name: value.name };
    case "Decimal":
    case "Uuid":
      return { t: value._tag.toLowerCase(), v: value.text };
    case "IpAddress":
      return { t: "ip", v: value.text };
    case "Path":
      return { t: "path", class: `pathlib.${value.class}`, v: value.text };
    case "Fraction":
      return { t: "fraction", n: String(value.numerator), d: String(value.denominator) };
    case "Regex":
      return { t: "regex", pattern: tag(value.pattern), flags: value.flags };
    case "Array": {
      const isFloat = /[fd]/.test(value.typecode);
      return {
        t: "array",
        typecode: value.typecode,
        v: Array.from<number | bigint | string, Json>(
          value.values,
          (item) => isFloat ? floatTag(Number(item)) : tag(item),
        ),
      };
    }
    case "Exception":
      return {
        t: "exception",
        class: `builtins.${value.class}`,
        args: all(value.args),
        ...(value.attributes.size > 0 ? { state: named(value.attributes, inside) } : {}),
      };
    case "ExceptionWrapper": {
      const { exception, type, stacktrace } = value;
      return {
        t: "exception",
        class: "metaflow.exception.MetaflowExceptionWrapper",
        args: [NONE],
        state: { exception: tag(exception), type: tag(type), stacktrace: tag(stacktrace) },
      };
    }
    case "NamedTuple":
      return {
        t: "namedtuple",
        class: value.class,
        fields: [...value.fields],
        v: all(value.values),
      };
    case "Global":
      return { t: "global", name: `${value.module}.${value.name}` };
    case "Attribute":
      return { t: "object", class: "builtins.getattr", args: all([value.of, value.name]) };
    case "Object":
      return {
        t: "object",
        class: value.name,
        args: all(value.args),
        ...(value.kwargs.size > 0 ? { kwargs: named(value.kwargs, inside) } : {}),
        ...(value.state === undefined ? {} : { state: tag(value.state) }),
        ...(value.items.length > 0 ? { listitems: all(value.items) } : {}),
        ...(value.entries.size > 0 ? { items: pairs(value.entries, inside) } : {}),
      };
    case "Timestamp":
      return { t: "timestamp", ns: String(value.epochNanos), tz: zoneName(value.timeZone) };
    case "PandasTimedelta":
      return { t: "timedelta_ns", ns: String(value.nanoseconds) };
    case "Dtype":
      return { t: "dtype", v: dtypeText(value) };
    case "NdArray":
      return arrayTag(value, inside);
    case "MaskedArray":
      return {
        t: "masked_array",
        data: arrayTag(value.data, inside),
        mask: arrayTag({ ...value.data, dtype: BOOL, data: value.mask }, inside),
      };
    case "NumpyScalar":
      return { t: "npscalar", dtype: dtypeText(value.dtype), v: scalarItem(value.value) };
    case "Series":
      return {
        t: "series",
        name: tag(value.column.label),
        index: value.index === null ? null : indexTag(value.index, value.height, inside),
        v: columnCells(value.column, inside),
      };
    case "DataFrame":
      return {
        t: "dataframe",
        columns: labelsTag(value.columnLevels, value.columns.map(({ label }) => label), inside),
        index: value.index === null ? null : indexTag(value.index, value.height, inside),
        data: value.columns.map((column) => columnCells(column, inside)),
      };
    case "Index":
      return indexTag(value.labels, value.height, inside);
    default:
      throw new Error(`The fixtures have no ${value._tag}.`);
  }
};

const zoneName = (zone: PickleValue): string | null =>
  zone !== null && typeof zone === "object" && "_tag" in zone && zone._tag === "TimeZone"
    ? zone.name
    : null;

const BOOL: NdArray["dtype"] = {
  _tag: "Dtype",
  kind: "b",
  itemSize: 1,
  bigEndian: false,
  unit: null,
  count: 1,
  fields: null,
  subarray: null,
};

const scalarItem = (value: PickleValue): Json => {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return floatText(value);
  if (typeof value === "bigint" || typeof value === "string") return String(value);
  if (value instanceof Uint8Array) return value.toHex();
  if (value === null || typeof value !== "object" || !("_tag" in value)) return null;
  if (value._tag === "Complex") return [floatText(value.re), floatText(value.im)];
  if (value._tag === "Datetime64" || value._tag === "Timedelta64") {
    return value.ticks === null ? "NaT" : String(value.ticks);
  }
  return null;
};

/** Element `at` of the memory of an array. */
const item = (array: NdArray, at: number, inside: Ancestors): Json => {
  const { data, dtype } = array;
  if (isFields(data)) return Array.from(data.values(), (field) => item(field, at, inside));
  if (dtype.kind === "c") {
    return [floatText(Number(data[2 * at])), floatText(Number(data[2 * at + 1]))];
  }
  const value = data[at] ?? null;
  if (dtype.kind === "O") return tagOf(value, inside);
  if (dtype.kind === "b") return value === 1;
  if (dtype.kind === "V" && data instanceof Uint8Array) {
    return data.subarray(at * dtype.itemSize, (at + 1) * dtype.itemSize).toHex();
  }
  if (dtype.kind === "M" || dtype.kind === "m") {
    return value === -(2n ** 63n) ? "NaT" : String(value);
  }
  return scalarItem(value);
};

/** Where in memory each element is, in the order in which the last index runs first. */
const cOrder = ({ shape, order }: NdArray): ReadonlyArray<number> => {
  const count = shape.reduce((product, side) => product * side, 1);
  if (order === "C") return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => {
    let rest = i;
    const index = shape.toReversed().map((side) => {
      const position = rest % side;
      rest = (rest - position) / side;
      return position;
    }).toReversed();
    return index.reduceRight((at, position, axis) => at * shape[axis]! + position, 0);
  });
};

const arrayTag = (array: NdArray, inside: Ancestors): JsonObject => {
  const places = cOrder(array);
  const items = (some: ReadonlyArray<number>): ReadonlyArray<Json> =>
    some.map((at) => item(array, at, inside));
  const common = {
    t: "ndarray",
    dtype: dtypeText(array.dtype),
    shape: [...array.shape],
    // Objects are stored in C order whatever Python says of their array.
    fortran: array.order === "F" && array.dtype.kind !== "O",
  };
  if (places.length <= 2000) return { ...common, data: items(places) };
  const { data } = array;
  const memory = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array();
  return {
    ...common,
    head: items(places.slice(0, 5)),
    tail: items(places.slice(-5)),
    sha256_c_order: createHash("sha256").update(memory).digest("hex"),
  };
};

const NANOS = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };

/** The values of a column, as pandas hands them out one by one. */
export const columnCells = (
  { values, missing }: Column,
  inside: Ancestors,
): ReadonlyArray<Json> =>
  Array.from<PickleValue, Json>(cellsOf(values), (value, row) => {
    if (missing?.[row] === 1 || value === null) return NONE;
    switch (values.type) {
      case "bool":
        return { t: "bool", v: value === 1 };
      case "float":
        return floatTag(Number(value));
      case "datetime":
        return {
          t: "timestamp",
          ns: String(BigInt(String(value)) * NANOS[values.unit]),
          tz: values.timeZone,
        };
      case "duration":
        return { t: "timedelta_ns", ns: String(BigInt(String(value)) * NANOS[values.unit]) };
      case "date":
        return { t: "date", iso: new Date(Number(value) * 86_400_000).toISOString().slice(0, 10) };
      case "categories":
        return Number(value) < 0
          ? NONE
          : columnCells(values.categories, inside)[Number(value)] ?? NONE;
      default:
        return tagOf(value, inside);
    }
  });

const cellsOf = (values: Column["values"]): ArrayLike<PickleValue> => {
  if (values.type === "unknown") throw new Error("A column of an unknown kind has no cells.");
  return values.data;
};

const isRange = (labels: RowLabels): labels is Exclude<RowLabels, ReadonlyArray<Column>> =>
  !Array.isArray(labels);

const indexTag = (labels: RowLabels, height: number, inside: Ancestors): Json => {
  if (isRange(labels)) {
    const v = Array.from({ length: height }, (_, i) => ({
      t: "int",
      v: String(labels.start + i * labels.step),
    }));
    return { t: "index", name: tagOf(labels.label, inside), v };
  }
  const [first] = labels;
  if (labels.length === 1 && first !== undefined) {
    return { t: "index", name: tagOf(first.label, inside), v: columnCells(first, inside) };
  }
  const columns = labels.map((level) => columnCells(level, inside));
  return {
    t: "multiindex",
    names: labels.map(({ label }) => tagOf(label, inside)),
    v: Array.from({ length: height }, (_, row) => columns.map((column) => column[row] ?? NONE)),
  };
};

const labelsTag = (
  levels: ReadonlyArray<PickleValue>,
  labels: ReadonlyArray<PickleValue>,
  inside: Ancestors,
): Json => {
  const v = labels.map((label) => tagOf(label, inside));
  if (levels.length === 1) return { t: "index", name: tagOf(levels[0] ?? null, inside), v };
  return {
    t: "multiindex",
    names: levels.map((level) => tagOf(level, inside)),
    v: labels.map((label) => isArray(label) ? label.map((part) => tagOf(part, inside)) : []),
  };
};
