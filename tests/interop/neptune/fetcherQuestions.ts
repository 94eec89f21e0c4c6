/**
 * What neptune-fetcher's original API is asked about an export.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import type { Fixture } from "../../neptune/archive/fixtures.ts";
import { byCodePoint, type Cell, cellOf, type Column, type Table, tableOf } from "./Answer.ts";
import type { Answer, Question } from "./Question.ts";
import { type Kind, type Options, pointsTable, trueTable } from "./trueTable.ts";
import {
  fieldOf,
  inOrder,
  inRange,
  isExperiment,
  isTrashed,
  joined,
  numberOf,
  tableOfRuns,
  textOf,
  type TrueRun,
  truthOf,
  UNSUPPORTED,
  whyNotByOld,
} from "./Truth.ts";

/** Runs that fulfil a condition that NQL tells in other words. */
export interface Query {
  readonly nql: string;
  readonly where: (run: TrueRun) => boolean;
}

/** A table, and which runs it has beyond what the options say. */
export type TableCase = readonly [Kind, Options, ((run: TrueRun) => boolean)?];

/** What is particular to an export. */
export interface About {
  /** A pattern of paths that have one type each, as many as there are. */
  readonly everything: string;
  /** Paths that have several types. */
  readonly mixed: ReadonlyArray<string>;
  readonly queries: ReadonlyArray<Query>;
  readonly tables: ReadonlyArray<TableCase>;
}

/** All questions about an export. */
export const fetcherQuestions = (
  fixture: Fixture,
  { everything, mixed, queries, tables }: About,
): ReadonlyArray<Question> => {
  const runs = truthOf(fixture);
  const ask = questionsAbout(fixture, runs);
  // Of large runs that are much alike, some are enough.
  const looked = fixture.name === "edge"
    ? runs
    : runs.filter((run, i) => i % 4 === 0 || run.ancestors.length > 0);
  return [
    ...ask.lists(),
    ...(["runs", "experiments"] as const).flatMap((kind) => [
      ask.table(kind, {}),
      ask.table(kind, { columnsRegex: everything, sortBy: "sys/custom_run_id", ascending: true }),
      ask.table(kind, { trashed: true, columns: ["sys/trashed"] }),
      ask.table(kind, { trashed: null, columns: ["sys/trashed"] }),
      ask.table(kind, { columns: ["not/there", "nor this"], limit: 3 }),
      ask.table(kind, { states: ["active"] }, () => false),
      ...["sys/id", "sys/name", "sys/size", "sys/running_time_seconds", "sys/archived"].flatMap(
        (sortBy) => [true, false].map((ascending) => ask.table(kind, { sortBy, ascending })),
      ),
      ...queries.map(({ nql, where }) => ask.table(kind, { query: nql }, where)),
    ]),
    ...tables.map(([kind, options, where]) => ask.table(kind, options, where)),
    ...mixed.map(ask.mixed),
    ...looked.flatMap(ask.run),
    ...ask.mistakes(),
  ];
};

