/**
 * Rules for arrays and tables of PyArrow.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { categoryColumn } from "./Categories.ts";
import { column, heightOf, isTimeUnit, objectColumn } from "./Column.ts";
import { concat } from "./Concat.ts";
import { type NumberKind, numbers } from "./Elements.ts";
import { array, bytes, natural, opaque, tagged, text } from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { TypedArray } from "./PythonTypes.ts";
import { ofArgs, type Rule } from "./Rule.ts";
import type { Column, ColumnValues, DataFrame, Series, TimeUnit } from "./Table.ts";
import { decodeUtf8 } from "./Text.ts";

/** The types of Arrow that columns have a counterpart for. */
type PlainType =
  | { readonly type: "null" | "bool" | "date" }
  | { readonly type: "int" | "float"; readonly size: number; readonly signed: boolean }
  | { readonly type: "text" | "bytes"; readonly large: boolean }
  | { readonly type: "datetime"; readonly unit: TimeUnit; readonly timeZone: string | null }
  | { readonly type: "duration"; readonly unit: TimeUnit };

/** Or values by their number in a dictionary, which comes with the array. */
type ArrowType =
  | PlainType
  | { readonly type: "dictionary"; readonly codes: PlainType; readonly ordered: boolean };

const integer = (size: number, signed: boolean): PlainType => ({ type: "int", size, signed });

const float = (size: number): PlainType => ({ type: "float", size, signed: true });

/** By the names under which PyArrow pickles types without parameters. */
const ALIASES: Readonly<Record<string, PlainType>> = {
  null: { type: "null" },
  bool: { type: "bool" },
  int8: integer(1, true),
  int16: integer(2, true),
  int32: integer(4, true),
  int64: integer(8, true),
  uint8: integer(1, false),
  uint16: integer(2, false),
  uint32: integer(4, false),
  uint64: integer(8, false),
  halffloat: float(2),
  float: float(4),
  double: float(8),
  string: { type: "text", large: false },
  large_string: { type: "text", large: true },
  binary: { type: "bytes", large: false },
  large_binary: { type: "bytes", large: true },
  "date32[day]": { type: "date" },
};

const plainType = (value: PickleValue | undefined): PlainType | undefined => {
  const made = opaque(value);
  const [first, second] = made?.args ?? [];
  switch (made?.name) {
    case "pyarrow.lib.type_for_alias": {
      const name = text(first) ?? "";
      const unit = /^(timestamp|duration)\[(.*)\]$/.exec(name);
      if (unit !== null && isTimeUnit(unit[2])) {
        return unit[1] === "timestamp"
          ? { type: "datetime", unit: unit[2], timeZone: null }
          : { type: "duration", unit: unit[2] };
      }
      return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
    }
    case "pyarrow.lib.timestamp": {
      const unit = text(first);
      return isTimeUnit(unit)
        ? { type: "datetime", unit, timeZone: text(second) ?? null }
        : undefined;
    }
    case "pyarrow.lib.duration": {
      const unit = text(first);
      return isTimeUnit(unit) ? { type: "duration", unit } : undefined;
    }
  }
};

const typeOf = (value: PickleValue | undefined): ArrowType | undefined => {
  const made = opaque(value);
  if (made?.name !== "pyarrow.lib.dictionary") return plainType(value);
  const [index, , ordered] = made.args;
  const codes = plainType(index);
  return codes?.type === "int"
    ? { type: "dictionary", codes, ordered: ordered === true }
    : undefined;
};

/** The memory of a buffer; `undefined` for one that is left out. */
const bufferOf = (value: PickleValue | undefined): Uint8Array | undefined => {
  const made = opaque(value);
  return made?.name === "pyarrow.lib.py_buffer" ? bytes(made.args[0]) : undefined;
};

