/**
 * Fetches a table of runs or experiments.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { DataFrame } from "../../Polars.ts";
import { track, withProgressBar } from "../../Progress.ts";
import { many } from "../arguments.ts";
import { table, type TableLayout } from "../frame/table.ts";
import { usePolars } from "../native.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource, RunKind, SearchRequest, ValueColumn } from "../NeptuneSource.ts";
import { warn } from "../NeptuneWarning.ts";
import { integerVariable } from "../variables.ts";
import { filtersOf, inTrash } from "./filters.ts";
import { sortType } from "./sortType.ts";
import { checkTableOptions, type TableOptions } from "./TableOptions.ts";

/** Fetches the ids and names of runs or experiments that are not in the trash, newest first. */
export const fetchIdentifiers = (
  source: NeptuneSource,
  project: string,
  kind: RunKind,
): Effect.Effect<DataFrame, NeptuneErrorReason> =>
  fetchTable(source, {
    search: {
      project,
      kind,
      query: inTrash(false),
      sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "descending" },
      attributes: ["sys/custom_run_id", "sys/id", "sys/name"],
    },
    columnsRegex: undefined,
    layout: { stringSets: "joined", typeSuffix: false },
  });

/** Fetches the table of runs or experiments that options ask for. */
export const fetchWithOptions = (
  source: NeptuneSource,
  project: string,
  kind: RunKind,
  options: TableOptions,
): Effect.Effect<DataFrame, NeptuneErrorReason> =>
  Effect.flatMap(
    checkTableOptions(options),
    () => withProgressBar(options.progressBar, fetchChecked(source, project, kind, options)),
  );

const fetchChecked = (
  source: NeptuneSource,
  project: string,
  kind: RunKind,
  options: TableOptions,
): Effect.Effect<DataFrame, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const query = yield* filtersOf(options);
    const attribute = options.sortBy ?? "sys/creation_time";
    const type = yield* sortType(source, project, attribute);
    const direction = options.ascending === true ? "ascending" : "descending";
    const automatic = ["sys/custom_run_id", ...kind === "experiments" ? ["sys/name"] : []];
    return yield* fetchTable(source, {
      search: {
        project,
        kind,
        query,
        sortBy: { attribute, type, direction },
        limit: options.limit ?? undefined,
        attributes: [...new Set([attribute, ...automatic, ...many(options.columns)])],
      },
      columnsRegex: options.columnsRegex || undefined,
      layout: {
        stringSets: options.stringSets ?? "joined",
        typeSuffix: options.typeSuffix === true,
      },
    });
  });

interface TableRequest {
  /** The attributes that it delivers have a column each. */
  readonly search: SearchRequest;
  /** RE2 pattern of the paths of further attributes. */
  readonly columnsRegex: string | undefined;
  readonly layout: Omit<TableLayout, "required">;
}

// The rows of a table come page by page, and their columns are put together at the end.
const fetchTable = (
  source: NeptuneSource,
  { search, columnsRegex, layout }: TableRequest,
): Effect.Effect<DataFrame, NeptuneErrorReason> =>
  track({ label: `Fetching ${search.kind}`, unit: "rows" }, (advance) =>
    Effect.gen(function* () {
      const warnAt = yield* integerVariable("NEPTUNE_WARN_AT_DATAFRAME_SIZE", 1_000_000);
      const columns: Array<ValueColumn> = [];
      let height = 0;
      yield* source.search(search).pipe(
        Stream.filter(({ runs }) => runs.length > 0),
        Stream.mapEffect((page) =>
          Effect.gen(function* () {
            if (columnsRegex === undefined) return page;
            const select = { anyOf: [{ all: [columnsRegex], none: [] }] };
            const { project } = search;
            const values = yield* Stream.runCollect(
              source.values({ project, runs: page.runs, select }),
            );
            return { ...page, columns: [...page.columns, ...values.flat()] };
          }), { concurrency: 4 }),
        Stream.runForEach((page) => {
          for (const column of page.columns) {
            columns.push({ ...column, rows: column.rows.map((row) => row + height) });
          }
          height += page.runs.length;
          return advance(page.runs.length);
        }),
      );
      yield* warnOfSize(columns, warnAt);
      const { frame, mixed } = yield* usePolars(
        "building a table",
        (polars) => table(polars, height, columns, { ...layout, required: search.attributes }),
      );
      yield* Effect.forEach(mixed, ([path, types]) => warnOfTypes(path, types));
      return frame;
    }));

const warnOfSize = (columns: ReadonlyArray<ValueColumn>, limit: number) => {
  const cells = columns.reduce((sum, { rows }) => sum + rows.length, 0);
  return limit <= 0 || cells <= limit ? Effect.void : warn({
    kind: "LargeTable",
    message:
      `You have fetched a dataset that is over ${limit} cells (${cells}). Fewer columns or ` +
      "stricter filters make it smaller; NEPTUNE_WARN_AT_DATAFRAME_SIZE sets this limit.",
  });
};

const warnOfTypes = (path: string, types: ReadonlyArray<string>) =>
  warn({
    kind: "MixedTypes",
    message:
      `Attribute ${JSON.stringify(path)} has the types ${types.join(", ")} in different runs, ` +
      "which share a column of numbers or texts. `typeSuffix: true` gives each its own.",
    attribute: path,
  });
