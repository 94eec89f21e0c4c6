/**
 * The tables of neptune-fetcher, made of the ground truth.
 *
 * @module
 */
import type { Table } from "./Answer.ts";
import {
  fieldOf,
  inOrder,
  isTrashed,
  membersOf,
  type Point,
  tableOfRuns,
  textOf,
  type TrueRun,
} from "./Truth.ts";

/** Runs, or the experiments among them. */
export type Kind = "runs" | "experiments";

/** Options of tables, which both languages name alike; `matching` is what `query` means. */
export interface Options {
  readonly columns?: ReadonlyArray<string>;
  readonly columnsRegex?: string;
  readonly namesRegex?: string | ReadonlyArray<string>;
  readonly namesExcludeRegex?: string | ReadonlyArray<string>;
  readonly customIdRegex?: string;
  readonly withIds?: ReadonlyArray<string>;
  readonly customIds?: ReadonlyArray<string>;
  readonly states?: ReadonlyArray<string>;
  readonly owners?: ReadonlyArray<string>;
  readonly tags?: ReadonlyArray<string>;
  readonly trashed?: boolean | null;
  readonly limit?: number;
  readonly sortBy?: string;
  readonly ascending?: boolean;
  readonly query?: string;
}

/** The rows that fulfil all filters, in order. */
export const trueTable = (
  runs: ReadonlyArray<TrueRun>,
  kind: Kind,
  options: Options,
  where: (run: TrueRun) => boolean,
): Table => {
  const { sortBy = "sys/creation_time", ascending = false, limit = runs.length } = options;
  const trashed = options.trashed === undefined ? false : options.trashed;
  const every = (patterns: string | ReadonlyArray<string> | undefined) =>
    [patterns ?? []].flat().map((pattern) => new RegExp(pattern));
  const isOneOf = (path: string, values: ReadonlyArray<string> | undefined) => (run: TrueRun) =>
    values === undefined || values.length === 0 || values.includes(textOf(run, path));
  const filters: ReadonlyArray<(run: TrueRun) => boolean> = [
    where,
    (run) => trashed === null || isTrashed(run) === trashed,
    isOneOf("sys/id", options.withIds),
    isOneOf("sys/custom_run_id", options.customIds),
    isOneOf("sys/owner", options.owners),
    (run) => (options.tags ?? []).every((tag) => membersOf(run, "sys/tags").includes(tag)),
    (run) =>
      every(options.namesRegex).every((pattern) =>
        fieldOf(run, "sys/name") !== undefined && pattern.test(textOf(run, "sys/name"))
      ),
    (run) => !every(options.namesExcludeRegex).some((p) => p.test(textOf(run, "sys/name"))),
    (run) => every(options.customIdRegex).every((p) => p.test(textOf(run, "sys/custom_run_id"))),
  ];
  const rows = inOrder(runs.filter((run) => filters.every((fits) => fits(run))), sortBy, ascending)
    .slice(0, limit);
  const pattern = options.columnsRegex === undefined ? undefined : new RegExp(options.columnsRegex);
  const found = pattern === undefined
    ? []
    : rows.flatMap((run) => [...run.fields.keys()].filter((path) => pattern.test(path)));
  const automatic = kind === "experiments" ? ["sys/name"] : [];
  return tableOfRuns(rows, [
    sortBy,
    "sys/custom_run_id",
    ...automatic,
    ...options.columns ?? [],
    ...found,
  ]);
};

/** The points of a series. */
export const pointsTable = (points: ReadonlyArray<Point>): Table => ({
  height: points.length,
  columns: [
    { name: "step", kind: "float", cells: points.map(([step]) => ({ float: step })) },
    { name: "value", kind: "float", cells: points.map(([, value]) => value) },
    { name: "timestamp", kind: "time", cells: points.map(([, , time]) => ({ time })) },
  ],
});
