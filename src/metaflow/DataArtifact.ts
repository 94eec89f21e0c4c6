/**
 * An artifact of a task: a value that a flow kept.
 *
 * @module
 */
import type { DateTime, Effect, Schema, Stream } from "effect";
import type { Client } from "./Client.ts";
import type { MetaflowError } from "./MetaflowError.ts";
import type { MetaflowObject } from "./MetaflowObject.ts";
import { openArtifact } from "./objects/artifact.ts";
import type { DecodeOptions, PickleValue } from "./pickle/Pickle.ts";
import type { ArtifactValue } from "./artifact/value.ts";
import type { AttemptOptions, Task } from "./Task.ts";

export type { ArtifactValue } from "./artifact/value.ts";

/** An artifact of a task. */
export interface DataArtifact extends MetaflowObject {
  readonly parent: Effect.Effect<Task, MetaflowError>;

  /** The attempt that was chosen; `undefined` for the last one that is done. */
  readonly attempt: number | undefined;

  /**
   * Its value. What becomes of which type of Python is told in `Pickle`; beyond that,
   *
   * - a frame, series or index of pandas, PyArrow or Polars is a Polars `DataFrame`, with a
   *   `MetaflowWarning` for each column that is not in it as it was;
   * - a file that was included in the flow is its content, a text or bytes.
   *
   * Nothing of Python is executed. Fails with `DataFailure` if the data is missing or damaged.
   */
  readonly data: Effect.Effect<ArtifactValue, MetaflowError>;

  /**
   * Its value, as a schema has it, such as `Schema.Finite` or `Metaflow.NdArray`. Fails with
   * `TypeMismatch` if it is something else.
   */
  dataAs<A>(schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError>;

  /**
   * Decodes its value with options of `Pickle`, and makes nothing else of it: frames are columns as
   * they were pickled, and included files are descriptions of where they are.
   */
  decode(options?: DecodeOptions): Effect.Effect<PickleValue, MetaflowError>;

  /** The value as it was serialized; its hash has been checked. */
  readonly bytes: Effect.Effect<Uint8Array, MetaflowError>;

  /**
   * The value as it was serialized, of any size, piece by piece. The stream fails at its end if the
   * hash is not right.
   */
  readonly stream: Stream.Stream<Uint8Array, MetaflowError>;

  /** SHA-1 of the serialized value. Equal values nearly always have the same. */
  readonly sha: string;

  /** Bytes of the serialized value; of an included file those of its content. */
  readonly size: Effect.Effect<number, MetaflowError>;

  /** When it was recorded, at the end of its task; the same as `createdAt`. */
  readonly finishedAt: DateTime.Utc;
}

/**
 * Opens an artifact by its pathspec, `Flow/run/step/task/name`, of the last attempt that is done, or
 * of a certain one.
 *
 * Fails with `NotFound` if there is none, and with `NamespaceMismatch` if its run is not in the
 * namespace.
 */
const get = (
  pathspec: string,
  options: AttemptOptions = {},
): Effect.Effect<DataArtifact, MetaflowError, Client> => openArtifact(pathspec, options);

/**
 * Opens artifacts.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const weights = yield* Metaflow.DataArtifact.get("TideFlow/1795617626130956/fit/2/weights");
 *   return yield* weights.dataAs(Metaflow.NdArray);
 * });
 * const layer = Metaflow.layerLocal({
 *   root: "examples/data/metaflow",
 *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
 *   namespace: null,
 * });
 * const weights = await Effect.runPromise(Effect.provide(program, layer));
 * console.log(weights.shape, weights.data.constructor.name); // [ 3 ] Float64Array
 * ```
 */
export const DataArtifact: { readonly get: typeof get } = { get };
