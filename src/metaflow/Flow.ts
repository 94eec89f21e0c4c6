/**
 * A flow: its runs.
 *
 * @module
 */
import type { Effect, Stream } from "effect";
import type { DataFrame } from "../Polars.ts";
import type { Client } from "./Client.ts";
import type { MetaflowError } from "./MetaflowError.ts";
import type { MetaflowObject } from "./MetaflowObject.ts";
import { openFlow } from "./objects/flow.ts";
import type { Run } from "./Run.ts";

/** A flow. It has no tags of its own. */
export interface Flow extends MetaflowObject {
  readonly parent: Effect.Effect<null>;

  /** The run that was started last, which may still be running; `null` if there is none. */
  readonly latestRun: Effect.Effect<Run | null, MetaflowError>;

  /** The last run that ended well; `null` if there is none. */
  readonly latestSuccessfulRun: Effect.Effect<Run | null, MetaflowError>;

  /**
   * Lists the runs in the namespace, newest first; with tags, those that have all of them, given by
   * users or by Metaflow.
   */
  runs(...tags: ReadonlyArray<string>): Stream.Stream<Run, MetaflowError>;

  /**
   * Opens a run by its id. Fails with `NotFound` if there is none, and with `NamespaceMismatch` if it
   * is not in the namespace.
   */
  get(id: string): Effect.Effect<Run, MetaflowError>;

  /** Whether there is a run of an id, in whatever namespace. */
  has(id: string): Effect.Effect<boolean, MetaflowError>;

  /**
   * A table with a row for each run that {@link runs} lists.
   *
   * | column | type | |
   * |---|---|---|
   * | `id` | `Utf8` | |
   * | `user` | `Utf8` | who started it |
   * | `created_at`, `finished_at` | `Datetime("ms", "UTC")` | `finished_at` is `null` before the end |
   * | `finished`, `successful` | `Bool` | as of the run |
   * | `tags`, `system_tags` | `List(Utf8)` | in order of code points |
   *
   * @example
   * ```ts
   * import { Metaflow } from "@nereid/nereid";
   * import { Effect } from "effect";
   *
   * const program = Effect.flatMap(
   *   Metaflow.Flow.get("TideFlow"),
   *   (flow) => flow.runsDf("user:ann"),
   * );
   * const layer = Metaflow.layerLocal({
   *   root: "examples/data/metaflow",
   *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
   *   namespace: null,
   * });
   * const table = await Effect.runPromise(Effect.provide(program, layer));
   * console.log(table.select("id", "successful").toRecords());
   * ```
   */
  runsDf(...tags: ReadonlyArray<string>): Effect.Effect<DataFrame, MetaflowError>;
}

/**
 * Opens a flow by its name.
 *
 * Fails with `NotFound` if there is none, and with `NamespaceMismatch` if none of its runs is in the
 * namespace.
 */
const get = (pathspec: string): Effect.Effect<Flow, MetaflowError, Client> => openFlow(pathspec);

/**
 * Opens flows.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect, Stream } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const flow = yield* Metaflow.Flow.get("TideFlow");
 *   const runs = yield* Stream.runCollect(flow.runs("weekly", "storm season"));
 *   return runs.map(String);
 * });
 * const layer = Metaflow.layerLocal({ root: "examples/data/metaflow", user: "ann" });
 * console.log(await Effect.runPromise(Effect.provide(program, layer)));
 * // [ "Run('TideFlow/1795617632103181')" ]
 * ```
 */
export const Flow: { readonly get: typeof get } = { get };
