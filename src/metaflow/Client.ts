/**
 * What all operations of a program share: where metadata and data come from, and which namespace is
 * looked in. A layer makes one; nothing of it is global to the process.
 *
 * @module
 */
import { Context, Effect, Ref } from "effect";
import * as Configuration from "./Configuration.ts";
import { Datastore } from "./Datastore.ts";
import * as Blobs from "./datastore/blobs.ts";
import type { MetaflowErrorReason } from "./MetaflowError.ts";
import { MetadataProvider } from "./MetadataProvider.ts";
import { openProvider, type ProviderSpec } from "./provider/open.ts";

/** The shared state of a program's operations. */
export interface Client {
  readonly datastore: Datastore;
  readonly blobs: Blobs.Blobs;
  /** The most bytes that are read or inflated at once. */
  readonly maxBytes: number;
  /** The provider of objects that are opened from now on. */
  readonly provider: Ref.Ref<MetadataProvider>;
  /** The provider of the layer. */
  readonly defaultProvider: MetadataProvider;
  readonly open: (spec: ProviderSpec) => Effect.Effect<MetadataProvider, MetaflowErrorReason>;
  /** The namespace of objects that are opened from now on; `undefined` before one is needed. */
  readonly namespace: Ref.Ref<string | null | undefined>;
  /** The namespace of a program that has chosen none. */
  readonly identity: Effect.Effect<string, MetaflowErrorReason>;
}

/** The key under which a program is given its {@link Client}. */
export const Client: Context.Service<Client, Client> = Context.Service(
  "@nereid/nereid/MetaflowClient",
);

/** Options of every layer. */
export interface ClientOptions {
  /**
   * The namespace to start with; `null` sees everything.
   *
   * @default `production:` and METAFLOW_PRODUCTION_TOKEN if that is set, else `user:` and the user
   */
  readonly namespace?: string | null | undefined;
  /**
   * The name of the user.
   *
   * @default METAFLOW_USER, SUDO_USER, USERNAME or USER, whichever is set first, and not `root`
   */
  readonly user?: string | undefined;
  /**
   * The most bytes that an artifact, a log or a code package may have, or inflate to. Streams of
   * bytes have no such bound.
   *
   * @default {2 ** 31}
   */
  readonly maxBytes?: number | undefined;
}

/** Makes a client of a provider and a datastore. */
export const make = (
  options: ClientOptions,
): Effect.Effect<Client, never, MetadataProvider | Datastore> =>
  Effect.gen(function* () {
    const configuration = yield* Configuration.make;
    const defaultProvider = yield* MetadataProvider;
    const datastore = yield* Datastore;
    const maxBytes = options.maxBytes ?? 2 ** 31;
    return {
      datastore,
      blobs: Blobs.make(datastore, maxBytes),
      maxBytes,
      provider: yield* Ref.make(defaultProvider),
      defaultProvider,
      open: (spec) => openProvider(configuration, spec),
      namespace: yield* Ref.make(options.namespace),
      identity: configuration.identity(options.user),
    };
  });
