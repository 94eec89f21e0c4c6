/**
 * What a result does not show by itself: a damaged file that was left out, a run that an export has
 * lost, types that had to be merged. Nothing is ever missing without one of these.
 *
 * @module
 */
import { Context, Effect } from "effect";

/** The kinds of {@link NeptuneWarning}. */
export type NeptuneWarningKind =
  /** A file cannot be read; what it held is missing from results. */
  | "DamagedFile"
  /** A part of a run is missing between others. */
  | "MissingPart"
  /** Files of a run whose export was never finished; the run is not listed. */
  | "UnfinishedRun"
  /** The exporter reported that it could not export something. */
  | "LostInExport"
  /** A run was forked from a run that the source does not have; its series begin at the fork. */
  | "MissingParent"
  /** Times of series are local times of an unknown time zone. */
  | "LocalTimestamps"
  /** Different types under one path had to share a column. */
  | "MixedTypes"
  /** The source has an attribute of a type that this library does not know. */
  | "UnknownType"
  /** The type to sort by is not known, or there are several. */
  | "SortType"
  /** A table has very many values. */
  | "LargeTable"
  /** An argument has no effect any more. */
  | "Deprecated"
  /** A variable of the environment asks for what cannot be done. */
  | "NoEffect"
  /** A server is busy, failing or not there, and a request to it is tried again. */
  | "Retrying";

/** Something a person should know about a result; the result is right as far as it goes. */
export interface NeptuneWarning {
  readonly kind: NeptuneWarningKind;
  /** What happened and what to do, for a person. */
  readonly message: string;
  /** The file it is about. */
  readonly file?: string | undefined;
  /** The run it is about, where it is known. */
  readonly run?: string | undefined;
  /** The attribute it is about. */
  readonly attribute?: string | undefined;
}

/** Takes the warnings of running operations. */
export type WarningHandler = (warning: NeptuneWarning) => Effect.Effect<void>;

const logged = new Set<string>();

const logOnce: WarningHandler = (warning) =>
  Effect.suspend(() => {
    if (logged.has(warning.message)) return Effect.void;
    logged.add(warning.message);
    return Effect.logWarning(warning.message).pipe(
      Effect.annotateLogs("neptune.warning", warning.kind),
    );
  });

/** Who takes warnings. By default each text is logged once in the life of the process. */
export const CurrentWarningHandler: Context.Reference<WarningHandler> = Context.Reference(
  "@nereid/nereid/CurrentWarningHandler",
  { defaultValue: () => logOnce },
);

/** Hands a warning to whoever takes them. */
export const warn = (warning: NeptuneWarning): Effect.Effect<void> =>
  CurrentWarningHandler.use((handle) => handle(warning));

/**
 * Runs an operation and returns its warnings beside its result, instead of logging them. Each text is
 * there once.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
 *   return yield* Neptune.collectWarnings(project.fetchRuns());
 * });
 * const [runs, warnings] = await Effect.runPromise(
 *   Effect.provide(program, Neptune.layerArchive({ data: "examples/data/digits/data" })),
 * );
 * console.log(runs.height, warnings.length); // 23 0
 * ```
 */
export const collectWarnings = <A, E, R>(
  operation: Effect.Effect<A, E, R>,
): Effect.Effect<readonly [A, ReadonlyArray<NeptuneWarning>], E, R> =>
  Effect.suspend(() => {
    const warnings = new Map<string, NeptuneWarning>();
    const collect: WarningHandler = (warning) =>
      Effect.sync(() => void warnings.set(warning.message, warning));
    return operation.pipe(
      Effect.provideService(CurrentWarningHandler, collect),
      Effect.map((result) => [result, [...warnings.values()]] as const),
    );
  });
