/**
 * Where Neptune data comes from: the one interface that an export on disk and a running server both
 * fill, and that everything above them asks.
 *
 * Answers travel in columns. A table of 5,000 runs by 50 attributes is 50 {@link ValueColumn}s, and
 * a million points of a thousand series are a few typed arrays in a {@link FloatSeriesChunk}; no
 * object is made for a cell or a point. Large answers are streams, so that a consumer can work on
 * the first part while the next is on its way, and stop.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { NeptuneSource } from "@nereid/nereid/neptune/NeptuneSource";
 * import { Effect, Stream } from "effect";
 *
 * // How many points a metric has in all runs together, without ever holding them.
 * const count = Effect.gen(function* () {
 *   const source = yield* NeptuneSource;
 *   const project = "nereid/digits";
 *   const pages = yield* Stream.runCollect(source.search({
 *     project,
 *     kind: "runs",
 *     query: Neptune.Nql.everything,
 *     sortBy: { attribute: "sys/id", type: "string", direction: "ascending" },
 *     attributes: [],
 *   }));
 *   const chunks = source.floatSeries({
 *     project,
 *     runs: pages.flatMap(({ runs }) => runs),
 *     attributes: ["val/loss"],
 *     inheritance: "none",
 *     range: {},
 *     previews: false,
 *   });
 *   return yield* Stream.runFold(chunks, () => 0, (sum, { step }) => sum + step.length);
 * });
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data" });
 * console.log(await Effect.runPromise(Effect.provide(count, archive))); // 906
 * ```
 *
 * @module
 */
import { Context, type Effect, type Stream } from "effect";
import type { FileRef, Histogram } from "./Attribute.ts";
import type { NeptuneErrorReason } from "./NeptuneError.ts";
import type { NeptuneWarning } from "./NeptuneWarning.ts";
import type { Aggregate, Query } from "./Nql.ts";

/** A project of a source. */
export interface Project {
  /** `workspace/name`, which names it in every other request. */
  readonly identifier: string;
  readonly workspace: string;
  readonly name: string;
  /** What `sys/id` begins with, where the source knows it: `ABC` of `ABC-12`. */
  readonly key: string | null;
}

/** How a source names a run in requests: opaque, unique in its project, stable while it is open. */
export type RunKey = string;

/** Runs, or the experiments among them: the runs that are the head of a named experiment. */
export type RunKind = "runs" | "experiments";

/** A request for runs in order. */
export interface SearchRequest {
  readonly project: string;
  readonly kind: RunKind;
  readonly query: Query;
  readonly sortBy: SortBy;
  /** How many of the matching runs to leave out, from the first one on; none when absent. */
  readonly offset?: number | undefined;
  /** How many of the rest to deliver; all when absent. */
  readonly limit?: number | undefined;
  /** Attributes to deliver with each run, by exact path. */
  readonly attributes: ReadonlyArray<string>;
}

/**
 * The order of a search. Runs that lack the attribute come last in both directions; ties are in
 * ascending order of their key.
 */
export interface SortBy {
  readonly attribute: string;
  readonly type: string;
  /** Which number of a float series; `last` when absent. */
  readonly aggregate?: Aggregate | undefined;
  readonly direction: "ascending" | "descending";
}

/** Some of the runs of a search, in order. The rows of `columns` count from the page's first run. */
export interface RunPage {
  /** How many runs match, whatever `offset` and `limit` leave of them. */
  readonly total: number;
  readonly runs: ReadonlyArray<RunKey>;
  readonly columns: ReadonlyArray<ValueColumn>;
}

/** A path, and a type under it: one path can have several types, in different runs. */
export interface AttributeDefinition {
  readonly path: string;
  /** An `AttributeType`, or a type that this library does not know. */
  readonly type: string;
}

/**
 * Which attributes: those of these exact paths, or those whose path fits one of the clauses. A path
 * fits a clause if RE2 finds every pattern of `all` somewhere in it, and none of `none`.
 */
export type AttributeSelection =
  | { readonly paths: ReadonlyArray<string> }
  | {
    readonly anyOf: ReadonlyArray<{
      readonly all: ReadonlyArray<string>;
      readonly none: ReadonlyArray<string>;
    }>;
  };