const questionsAbout = (fixture: Fixture, runs: ReadonlyArray<TrueRun>) => {
  const open = Neptune.ReadOnlyProject.open(fixture.expected.project);
  const within = (kind: Kind) => runs.filter((run) => kind === "runs" || isExperiment(run));
  const idOf = (run: TrueRun): Cell => fieldOf(run, "sys/id") ?? null;

  const table = (
    kind: Kind,
    options: Options,
    where: (run: TrueRun) => boolean = () => true,
  ): Question => ({
    name: `${kind} ${JSON.stringify(options)}`,
    call: `fetch_${kind}_df`,
    args: snake(options),
    ours: Effect.flatMap(
      open,
      (project) =>
        kind === "runs" ? project.fetchRunsDf(options) : project.fetchExperimentsDf(options),
    ).pipe(Effect.map(tableOf)),
    truth: () => trueTable(within(kind), kind, options, where),
    skip: whyNotInOldTable(trueTable(within(kind), kind, options, where)),
    ...options.sortBy === "sys/id" && { onServer: withKeys },
    ...kind === "runs" && { inPython: withNames },
  });

  const whyNotInOldTable = ({ columns }: Table): NonNullable<Question["skip"]> =>
    whyNotByOld(rowsOf(columns), columns.map(({ name }) => name));

  const rowsOf = (columns: ReadonlyArray<Column>): ReadonlyArray<TrueRun> =>
    columns.find(({ name }) => name === "sys/custom_run_id")!.cells.map((cell) =>
      runs.find(({ id }) => id === (cell as { readonly text: string }).text)!
    );

  /** Several types under one path: values as they are, of which we make a column for each type. */
  const mixed = (path: string): Question => {
    const rows = inOrder(runs.filter((run) => !isTrashed(run)), "sys/creation_time", false);
    const cellsOf = (columns: ReadonlyArray<Column>): ReadonlyArray<Cell> =>
      rows.map((_, i) =>
        columns.filter(({ name }) => name.startsWith(`${path}:`)).map(({ cells }) => cells[i]!)
          .find((cell) => cell !== null) ?? null
      );
    return {
      name: `all values of ${path}, whatever their types`,
      call: "cells",
      args: { path },
      skip: whyNotByOld(rows, [path]),
      ours: Effect.flatMap(
        open,
        (project) =>
          project.fetchRunsDf({ columns: [path], columnsRegex: `^${path}$`, typeSuffix: true }),
      ).pipe(Effect.map((frame) => cellsOf(tableOf(frame).columns))),
      truth: () => rows.map((run) => joined(fieldOf(run, path) ?? null)),
      inPython: (answer, note) => {
        note("several types under one path give a column of numbers or of texts");
        const typeOf = (i: number) => rows[i]!.fields.get(path)?.type;
        const numbers = rows.every((_, i) => [undefined, "int", "float"].includes(typeOf(i)));
        return (answer as ReadonlyArray<Cell>).map((cell, i) => {
          const type = typeOf(i);
          if (type !== undefined && UNSUPPORTED.has(type)) return null;
          return numbers && type === "int" ? { float: numberOf(rows[i]!, path) } : cell;
        });
      },
    };
  };

  const withNames: NonNullable<Question["inPython"]> = (answer, note) => {
    const { height, columns } = answer as Table;
    if (columns.some(({ name }) => name === "sys/name")) return answer;
    note("fetchRunsDf has no column sys/name unless asked for");
    const rows = rowsOf(columns);
    const [names] = tableOfRuns(rows, ["sys/name"]).columns;
    return {
      height,
      columns: [...columns, names!].sort((a, b) =>
        Number(!a.name.startsWith("sys/")) - Number(!b.name.startsWith("sys/")) ||
        byCodePoint(a.name, b.name)
      ),
    };
  };

  /** The question in which neptune-fetcher has a column more than the documented ones. */
  const identifiers = (kind: Kind): Question => ({
    name: `fetch_${kind}()`,
    onServer: withKeys,
    call: `fetch_${kind}`,
    args: {},
    ours: Effect.flatMap(
      open,
      (project) => kind === "runs" ? project.fetchRuns() : project.fetchExperiments(),
    ).pipe(Effect.map(tableOf)),
    truth: () => {
      const chosen = inOrder(
        within(kind).filter((run) => !isTrashed(run)),
        "sys/creation_time",
        false,
      );
      return tableOfRuns(chosen, ["sys/id", "sys/name", "sys/custom_run_id"]);
    },
    inPython: (answer, note) => {
      note("fetchRuns() and fetchExperiments() have the three documented columns");
      const { height, columns } = answer as Table;
      const chosen = inOrder(
        within(kind).filter((run) => !isTrashed(run)),
        "sys/creation_time",
        false,
      );
      const [time] = tableOfRuns(chosen, ["sys/creation_time"]).columns;
      return { height, columns: [time!, ...columns] };
    },
  });

  const listed = (kind: Kind): Question => ({
    name: `list_${kind}()`,
    onServer: withKeys,
    inPython: withKeys,
    call: `list_${kind}`,
    args: {},
    ours: Effect.flatMap(
      open,
      (project) =>
        Stream.runCollect(kind === "runs" ? project.listRuns() : project.listExperiments()),
    ).pipe(Effect.map((items) => items.map((item) => Object.values(item).map(cellOf)))),
    truth: () =>
      inOrder(within(kind).filter((run) => !isTrashed(run)), "sys/id", false).map((run) =>
        ["sys/id", "sys/name", "sys/custom_run_id"].map((path) => fieldOf(run, path) ?? null)
      ),
  });

  const openRun = (
    name: string,
    by: Neptune.RunSelector,
    args: Record<string, string>,
    truth: Answer,
    chosen: TrueRun,
  ): Question => ({
    name,
    call: "open_run",
    args,
    skip: whyNotByOld([chosen]),
    ours: outcome(
      open.pipe(
        Effect.flatMap((project) => project.run(by)),
        Effect.map((run) => cellOf(run.withId)),
      ),
    ),
    truth: () => truth,
  });

  const lists = (): ReadonlyArray<Question> => {
    const some = within("runs").filter((run) => !isTrashed(run) && idOf(run) !== null).slice(0, 5);
    const heads = within("experiments").filter((run) => !isTrashed(run)).slice(0, 4);
    // One list at a time, in the order of sys/id, which is the order that both have then.
    const sorted = (chosen: ReadonlyArray<TrueRun>) => inOrder(chosen, "sys/id", false);
    const ids = sorted(some).map((run) => textOf(run, "sys/id"));
    const customIds = sorted(some).map((run) => run.id);
    const names = sorted(heads).map((run) => textOf(run, "sys/name"));
    const handles = (
      read: (
        project: Neptune.ReadOnlyProject,
      ) => Stream.Stream<Neptune.ReadOnlyRun, Neptune.NeptuneError>,
    ) =>
      open.pipe(
        Effect.flatMap((project) => Stream.runCollect(read(project))),
        Effect.map((opened) => opened.map((run) => cellOf(run.withId))),
      );
    return [
      listed("runs"),
      listed("experiments"),
      identifiers("runs"),
      identifiers("experiments"),
      ...[{ withIds: ids }, { customIds }, {
        withIds: ids.slice(1),
        customIds: customIds.slice(0, 2),
      }, {}]
        .map((given): Question => ({
          name: `fetch_read_only_runs ${JSON.stringify(given)}`,
          call: "fetch_read_only_runs",
          args: snake(given),
          skip: whyNotByOld(some),
          ours: handles((project) => project.fetchReadOnlyRuns(given)),
          truth: () =>
            [
              ...given.withIds ?? [],
              ...(given.customIds ?? []).map((id) =>
                textOf(runs.find((run) => run.id === id)!, "sys/id")
              ),
            ].map((text) => ({ text })),
        })),
      {
        name: `fetch_read_only_experiments ${JSON.stringify(names)}`,
        call: "fetch_read_only_experiments",
        args: { names },
        skip: whyNotByOld(heads),
        ours: handles((project) => project.fetchReadOnlyExperiments({ names })),
        truth: () => sorted(heads).map(idOf),
      },
      ...some.slice(0, 2).map((run) => {
        const id = textOf(run, "sys/id");
        return openRun(`open by sys/id ${id}`, { withId: id }, { with_id: id }, { text: id }, run);
      }),
      ...heads.map((run) => {
        const name = textOf(run, "sys/name");
        const by = { experimentName: name };
        return openRun(
          `open experiment ${JSON.stringify(name)}`,
          by,
          { experiment_name: name },
          idOf(run),
          run,
        );
      }),
    ];
  };

  /** What there is to ask about each run. */
  const run = (run: TrueRun): ReadonlyArray<Question> => {
    const paths = [...run.fields.keys()];
    const series = paths.filter((path) => run.fields.get(path)!.type === "float_series");
    const handle = Effect.flatMap(open, (project) => project.run({ customId: run.id }));
    const skip = whyNotOpened(run) ?? whyNotByOld([run]);
    const about = (
      what: string,
      call: string,
      args: Readonly<Record<string, unknown>>,
      ours: Question["ours"],
      truth: () => Answer,
      inPython?: Question["inPython"],
    ): Question => ({
      name: `${JSON.stringify(run.id)}: ${what}`,
      call,
      args: { custom_id: run.id, ...args },
      ours,
      truth,
      ...inPython && { inPython },
      ...skip && { skip },
    });
    const values = (given: ReadonlyArray<string>) =>
      handle.pipe(
        Effect.tap((handle) => handle.prefetch(given)),
        Effect.flatMap((handle) =>
          Effect.forEach(given, (path) =>
            Effect.map(valueOf(handle, path), (cell) => [path, cell] as const))
        ),
        Effect.map(Object.fromEntries),
      );
    const trueValues = (given: ReadonlyArray<string>) =>
      Object.fromEntries(given.map((path) => [path, run.fields.get(path)!.cell]));
    const points = (
      what: string,
      options: {
        readonly includeInherited: boolean;
        readonly stepRange: readonly [number | null, number | null];
        readonly prefetch: boolean;
      },
    ) => {
      const { prefetch, ...rest } = options;
      return about(
        `points, ${what}`,
        "fetch_values",
        { paths: series, ...snake(options) },
        handle.pipe(
          Effect.tap((handle) =>
            prefetch
              ? handle.prefetchSeriesValues(series, { ...rest, progressBar: false })
              : Effect.void
          ),
          Effect.flatMap((handle) =>
            Effect.forEach(
              series,
              (path) =>
                Effect.map(handle.fetchValues(path, rest), (frame) =>
                  [path, tableOf(frame)] as const),
            )
          ),
          Effect.map(Object.fromEntries),
        ),
        () =>
          Object.fromEntries(series.map((path) => {
            const all = options.includeInherited ? run.points : run.ownPoints;
            return [path, pointsTable(inRange(all.get(path)!, options.stepRange))] as const;
          })),
        withoutEmptyTables,
      );
    };
    const few = series.slice(0, 3);
    return [
      about(
        "field_names",
        "field_names",
        {},
        handle.pipe(
          Effect.flatMap((handle) => Stream.runCollect(handle.fieldNames)),
          Effect.map((names) => [...names].sort()),
        ),
        () => paths.toSorted(),
        sortedLines,
      ),
      about(
        "values of all fields",
        "fetch",
        { paths, prefetch: true },
        values(paths),
        () => trueValues(paths),
        withoutUnsupported(run),
      ),
      ...few.length === 0 ? [] : [
        about(
          "values one by one, forgotten after",
          "fetch",
          { paths: few, forget: true },
          values(few),
          () => trueValues(few),
        ),
        about("last values", "fetch_last", { paths: few }, values(few), () => trueValues(few)),
      ],
      ...series.length === 0 ? [] : [
        points("all", { includeInherited: true, stepRange: [null, null], prefetch: true }),
        points("own", { includeInherited: false, stepRange: [null, null], prefetch: true }),
        points("from 1.05 to 6", { includeInherited: true, stepRange: [1.05, 6], prefetch: true }),
        points("up to 2, one by one", {
          includeInherited: true,
          stepRange: [null, 2],
          prefetch: false,
        }),
      ],
    ];
  };

  const mistakes = (): ReadonlyArray<Question> => {
    const first = within("runs").find((run) => !isTrashed(run))!;
    const error = (
      name: string,
      call: string,
      args: Readonly<Record<string, unknown>>,
      ours: Effect.Effect<Answer, Neptune.NeptuneError, Neptune.NeptuneSource>,
      reason: string,
    ): Question => ({ name, call, args, ours: outcome(ours), truth: () => ({ error: reason }) });
    const tableOf = (options: Neptune.TableOptions) =>
      Effect.flatMap(open, (project) => project.fetchRunsDf(options));
    const handle = Effect.flatMap(open, (project) => project.run({ customId: first.id }));
    return [
      {
        ...error(
          "a project that is not there",
          "open_project",
          { name: "no/such" },
          Neptune.ReadOnlyProject.open("no/such"),
          "ProjectNotFound",
        ),
        onServer: (_, note) => {
          note("a project that a server does not have is AccessDenied, as it answers");
          return { error: "AccessDenied" };
        },
      },
      error(
        "a run that is not there",
        "open_run",
        { with_id: "NO-1" },
        Effect.flatMap(open, (project) => project.run({ withId: "NO-1" })),
        "RunNotFound",
      ),
      error(
        "a custom id with quotes that is not there",
        "open_run",
        { custom_id: 'a"b\\' },
        Effect.flatMap(open, (project) => project.run({ customId: 'a"b\\' })),
        "RunNotFound",
      ),
      error(
        "an experiment that is not there",
        "open_run",
        { experiment_name: "no+such\\" },
        Effect.flatMap(open, (project) => project.run({ experimentName: "no+such\\" })),
        "RunNotFound",
      ),
      {
        ...error(
          "a field that is not there",
          "fetch",
          { custom_id: first.id, paths: ["not/there"] },
          Effect.flatMap(handle, (run) => run.fetch("not/there")),
          "FieldNotFound",
        ),
        skip: whyNotByOld([first]),
      },
      error(
        "a query that does not parse",
        "fetch_runs_df",
        { query: "(`sys/id`:string = " },
        tableOf({ query: "(`sys/id`:string = " }),
        "InvalidQuery",
      ),
      error(
        "a pattern that is no RE2",
        "fetch_runs_df",
        { custom_id_regex: "a(?=b)" },
        tableOf({ customIdRegex: "a(?=b)" }),
        "InvalidRegex",
      ),
      error(
        "a pattern of columns that is no RE2",
        "fetch_runs_df",
        { columns_regex: "(" },
        tableOf({ columnsRegex: "(" }),
        "InvalidRegex",
      ),
      error(
        "a limit of 0",
        "fetch_runs_df",
        { limit: 0 },
        tableOf({ limit: 0 }),
        "InvalidArgument",
      ),
      error(
        "a limit of 5001",
        "fetch_runs_df",
        { limit: 5001 },
        tableOf({ limit: 5001 }),
        "InvalidArgument",
      ),
    ];
  };

  return { lists, run, table, mixed, mistakes };
};

