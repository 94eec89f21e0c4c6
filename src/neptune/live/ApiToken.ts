/**
 * API tokens and access tokens, as far as a client looks into them.
 *
 * @module
 */
import { Effect, Redacted, Schema } from "effect";
import { InvalidApiToken } from "../NeptuneError.ts";
import { AccessTokenClaims, ApiToken as Contents } from "../wire/authorization.ts";

/** An API token, and where it is valid. */
export interface ApiToken {
  /** Where all paths are, without a slash at the end. */
  readonly baseUrl: string;
  readonly token: Redacted.Redacted<string>;
}

/** Looks into an API token. */
export const parse = (given: Redacted.Redacted<string>): Effect.Effect<ApiToken, InvalidApiToken> =>
  Effect.gen(function* () {
    const text = Redacted.value(given).trim();
    const contents = Schema.decodeUnknownOption(Contents)(jsonIn(text));
    if (contents._tag === "None") {
      return yield* new InvalidApiToken({ problem: "it is not base64 of a JSON object" });
    }
    const { api_url, api_address } = contents.value;
    const address = api_url || api_address;
    if (!address) {
      return yield* new InvalidApiToken({ problem: "it has neither api_url nor api_address" });
    }
    if (!/^https?:$/.test(URL.parse(address)?.protocol ?? "")) {
      return yield* new InvalidApiToken({ problem: "its address is not an HTTP URL" });
    }
    return { baseUrl: address.replace(/\/+$/, ""), token: Redacted.make(text) };
  });

/** The claims of an access token; undefined if it is not a JWT. */
export const claimsOf = (accessToken: string): AccessTokenClaims | undefined => {
  const [, payload = ""] = accessToken.split(".");
  const claims = Schema.decodeUnknownOption(AccessTokenClaims)(
    jsonIn(payload.replaceAll("-", "+").replaceAll("_", "/")),
  );
  return claims._tag === "Some" ? claims.value : undefined;
};

const jsonIn = (base64: string): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(base64)));
  } catch {
    return undefined;
  }
};