/** Bits, lowest first, as bytes: those that are `set` become 1. */
const unpack = (
  bits: Uint8Array,
  offset: number,
  length: number,
  set: boolean,
  budget: Budget,
): Uint8Array | undefined => {
  if (offset + length > bits.length * 8) return undefined;
  const unpacked = budget.bytes(length);
  for (let i = 0, at = offset; i < length; i++, at++) {
    const isSet = (bits[at >> 3]! >> (at & 7) & 1) === 1;
    unpacked[i] = Number(isSet === set);
  }
  return unpacked;
};

/** Where each text begins, and the last one ends. */
const offsetsOf = (
  memory: Uint8Array,
  large: boolean,
  offset: number,
  length: number,
  limit: number,
): Float64Array | undefined => {
  const size = large ? 8 : 4;
  // Arrow leaves the only offset of an empty array out.
  if (length === 0) return new Float64Array(1);
  if ((offset + length + 1) * size > memory.length) return undefined;
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
  const offsets = new Float64Array(length + 1);
  for (let i = 0; i <= length; i++) {
    const at = (offset + i) * size;
    const start = large ? Number(view.getBigInt64(at, true)) : view.getInt32(at, true);
    if (start < (offsets[i - 1] ?? 0) || start > limit) return undefined;
    offsets[i] = start;
  }
  return offsets;
};

/** Stretches of memory, one for each row that is not missing. */
const slices = <A>(
  { length, missing, offsets }: {
    readonly length: number;
    readonly missing: Uint8Array | null;
    readonly offsets: Float64Array;
  },
  read: (start: number, end: number) => A | undefined,
  budget: Budget,
): ReadonlyArray<A | null> | undefined => {
  budget.heap(64 * length + 2 * (offsets.at(-1) ?? 0));
  budget.step(length);
  const made: Array<A | null> = [];
  for (let i = 0; i < length; i++) {
    const value = missing?.[i] === 1 ? null : read(offsets[i]!, offsets[i + 1]!);
    if (value === undefined) return undefined;
    made.push(value);
  }
  return made;
};

/** What an array consists of, but for its type. */
interface Parts {
  readonly length: number;
  /** How many rows of its memory come before it. */
  readonly offset: number;
  readonly missing: Uint8Array | null;
  /** Values, or where each text begins. */
  readonly first: Uint8Array | undefined;
  /** Texts. */
  readonly second: Uint8Array | undefined;
}

const plainColumn = (
  type: PlainType,
  { length, offset, missing, first = NOTHING, second = NOTHING }: Parts,
  budget: Budget,
): Column | undefined => {
  const fixed = (kind: NumberKind, size: number): TypedArray | undefined =>
    (offset + length) * size > first.length
      ? undefined
      : numbers(kind, size, first.subarray(offset * size, (offset + length) * size), false, budget);
  const made = (values: ColumnValues): Column => column(values, missing);
  switch (type.type) {
    case "null":
      budget.heap(16 * length);
      return objectColumn(new Array<PickleValue>(length).fill(null), budget);
    case "bool": {
      const data = unpack(first, offset, length, true, budget);
      return data && made({ type: "bool", data });
    }
    case "int":
    case "float": {
      const data = fixed(type.type === "float" ? "f" : type.signed ? "i" : "u", type.size);
      if (data === undefined) return undefined;
      return data instanceof Float32Array || data instanceof Float64Array
        ? made({ type: "float", data })
        : made({ type: "int", data });
    }
    case "date": {
      const data = fixed("i", 4);
      return data instanceof Int32Array ? made({ type: "date", data }) : undefined;
    }
    case "datetime":
    case "duration": {
      const data = fixed("i", 8);
      return data instanceof BigInt64Array ? made({ ...type, data }) : undefined;
    }
    case "text":
    case "bytes": {
      const offsets = offsetsOf(first, type.large, offset, length, second.length);
      if (offsets === undefined) return undefined;
      const rows = { length, missing, offsets };
      if (type.type === "text") {
        const data = slices(rows, (start, end) => decodeUtf8(second, start, end), budget);
        return data && column({ type: "text", data });
      }
      const data = slices(rows, (start, end) => second.subarray(start, end), budget);
      return data && column({ type: "bytes", data });
    }
  }
};