/** Names as Python spells them. */
const snake = (options: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) =>
      [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value] as const
    ),
  );

const outcome = <R>(
  effect: Effect.Effect<Answer, Neptune.NeptuneError, R>,
): Effect.Effect<Answer, never, R> =>
  Effect.catch(effect, ({ reason }) => Effect.succeed({ error: reason._tag }));

const valueOf = (
  run: Neptune.ReadOnlyRun,
  path: string,
): Effect.Effect<Cell, Neptune.NeptuneError> =>
  Effect.gen(function* () {
    const { type } = yield* run.field(path);
    if (type === "int") {
      return { int: String(yield* run.fetch(path, Neptune.Attribute.BigInteger)) };
    }
    return cellOf(yield* run.fetch(path));
  });

/** The identifiers that a search on a server gives. */
const withKeys: NonNullable<Question["onServer"]> = (answer, note) => {
  const filled = (id: Cell, key: Cell): Cell => {
    if (id === null) note("a run without sys/id has the id that it was logged under there");
    return id ?? key;
  };
  if (Array.isArray(answer)) {
    return answer.map(([id, name, key]) => [filled(id, key), name, key]);
  }
  const { height, columns } = answer as Table;
  const keys = columns.find(({ name }) => name === "sys/custom_run_id")!.cells;
  return {
    height,
    columns: columns.map((column) =>
      column.name === "sys/id"
        ? { ...column, cells: column.cells.map((id, i) => filled(id, keys[i]!)) }
        : column
    ),
  };
};

