/**
 * The provider of metadata, as a program can change it while it runs.
 *
 * @module
 */
import { Effect, Ref } from "effect";
import { Client } from "./Client.ts";
import { type MetaflowError, operation } from "./MetaflowError.ts";
import type { MetadataProvider } from "./MetadataProvider.ts";
import { parseSpec } from "./provider/open.ts";

const show = ({ type, info }: MetadataProvider): string => `${type}@${info}`;

/**
 * Switches to other metadata, and returns how it is called: `local@/data`.
 *
 * It takes a directory that contains `.metaflow`, or the URL of a metadata service, with `local@` or
 * `service@` before it or not; `local` or `service` alone is the one that is configured. Objects that
 * are open keep theirs. If it fails, nothing has changed.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Metaflow.metadata("local@examples/data/metaflow");
 * const name = await Effect.runPromise(Effect.provide(program, Metaflow.layerLocal()));
 * console.log(name); // local@examples/data/metaflow
 * ```
 */
export const metadata = (spec: string): Effect.Effect<string, MetaflowError, Client> =>
  Client.use((client) =>
    client.open(parseSpec(spec)).pipe(
      Effect.tap((provider) => Ref.set(client.provider, provider)),
      Effect.map(show),
    )
  ).pipe(operation("metadata"));

/** How the metadata that is read now is called: `local@/data`. */
export const getMetadata: Effect.Effect<string, never, Client> = Client.use((client) =>
  Effect.map(Ref.get(client.provider), show)
);

/** Returns to the metadata of the layer. */
export const defaultMetadata: Effect.Effect<string, never, Client> = Client.use((client) =>
  Effect.as(Ref.set(client.provider, client.defaultProvider), show(client.defaultProvider))
);
