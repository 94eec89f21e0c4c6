/**
 * Groups rows by two of their columns.
 *
 * @module
 */

/** For each row a key from 0 up to but without `count`, or -1 for a row to leave out. */
export interface Keys {
  readonly index: Int32Array;
  readonly count: number;
}

/** The rows that have two keys in common, in their old order. */
export interface Group {
  readonly first: number;
  readonly second: number;
  readonly rows: Uint32Array;
}

/** The groups of rows, ordered by the first key and then the second. */
export const groupRows = (first: Keys, second: Keys): ReadonlyArray<Group> => {
  const all = new Uint32Array(first.index.length);
  for (let row = 0; row < all.length; row++) all[row] = row;
  // Two stable counting sorts, by the lesser key first.
  const sorted = countingSort(first, countingSort(second, all));
  const groups: Array<Group> = [];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const a = first.index[sorted[start]!]!;
    const b = second.index[sorted[start]!]!;
    do end++; while (
      end < sorted.length && first.index[sorted[end]!] === a && second.index[sorted[end]!] === b
    );
    groups.push({ first: a, second: b, rows: sorted.subarray(start, end) });
  }
  return groups;
};

const countingSort = ({ index, count }: Keys, rows: Uint32Array): Uint32Array => {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < rows.length; i++) {
    const key = index[rows[i]!]!;
    if (key >= 0) starts[key + 1]!++;
  }
  for (let key = 1; key <= count; key++) starts[key]! += starts[key - 1]!;
  const sorted = new Uint32Array(starts[count]!);
  for (let i = 0; i < rows.length; i++) {
    const key = index[rows[i]!]!;
    if (key >= 0) sorted[starts[key]!++] = rows[i]!;
  }
  return sorted;
};
