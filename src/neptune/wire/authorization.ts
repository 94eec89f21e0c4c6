/**
 * How a client becomes authorised: the API token, the start-up answers, the access token.
 *
 * @module
 */
import { Schema } from "effect";
import { maybe } from "./json.ts";

/** What an API token holds, in base64. Clients send the whole token, and read only its URLs. */
export interface ApiToken {
  readonly api_url?: string | null;
  readonly api_address?: string | null;
}

/** {@link ApiToken} */
export const ApiToken: Schema.Codec<ApiToken> = Schema.Struct({
  api_url: maybe(Schema.String),
  api_address: maybe(Schema.String),
});

/** What a server tells before a client is authorised. */
export interface ClientConfig {
  readonly apiUrl: string;
  readonly applicationUrl?: string | null;
  readonly pyLibVersions: Readonly<Record<string, string | null>>;
  readonly security: { readonly clientId: string; readonly openIdDiscovery: string };
}

/** {@link ClientConfig} */
export const ClientConfig: Schema.Codec<ClientConfig> = Schema.Struct({
  apiUrl: Schema.String,
  applicationUrl: maybe(Schema.String),
  pyLibVersions: Schema.Record(Schema.String, Schema.NullOr(Schema.String)),
  security: Schema.Struct({ clientId: Schema.String, openIdDiscovery: Schema.String }),
});

/** Where tokens are to be had. */
export interface OpenIdConfiguration {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** {@link OpenIdConfiguration} */
export const OpenIdConfiguration: Schema.Codec<OpenIdConfiguration> = Schema.Struct({
  authorization_endpoint: Schema.String,
  token_endpoint: Schema.String,
});

/** What an API token is exchanged for. */
export interface OauthToken {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly username: string;
}

/** {@link OauthToken} */
export const OauthToken: Schema.Codec<OauthToken> = Schema.Struct({
  accessToken: Schema.String,
  refreshToken: Schema.String,
  username: Schema.String,
});

/** What a refresh token is exchanged for: the same, in other words. */
export interface RefreshedToken {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** {@link RefreshedToken} */
export const RefreshedToken: Schema.Codec<RefreshedToken> = Schema.Struct({
  access_token: Schema.String,
  refresh_token: Schema.String,
});

/** What an access token, a JWT, says of itself. */
export interface AccessTokenClaims {
  /** When it expires, in seconds since the epoch. */
  readonly exp: number;
  /** The OAuth client that may refresh it. */
  readonly azp?: string | null;
  /** Who issued it; the token endpoint is below this URL. */
  readonly iss?: string | null;
}

/** {@link AccessTokenClaims} */
export const AccessTokenClaims: Schema.Codec<AccessTokenClaims> = Schema.Struct({
  exp: Schema.Finite,
  azp: maybe(Schema.String),
  iss: maybe(Schema.String),
});
