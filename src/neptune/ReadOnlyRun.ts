/**
 * A run or an experiment: its fields, one by one, many at once, or all by a schema.
 *
 * @module
 */
import type { Effect, Schema, Stream } from "effect";
import type { jupyterDisplay, MediaBundle } from "../display/jupyter.ts";
import type { DataFrame } from "../Polars.ts";
import type { ProgressBar } from "../Progress.ts";
import type { AnyValue, FileRef } from "./Attribute.ts";
import type { NeptuneError } from "./NeptuneError.ts";
import type { ReadOnlyProject } from "./ReadOnlyProject.ts";

/**
 * The first step wanted, without that step itself, and the last one, with it; `null` for an open end.
 */
export type StepRange = readonly [
  after: number | null | undefined,
  upTo: number | null | undefined,
];

/** Which points of a series to read. */
export interface PointsOptions {
  /**
   * Whether a forked run has the points of its ancestors up to where it forked.
   *
   * @default true
   */
  readonly includeInherited?: boolean | undefined;
  /** @default [null, null] */
  readonly stepRange?: StepRange | undefined;
  /**
   * `false` shows no progress, a function receives it.
   *
   * @default true
   */
  readonly progressBar?: ProgressBar;
}

/** Options of `fetchValues`. */
export interface FetchValuesOptions extends PointsOptions {
  /** @default true */
  readonly includeTimestamp?: boolean | undefined;
  /**
   * Whether points that may still change are there, and columns that tell them apart.
   *
   * @default false
   */
  readonly includePointPreviews?: boolean | undefined;
}

/** Options of `prefetchSeriesValues`. */
export interface PrefetchSeriesOptions extends PointsOptions {
  /**
   * Whether requests overlap, up to `NEPTUNE_FETCHER_MAX_WORKERS` (10) at a time.
   *
   * @default false
   */
  readonly useThreads?: boolean | undefined;
}

/** A field of a run that exists. */
export interface Field {
  readonly path: string;
  /** The Neptune type, such as `floatSeries`. */
  readonly type: string;
  /** The value; of a series the last one. It is kept once it is fetched. */
  readonly fetch: () => Effect.Effect<AnyValue, NeptuneError>;
  /** The last value of a series, `null` if it has none. Fails with `TypeMismatch` otherwise. */
  readonly fetchLast: () => Effect.Effect<AnyValue, NeptuneError>;
  /** The points of a series, as {@link ReadOnlyRun.fetchValues} gives them. */
  readonly fetchValues: (
    options?: FetchValuesOptions,
  ) => Effect.Effect<DataFrame, NeptuneError>;
}

/**
 * Read access to one run.
 *
 * Values are kept once they are fetched, and changes in the source stay unseen until they are
 * forgotten or the run is opened again. Points are kept only by `prefetchSeriesValues`.
 */
export interface ReadOnlyRun {
  readonly project: ReadOnlyProject;

  /** `sys/id`; where the source does not know it, the key by which the run was found. */
  readonly withId: string;

  /**
   * The paths of all fields, series that are only inherited included, in the order of the source.
   *
   * They are listed once; a field that is logged later appears here when it has been accessed.
   */
  readonly fieldNames: Stream.Stream<string, NeptuneError>;

  /** A handle to one field. Fails with `FieldNotFound` if the run has none at this path. */
  readonly field: (path: string) => Effect.Effect<Field, NeptuneError>;

  /**
   * Fetches the value of a field; of a series the last one.
   *
   * A schema of `Attribute` makes the result typed, and fails with `TypeMismatch` for a field of
   * another type. Without one, an integer beyond ±(2^53 − 1) is a `bigint`. Fails with
   * `FieldNotFound` if the run has no field at this path.
   *
   * @example
   * ```ts
   * import { Neptune } from "@nereid/nereid";
   * import { Effect } from "effect";
   *
   * const program = Effect.gen(function* () {
   *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
   *   const run = yield* project.run({ withId: "DIG-3" });
   *   return yield* run.fetch("config/lr", Neptune.Attribute.Float);
   * });
   * const lr: number = await Effect.runPromise(
   *   Effect.provide(program, Neptune.layerArchive({ data: "examples/data/digits/data" })),
   * );
   * console.log(lr); // 0.02
   * ```
   */
  readonly fetch: {
    <A>(path: string, schema: Schema.ConstraintDecoder<A>): Effect.Effect<A, NeptuneError>;
    (path: string): Effect.Effect<AnyValue, NeptuneError>;
  };

