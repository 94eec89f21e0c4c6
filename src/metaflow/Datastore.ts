/**
 * Where the bytes of artifacts, logs and code packages come from: the one interface that every kind
 * of datastore fills.
 *
 * Keys are the same everywhere, such as `Flow/data/ab/abcd…` or `Flow/run/step/task/0.data.json`;
 * what differs is the root they are below, which is recorded with everything that refers to one.
 *
 * @module
 */
import { Context, Effect, type Scope, type Stream } from "effect";
import { type MetaflowErrorReason, Unsupported } from "./MetaflowError.ts";

/** The root of a datastore as it was recorded. */
export interface Root {
  /** The kind of datastore, such as `local` or `s3`. */
  readonly type: string;
  /** A directory, or a URL such as `s3://bucket/prefix`; without a slash at its end. */
  readonly path: string;
}

/** A file that was found. Its bytes can be had once, in one of two ways. */
export interface StoredFile {
  /** Where it is, for messages. */
  readonly location: string;
  /** In bytes. */
  readonly size: number;
  /** The JSON text that a datastore keeps beside a blob. */
  readonly attributes: string | undefined;
  readonly bytes: Effect.Effect<Uint8Array, MetaflowErrorReason>;
  readonly stream: Stream.Stream<Uint8Array, MetaflowErrorReason>;
}

/** Opens a file for as long as the scope lasts; `undefined` if there is none. */
export type Opening = Effect.Effect<StoredFile | undefined, MetaflowErrorReason, Scope.Scope>;

/** The operations on a kind of datastore. */
export interface Datastore {
  /** Opens a blob, with its attributes. */
  readonly blob: (root: Root, key: string) => Opening;
  /** Opens a file that has no attributes. */
  readonly file: (root: Root, key: string) => Opening;
  /** The size of a file in bytes; `undefined` if there is none. */
  readonly size: (
    root: Root,
    key: string,
  ) => Effect.Effect<number | undefined, MetaflowErrorReason>;
  /**
   * Opens a file that an artifact refers to by its URL, which is as trustworthy as the artifact;
   * fails if it is not where such files may be.
   */
  readonly url: (url: string) => Opening;
}

/** The key under which a program is given its {@link Datastore}. */
export const Datastore: Context.Service<Datastore, Datastore> = Context.Service(
  "@nereid/nereid/Datastore",
);

/** A datastore that hands each request to the one for its kind; others are not supported. */
export const ofTypes = (datastores: Readonly<Record<string, Datastore>>): Datastore => {
  const known = new Map(Object.entries(datastores));
  const using = <A, R>(
    type: string,
    use: (datastore: Datastore) => Effect.Effect<A, MetaflowErrorReason, R>,
  ): Effect.Effect<A, MetaflowErrorReason, R> => {
    const datastore = known.get(type);
    return datastore === undefined
      ? Effect.fail(
        new Unsupported({
          feature: `A datastore of type ${JSON.stringify(type)}`,
          advice: `This library reads ${[...known.keys()].join(", ")}.`,
        }),
      )
      : use(datastore);
  };
  return {
    blob: (root, key) => using(root.type, (datastore) => datastore.blob(root, key)),
    file: (root, key) => using(root.type, (datastore) => datastore.file(root, key)),
    size: (root, key) => using(root.type, (datastore) => datastore.size(root, key)),
    url: (url) => using(/^(\w+):\/\//.exec(url)?.[1] ?? "", (datastore) => datastore.url(url)),
  };
};
