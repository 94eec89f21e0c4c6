/**
 * Puts runs in order.
 *
 * @module
 */
import { byCodePoint } from "../byCodePoint.ts";
import type { RunKey, SortBy, ValueColumn } from "../NeptuneSource.ts";

/**
 * The included runs in the order that is asked for. Runs that have no value of the type, or NaN,
 * come last in both directions; ties are in ascending order of the key.
 */
export const inOrderOf = (
  { type, aggregate = "last", direction }: SortBy,
  runs: ReadonlyArray<RunKey>,
  isIncluded: Uint8Array,
  columns: ReadonlyArray<ValueColumn>,
): ReadonlyArray<RunKey> => {
  const values = new Array<number | bigint | string | undefined>(runs.length);
  for (const column of columns) {
    if (!isComparable(column.type, type)) continue;
    const cells = "values" in column
      ? column.values
      : column.type === "floatSeries"
      ? column[aggregate]
      : column.last;
    column.rows.forEach((run, cell) => {
      const value = cells[cell];
      if (typeof value === "string" || typeof value === "bigint") values[run] = value;
      if (typeof value === "number" && !Number.isNaN(value)) values[run] = value;
    });
  }
  const sign = direction === "ascending" ? 1 : -1;
  const compare = (a: number, b: number): number => {
    const x = values[a];
    const y = values[b];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined);
    }
    if (typeof x === "string" || typeof y === "string") {
      return sign * byCodePoint(String(x), String(y));
    }
    return x < y ? -sign : x > y ? sign : 0;
  };
  return Array.from(runs.keys())
    .filter((run) => isIncluded[run] === 1)
    .sort((a, b) => compare(a, b) || byCodePoint(runs[a]!, runs[b]!))
    .map((run) => runs[run]!);
};

// An attribute can be whole in one run and not in another.
const NUMBERS = ["int", "float"];

const isComparable = (actual: string, asked: string): boolean =>
  actual === asked || (NUMBERS.includes(actual) && NUMBERS.includes(asked));