  /** Fetches the last value of a series, `null` if it has none. */
  readonly fetchLast: (path: string) => Effect.Effect<AnyValue, NeptuneError>;

  /**
   * Fetches the points of a series as a table, in ascending order of step.
   *
   * | series | columns |
   * |---|---|
   * | float | `step`, `value` (`Float64`) |
   * | string | `step` (`Float64`), `value` (`Utf8`) |
   * | histogram | `step`, `type` (`Utf8`), `edges`, `values` (`List(Float64)`) |
   * | file | `step`, `path` (`Utf8`), `size_bytes` (`Int64`), `mime_type` (`Utf8`) |
   *
   * Then comes `timestamp` (`Datetime("ms", "UTC")`) unless it is not wanted, and for float series
   * with previews `preview` (`Bool`) and `completion_ratio` (`Float64`). A NaN point is NaN. A
   * series without points gives no rows, and the same columns.
   *
   * Points of `prefetchSeriesValues` are used if `includeInherited` and `stepRange` are the same;
   * otherwise they are read anew at every call. Fails with `FieldNotFound`, and with `TypeMismatch`
   * for a field that is no series.
   */
  readonly fetchValues: (
    path: string,
    options?: FetchValuesOptions,
  ) => Effect.Effect<DataFrame, NeptuneError>;

  /**
   * Fetches the values of several fields at once; those that do not exist are left out. A single
   * text is one path.
   */
  readonly prefetch: (paths: Iterable<string>) => Effect.Effect<void, NeptuneError>;

  /**
   * Fetches the points of several float series at once, and keeps them for `fetchValues`.
   *
   * Values are fetched as by `prefetch`. Fields that do not exist or are no float series are left
   * out. A second call replaces what the first one kept.
   */
  readonly prefetchSeriesValues: (
    paths: Iterable<string>,
    options?: PrefetchSeriesOptions,
  ) => Effect.Effect<void, NeptuneError>;

  /** Forgets what is kept of a field. Fails with `FieldNotFound` if nothing is. */
  readonly forget: (path: string) => Effect.Effect<void, NeptuneError>;

  /**
   * Decodes the run by a schema whose keys are paths and whose fields are schemas of `Attribute`, or
   * made from them. Only the fields that it names are fetched.
   *
   * Fails with `DecodeFailed`, which has one entry for each field that does not fit.
   *
   * @example
   * ```ts
   * import { Neptune } from "@nereid/nereid";
   * import { Effect, Schema } from "effect";
   *
   * const Config = Schema.Struct({
   *   lr: Neptune.Attribute.Float,
   *   optimizer: Neptune.Attribute.String,
   *   warmup: Schema.optionalKey(Neptune.Attribute.Integer),
   * }).pipe(
   *   Schema.encodeKeys({ lr: "config/lr", optimizer: "config/optimizer", warmup: "config/warmup" }),
   * );
   *
   * const program = Effect.gen(function* () {
   *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
   *   const run = yield* project.run({ withId: "DIG-3" });
   *   return yield* run.decode(Config);
   * });
   * const config = await Effect.runPromise(
   *   Effect.provide(program, Neptune.layerArchive({ data: "examples/data/digits/data" })),
   * );
   * console.log(config); // { lr: 0.02, optimizer: "sgd" }
   * ```
   */
  readonly decode: <A>(schema: Schema.ConstraintDecoder<A>) => Effect.Effect<A, NeptuneError>;

  /**
   * Reads the bytes of a logged file: of the field at a path, or of a reference to it.
   *
   * Of a file series it reads the last file. Fails with `FileUnavailable` if the source does not
   * have the bytes.
   */
  readonly readFile: (file: string | FileRef) => Stream.Stream<Uint8Array, NeptuneError>;

  /** Shows key fields, and series as sparklines, in a notebook. */
  readonly [jupyterDisplay]: () => Promise<MediaBundle>;
}