/** Every attribute there is. */
export const everyAttribute: AttributeSelection = { anyOf: [{ all: [], none: [] }] };

/** A request for the attributes of runs: their definitions, or their values. */
export interface AttributesRequest {
  readonly project: string;
  /** `undefined` means all runs of the project, an empty list none. */
  readonly runs: ReadonlyArray<RunKey> | undefined;
  readonly select: AttributeSelection;
  /** All types when absent. */
  readonly types?: ReadonlyArray<string> | undefined;
}

/** A request for the values of attributes; runs must be named, for rows are counted from them. */
export interface ValuesRequest extends AttributesRequest {
  readonly runs: ReadonlyArray<RunKey>;
}

interface ColumnOf<Type extends string> {
  readonly path: string;
  readonly type: Type;
  /** The run of each value, as an index into the runs asked for; ascending. */
  readonly rows: Uint32Array;
}

interface ValuesOf<Type extends string, Values> extends ColumnOf<Type> {
  readonly values: Values;
}

interface LastOf<Type extends string, Values> extends ColumnOf<Type> {
  /** The last step; NaN where the series has no committed point, and no last value. */
  readonly lastStep: Float64Array;
  readonly last: Values;
}

/** {@link FloatSeriesSummary} in columns; NaN stands for `null` in all but `last`. */
export interface FloatSeriesColumn extends LastOf<"floatSeries", Float64Array> {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly average: Float64Array;
  readonly variance: Float64Array;
}

/**
 * The values of one attribute, a path and a type, in the runs that have it. Datetimes are
 * milliseconds since the epoch; booleans are 0 and 1.
 */
export type ValueColumn =
  | ValuesOf<"bool", Uint8Array>
  | ValuesOf<"int", BigInt64Array>
  | ValuesOf<"float", Float64Array>
  | ValuesOf<"string", ReadonlyArray<string>>
  | ValuesOf<"datetime", Float64Array>
  | ValuesOf<"stringSet", ReadonlyArray<ReadonlyArray<string>>>
  | ValuesOf<"experimentState", ReadonlyArray<string>>
  | ValuesOf<"fileRef", ReadonlyArray<FileRef>>
  | ValuesOf<"fileSet", ReadonlyArray<FileRef>>
  | ValuesOf<"artifact", ReadonlyArray<FileRef>>
  | FloatSeriesColumn
  | LastOf<"stringSeries", ReadonlyArray<string | null>>
  | LastOf<"histogramSeries", ReadonlyArray<Histogram | null>>
  | LastOf<"fileRefSeries", ReadonlyArray<FileRef | null>>;

/**
 * Which points of a series: those whose step is above `after`, at least `from`, at most `to` and below
 * `before`, as far as given.
 */
export interface StepRange {
  readonly after?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly before?: number | undefined;
}

/**
 * Which points of the ancestors of a forked run belong to its series: those of `all` of them up to
 * where it forked, those of ancestors of the same `experiment`, or `none`.
 */
export type Inheritance = "all" | "experiment" | "none";

/** A request for the points of series: every attribute in every run, as far as it exists there. */
export interface SeriesRequest {
  readonly project: string;
  readonly runs: ReadonlyArray<RunKey>;
  readonly attributes: ReadonlyArray<string>;
  readonly inheritance: Inheritance;
  readonly range: StepRange;
  /** Only the first so many points of each series in the range; not together with `tail`. */
  readonly head?: number | undefined;
  /** Only the last so many points of each series in the range. */
  readonly tail?: number | undefined;
  /** Whether points that may still change are wanted too. */
  readonly previews: boolean;
}

/** Points in columns, in ascending order of step. */
export interface Points<Values> {
  readonly step: Float64Array;
  /** Milliseconds since the epoch; NaN where the time is not known. */
  readonly timestamp: Float64Array;
  readonly value: Values;
}

