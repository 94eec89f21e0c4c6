/**
 * Opens providers by what Metaflow calls them: `local@/data`, `service@https://…`, or only a part.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Effect } from "effect";
import { type Configuration, findRoot } from "../Configuration.ts";
import { describe, InvalidSetting, type MetaflowErrorReason } from "../MetaflowError.ts";
import type { MetadataProvider } from "../MetadataProvider.ts";
import * as Local from "./local.ts";
import * as Service from "./service.ts";
import { resolveSettings, type ServiceOptions } from "./service/settings.ts";

/** A type of provider, and where its metadata is, unless that is configured. */
export interface ProviderSpec {
  readonly type: "local" | "spin" | "service";
  readonly info: string | undefined;
  /** How a service is reached, where that is not as it is configured. */
  readonly options?: ServiceOptions;
}

/** What a text means: a type, a type and a place, a directory, or a URL. */
export const parseSpec = (text: string): ProviderSpec => {
  const at = text.indexOf("@");
  const type = at < 0 ? text : text.slice(0, at);
  if (type === "local" || type === "spin" || type === "service") {
    return { type, info: at < 0 || at === text.length - 1 ? undefined : text.slice(at + 1) };
  }
  return { type: text.startsWith("http") ? "service" : "local", info: text };
};

/**
 * Opens a provider; a place that is not given is looked up in the configuration. One that is given
 * must be there: a directory, or a service that answers.
 */
export const openProvider = (
  configuration: Configuration,
  { type, info, options }: ProviderSpec,
): Effect.Effect<MetadataProvider, MetaflowErrorReason> =>
  type === "service"
    ? Effect.map(
      resolveSettings(configuration, { ...options, url: info }),
      Service.make,
    ).pipe(Effect.tap((service) => info === undefined ? Effect.void : service.ping))
    : Effect.map(
      info === undefined ? configuredRoot(configuration) : existingRoot(type, info),
      (root) => Local.make(root, type),
    );

/** What Metaflow shows where a directory should be; there is nothing in it. */
const NOWHERE = "<No .metaflow directory found in current working tree>";

const configuredRoot = (
  configuration: Configuration,
): Effect.Effect<string, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const configured = yield* configuration.text("DATASTORE_SYSROOT_LOCAL");
    return configured ?? (yield* findRoot) ?? NOWHERE;
  });

const existingRoot = (
  type: keyof typeof Local.DIRECTORIES,
  directory: string,
): Effect.Effect<string, InvalidSetting> =>
  Effect.tryPromise({
    try: () => Deno.stat(join(resolve(directory), Local.DIRECTORIES[type])),
    catch: (cause) => cause,
  }).pipe(
    Effect.filterOrFail((found) => found.isDirectory, () => new Deno.errors.NotFound()),
    Effect.mapBoth({
      onSuccess: () => directory,
      onFailure: (cause) =>
        new InvalidSetting({
          setting: `${type}@${directory}`,
          problem: cause instanceof Deno.errors.NotFound
            ? `Could not find directory ${Local.DIRECTORIES[type]} in directory ${directory}`
            : describe(cause),
          cause,
        }),
    }),
  );
