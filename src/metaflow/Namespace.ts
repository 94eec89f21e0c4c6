/**
 * Namespaces: a tag that flows, runs and all that is below them must have to be seen.
 *
 * An object keeps the namespace that it was opened in.
 *
 * @module
 */
import { Context, Effect, Ref } from "effect";
import { Client } from "./Client.ts";
import { type MetaflowError, type MetaflowErrorReason, operation } from "./MetaflowError.ts";

/** The namespace of a part of a program. */
const Scoped = Context.Reference<{ readonly namespace: string | null } | undefined>(
  "@nereid/nereid/MetaflowNamespace",
  { defaultValue: () => undefined },
);

/** The namespace that objects are opened in now. */
export const currentNamespace = (
  client: Client,
): Effect.Effect<string | null, MetaflowErrorReason> =>
  Scoped.use((scoped) =>
    scoped !== undefined
      ? Effect.succeed(scoped.namespace)
      : Effect.flatMap(Ref.get(client.namespace), (namespace) =>
        namespace !== undefined
          ? Effect.succeed(namespace)
          : Effect.tap(client.identity, (identity) =>
            Ref.set(client.namespace, identity)))
  );

/** Looks in a namespace from now on, or in all with `null`, and returns it. */
export const namespace = (
  namespace: string | null,
): Effect.Effect<string | null, never, Client> =>
  Client.use((client) => Effect.as(Ref.set(client.namespace, namespace), namespace));

/**
 * The namespace that is looked in; `null` for all.
 *
 * Fails with `UnknownUser` if none was chosen and nothing says who the user is.
 */
export const getNamespace: Effect.Effect<string | null, MetaflowError, Client> = Client.use(
  currentNamespace,
).pipe(operation("getNamespace"));

/**
 * Looks in the namespace of the user from now on, or of METAFLOW_PRODUCTION_TOKEN if that is set, and
 * returns it. Fails with `UnknownUser` if nothing says who the user is.
 */
export const defaultNamespace: Effect.Effect<string, MetaflowError, Client> = Client.use((client) =>
  Effect.tap(client.identity, (identity) => Ref.set(client.namespace, identity))
).pipe(operation("defaultNamespace"));

/**
 * Runs a part of a program in a namespace, whatever the rest of it looks in; `null` sees everything.
 *
 * A stream belongs to where it is run.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const latest = Effect.flatMap(Metaflow.Flow.get("TideFlow"), (flow) => flow.latestRun);
 * const program = Effect.all([
 *   Metaflow.withNamespace("weekly")(latest),
 *   Metaflow.withNamespace(null)(latest),
 * ]);
 * const runs = await Effect.runPromise(
 *   Effect.provide(program, Metaflow.layerLocal({ root: "examples/data/metaflow" })),
 * );
 * console.log(runs.map((run) => run?.id)); // [ "1795617632103181", "1795617632103181" ]
 * ```
 */
export const withNamespace = (namespace: string | null): <A, E, R>(
  effect: Effect.Effect<A, E, R>,
) => Effect.Effect<A, E, R> => Effect.provideService(Scoped, { namespace });
