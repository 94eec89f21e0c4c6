/**
 * Layers that give a program its metadata and data.
 *
 * @module
 */
import { Effect, Layer } from "effect";
import { Client, type ClientOptions, make } from "./Client.ts";
import * as Configuration from "./Configuration.ts";
import { Datastore, ofTypes } from "./Datastore.ts";
import * as Local from "./datastore/local.ts";
import { mapped, type RootMapping } from "./datastore/mapping.ts";
import { type MetaflowError, type MetaflowErrorReason, operation } from "./MetaflowError.ts";
import { MetadataProvider } from "./MetadataProvider.ts";
import { openProvider, type ProviderSpec } from "./provider/open.ts";

/** Options of the layers that read data themselves. */
export interface LayerOptions extends ClientOptions {
  /** Where data is now that was recorded elsewhere, such as `{ "/home/ann": "/backup/ann" }`. */
  readonly rootMapping?: RootMapping | undefined;
  /**
   * Directories besides `root` and those of `rootMapping` in which included files may be. Artifacts
   * say where such files are, and could name any file of this machine.
   */
  readonly fileRoots?: ReadonlyArray<string> | undefined;
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

/** A layer over a provider that is chosen by the configuration, and over local data. */
export const opened = (
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
      const allowed = Effect.map(configuration.text("DATATOOLS_LOCALROOT"), (datatools) => [
        provider.info,
        ...Object.values(mapping),
        ...options.fileRoots ?? [],
        ...datatools === undefined ? [] : [datatools],
      ]);
      const local = Local.make(allowed);
      const datastore = mapped(ofTypes({ local, spin: local }), mapping);
      return layer(options).pipe(
        Layer.provide(Layer.succeed(MetadataProvider, provider)),
        Layer.provide(Layer.succeed(Datastore, datastore)),
      );
    }).pipe(operation(method)),
  );
