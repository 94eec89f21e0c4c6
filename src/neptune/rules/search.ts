/**
 * Finds runs and experiments by columns of their attributes.
 *
 * @module
 */
import type { RunKey, SearchRequest, ValueColumn } from "../NeptuneSource.ts";
import { attributesOf } from "../nql/predicates.ts";
import { evaluate } from "./evaluate.ts";
import { HEAD_ATTRIBUTES, headsAmong } from "./experiments.ts";
import { inOrderOf } from "./order.ts";

/** What a search is decided by. */
type Criteria = Pick<SearchRequest, "kind" | "query" | "sortBy">;

/** The attributes that a search looks at. */
export const attributesAskedBy = (
  { kind, query, sortBy }: Criteria,
): ReadonlyArray<{ readonly name: string; readonly type?: string | undefined }> => [
  ...attributesOf(query),
  { name: sortBy.attribute, type: sortBy.type },
  ...kind === "experiments" ? HEAD_ATTRIBUTES : [],
];

/**
 * Those of some runs that fulfil a query and are of the kind, in order. `columns` gives the columns
 * of a path, of every type; their rows are positions of `runs`.
 *
 * The query must have passed `check`.
 */
export const findAmong = (
  runs: ReadonlyArray<RunKey>,
  { kind, query, sortBy }: Criteria,
  now: number,
  columns: (path: string) => ReadonlyArray<ValueColumn>,
): ReadonlyArray<RunKey> => {
  const lookup = (path: string) =>
    path === "sys/trashed" ? withDefault(columns(path), runs.length) : columns(path);
  const fulfilled = evaluate(query, { runs: runs.length, now, columns: lookup });
  const isIncluded = kind === "runs"
    ? fulfilled
    : headsAmong(runs, lookup).map((head, run) => head & fulfilled[run]!);
  return inOrderOf(sortBy, runs, isIncluded, lookup(sortBy.attribute));
};

/** Where a source does not know `sys/trashed`, nothing says that a run is in the trash. */
const withDefault = (
  columns: ReadonlyArray<ValueColumn>,
  runs: number,
): ReadonlyArray<ValueColumn> => {
  const known = new Set(columns.flatMap(({ rows }) => [...rows]));
  const rows = Uint32Array.from({ length: runs }, (_, run) => run).filter((run) => !known.has(run));
  return [
    ...columns,
    { path: "sys/trashed", type: "bool", rows, values: new Uint8Array(rows.length) },
  ];
};
