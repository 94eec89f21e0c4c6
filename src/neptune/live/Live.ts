/**
 * Reads a running Neptune 3 server.
 *
 * @module
 */
import { Effect, Layer, type Scope } from "effect";
import type { FileRef, Histogram } from "../Attribute.ts";
import { refuse } from "../arguments.ts";
import {
  describe,
  failingAs,
  type NeptuneError,
  type NeptuneErrorReason,
} from "../NeptuneError.ts";
import { NeptuneSource } from "../NeptuneSource.ts";
import { parse } from "./ApiToken.ts";
import { definitions } from "./Definitions.ts";
import { fileSize, readFile } from "./Files.ts";
import { floatSeries } from "./FloatSeries.ts";
import { otherSeries } from "./OtherSeries.ts";
import { project, projects } from "./Projects.ts";
import { search } from "./Search.ts";
import * as Service from "./Service.ts";
import * as Session from "./Session.ts";
import { type LiveOptions, type Settings, settingsOf } from "./Settings.ts";
import * as Transport from "./Transport.ts";
import { values } from "./Values.ts";

/**
 * A source that reads a running server; its connections are closed with the scope.
 *
 * Nothing is requested before something is asked. What is asked goes through one transport: see
 * {@link LiveOptions} for how long it waits, how often it tries, and how much it does at once.
 */
export const make = (
  options: LiveOptions = {},
): Effect.Effect<NeptuneSource, NeptuneErrorReason, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(options);
    const token = yield* parse(settings.apiToken);
    const client = yield* clientOf(settings, token.baseUrl);
    const transport = yield* Transport.make(settings.transport, client);
    const session = Session.make(transport, token);
    const service = Service.make(transport, session, token.baseUrl, settings.limits);
    return {
      defaultProject: settings.project,
      projects: projects(service),
      project: (identifier) => project(service, identifier),
      search: (request) => search(service, request),
      definitions: (request) => definitions(service, request),
      values: (request) => values(service, request),
      floatSeries: (request) => floatSeries(service, request),
      stringSeries: (request) => otherSeries<string>(service, "stringValue", request),
      histogramSeries: (request) => otherSeries<Histogram>(service, "histogram", request),
      fileRefSeries: (request) => otherSeries<FileRef>(service, "fileRef", request),
      fileSize: (request) => fileSize(service, request),
      readFile: (request) => readFile(service, request),
      // A server tells of no losses.
      diagnose: () => Effect.succeed([]),
    };
  });

/**
 * A layer that reads a running server, as {@link make} does.
 *
 * Requests go through `FetchHttpClient.Fetch` of `effect/http`, which is `fetch` unless a program
 * gives another one.
 *
 * @example
 * ```ts ignore
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("workspace/project");
 *   return yield* project.fetchExperimentsDf({ columns: ["metrics/loss"] });
 * });
 * await Effect.runPromise(Effect.provide(program, Neptune.layerLive())); // NEPTUNE_API_TOKEN
 * ```
 */
export const layer = (options: LiveOptions = {}): Layer.Layer<NeptuneSource, NeptuneError> =>
  Layer.effect(NeptuneSource, failingAs("layerLive")(make(options)));

/** Connections of our own, which end with the scope, through the proxy that was given. */
const clientOf = (
  { proxy, caCertificates }: Settings,
  baseUrl: string,
): Effect.Effect<Deno.HttpClient, NeptuneErrorReason, Scope.Scope> => {
  const scheme = baseUrl.startsWith("https:") ? "https" : "http";
  const address = typeof proxy === "object" ? proxy[scheme] : proxy;
  const url = address === undefined ? undefined : URL.parse(address);
  if (url === null) {
    return refuse("proxy", "proxy must be a URL such as http://host:port, for each scheme or all.");
  }
  return Effect.acquireRelease(
    Effect.try({
      try: () =>
        Deno.createHttpClient({
          caCerts: [...caCertificates],
          ...url !== undefined && { proxy: proxyOf(url) },
        }),
      catch: (cause) => cause,
    }).pipe(
      Effect.catch((cause) =>
        refuse("caCertificates", `caCertificates or proxy cannot be used: ${describe(cause)}.`)
      ),
    ),
    (client) => Effect.sync(() => client.close()),
  );
};

const proxyOf = (url: URL): Deno.Proxy => {
  const { username, password } = url;
  const address = new URL(url);
  address.username = address.password = "";
  return {
    url: address.href,
    ...username !== "" && {
      basicAuth: {
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
      },
    },
  };
};
