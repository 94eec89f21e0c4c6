/**
 * Values of attributes as columns while they are read, one for each path and type.
 *
 * @module
 */
import type { FileRef, Histogram } from "../Attribute.ts";
import type { ValueColumn } from "../NeptuneSource.ts";
import { Reader } from "./Reader.ts";

/** A column that is being read. */
export interface Column {
  /** The number of the field of an attribute that has the value. */
  readonly payload: number;
  /** Reads a value for a row, from the reader's position up to its end; nothing there means zero. */
  readonly read: (reader: Reader, row: number) => void;
  /** What has been read, the rows as they came. */
  readonly finish: () => ValueColumn;
}

/** Makes a column; undefined for a type that is not known. */
export const columnOf = (path: string, type: string): Column | undefined =>
  Object.hasOwn(COLUMNS, type) ? COLUMNS[type as ValueColumn["type"]](path) : undefined;

const VALUE_VARINT = 3 << 3 | 0;
const VALUE_DOUBLE = 3 << 3 | 1;
const VALUE_TEXT = 3 << 3 | 2;
const LAST_STEP = 3 << 3 | 1;

const FIRST_LENGTH = 64;

/** Doubles of which there can be any number. */
class Doubles {
  private cells = new Float64Array(FIRST_LENGTH).fill(NaN);
  set(cell: number, value: number): void {
    if (cell >= this.cells.length) {
      const grown = new Float64Array(cell * 2);
      grown.set(this.cells);
      this.cells = grown.fill(NaN, cell);
    }
    this.cells[cell] = value;
  }
  /** The first so many. */
  cut(length: number): Float64Array {
    return this.cells.slice(0, length);
  }
}

/**
 * Texts of which there can be any number. They are decoded all at once, and are parts of one text: that
 * is several times faster than one by one, and a text that is a part takes little memory.
 */
class Texts {
  private bytes = new Uint8Array(FIRST_LENGTH * 16);
  private length = 0;
  private ends: Array<number> = [];
  private isAscii = true;

  /** Takes the text from the reader's position up to another. */
  set(cell: number, reader: Reader, end: number): void {
    const { at, bytes: from } = reader;
    const size = end - at;
    // A cell that is set again is the last one.
    if (cell < this.ends.length) this.length = this.ends[cell - 1] ?? 0;
    if (this.length + size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length + size, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    const { bytes, length } = this;
    let bits = 0;
    for (let i = 0; i < size; i++) bits |= bytes[length + i] = from[at + i]!;
    if (bits >= 0x80) this.isAscii = false;
    this.ends[cell] = this.length = length + size;
  }

  all(): ReadonlyArray<string> {
    const reader = new Reader(this.bytes.subarray(0, this.length));
    if (!this.isAscii) {
      return this.ends.map((end, i) => reader.textAt(this.ends[i - 1] ?? 0, end));
    }
    const text = reader.textAt(0, this.length);
    return this.ends.map((end, i) => text.slice(this.ends[i - 1] ?? 0, end));
  }
}

/** The rows of a column, of which a repeated one counts once, with its last value. */
class Rows {
  private rows = new Uint32Array(FIRST_LENGTH);
  length = 0;
  /** Where the value of a row goes. */
  add(row: number): number {
    const { length } = this;
    if (length > 0 && this.rows[length - 1] === row) return length - 1;
    if (length === this.rows.length) {
      const grown = new Uint32Array(length * 2);
      grown.set(this.rows);
      this.rows = grown;
    }
    this.rows[length] = row;
    return this.length++;
  }
  cut(): Uint32Array {
    return this.rows.slice(0, this.length);
  }
}

const file = (reader: Reader, first: number): FileRef => {
  let path = "";
  let sizeBytes = 0;
  let mimeType = "";
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === (first << 3 | 2)) path = reader.text();
    else if (tag === (first + 1 << 3 | 0)) sizeBytes = reader.int64();
    else if (tag === (first + 2 << 3 | 2)) mimeType = reader.text();
    else reader.skip(tag);
  }
  return { path, sizeBytes, mimeType: mimeType === "" ? null : mimeType };
};

/** Reads a histogram: its type, edges and values, packed or not. */
const histogram = (reader: Reader): Histogram => {
  let type = "";
  const lists: ReadonlyArray<Array<number>> = [[], []];
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const list = lists[(tag >>> 3) - 2];
    if (tag === (1 << 3 | 2)) type = reader.text();
    else if (list !== undefined && (tag & 7) === 1) list.push(reader.double());
    else if (list !== undefined && (tag & 7) === 2) {
      reader.within(() => {
        while (reader.at < reader.end) list.push(reader.double());
      });
    } else reader.skip(tag);
  }
  return { type, edges: lists[0]!, values: lists[1]! };
};

const numbers = (type: "float" | "datetime", wire: number) => (path: string): Column => {
  const rows = new Rows();
  const values = new Doubles();
  return {
    payload: type === "float" ? 4 : 7,
    read: (reader, row) => {
      let value = 0;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag !== wire) reader.skip(tag);
        else value = wire === VALUE_DOUBLE ? reader.double() : reader.int64();
      }
      values.set(rows.add(row), value);
    },
    finish: () => ({ path, type, rows: rows.cut(), values: values.cut(rows.length) }),
  };
};

