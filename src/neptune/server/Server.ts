/**
 * Answers Neptune's protocol from any source: programs that were written for Neptune's service, in
 * Python or not, read an export or another server through it, unchanged.
 *
 * @module
 */
import { Context, Duration, Effect, Layer, Redacted, type Scope } from "effect";
import { HttpEffect, type HttpServerRequest } from "effect/http";
import { refuse } from "../arguments.ts";
import { failingAs, type NeptuneError } from "../NeptuneError.ts";
import { NeptuneSource } from "../NeptuneSource.ts";
import * as Authorization from "./authorization.ts";
import { gzipped } from "./gzip.ts";
import * as Routes from "./routes.ts";

/** How a server lets clients in. */
export interface ServerOptions {
  /**
   * The secret that is in API tokens, of at least 16 characters.
   *
   * @default a new random one
   */
  readonly key?: Redacted.Redacted | undefined;
  /**
   * Where clients find the server, which is in the API token too.
   *
   * @default `http://nereid.localhost` in-process, where it is only a name
   */
  readonly url?: string | undefined;
  /**
   * How long an access token is good; clients get a new one by themselves.
   *
   * @default one hour
   */
  readonly accessTokenLifetime?: Duration.Input | undefined;
}

/** A server that runs in this process. */
export interface Server {
  /** Where clients find it. */
  readonly url: string;
  /** What clients need, as `NEPTUNE_API_TOKEN`. */
  readonly apiToken: Redacted.Redacted;
  /** Answers a request; it takes the place of the global `fetch`, and needs no port. */
  readonly fetch: typeof globalThis.fetch;
}

type RequestServices = HttpServerRequest.HttpServerRequest | Scope.Scope;

/** The key under which a program is given its {@link Server}. */
export const Server: Context.Service<Server, Server> = Context.Service("@nereid/nereid/Server");

const failing = failingAs("Server.make");

/** A secret that is shorter can be guessed. */
const MIN_KEY_LENGTH = 16;

/**
 * A server of the source of the program, for clients in the same process. It has no port, and nothing
 * to close.
 *
 * Fails with `InvalidArgument` at a key of less than 16 characters.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const { url, fetch } = yield* Neptune.Server.make();
 *   const config = yield* Effect.promise(() => fetch(`${url}/api/backend/v1/clients/config`));
 *   return config.status;
 * });
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data" });
 * console.log(await Effect.runPromise(Effect.provide(program, archive))); // 200
 * ```
 */
export const make = (
  {
    key = Authorization.randomKey(),
    url = "http://nereid.localhost",
    accessTokenLifetime = "1 hour",
  }: ServerOptions = {},
): Effect.Effect<Server, NeptuneError, NeptuneSource> =>
  Effect.gen(function* () {
    if (Redacted.value(key).length < MIN_KEY_LENGTH) {
      return yield* failing(refuse("key", `The key has less than ${MIN_KEY_LENGTH} characters.`));
    }
    const source = yield* NeptuneSource;
    const authorization = Authorization.make(key, Duration.toSeconds(accessTokenLifetime));
    const app = yield* Routes.make(source, authorization);
    const context = yield* Effect.context<never>();
    const handle = HttpEffect.toWebHandlerWith<never, RequestServices>(context)(app);
    return {
      url,
      apiToken: authorization.apiToken(url),
      fetch: async (input, init) => {
        const request = new Request(input, init);
        return gzipped(request, await handle(request));
      },
    };
  });

/**
 * A layer with a server as {@link make} makes it.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect, Layer } from "effect";
 *
 * const double = Neptune.layerTest({ "team/vision": { "VIS-1": { lr: 0.1 } } });
 * const served = Layer.provide(Neptune.Server.layer(), double);
 * const url = Effect.map(Neptune.Server.Server, ({ url }) => url);
 * console.log(await Effect.runPromise(Effect.provide(url, served))); // http://nereid.localhost
 * ```
 */
export const layer = (options?: ServerOptions): Layer.Layer<Server, NeptuneError, NeptuneSource> =>
  Layer.effect(Server, make(options));
