/**
 * The flows that there are.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { Client } from "./Client.ts";
import type { Flow } from "./Flow.ts";
import { type MetaflowError, operation, streaming } from "./MetaflowError.ts";
import { FlowObject, openFlow } from "./objects/flow.ts";
import { currentScope, exists, isIn } from "./objects/scope.ts";

const flows: Stream.Stream<Flow, MetaflowError, Client> = Stream.unwrap(
  Effect.map(currentScope, (scope) =>
    scope.provider.children([], { tags: [] }).pipe(
      Stream.filterEffect((record) => isIn(scope, scope.namespace, [record.id], record)),
      Stream.map((record) => new FlowObject(scope, [record.id], record)),
    )),
).pipe(streaming("Metaflow.flows"));

const has = (id: string): Effect.Effect<boolean, MetaflowError, Client> =>
  Effect.flatMap(currentScope, (scope) => exists(scope, [], id)).pipe(operation("Metaflow.has"));

/**
 * The root of all objects.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect, Stream } from "effect";
 *
 * const program = Stream.runCollect(Metaflow.Metaflow.flows);
 * const layer = Metaflow.layerLocal({ root: "examples/data/metaflow", namespace: null });
 * console.log((await Effect.runPromise(Effect.provide(program, layer))).map(String));
 * ```
 */
export const Metaflow: {
  /** Lists the flows that have a run in the namespace, newest first. */
  readonly flows: Stream.Stream<Flow, MetaflowError, Client>;
  /** Opens a flow by its name, as `Flow.get` does. */
  readonly get: (id: string) => Effect.Effect<Flow, MetaflowError, Client>;
  /** Whether there is a flow of a name, in whatever namespace. */
  readonly has: (id: string) => Effect.Effect<boolean, MetaflowError, Client>;
} = { flows, get: openFlow, has };
