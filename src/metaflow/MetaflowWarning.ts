/**
 * What a result does not show by itself. Nothing is ever missing or changed without one of these.
 *
 * @module
 */
import { Context, Effect } from "effect";

/** The kinds of {@link MetaflowWarning}. */
export type MetaflowWarningKind =
  /** A column of a frame is of a type that Polars lacks; it holds texts. */
  | "ColumnAsText"
  /** A column of a frame is of an unknown kind, and left out. */
  | "ColumnOmitted";

/** Something a person should know about a result; the result is right as far as it goes. */
export interface MetaflowWarning {
  readonly kind: MetaflowWarningKind;
  /** What happened and what to do, for a person. */
  readonly message: string;
  /** The pathspec of the artifact it is about. */
  readonly artifact: string;
  /** The column it is about. */
  readonly column: string;
}

/** Takes the warnings of running operations. */
export type WarningHandler = (warning: MetaflowWarning) => Effect.Effect<void>;

const logged = new Set<string>();

const logOnce: WarningHandler = (warning) =>
  Effect.suspend(() => {
    if (logged.has(warning.message)) return Effect.void;
    logged.add(warning.message);
    return Effect.logWarning(warning.message).pipe(
      Effect.annotateLogs("metaflow.warning", warning.kind),
    );
  });

/** Who takes warnings. By default each text is logged once in the life of the process. */
export const CurrentWarningHandler: Context.Reference<WarningHandler> = Context.Reference(
  "@nereid/nereid/MetaflowWarningHandler",
  { defaultValue: () => logOnce },
);

/** Hands a warning to whoever takes them. */
export const warn = (warning: MetaflowWarning): Effect.Effect<void> =>
  CurrentWarningHandler.use((handle) => handle(warning));

/**
 * Runs an operation and returns its warnings beside its result, instead of logging them.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const artifact = yield* Metaflow.DataArtifact.get(
 *     "TideFlow/1795617626130956/start/1/observations",
 *   );
 *   return yield* Metaflow.collectWarnings(artifact.data);
 * });
 * const [frame, warnings] = await Effect.runPromise(
 *   Effect.provide(
 *     program,
 *     Metaflow.layerLocal({
 *       root: "examples/data/metaflow",
 *       rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
 *       namespace: null,
 *     }),
 *   ),
 * );
 * console.log(warnings.length); // 0
 * ```
 */
export const collectWarnings = <A, E, R>(
  operation: Effect.Effect<A, E, R>,
): Effect.Effect<readonly [A, ReadonlyArray<MetaflowWarning>], E, R> =>
  Effect.suspend(() => {
    const warnings: Array<MetaflowWarning> = [];
    const collect: WarningHandler = (warning) => Effect.sync(() => void warnings.push(warning));
    return operation.pipe(
      Effect.provideService(CurrentWarningHandler, collect),
      Effect.map((result) => [result, warnings] as const),
    );
  });