/** Points of a float series. */
export interface FloatPoints extends Points<Float64Array> {
  /** 1 for each point that may still change; absent when there is none. */
  readonly preview?: Uint8Array | undefined;
  /** From 0 to 1 for each point; absent when all are complete. */
  readonly completionRatio?: Float32Array | undefined;
}

/** Points of a series that are not numbers. `null` is a value that the source has lost. */
export type OtherPoints<A> = Points<ReadonlyArray<A | null>>;

/**
 * Tells which series the points of a chunk belong to, one series after another.
 *
 * Series `i` is of run `run[i]` and attribute `attribute[i]`, indices into those asked for. Its
 * points in this chunk are those from `offsets[i]` up to but without `offsets[i + 1]`. A series is
 * in one chunk, or goes on in the next ones. A series without points in the range is in no chunk.
 */
export interface SeriesOffsets {
  readonly run: Uint32Array;
  readonly attribute: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Points of float series. */
export interface FloatSeriesChunk extends SeriesOffsets, FloatPoints {}

/** Points of series that are not numbers. */
export interface OtherSeriesChunk<A> extends SeriesOffsets, OtherPoints<A> {}

/** A request for the bytes of a logged file. */
export interface FileRequest {
  readonly project: string;
  readonly file: FileRef;
  /** First byte wanted; the first one when absent. */
  readonly from?: number | undefined;
  /** How many bytes; all that follow when absent. */
  readonly length?: number | undefined;
}

/** A source of Neptune data. */
export interface NeptuneSource {
  /** The project that is opened when a program names none. */
  readonly defaultProject?: string | undefined;

  /** The projects that can be read. */
  readonly projects: Effect.Effect<ReadonlyArray<Project>, NeptuneErrorReason>;

  /** Looks a project up by `workspace/name`. */
  readonly project: (identifier: string) => Effect.Effect<Project, NeptuneErrorReason>;

  /** Finds runs or experiments, in order, page by page; without any there is one empty page. */
  readonly search: (request: SearchRequest) => Stream.Stream<RunPage, NeptuneErrorReason>;

  /** Lists the attributes that at least one of the runs has, each path and type once. */
  readonly definitions: (
    request: AttributesRequest,
  ) => Stream.Stream<ReadonlyArray<AttributeDefinition>, NeptuneErrorReason>;

  /**
   * Reads values of attributes. A column can come in several pieces, each with other rows; runs
   * that lack the attribute have no row.
   */
  readonly values: (
    request: ValuesRequest,
  ) => Stream.Stream<ReadonlyArray<ValueColumn>, NeptuneErrorReason>;

  /** Reads points of float series; attributes of other types have none. */
  readonly floatSeries: (
    request: SeriesRequest,
  ) => Stream.Stream<FloatSeriesChunk, NeptuneErrorReason>;

  /** Reads points of string series. */
  readonly stringSeries: (
    request: SeriesRequest,
  ) => Stream.Stream<OtherSeriesChunk<string>, NeptuneErrorReason>;

  /** Reads points of histogram series. */
  readonly histogramSeries: (
    request: SeriesRequest,
  ) => Stream.Stream<OtherSeriesChunk<Histogram>, NeptuneErrorReason>;

  /** Reads points of file series: the references, not the bytes. */
  readonly fileRefSeries: (
    request: SeriesRequest,
  ) => Stream.Stream<OtherSeriesChunk<FileRef>, NeptuneErrorReason>;

  /** How many bytes a file has. */
  readonly fileSize: (
    request: Pick<FileRequest, "project" | "file">,
  ) => Effect.Effect<number, NeptuneErrorReason>;

  /** Reads the bytes of a file. */
  readonly readFile: (request: FileRequest) => Stream.Stream<Uint8Array, NeptuneErrorReason>;

  /** What the source knows to be missing or unreadable in a project, whether asked for or not. */
  readonly diagnose: (
    project: string,
  ) => Effect.Effect<ReadonlyArray<NeptuneWarning>, NeptuneErrorReason>;
}

/** The key under which a program is given its {@link NeptuneSource}. */
export const NeptuneSource: Context.Service<NeptuneSource, NeptuneSource> = Context.Service(
  "@nereid/nereid/NeptuneSource",
);
