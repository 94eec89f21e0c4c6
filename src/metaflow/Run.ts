/**
 * A run of a flow: its steps, its result, its tags.
 *
 * @module
 */
import type { DateTime, Effect, Schema, Stream } from "effect";
import type { DataFrame } from "../Polars.ts";
import type { Client } from "./Client.ts";
import type { ArtifactValue } from "./DataArtifact.ts";
import type { Flow } from "./Flow.ts";
import type { MetaflowCode } from "./MetaflowCode.ts";
import type { MetaflowData } from "./MetaflowData.ts";
import type { MetaflowError } from "./MetaflowError.ts";
import type { MetaflowObject } from "./MetaflowObject.ts";
import { openRun } from "./objects/run.ts";
import type { Step } from "./Step.ts";
import type { Task } from "./Task.ts";
import type { Trigger } from "./Trigger.ts";

/**
 * A run of a flow.
 *
 * Its result is that of the task of its last step. A run that failed never got there: it is neither
 * `finished` nor `successful`, just like one that is still running.
 */
export interface Run extends MetaflowObject {
  readonly parent: Effect.Effect<Flow, MetaflowError>;

  /** The task of the last step; `null` before there is one. */
  readonly endTask: Effect.Effect<Task | null, MetaflowError>;

  /**
   * The artifacts of the last step, or the value of one of them, decoded by a schema if there is one.
   *
   * Before the last step there are none: `data()` gives `null`, and `data(name)` fails with
   * `NotFound`.
   */
  data(): Effect.Effect<MetaflowData | null, MetaflowError>;
  data(name: string): Effect.Effect<ArtifactValue, MetaflowError>;
  data<A>(name: string, schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError>;

  /** Whether the run has ended well. */
  readonly successful: Effect.Effect<boolean, MetaflowError>;

  /** Whether the last step has ended. */
  readonly finished: Effect.Effect<boolean, MetaflowError>;

  /** When the last step ended; `null` before that. */
  readonly finishedAt: Effect.Effect<DateTime.Utc | null, MetaflowError>;

  /** The code of the run; `null` if it was not stored, as it is not for most local runs. */
  readonly code: Effect.Effect<MetaflowCode | null, MetaflowError>;

  /** What started the run; `null` if that was no event. */
  readonly trigger: Effect.Effect<Trigger | null, MetaflowError>;

  /**
   * Lists the steps that were executed, the last one first, without those of Metaflow itself. Given
   * tags, it lists all of them if the run has all these tags, and otherwise none.
   */
  steps(...tags: ReadonlyArray<string>): Stream.Stream<Step, MetaflowError>;

  /** Opens a step by its name, `_parameters` too. Fails with `NotFound` if there is none. */
  get(id: string): Effect.Effect<Step, MetaflowError>;

  /** Whether there is a step of a name. */
  has(id: string): Effect.Effect<boolean, MetaflowError>;

  /**
   * Adds a tag, or several. One that the run has already is no error.
   *
   * This and the other changes are all or nothing; afterwards `tags` and `userTags` of this object
   * are what the run has then. They fail with `TaggingError`, and need `--allow-write` for metadata in
   * a directory.
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect } from "effect";
   *
   * const program = Effect.gen(function* () {
   *   const run = yield* Metaflow.Run.get("TideFlow/1795617626130956");
   *   yield* run.addTag("user:ann"); // it has this one already, so nothing is written
   *   return run.userTags;
   * });
   * const layer = Metaflow.layerLocal({ root: "examples/data/metaflow", user: "ann" });
   * console.log(await Effect.runPromise(Effect.provide(program, layer)));
   * // Set(1) { "weekly" }
   * ```
   */
  addTag(tag: string | Iterable<string>): Effect.Effect<void, MetaflowError>;

  /** Adds tags as {@link addTag} does. */
  addTags(tags: string | Iterable<string>): Effect.Effect<void, MetaflowError>;

  /**
   * Removes a tag, or several. One that the run does not have is no error, one of Metaflow itself is.
   */
  removeTag(tag: string | Iterable<string>): Effect.Effect<void, MetaflowError>;

  /** Removes tags as {@link removeTag} does. */
  removeTags(tags: Iterable<string>): Effect.Effect<void, MetaflowError>;

  /** Removes a tag, or several, and adds others; a tag that is both removed and added stays. */
  replaceTag(
    remove: string | Iterable<string>,
    add: string | Iterable<string>,
  ): Effect.Effect<void, MetaflowError>;

  /** Replaces tags as {@link replaceTag} does. */
  replaceTags(
    remove: Iterable<string>,
    add: Iterable<string>,
  ): Effect.Effect<void, MetaflowError>;

  /**
   * A table with a row for each task of the run, newest first, without steps of Metaflow itself.
   *
   * | column | type | |
   * |---|---|---|
   * | `step`, `id` | `Utf8` | |
   * | `attempt` | `Int64` | the last one that started |
   * | `created_at`, `finished_at` | `Datetime("ms", "UTC")` | `finished_at` is `null` before the end |
   * | `finished`, `successful` | `Bool` | as of the task |
   * | `exception` | `Utf8` | type and text of the one it failed with, else `null` |
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect } from "effect";
   *
   * const program = Effect.flatMap(
   *   Metaflow.Run.get("TideFlow/1795617626130956"),
   *   (run) => run.tasksDf(),
   * );
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   namespace: null,
   * });
   * const table = await Effect.runPromise(Effect.provide(program, layer));
   * console.log(table.getColumn("step").toArray()); // [ "end", "publish", "choose", "fit", … ]
   * ```
   */
  tasksDf(): Effect.Effect<DataFrame, MetaflowError>;
}

/**
 * Opens a run by its pathspec, `Flow/run`.
 *
 * Fails with `NotFound` if there is none, and with `NamespaceMismatch` if it is not in the namespace.
 */
const get = (pathspec: string): Effect.Effect<Run, MetaflowError, Client> => openRun(pathspec);

/**
 * Opens runs.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect, Schema } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const run = yield* Metaflow.Run.get("TideFlow/1795617626130956");
 *   return { successful: yield* run.successful, order: yield* run.data("order", Schema.Int) };
 * });
 * const layer = Metaflow.layerLocal({
 *   root: "examples/data/metaflow",
 *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
 *   user: "ann",
 * });
 * console.log(await Effect.runPromise(Effect.provide(program, layer)));
 * // { successful: true, order: 1 }
 * ```
 */
export const Run: { readonly get: typeof get } = { get };
