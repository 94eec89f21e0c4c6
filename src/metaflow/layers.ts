/**
 * Layers that give a program its metadata and data.
 *
 * @module
 */
import { Effect, Layer } from "effect";
import { FetchHttpClient } from "effect/http";
import { Client, type ClientOptions, make } from "./Client.ts";
import * as Configuration from "./Configuration.ts";
import { Datastore, ofTypes } from "./Datastore.ts";
import * as Local from "./datastore/local.ts";
import { mapped, type RootMapping } from "./datastore/mapping.ts";
import { type MetaflowError, type MetaflowErrorReason, operation } from "./MetaflowError.ts";
import { MetadataProvider } from "./MetadataProvider.ts";
import * as S3 from "./datastore/s3.ts";
import { resolveSettings, type S3Options } from "./datastore/s3/settings.ts";
import { openProvider, type ProviderSpec } from "./provider/open.ts";
import type { ServiceOptions } from "./provider/service/settings.ts";

/** Options of the layers that read data themselves. */
export interface LayerOptions extends ClientOptions {
  /** Where data is now that was recorded elsewhere, such as `{ "/home/ann": "/backup/ann" }`. */
  readonly rootMapping?: RootMapping | undefined;
  /**
   * Directories, and URLs such as `s3://bucket/data`, in which included files may be, besides `root`,
   * those of `rootMapping` and METAFLOW_DATASTORE_SYSROOT_S3. Artifacts say where such files are, and
   * could name any file that this program can read.
   */
  readonly fileRoots?: ReadonlyArray<string> | undefined;
  /** How S3 is reached, if data is there. */
  readonly s3?: S3Options | undefined;
}

/** Options of {@link layerLocal}. */
export interface LocalOptions extends LayerOptions {
  /**
   * The directory that contains `.metaflow`.
   *
   * @default METAFLOW_DATASTORE_SYSROOT_LOCAL, else the nearest one from the working directory upward
   */
  readonly root?: string | undefined;
}

/** A layer over any provider and datastore. */
export const layer = (
  options: ClientOptions = {},
): Layer.Layer<Client, never, MetadataProvider | Datastore> => Layer.effect(Client, make(options));

/**
 * A layer that reads the directory in which Metaflow keeps metadata and data of local flows.
 *
 * Fails with `InvalidSetting` if `root` does not contain `.metaflow`.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const run = yield* Metaflow.Run.get("TideFlow/1795617626130956");
 *   return yield* run.data("order");
 * });
 * const layer = Metaflow.layerLocal({
 *   root: "examples/data/metaflow",
 *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" }, // it was written there
 *   user: "ann",
 * });
 * console.log(await Effect.runPromise(Effect.provide(program, layer))); // 1
 * ```
 */
export const layerLocal = (options: LocalOptions = {}): Layer.Layer<Client, MetaflowError> =>
  opened("layerLocal", options, () => Effect.succeed({ type: "local", info: options.root }));

/**
 * A layer that reads whatever Metaflow itself would read here: the metadata that
 * METAFLOW_DEFAULT_METADATA names, in the environment or a configuration file, and otherwise a local
 * directory as {@link layerLocal} finds it.
 */
export const layerDefault = (options: LayerOptions = {}): Layer.Layer<Client, MetaflowError> =>
  opened(
    "layerDefault",
    options,
    (configuration) =>
      Effect.map(configuration.text("DEFAULT_METADATA"), (type) => ({
        type: type === "service" || type === "spin" ? type : "local",
        info: undefined,
      })),
  );

/** Options of {@link layerService}. */
export interface ServiceLayerOptions extends LayerOptions, ServiceOptions {}

/**
 * A layer that asks a metadata service over HTTP. Data is where the flows have put it: in S3, or in
 * directories that are the same here.
 *
 * The service must answer if its `url` is given here, or the layer fails with `ServiceFailure`; one
 * that is configured is asked when something is wanted of it. It needs `--allow-net`. Who needs a
 * proxy or certificates gives the layer its own `FetchHttpClient.Fetch`.
 *
 * @example
 * ```ts ignore
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect, Redacted } from "effect";
 *
 * const layer = Metaflow.layerService({
 *   url: "https://metaflow.example.com",
 *   authKey: Redacted.make("…"), // or METAFLOW_SERVICE_AUTH_KEY
 *   s3: { region: "eu-central-1" },
 * });
 * const program = Effect.flatMap(Metaflow.Flow.get("HelloFlow"), (flow) => flow.latestRun);
 * console.log(String(await Effect.runPromise(Effect.provide(program, layer))));
 * ```
 */
export const layerService = (
  options: ServiceLayerOptions = {},
): Layer.Layer<Client, MetaflowError> =>
  opened(
    "layerService",
    options,
    () => Effect.succeed({ type: "service", info: options.url, options }),
  );

/** A layer over a provider that is chosen by the configuration, and over data wherever it is. */
const opened = (
  method: string,
  options: LayerOptions,
  choose: (
    configuration: Configuration.Configuration,
  ) => Effect.Effect<ProviderSpec, MetaflowErrorReason>,
): Layer.Layer<Client, MetaflowError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const configuration = yield* Configuration.make;
      const provider = yield* openProvider(configuration, yield* choose(configuration));
      const mapping = options.rootMapping ?? {};
      const named = [...Object.values(mapping), ...options.fileRoots ?? []];
      const allowed = (settings: ReadonlyArray<string>, ...roots: ReadonlyArray<string>) =>
        Effect.map(
          Effect.forEach(settings, configuration.text),
          (texts) => [...roots, ...named, ...texts.filter((text) => text !== undefined)],
        );
      const local = Local.make(
        provider.type === "service"
          ? allowed(["DATATOOLS_LOCALROOT", "DATASTORE_SYSROOT_LOCAL"])
          : allowed(["DATATOOLS_LOCALROOT"], provider.info),
      );
      const fetch = yield* FetchHttpClient.Fetch;
      const s3 = S3.make(
        Effect.provideService(
          resolveSettings(configuration, options.s3 ?? {}),
          FetchHttpClient.Fetch,
          fetch,
        ),
        allowed(["DATATOOLS_S3ROOT", "DATASTORE_SYSROOT_S3"]),
      );
      const datastore = mapped(ofTypes({ local, spin: local, s3 }), mapping);
      return layer(options).pipe(
        Layer.provide(Layer.succeed(MetadataProvider, provider)),
        Layer.provide(Layer.succeed(Datastore, datastore)),
      );
    }).pipe(operation(method)),
  );
