/**
 * Answers Neptune's protocol from any source: programs that were written for Neptune's service, in
 * Python or not, read an export or another server through it, unchanged.
 *
 * @module
 */
import { Context, Duration, Effect, Layer, type Redacted, type Scope } from "effect";
import { HttpEffect, type HttpServerRequest } from "effect/http";
import { NeptuneSource } from "../NeptuneSource.ts";
import * as Authorization from "./authorization.ts";
import { gzipped } from "./gzip.ts";
import * as Routes from "./routes.ts";

/** How a server lets clients in. */
export interface ServerOptions {
  /**
   * The secret that is in API tokens.
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

/**
 * A server of a source, for clients in the same process.
 */
export const make = (
  {
    key = Authorization.randomKey(),
    url = "http://nereid.localhost",
    accessTokenLifetime = "1 hour",
  }: ServerOptions = {},
): Effect.Effect<Server, never, NeptuneSource> =>
  Effect.gen(function* () {
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

/** A layer with a server of the source of the program. */
export const layer = (options?: ServerOptions): Layer.Layer<Server, never, NeptuneSource> =>
  Layer.effect(Server, make(options));
