/**
 * A task of a step: its artifacts, logs, metadata and code, and the tasks next to it.
 *
 * @module
 */
import type { DateTime, Effect, Schema, Stream } from "effect";
import type { DataFrame } from "../Polars.ts";
import type { Client } from "./Client.ts";
import type { ArtifactValue, DataArtifact } from "./DataArtifact.ts";
import type { LogLine, LogLinesOptions, LogStream } from "./Logs.ts";
import type { MetaflowCode } from "./MetaflowCode.ts";
import type { MetaflowData } from "./MetaflowData.ts";
import type { MetaflowError } from "./MetaflowError.ts";
import type { MetaflowObject } from "./MetaflowObject.ts";
import { openTask } from "./objects/task.ts";
import type { PickleValue } from "./pickle/Pickle.ts";
import type { Step } from "./Step.ts";

/** Something that Metaflow recorded about a task. */
export interface Metadata {
  readonly name: string;
  /** Nearly always a text. */
  readonly value: Schema.Json;
  readonly createdAt: DateTime.Utc;
  readonly type: string;
  readonly task: Task;
}

/** Options of opening a task or an artifact. */
export interface AttemptOptions {
  /**
   * An attempt, from 0; whether it happened is not checked.
   *
   * @default the last one: for artifacts the last that is done, for logs the last that has started
   */
  readonly attempt?: number | undefined;
}

/** A task of a step, or one attempt of it. */
export interface Task extends MetaflowObject {
  readonly parent: Effect.Effect<Step, MetaflowError>;

  /** The attempt that was chosen; `undefined` for the last one, whichever that is. */
  readonly attempt: number | undefined;

  /** The attempt that was chosen, or the one that has started last. */
  readonly currentAttempt: Effect.Effect<number, MetaflowError>;

  /**
   * What was recorded about it: of the chosen attempt, or of all. A name can be there many times.
   *
   * What a task lacks that was cloned into a resumed run is that of the task it was cloned from.
   */
  readonly metadata: Effect.Effect<ReadonlyArray<Metadata>, MetaflowError>;

  /** The newest value of each name in {@link metadata}. */
  readonly metadataDict: Effect.Effect<ReadonlyMap<string, Schema.Json>, MetaflowError>;

