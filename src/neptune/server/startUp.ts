/**
 * What clients ask before anything else: where tokens are to be had, and tokens.
 *
 * All URLs have the host by which the client has reached the server.
 *
 * @module
 */
import { Clock, Effect } from "effect";
import type { HttpServerRequest, HttpServerResponse } from "effect/http";
import type { ClientConfig, OpenIdConfiguration, RefreshedToken } from "../wire/authorization.ts";
import { TOKEN_ENDPOINT } from "../wire/paths.ts";
import { type Authorization, CLIENT_ID } from "./authorization.ts";
import { type Failure, json, urlOf } from "./http.ts";
import { Refused } from "./Refused.ts";

type Request = HttpServerRequest.HttpServerRequest;

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, Failure>;

/** What issues access tokens; clients find its token endpoint below it. */
const REALM = "/auth/realms/neptune";

/** Where the discovery document is. */
export const DISCOVERY = `${REALM}/.well-known/openid-configuration`;

/** Where access tokens are refreshed. */
export const TOKENS: string = REALM + TOKEN_ENDPOINT;

/** The time in seconds since the epoch, as tokens have it. */
export const seconds: Effect.Effect<number> = Effect.map(
  Clock.currentTimeMillis,
  (now) => Math.floor(now / 1000),
);

/** Tells clients where the discovery document is. */
export const clientConfig = (request: Request): Answer => {
  const { origin } = urlOf(request);
  const config: ClientConfig = {
    apiUrl: origin,
    applicationUrl: origin,
    pyLibVersions: {},
    security: { clientId: CLIENT_ID, openIdDiscovery: origin + DISCOVERY },
  };
  return Effect.succeed(json(config));
};

/** The discovery document. */
export const discovery = (request: Request): Answer => {
  const { origin } = urlOf(request);
  const configuration: OpenIdConfiguration = {
    authorization_endpoint: `${origin}${REALM}/protocol/openid-connect/auth`,
    token_endpoint: origin + TOKENS,
  };
  return Effect.succeed(json(configuration));
};

/** Exchanges an API token for an access token. */
export const exchange = (authorization: Authorization) => (request: Request): Answer =>
  authorization.isApiToken(request.headers["x-neptune-api-token"] ?? "")
    ? Effect.map(issue(authorization, request), (token) => json(token))
    : Effect.fail(unauthorized("The API token is not one of this server."));

/** Exchanges a refresh token for an access token. */
export const refresh = (authorization: Authorization) => (request: Request): Answer =>
  Effect.gen(function* () {
    const form = new URLSearchParams(yield* request.text);
    const token = form.get("refresh_token") ?? "";
    if (!authorization.isRefreshToken(token, yield* seconds)) {
      return json({ error: "invalid_grant", error_description: "The token is not valid." }, 400);
    }
    const { accessToken, refreshToken } = yield* issue(authorization, request);
    const refreshed: RefreshedToken = { access_token: accessToken, refresh_token: refreshToken };
    return json(refreshed);
  });

const issue = (authorization: Authorization, request: Request) =>
  Effect.map(seconds, (now) => authorization.issue(urlOf(request).origin + REALM, now));

/** Lets a request pass that has a valid access token. */
export const authorized = (
  authorization: Authorization,
  request: Request,
): Effect.Effect<void, Refused> =>
  Effect.flatMap(seconds, (now) => {
    const [, token = ""] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    return authorization.isAccessToken(token, now)
      ? Effect.void
      : Effect.fail(unauthorized("The access token is missing, not valid or expired."));
  });

const unauthorized = (message: string): Refused => new Refused({ status: 401, message });