const NOTHING = new Uint8Array();

/** The arguments of `pyarrow.lib._restore_array`, except for its type and dictionary. */
const partsOf = (restored: ReadonlyArray<PickleValue>, budget: Budget): Parts | undefined => {
  const [, lengthArg, , offsetArg, bufferArgs, children] = restored;
  const [length, offset] = [natural(lengthArg), natural(offsetArg)];
  const [validity, first, second] = array(bufferArgs)?.slice(0, 3).map(bufferOf) ?? [];
  if (length === undefined || offset === undefined || array(children)?.length !== 0) {
    return undefined;
  }
  const missing = validity === undefined ? null : unpack(validity, offset, length, false, budget);
  return missing === undefined ? undefined : { length, offset, missing, first, second };
};

const restore = (restored: ReadonlyArray<PickleValue>, budget: Budget): Column | undefined => {
  const type = typeOf(restored[0]);
  const parts = partsOf(restored, budget);
  if (type === undefined || parts === undefined) return undefined;
  if (type.type !== "dictionary") return plainColumn(type, parts, budget);
  const dictionary = array(restored[6]) ?? [];
  const valueType = plainType(dictionary[0]);
  const valueParts = partsOf(dictionary, budget);
  const codes = plainColumn(type.codes, parts, budget)?.values;
  if (valueType === undefined || valueParts === undefined || codes?.type !== "int") {
    return undefined;
  }
  const categories = plainColumn(valueType, valueParts, budget);
  return categories &&
    categoryColumn(codes.data, parts.missing, categories, type.ordered, budget);
};

const series = (made: Column | undefined): Series | undefined => {
  const height = made && heightOf(made);
  return made === undefined || height === undefined
    ? undefined
    : { _tag: "Series", height, column: made, index: null };
};

const restoreArray: Rule = ofArgs(([restored, ...rest], { budget }) =>
  rest.length > 0 ? undefined : series(restore(array(restored) ?? [], budget))
);

/** The column of what a rule has made of an array. */
const columnOf = (value: PickleValue): Column | undefined => tagged(value, "Series")?.column;

const chunkedArray: Rule = ofArgs(([chunks, typeArg], { budget }) => {
  budget.step(array(chunks)?.length ?? 0);
  const columns = array(chunks)?.map(columnOf);
  if (!columns?.every((chunk) => chunk !== undefined)) return undefined;
  const type = plainType(typeArg);
  const empty = { length: 0, offset: 0, missing: null, first: undefined, second: undefined };
  if (columns.length > 0) return series(concat(columns, budget));
  return type === undefined ? undefined : series(plainColumn(type, empty, budget));
});

const table: Rule = ofArgs(([arrays, schema], { budget }): DataFrame | undefined => {
  budget.heap(128 * (array(arrays)?.length ?? 0));
  const made = opaque(schema);
  const fields = made?.name === "pyarrow.lib.schema" ? array(made.args[0]) : undefined;
  const columns = array(arrays)?.map((value, i) => {
    const field = opaque(fields?.[i]);
    const values = columnOf(value);
    const label = field?.name === "pyarrow.lib.field" ? text(field.args[0]) : undefined;
    return values === undefined || label === undefined ? undefined : { ...values, label };
  });
  if (!columns?.every((made) => made !== undefined)) return undefined;
  const height = columns[0] === undefined ? 0 : heightOf(columns[0]);
  if (height === undefined || columns.some((some) => heightOf(some) !== height)) return undefined;
  return {
    _tag: "DataFrame",
    height,
    columns,
    columnLevels: [null],
    index: null,
    attrs: new Map(),
  };
});

/** By the full name of what is called. */
export const ARROW_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["pyarrow.lib._restore_array", restoreArray],
  ["pyarrow.lib.chunked_array", chunkedArray],
  ["pyarrow.lib._reconstruct_table", table],
  ["pyarrow.lib._reconstruct_record_batch", table],
];
