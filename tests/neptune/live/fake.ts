/**
 * A server that a test writes down: what each endpoint answers. No port, no network.
 *
 * @module
 */
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Effect, type Scope } from "effect";
import * as FetchHttpClient from "effect/http/FetchHttpClient";
import * as Live from "../../../src/neptune/live/Live.ts";
import type { LiveOptions } from "../../../src/neptune/live/Settings.ts";
import type { NeptuneErrorReason } from "../../../src/neptune/NeptuneError.ts";
import type { NeptuneSource } from "../../../src/neptune/NeptuneSource.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";

/** A request as the server sees it. */
export interface Call {
  readonly path: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The JSON of the body, or its text. */
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly signal: AbortSignal | undefined;
}

export type Route = (call: Call) => Response | Promise<Response>;

export const BASE = "http://neptune.test";

/** An API token for {@link BASE}; `secret` is what must be seen nowhere. */
export const API_TOKEN = btoa(JSON.stringify({ api_url: BASE, api_key: "secret" }));

/** An access token that says so much of itself. */
export const jwt = (claims: object): string =>
  [{ alg: "none" }, claims].map((part) =>
    new TextEncoder().encode(JSON.stringify(part)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    })
  ).join(".") + ".c2VjcmV0";

export const json = (value: unknown, init?: ResponseInit): Response => Response.json(value, init);

export const protobuf = <Desc extends DescMessage>(
  schema: Desc,
  message: MessageInitShape<Desc>,
): Response => new Response(toBinary(schema, create(schema, message)));

export interface Fake {
  readonly calls: Array<Call>;
  /** The calls of an endpoint. */
  readonly of: (endpoint: keyof typeof paths) => ReadonlyArray<Call>;
  readonly fetch: typeof globalThis.fetch;
}

/** A server with some routes, by path; the exchange of tokens works unless it is among them. */
export const fake = (routes: { readonly [path: string]: Route }): Fake => {
  const calls: Array<Call> = [];
  const all: { readonly [path: string]: Route } = {
    [paths.oauthToken]: () =>
      json({
        accessToken: jwt({ exp: 4102444800 }),
        refreshToken: "refresh-secret",
        username: "ann",
      }),
    ...routes,
  };
  return {
    calls,
    of: (endpoint) => calls.filter(({ path }) => path === paths[endpoint]),
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const text = typeof init?.body === "string" ? init.body : "";
      const call: Call = {
        path: url.pathname,
        url,
        headers: new Headers(init?.headers),
        body: text.startsWith("{") ? JSON.parse(text) : text,
        signal: init?.signal ?? undefined,
      };
      calls.push(call);
      const route = all[url.pathname];
      return route === undefined ? new Response("no route", { status: 404 }) : await route(call);
    },
  };
};

/** A source that reads the server. */
export const live = (
  { fetch }: Pick<Fake, "fetch">,
  options: LiveOptions = {},
): Effect.Effect<NeptuneSource, NeptuneErrorReason, Scope.Scope> =>
  Live.make({ apiToken: API_TOKEN, ...options }).pipe(
    Effect.provideService(FetchHttpClient.Fetch, fetch),
  );
