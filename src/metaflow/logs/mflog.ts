/**
 * The log format of Metaflow: each line of a task is marked with when, where and by what it was
 * written, so that several files can be put back into one order.
 *
 * Files are handled as strings of bytes, one character for each, for what a task prints need be no
 * valid text; and Python compares bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** A line of a log. */
export interface RawLine {
  /** Microseconds since the epoch. What is no line of this format is in the year 3000. */
  readonly epochMicros: number;
  /** The line without its mark. What is no line of this format keeps its line break. */
  readonly message: Uint8Array;
}

interface Entry {
  /** What lines are ordered by: each part in turn, as text. */
  readonly key: ReadonlyArray<string>;
  readonly epochMicros: number;
  readonly message: string;
}

/** The lines of several files of one task in the order in which they were written. */
export const mergeLines = (files: ReadonlyArray<Uint8Array>): ReadonlyArray<RawLine> =>
  files.flatMap(entriesOf).sort(byKey).map(({ epochMicros, message }) => ({
    epochMicros,
    message: new Uint8Array(Buffer.from(message, "latin1")),
  }));

const entriesOf = (bytes: Uint8Array): ReadonlyArray<Entry> => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return text.match(/[^\n]*\n|[^\n]+$/g)?.map((line) => parse(line) ?? unstructured(line)) ?? [];
};

const LINE = /^(\[!)?\[MFLOG\|0\|([^\n]+?)Z\|([^\n]+?)\|([^\n]+?)\]([^\n]*)/;

const parse = (line: string): Entry | undefined => {
  const [, marker = "", time = "", source = "", id = "", message = ""] = LINE.exec(line) ?? [];
  const epochMicros = microsOf(time);
  return epochMicros === undefined
    ? undefined
    : { key: [time, marker, source, id, message], epochMicros, message };
};

const unstructured = (line: string): Entry => ({
  key: ["3000-01-01T00:00:00", "", "", "", line],
  epochMicros: Date.UTC(3000, 0, 1) * 1000,
  message: line,
});

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,6})$/;

const microsOf = (time: string): number | undefined => {
  const [, seconds, fraction = ""] = TIME.exec(time) ?? [];
  if (seconds === undefined) return undefined;
  const date = new Date(`${seconds}Z`);
  // JavaScript takes the 30th of February for a day in March.
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(seconds)
    ? undefined
    : date.getTime() * 1000 + Number(fraction.padEnd(6, "0"));
};

const byKey = (a: Entry, b: Entry): number => {
  for (let i = 0; i < a.key.length; i++) {
    const x = a.key[i]!;
    const y = b.key[i]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};
