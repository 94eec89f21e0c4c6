/**
 * Tells the runs that are experiments.
 *
 * @module
 */
import { byCodePoint } from "../byCodePoint.ts";
import type { RunKey, ValueColumn } from "../NeptuneSource.ts";

/** The attributes that tell. */
export const HEAD_ATTRIBUTES = [
  { name: "sys/experiment/is_head", type: "bool" },
  { name: "sys/name", type: "string" },
  { name: "sys/creation_time", type: "datetime" },
] as const;

/**
 * Marks the runs that are the head of an experiment with 1.
 *
 * They say so themselves. Where none of the runs of a name says anything, because only some
 * attributes were exported, the newest is taken; of several at the same time, the one whose key is
 * last.
 */
export const headsAmong = (
  runs: ReadonlyArray<RunKey>,
  columns: (path: string) => ReadonlyArray<ValueColumn>,
): Uint8Array => {
  const heads = new Uint8Array(runs.length);
  const said = new Set<number>();
  for (const column of columns("sys/experiment/is_head")) {
    if (column.type !== "bool") continue;
    column.rows.forEach((run, cell) => {
      said.add(run);
      heads[run] = column.values[cell]!;
    });
  }
  const createdAt = new Float64Array(runs.length).fill(-Infinity);
  for (const column of columns("sys/creation_time")) {
    if (column.type !== "datetime") continue;
    column.rows.forEach((run, cell) => createdAt[run] = column.values[cell]!);
  }
  const isNewer = (a: number, b: number): boolean =>
    (createdAt[a]! - createdAt[b]! || byCodePoint(runs[a]!, runs[b]!)) > 0;
  for (const column of columns("sys/name")) {
    if (column.type !== "string") continue;
    const ofName = Map.groupBy(column.rows.keys(), (cell) => column.values[cell]!);
    for (const cells of ofName.values()) {
      const named = cells.map((cell) => column.rows[cell]!);
      if (named.some((run) => said.has(run))) continue;
      heads[named.reduce((a, b) => isNewer(b, a) ? b : a)] = 1;
    }
  }
  return heads;
};