const integers = (path: string): Column => {
  const rows = new Rows();
  // Both halves of each, the lower one first.
  let halves = new Uint32Array(2 * FIRST_LENGTH);
  return {
    payload: 3,
    read: (reader, row) => {
      let low = 0;
      let high = 0;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag === VALUE_VARINT) {
          reader.int64();
          ({ low, high } = reader);
        } else reader.skip(tag);
      }
      const cell = rows.add(row);
      if (2 * cell >= halves.length) {
        const grown = new Uint32Array(4 * cell);
        grown.set(halves);
        halves = grown;
      }
      halves[2 * cell] = low;
      halves[2 * cell + 1] = high;
    },
    finish: () => ({
      path,
      type: "int",
      rows: rows.cut(),
      values: new BigInt64Array(halves.slice(0, 2 * rows.length).buffer),
    }),
  };
};

const booleans = (path: string): Column => {
  const rows = new Rows();
  const values: Array<number> = [];
  return {
    payload: 6,
    read: (reader, row) => {
      let value = 0;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag === VALUE_VARINT) value = reader.unsigned() === 0 ? 0 : 1;
        else reader.skip(tag);
      }
      values[rows.add(row)] = value;
    },
    finish: () => ({ path, type: "bool", rows: rows.cut(), values: Uint8Array.from(values) }),
  };
};

const texts = (type: "string" | "experimentState") => (path: string): Column => {
  const rows = new Rows();
  const values = new Texts();
  return {
    payload: 5,
    read: (reader, row) => {
      // The service has no field for states; what it does not send is not a state.
      if (type === "experimentState" && reader.at === reader.end) return;
      let start = reader.end;
      let textEnd = reader.end;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag === VALUE_TEXT) {
          textEnd = reader.endOfField();
          start = reader.at;
          reader.at = textEnd;
        } else reader.skip(tag);
      }
      reader.at = start;
      values.set(rows.add(row), reader, textEnd);
    },
    finish: () => ({ path, type, rows: rows.cut(), values: values.all() }),
  };
};

const sets = (path: string): Column => {
  const rows = new Rows();
  const values: Array<ReadonlyArray<string>> = [];
  return {
    payload: 8,
    read: (reader, row) => {
      const items: Array<string> = [];
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag === VALUE_TEXT) items.push(reader.text());
        else reader.skip(tag);
      }
      values[rows.add(row)] = items;
    },
    finish: () => ({ path, type: "stringSet", rows: rows.cut(), values }),
  };
};

const files = (type: "fileRef" | "fileSet" | "artifact") => (path: string): Column => {
  const rows = new Rows();
  const values: Array<FileRef> = [];
  return {
    payload: 10,
    read: (reader, row) => {
      values[rows.add(row)] = file(reader, 3);
    },
    finish: () => ({ path, type, rows: rows.cut(), values }),
  };
};

// The numbers of a float series are the fields 3 to 8.
const SUMMARY = ["lastStep", "last", "min", "max", "average", "variance"] as const;

const floatSeries = (path: string): Column => {
  const rows = new Rows();
  const numbers = SUMMARY.map(() => new Doubles());
  return {
    payload: 9,
    read: (reader, row) => {
      const cell = rows.add(row);
      let hasLast = false;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        const into = (tag & 7) === 1 ? numbers[(tag >>> 3) - 3] : undefined;
        if (into === undefined) reader.skip(tag);
        else {
          into.set(cell, reader.double());
          hasLast ||= into === numbers[1];
        }
      }
      if (!hasLast) numbers[0]!.set(cell, NaN);
    },
    finish: () => {
      const [lastStep, last, min, max, average, variance] = numbers.map((each) =>
        each.cut(rows.length)
      ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
      return {
        path,
        type: "floatSeries",
        rows: rows.cut(),
        lastStep,
        last,
        min,
        max,
        average,
        variance,
      };
    },
  };
};

/** A series whose last value is not a number, in field 4. */
const otherSeries = <A>(
  payload: number,
  readLast: (reader: Reader) => A,
  column: (rows: Uint32Array, lastStep: Float64Array, last: ReadonlyArray<A | null>) => ValueColumn,
): Column => {
  const rows = new Rows();
  const lastSteps = new Doubles();
  const values: Array<A | null> = [];
  return {
    payload,
    read: (reader, row) => {
      let lastStep = NaN;
      let last: A | null = null;
      while (reader.at < reader.end) {
        const tag = reader.tag();
        if (tag === LAST_STEP) lastStep = reader.double();
        else if (tag === (4 << 3 | 2)) last = readLast(reader);
        else reader.skip(tag);
      }
      const cell = rows.add(row);
      lastSteps.set(cell, lastStep);
      values[cell] = last;
    },
    finish: () => column(rows.cut(), lastSteps.cut(rows.length), values),
  };
};

const COLUMNS: {
  readonly [Type in ValueColumn["type"]]: (path: string) => Column;
} = {
  int: integers,
  float: numbers("float", VALUE_DOUBLE),
  string: texts("string"),
  bool: booleans,
  datetime: numbers("datetime", VALUE_VARINT),
  stringSet: sets,
  experimentState: texts("experimentState"),
  floatSeries,
  fileRef: files("fileRef"),
  fileSet: files("fileSet"),
  artifact: files("artifact"),
  stringSeries: (path) =>
    otherSeries(
      11,
      (reader) => reader.text(),
      (rows, lastStep, last) => ({ path, type: "stringSeries", rows, lastStep, last }),
    ),
  fileRefSeries: (path) =>
    otherSeries(
      12,
      (reader) => reader.within(() => file(reader, 1)),
      (rows, lastStep, last) => ({ path, type: "fileRefSeries", rows, lastStep, last }),
    ),
  histogramSeries: (path) =>
    otherSeries(
      13,
      (reader) => reader.within(() => histogram(reader)),
      (rows, lastStep, last) => ({ path, type: "histogramSeries", rows, lastStep, last }),
    ),
};