  /**
   * The artifacts, or the value of one of them, as {@link DataArtifact} gives it.
   *
   * `data(name)` fails with `NotFound` if the attempt has no artifact of the name. With a schema, the
   * value is what that makes of it, or the call fails with `TypeMismatch`.
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect, Schema } from "effect";
   *
   * const program = Effect.gen(function* () {
   *   const task = yield* Metaflow.Task.get("TideFlow/1795617626130956/fit/2");
   *   const error = yield* task.data("error", Schema.Finite); // a number
   *   const weights = yield* task.data("weights", Metaflow.NdArray); // a typed array and its shape
   *   const observations = yield* task.data("observations", Metaflow.DataFrame); // pandas, as Polars
   *   return [error < 0.05, weights.shape, observations.columns];
   * });
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   user: "ann",
   * });
   * console.log(await Effect.runPromise(Effect.provide(program, layer)));
   * // [ true, [ 3 ], [ "time", "hours", "level", "quality" ] ]
   * ```
   */
  data(): Effect.Effect<MetaflowData, MetaflowError>;
  data(name: string): Effect.Effect<ArtifactValue, MetaflowError>;
  data<A>(name: string, schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError>;

  /** Lists the artifacts, newest first, without those whose names begin with an underscore. */
  artifacts(): Stream.Stream<DataArtifact, MetaflowError>;

  /** Opens an artifact by its name, private ones too. Fails with `NotFound` if there is none. */
  get(name: string): Effect.Effect<DataArtifact, MetaflowError>;

  /** Whether there is an artifact of a name. */
  has(name: string): Effect.Effect<boolean, MetaflowError>;

  /** Whether it has ended well. */
  readonly successful: Effect.Effect<boolean, MetaflowError>;

  /** Whether its code ran to the end. A task that failed is not finished. */
  readonly finished: Effect.Effect<boolean, MetaflowError>;

  /** The exception it failed with, nearly always an `ExceptionWrapper`; `null` if it did not. */
  readonly exception: Effect.Effect<PickleValue, MetaflowError>;

  /** When it ended, well or not; `null` before that, and forever if it crashed. */
  readonly finishedAt: Effect.Effect<DateTime.Utc | null, MetaflowError>;

  /** What ran it, such as `dev` or `airflow`; `null` if that was not recorded. */
  readonly runtimeName: string | null;

  /** Its place among the tasks of the innermost foreach; `null` outside of one. */
  readonly index: Effect.Effect<number | null, MetaflowError>;

  /** All that it printed. What is not valid UTF-8 is replaced; {@link loglines} can give bytes. */
  readonly stdout: Effect.Effect<string, MetaflowError>;

  /** All that it printed as errors, as in {@link stdout}. */
  readonly stderr: Effect.Effect<string, MetaflowError>;

  /** Bytes of the log in the datastore, which are more than were printed. */
  readonly stdoutSize: Effect.Effect<number, MetaflowError>;

  /** Bytes of the log of errors, as in {@link stdoutSize}. */
  readonly stderrSize: Effect.Effect<number, MetaflowError>;

  /**
   * The lines of a log, with the time at which each was printed.
   *
   * They are in the order of these times. Lines that Metaflow did not mark have none: they come last,
   * in the order of their texts. A log that cannot be, of an attempt that never started, is one empty
   * line without a time.
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect, Stream } from "effect";
   *
   * const program = Effect.gen(function* () {
   *   const task = yield* Metaflow.Task.get("TideFlow/1795617626130956/start/1");
   *   return yield* Stream.runCollect(task.loglines("stdout"));
   * });
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   namespace: null,
   * });
   * for (const { epochMicros, line } of await Effect.runPromise(Effect.provide(program, layer))) {
   *   console.log(epochMicros, line);
   * }
   * ```
   */
  loglines(
    stream: LogStream,
    options: LogLinesOptions & { readonly asUnicode: false },
  ): Stream.Stream<LogLine<Uint8Array>, MetaflowError>;
  loglines(
    stream: LogStream,
    options?: LogLinesOptions & { readonly asUnicode?: true | undefined },
  ): Stream.Stream<LogLine<string>, MetaflowError>;

  /** The code it ran; `null` if that was not stored. It is read once and kept. */
  readonly code: Effect.Effect<MetaflowCode | null, MetaflowError>;

  /**
   * The environment it ran in: what Metaflow resolved for Conda or PyPI, the text `Local environment`
   * for others, and `null` if its code was not stored.
   */
  readonly environmentInfo: Effect.Effect<Schema.Json, MetaflowError>;

  /** Lists the tasks before this one: those it continues, or joins. */
  readonly parentTasks: Stream.Stream<Task, MetaflowError>;

  /** Lists the tasks after this one: those that continue, or join it. */
  readonly childTasks: Stream.Stream<Task, MetaflowError>;

  /** The pathspecs of {@link parentTasks}. */
  readonly parentTaskPathspecs: Stream.Stream<string, MetaflowError>;

  /** The pathspecs of {@link childTasks}. */
  readonly childTaskPathspecs: Stream.Stream<string, MetaflowError>;

  /**
   * A table with a row for each artifact that {@link artifacts} lists.
   *
   * | column | type | |
   * |---|---|---|
   * | `name` | `Utf8` | |
   * | `type` | `Utf8` | of the value in Python, `null` if that was not kept |
   * | `size` | `Int64` | bytes of the serialized value, `null` if that was not kept |
   * | `created_at` | `Datetime("ms", "UTC")` | |
   * | `attempt` | `Int64` | |
   * | `sha`, `content_type` | `Utf8` | hash and encoding of the serialized value |
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect } from "effect";
   *
   * const program = Effect.flatMap(
   *   Metaflow.Task.get("TideFlow/1795617626130956/end/7"),
   *   (task) => task.artifactsDf(),
   * );
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   namespace: null,
   * });
   * const table = await Effect.runPromise(Effect.provide(program, layer));
   * console.log(table.select("name", "type", "size").toString());
   * ```
   */
  artifactsDf(): Effect.Effect<DataFrame, MetaflowError>;
}

/**
 * Opens a task by its pathspec, `Flow/run/step/task`, or one attempt of it.
 *
 * Fails with `NotFound` if there is none, and with `NamespaceMismatch` if its run is not in the
 * namespace.
 */
const get = (
  pathspec: string,
  options: AttemptOptions = {},
): Effect.Effect<Task, MetaflowError, Client> => openTask(pathspec, options);

/** Opens tasks. */
export const Task: { readonly get: typeof get } = { get };
