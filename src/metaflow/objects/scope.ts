/**
 * What an object keeps of the moment in which it was opened, and how others are opened from it.
 *
 * @module
 */
import { Effect, Ref, Stream } from "effect";
import { Client } from "../Client.ts";
import { type MetaflowErrorReason, NamespaceMismatch, NotFound } from "../MetaflowError.ts";
import type { MetadataProvider, ObjectRecord } from "../MetadataProvider.ts";
import { currentNamespace } from "../Namespace.ts";
import { checkId, type Kind, type ObjectPath, show, type TaskPath } from "../Pathspec.ts";

/** Where an object is from, and what else is to be seen from it. */
export interface Scope {
  readonly client: Client;
  readonly provider: MetadataProvider;
  /** The tag that an object must have; `null` when it does not matter. */
  readonly namespace: string | null;
}

/** A task, or one attempt of it. */
export interface TaskRef {
  readonly scope: Scope;
  readonly path: TaskPath;
  readonly attempt: number | undefined;
}

/** The scope of objects that are opened now. */
export const currentScope: Effect.Effect<Scope, MetaflowErrorReason, Client> = Client.use((
  client,
) =>
  Effect.gen(function* () {
    const provider = yield* Ref.get(client.provider);
    return { client, provider, namespace: yield* currentNamespace(client) };
  })
);

/** The same scope without a namespace: what belongs to an object is seen whatever tags it has. */
export const unchecked = (scope: Scope): Scope => ({ ...scope, namespace: null });

/** Whether an object is in a namespace; a flow is if one of its runs is. */
export const isIn = (
  { provider }: Scope,
  namespace: string | null,
  path: ObjectPath,
  record: ObjectRecord,
): Effect.Effect<boolean, MetaflowErrorReason> => {
  if (namespace === null) return Effect.succeed(true);
  if (path.length > 1) {
    return Effect.succeed([...record.tags, ...record.systemTags].includes(namespace));
  }
  return Effect.map(
    Stream.runHead(provider.children(path, { tags: [namespace] })),
    (run) => run._tag === "Some",
  );
};

/** What is recorded of an object that must exist and be in the namespace. */
export const load = (
  scope: Scope,
  kind: Exclude<Kind, "DataArtifact">,
  path: ObjectPath,
  attempt?: number,
): Effect.Effect<ObjectRecord, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const object = show(kind, path, attempt);
    return yield* checked(scope, path, object, yield* scope.provider.self(path));
  });

/** Refuses an object that does not exist or is not in the namespace. */
export const checked = <Found extends ObjectRecord>(
  scope: Scope,
  path: ObjectPath,
  object: string,
  record: Found | undefined,
): Effect.Effect<Found, MetaflowErrorReason> =>
  Effect.gen(function* () {
    if (record === undefined) return yield* new NotFound({ message: `${object} does not exist` });
    const { namespace } = scope;
    if (namespace === null || (yield* isIn(scope, namespace, path, record))) return record;
    return yield* new NamespaceMismatch({ object, namespace });
  });

/** What is recorded of a child of an object, which must exist and be in the namespace. */
export const loadChild = (
  scope: Scope,
  kind: Exclude<Kind, "DataArtifact">,
  path: ObjectPath,
  id: string,
): Effect.Effect<ObjectRecord, MetaflowErrorReason> =>
  Effect.flatMap(Effect.fromResult(checkId(id)), (id) => load(scope, kind, [...path, id]));

/** Whether an object has a child of an id, in whatever namespace. */
export const exists = (
  { provider }: Scope,
  path: ObjectPath,
  id: string,
): Effect.Effect<boolean, MetaflowErrorReason> =>
  checkId(id)._tag === "Failure"
    ? Effect.succeed(false)
    : Effect.map(provider.self([...path, id]), (record) => record !== undefined);

/** The children of an object that are in the namespace and have some tags, newest first. */
export const childrenOf = (
  { provider, namespace }: Scope,
  path: ObjectPath,
  tags: ReadonlyArray<string>,
): Stream.Stream<ObjectRecord, MetaflowErrorReason> =>
  provider.children(path, { tags: namespace === null ? tags : [...tags, namespace] });
