/**
 * Keeps a client authorised: exchanges the API token for an access token, and renews that before it
 * expires, one fiber for all.
 *
 * @module
 */
import { Clock, Effect, Redacted, Semaphore } from "effect";
import { MalformedJson, type NeptuneErrorReason } from "../NeptuneError.ts";
import {
  ClientConfig,
  OauthToken,
  OpenIdConfiguration,
  RefreshedToken,
} from "../wire/authorization.ts";
import { paths, TOKEN_ENDPOINT } from "../wire/paths.ts";
import { type ApiToken, claimsOf } from "./ApiToken.ts";
import { decodeJson } from "./decode.ts";
import { nameOf, type Request, type Transport } from "./Transport.ts";

/** Who is authorised, and for how long. */
interface Tokens {
  readonly access: Redacted.Redacted<string>;
  readonly refresh: Redacted.Redacted<string>;
  /** In milliseconds since the epoch. */
  readonly expires: number;
  /** Where to renew it, and as which client, where the access token tells. */
  readonly issuer: { readonly tokenEndpoint: string; readonly clientId: string } | undefined;
}

/** An authorised client. */
export interface Session {
  /** An access token with some life left. */
  readonly accessToken: Effect.Effect<Redacted.Redacted<string>, NeptuneErrorReason>;
  /** Forgets an access token that the server does not accept. */
  readonly drop: (token: Redacted.Redacted<string>) => Effect.Effect<void>;
}

const LEAST_LIFE_MS = 30_000;

/** A session that asks for nothing before it must. */
export const make = (transport: Transport, { baseUrl, token }: ApiToken): Session => {
  const one = Semaphore.makeUnsafe(1);
  let tokens: Tokens | undefined;

  const exchange = Effect.gen(function* () {
    const request: Request = {
      name: "oauthToken",
      method: "GET",
      url: baseUrl + paths.oauthToken,
      headers: { "x-neptune-api-token": Redacted.value(token) },
    };
    // Exchanges that are refused are repeated once, as the original does.
    const { body } = yield* transport(request).pipe(
      Effect.catchTag("Unauthorized", () => transport(request)),
    );
    const { accessToken, refreshToken } = yield* decodeJson(OauthToken, request, body);
    return yield* tokensOf(request, accessToken, refreshToken);
  });

  /** Where the server says that tokens are renewed, for access tokens that do not tell. */
  const discover = Effect.gen(function* () {
    const about: Request = {
      name: "clientConfig",
      method: "GET",
      url: baseUrl + paths.clientConfig,
    };
    const { security } = yield* decodeJson(ClientConfig, about, (yield* transport(about)).body);
    const discovery: Request = {
      name: "openIdConfiguration",
      method: "GET",
      url: security.openIdDiscovery,
    };
    const { token_endpoint } = yield* decodeJson(
      OpenIdConfiguration,
      discovery,
      (yield* transport(discovery)).body,
    );
    return { tokenEndpoint: token_endpoint, clientId: security.clientId };
  });

  const refresh = ({ refresh, expires, issuer }: Tokens) =>
    Effect.gen(function* () {
      const { tokenEndpoint, clientId } = issuer ?? (yield* discover);
      const now = yield* Clock.currentTimeMillis;
      const request: Request = {
        name: "refreshToken",
        method: "POST",
        url: tokenEndpoint,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: Redacted.value(refresh),
          client_id: clientId,
          expires_in: String((expires - now) / 1000),
        }).toString(),
      };
      const { body } = yield* transport(request);
      const { access_token, refresh_token } = yield* decodeJson(RefreshedToken, request, body);
      return yield* tokensOf(request, access_token, refresh_token);
    });

  const isFresh = (tokens: Tokens, now: number) => tokens.expires - now > LEAST_LIFE_MS;

  const renew = one.withPermit(Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis;
    const known = tokens;
    if (known !== undefined && isFresh(known, now)) return known.access;
    tokens = yield* known === undefined ? exchange : Effect.catch(refresh(known), () => exchange);
    return tokens.access;
  }));

  return {
    accessToken: Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => tokens !== undefined && isFresh(tokens, now) ? Effect.succeed(tokens.access) : renew,
    ),
    drop: (token) =>
      Effect.sync(() => {
        if (tokens?.access === token) tokens = undefined;
      }),
  };
};

const tokensOf = (
  request: Request,
  access: string,
  refresh: string,
): Effect.Effect<Tokens, MalformedJson> => {
  const claims = claimsOf(access);
  if (claims === undefined) {
    return Effect.fail(
      new MalformedJson({
        request: nameOf(request),
        attempts: 1,
        detail: "the access token is not a JWT that says when it expires",
      }),
    );
  }
  const { exp, iss, azp } = claims;
  return Effect.succeed({
    access: Redacted.make(access),
    refresh: Redacted.make(refresh),
    expires: exp * 1000,
    issuer: iss && azp
      ? { tokenEndpoint: iss.replace(/\/$/, "") + TOKEN_ENDPOINT, clientId: azp }
      : undefined,
  });
};
