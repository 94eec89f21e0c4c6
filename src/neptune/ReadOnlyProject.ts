/**
 * A project: its runs and experiments as lists, as tables, and one by one.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { askingDisplay } from "../display/asking.ts";
import { jupyterDisplay, type MediaBundle } from "../display/jupyter.ts";
import type { DataFrame } from "../Polars.ts";
import { type OneOrMany, refuseValue } from "./arguments.ts";
import {
  failingAs,
  MissingConfiguration,
  NeptuneError,
  type NeptuneErrorReason,
} from "./NeptuneError.ts";
import { NeptuneSource } from "./NeptuneSource.ts";
import type { NeptuneWarning } from "./NeptuneWarning.ts";
import { describeProject } from "./project/display.ts";
import { fetchIdentifiers, fetchWithOptions } from "./project/fetchTable.ts";
import { list } from "./project/list.ts";
import type { TableOptions } from "./project/TableOptions.ts";
import type { ReadOnlyRun } from "./ReadOnlyRun.ts";
import { openExperiments, openOne, openRuns } from "./run/open.ts";
import { textVariable } from "./variables.ts";

export type { TableOptions } from "./project/TableOptions.ts";

/** What tells a run apart; `null` for an attribute that it lacks. */
export interface RunIdentifiers {
  /** The Neptune ID, such as `RUN-12`. */
  readonly "sys/id": string | null;
  /** The name of its experiment. */
  readonly "sys/name": string | null;
  /** The id that the program which logged it gave it. */
  readonly "sys/custom_run_id": string | null;
}

/** Names one run, in one of three ways. */
export type RunSelector =
  /** By `sys/id`. */
  | { readonly withId: string }
  /** By `sys/custom_run_id`. */
  | { readonly customId: string }
  /** By `sys/name`: the run that is the head of the experiment now. */
  | { readonly experimentName: string };

/** Read access to one project. */
export interface ReadOnlyProject {
  /** `workspace/name`. */
  readonly projectIdentifier: string;

  /**
   * Lists the runs that are not in the trash, experiments included.
   *
   * The order is that of `sys/id` as text, descending: `RUN-9` comes before `RUN-10`. Nothing is
   * requested before the stream runs.
   */
  readonly listRuns: () => Stream.Stream<RunIdentifiers, NeptuneError>;

  /** Lists the experiments that are not in the trash, in the order of {@link listRuns}. */
  readonly listExperiments: () => Stream.Stream<RunIdentifiers, NeptuneError>;

  /**
   * Fetches the runs that are not in the trash as a table, newest first: `sys/custom_run_id`,
   * `sys/id` and `sys/name`, all text.
   */
  readonly fetchRuns: () => Effect.Effect<DataFrame, NeptuneError>;

  /** Fetches the experiments that are not in the trash as {@link fetchRuns} does runs. */
  readonly fetchExperiments: () => Effect.Effect<DataFrame, NeptuneError>;

  /**
   * Fetches a table with a row for each run that fulfils the filters, in order of `sortBy`.
   *
   * It has a column for `sys/custom_run_id` and for `sortBy`, for each of `columns`, and for each
   * attribute that `columnsRegex` finds in one of the runs. First come those below `sys/`, then
   * others, last those below `monitoring/`, each by code point.
   *
   * | Neptune type | column | cell |
   * |---|---|---|
   * | `string`, `experimentState` | `Utf8` | |
   * | `int` | `Int64` | |
   * | `float` | `Float64` | NaN is a value |
   * | `bool` | `Bool` | |
   * | `datetime` | `Datetime("ms", "UTC")` | |
   * | `stringSet` | `Utf8` or `List(Utf8)` | see `stringSets` |
   * | `floatSeries`, `stringSeries` | `Float64`, `Utf8` | last value |
   * | `histogramSeries` | `Struct` of `type`, `edges`, `values` | last value |
   * | `fileRef`, `fileRefSeries` | `Utf8` | path of the (last) file |
   * | none of the runs has it | `Null` | |
   *
   * A run that lacks an attribute has `null`. An attribute with different types in different runs
   * gives numbers if all are numbers, else texts, and a warning; see `typeSuffix`.
   *
   * Runs without the attribute of `sortBy` come last; ties are in a fixed order. No rows give an
   * empty frame with the columns that were asked for.
   */
  readonly fetchRunsDf: (options?: TableOptions) => Effect.Effect<DataFrame, NeptuneError>;

  /**
   * Fetches a table of experiments as {@link fetchRunsDf} does of runs; `sys/name` always has a
   * column.
   */
  readonly fetchExperimentsDf: (options?: TableOptions) => Effect.Effect<DataFrame, NeptuneError>;

  /**
   * Opens one run; one in the trash too, if it is named by an id.
   *
   * Fails with `RunNotFound` if there is none, and with `InvalidArgument` unless exactly one of the
   * three ways to name it is given.
   */
  readonly run: (selector: RunSelector) => Effect.Effect<ReadOnlyRun, NeptuneError>;

