/**
 * A step of a run: its tasks, and the steps next to it.
 *
 * @module
 */
import type { DateTime, Effect, Schema, Stream } from "effect";
import type { Client } from "./Client.ts";
import type { MetaflowError } from "./MetaflowError.ts";
import type { MetaflowObject } from "./MetaflowObject.ts";
import { openStep } from "./objects/step.ts";
import type { Run } from "./Run.ts";
import type { Task } from "./Task.ts";

/** A step of a run. */
export interface Step extends MetaflowObject {
  readonly parent: Effect.Effect<Run, MetaflowError>;

  /** The task that was created last, which of most steps is the only one; `null` if there is none. */
  readonly task: Effect.Effect<Task | null, MetaflowError>;

  /**
   * Lists the tasks, newest first. Given tags, it lists all of them if the run has all these tags,
   * and otherwise none.
   */
  tasks(...tags: ReadonlyArray<string>): Stream.Stream<Task, MetaflowError>;

  /** Opens a task by its id. Fails with `NotFound` if there is none. */
  get(id: string): Effect.Effect<Task, MetaflowError>;

  /** Whether there is a task of an id. */
  has(id: string): Effect.Effect<boolean, MetaflowError>;

  /** When the last of its tasks ended; `null` as long as one has not. */
  readonly finishedAt: Effect.Effect<DateTime.Utc | null, MetaflowError>;

  /** The environment of {@link task}: see `Task`. */
  readonly environmentInfo: Effect.Effect<Schema.Json, MetaflowError>;

  /** Of a parallel step, the newest task that controls others; `null` if there is none. */
  readonly controlTask: Effect.Effect<Task | null, MetaflowError>;

  /** Lists the tasks of a parallel step that control others, newest first. */
  controlTasks(...tags: ReadonlyArray<string>): Stream.Stream<Task, MetaflowError>;

  /** Lists the steps before this one in the graph of the flow, as far as they were executed. */
  readonly parentSteps: Stream.Stream<Step, MetaflowError>;

  /**
   * Lists the steps after this one in the graph of the flow, as far as they were executed.
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect, Stream } from "effect";
   *
   * const program = Effect.gen(function* () {
   *   const step = yield* Metaflow.Step.get("TideFlow/1795617626130956/start");
   *   return (yield* Stream.runCollect(step.childSteps)).map((step) => step.id);
   * });
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   namespace: null,
   * });
   * console.log(await Effect.runPromise(Effect.provide(program, layer))); // [ "fit" ]
   * ```
   */
  readonly childSteps: Stream.Stream<Step, MetaflowError>;
}

/**
 * Opens a step by its pathspec, `Flow/run/step`.
 *
 * Fails with `NotFound` if there is none, and with `NamespaceMismatch` if its run is not in the
 * namespace.
 */
const get = (pathspec: string): Effect.Effect<Step, MetaflowError, Client> => openStep(pathspec);

/** Opens steps. */
export const Step: { readonly get: typeof get } = { get };
