/**
 * Columns as a frame can have them: without categories, and without Python objects as far as these
 * are all of one type.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { ofCategories } from "./Categories.ts";
import { isMissing } from "./Column.ts";
import { float, int64, tagged } from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import { show } from "./Show.ts";
import type { Column, ColumnValues } from "./Table.ts";

/** The values that a frame can have. */
export type PlainValues = Exclude<
  ColumnValues,
  { readonly type: "categories" | "objects" | "unknown" | "bytes" }
>;

/** A column of such values. */
export interface PlainColumn {
  readonly values: PlainValues;
  readonly missing: Uint8Array | null;
  /** Whether values of a type that frames lack, or of several types, became texts. */
  readonly asText: boolean;
}

/** The column as a frame can have it; `undefined` for one of an unknown kind. */
export const plainColumn = (made: Column, budget: Budget): PlainColumn | undefined => {
  const { values, missing } = made;
  switch (values.type) {
    case "unknown":
      return undefined;
    case "categories":
      return plainColumn(ofCategories(values.data, values.categories, budget), budget);
    case "bytes":
      return texts(values.data, budget);
    case "objects":
      return ofObjects(values.data, budget) ?? texts(values.data, budget);
    default:
      return { values, missing, asText: false };
  }
};

/** What is not a text as Python writes it. */
const textOf = (value: PickleValue): string => {
  if (typeof value === "string") return value;
  const written = tagged(value, "Decimal") ?? tagged(value, "Uuid") ?? tagged(value, "Path") ??
    tagged(value, "IpAddress");
  return written?.text ?? show(value);
};

const texts = (data: ReadonlyArray<PickleValue>, budget: Budget): PlainColumn => {
  budget.heap(64 * data.length);
  const shown = data.map((value) => isMissing(value) ? null : textOf(value));
  return {
    values: { type: "text", data: shown },
    missing: null,
    asText: shown.some((value) => value !== null),
  };
};

/** How objects of one type become numbers of a column. */
interface Reading {
  readonly size: 1 | 4 | 8;
  readonly read: (value: PickleValue) => number | bigint | undefined;
  readonly values: (memory: ArrayBuffer) => PlainValues;
}

const READINGS: ReadonlyArray<Reading> = [
  {
    size: 1,
    read: (value) => typeof value === "boolean" ? Number(value) : undefined,
    values: (memory) => ({ type: "bool", data: new Uint8Array(memory) }),
  },
  {
    size: 8,
    read: int64,
    values: (memory) => ({ type: "int", data: new BigInt64Array(memory) }),
  },
  {
    size: 8,
    read: float,
    values: (memory) => ({ type: "float", data: new Float64Array(memory) }),
  },
  {
    size: 4,
    read: (value) => {
      const date = tagged(value, "Date");
      return date && Date.parse(date.iso) / 86_400_000;
    },
    values: (memory) => ({ type: "date", data: new Int32Array(memory) }),
  },
  {
    size: 8,
    read: (value) => {
      const naive = tagged(value, "Datetime");
      return naive?.timeZone === null ? micros(naive.iso) : undefined;
    },
    values: (memory) => ({
      type: "datetime",
      unit: "us",
      timeZone: null,
      data: new BigInt64Array(memory),
    }),
  },
  {
    size: 8,
    read: (value) => tagged(value, "Datetime")?.epochMicros ?? undefined,
    values: (memory) => ({
      type: "datetime",
      unit: "us",
      timeZone: "UTC",
      data: new BigInt64Array(memory),
    }),
  },
  {
    size: 8,
    read: (value) => tagged(value, "Timedelta")?.microseconds,
    values: (memory) => ({ type: "duration", unit: "us", data: new BigInt64Array(memory) }),
  },
];

/** Microseconds since 1970 of what a clock shows. */
const micros = (iso: string): bigint => {
  const [seconds = "", fraction = ""] = iso.split(".");
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
};

/** NaN is a float, here. */
const isAbsent = (value: PickleValue): boolean => isMissing(value) && !Number.isNaN(value);

/** Objects that are all of one type, in the first form that all of them have. */
const ofObjects = (
  data: ReadonlyArray<PickleValue>,
  budget: Budget,
): PlainColumn | undefined => {
  const present = data.filter((value) => !isAbsent(value));
  if (present.length === 0) return undefined;
  const reading = READINGS.find(({ read }) => present.every((value) => read(value) !== undefined));
  if (reading === undefined) return undefined;
  budget.step(data.length);
  const missing = budget.bytes(data.length);
  const values = reading.values(budget.bytes(reading.size * data.length).buffer);
  data.forEach((value, row) => {
    if (isAbsent(value)) missing[row] = 1;
    else set(values, row, reading.read(value));
  });
  return { values, missing, asText: false };
};

const set = (
  { data }: PlainValues,
  row: number,
  value: number | bigint | undefined,
): void => {
  if (typeof value === "bigint") {
    if (data instanceof BigInt64Array) data[row] = value;
  } else if (typeof value === "number") {
    const isNumbers = data instanceof Float64Array || data instanceof Int32Array ||
      data instanceof Uint8Array;
    if (isNumbers) data[row] = value;
  }
};