/** neptune-fetcher finds runs of `sys/id` only, and none in the trash. */
const whyNotOpened = (run: TrueRun): Question["skip"] => {
  if (isTrashed(run)) return { fetcher: "a run in the trash opens by its ids (L: not)" };
  if (fieldOf(run, "sys/id") === undefined) {
    return { fetcher: "a run without sys/id has no address in the protocol" };
  }
  return undefined;
};

const withoutEmptyTables: Question["inPython"] = (answer, note) =>
  Object.fromEntries(
    Object.entries(answer as Record<string, Table>).map(([path, table]) => {
      if (table.height > 0) return [path, table];
      note("fetchValues of a series without points has all its columns");
      return [path, { height: 0, columns: [] }];
    }),
  );

const withoutUnsupported = (run: TrueRun): Question["inPython"] => (answer, note) =>
  Object.fromEntries(
    Object.entries(answer as Record<string, Cell>).map(([path, cell]) => {
      if (!UNSUPPORTED.has(run.fields.get(path)!.type)) return [path, cell];
      note("all types of series have values");
      return [path, null];
    }),
  );

const sortedLines: Question["inPython"] = (answer, note, client) => {
  const names = answer as ReadonlyArray<string>;
  if (client.includes(" 0.9")) return names;
  const short = names.filter((name) => new TextEncoder().encode(name).length <= 1024);
  if (short.length < names.length) note("run.fieldNames has paths of any length");
  return short;
};