  /**
   * Opens runs by id, in the order given: first those of `withIds`, then those of `customIds`.
   *
   * An id that is there twice gives its run twice; an id that is not known fails the stream when it
   * is reached. No ids give no runs. Nothing is requested before the stream runs.
   */
  readonly fetchReadOnlyRuns: (
    ids?: {
      readonly withIds?: OneOrMany | null | undefined;
      readonly customIds?: OneOrMany | null | undefined;
    },
  ) => Stream.Stream<ReadOnlyRun, NeptuneError>;

  /** Opens experiments by name, as {@link fetchReadOnlyRuns} does runs. */
  readonly fetchReadOnlyExperiments: (
    names?: { readonly names?: OneOrMany | null | undefined },
  ) => Stream.Stream<ReadOnlyRun, NeptuneError>;

  /**
   * Finds out what is missing or unreadable in the project; empty for one that is whole.
   *
   * Of an export it tells damaged, missing and unfinished files, and what the exporter reported as
   * lost. Points of series are not read for it: damage there shows when they are.
   */
  readonly diagnose: () => Effect.Effect<ReadonlyArray<NeptuneWarning>, NeptuneError>;

  /** Shows how much there is, and the newest experiments, in a notebook. */
  readonly [jupyterDisplay]: () => Promise<MediaBundle>;
}

/**
 * Opens a project by `workspace/name`, or the one that the source or `NEPTUNE_PROJECT` names.
 *
 * Fails with `MissingConfiguration` without a name, and with `ProjectNotFound` if the source has no
 * such project.
 */
const open = (
  identifier?: string | null,
): Effect.Effect<ReadOnlyProject, NeptuneError, NeptuneSource> =>
  Effect.gen(function* () {
    const source = yield* NeptuneSource;
    if (identifier != null && typeof identifier !== "string") {
      return yield* refuseValue("project", "a string such as workspace/name", identifier);
    }
    const name = identifier || source.defaultProject || (yield* textVariable("NEPTUNE_PROJECT"));
    if (name === undefined) {
      return yield* new MissingConfiguration({ variable: "NEPTUNE_PROJECT", parameter: "project" });
    }
    return make(source, (yield* source.project(name)).identifier);
  }).pipe(failingAs("ReadOnlyProject.open"), Effect.withSpan("ReadOnlyProject.open"));

/**
 * Opens projects.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
 *   return yield* project.fetchExperimentsDf({ columns: ["config/lr"], namesRegex: "^sgd", limit: 3 });
 * });
 * const table = await Effect.runPromise(
 *   Effect.provide(program, Neptune.layerArchive({ data: "examples/data/digits/data" })),
 * );
 * console.log(table.columns); // [ "sys/creation_time", "sys/custom_run_id", "sys/name", "config/lr" ]
 * ```
 */
export const ReadOnlyProject: { readonly open: typeof open } = { open };

const make = (source: NeptuneSource, project: string): ReadOnlyProject => {
  const operation = <A>(name: string, run: Effect.Effect<A, NeptuneErrorReason>) =>
    run.pipe(failingAs(`ReadOnlyProject.${name}`), Effect.withSpan(`ReadOnlyProject.${name}`));
  const stream = <A>(name: string, run: Stream.Stream<A, NeptuneErrorReason>) =>
    run.pipe(
      Stream.mapError((reason) => new NeptuneError({ method: `ReadOnlyProject.${name}`, reason })),
      Stream.withSpan(`ReadOnlyProject.${name}`),
    );
  const self: ReadOnlyProject = {
    projectIdentifier: project,
    listRuns: () => stream("listRuns", list(source, project, "runs")),
    listExperiments: () => stream("listExperiments", list(source, project, "experiments")),
    fetchRuns: () => operation("fetchRuns", fetchIdentifiers(source, project, "runs")),
    fetchExperiments: () =>
      operation("fetchExperiments", fetchIdentifiers(source, project, "experiments")),
    fetchRunsDf: (options = {}) =>
      operation("fetchRunsDf", fetchWithOptions(source, project, "runs", options)),
    fetchExperimentsDf: (options = {}) =>
      operation("fetchExperimentsDf", fetchWithOptions(source, project, "experiments", options)),
    run: (selector) => operation("run", openOne(source, self, selector)),
    fetchReadOnlyRuns: (ids = {}) => stream("fetchReadOnlyRuns", openRuns(source, self, ids)),
    fetchReadOnlyExperiments: (names = {}) =>
      stream("fetchReadOnlyExperiments", openExperiments(source, self, names)),
    diagnose: () => operation("diagnose", source.diagnose(project)),
    [jupyterDisplay]: () =>
      askingDisplay(project, operation("display", describeProject(source, project))),
  };
  return self;
};
