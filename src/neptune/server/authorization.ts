/**
 * Who may ask: the API token, the access tokens that it is exchanged for, and signatures of URLs.
 *
 * Nothing is kept. A token holds what it says, and a signature of it that only the owner of the key
 * can make, so that those of a key that is given again are good after a restart.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Redacted } from "effect";
import type { OauthToken } from "../wire/authorization.ts";

/** The OAuth client that access tokens name. */
export const CLIENT_ID = "nereid";

/** Issues and checks tokens and signatures; times are in seconds since the epoch. */
export interface Authorization {
  /** The API token with which clients find a server and are let in. */
  readonly apiToken: (url: string) => Redacted.Redacted;
  /** Whether a text is an API token of this key, for whichever URL. */
  readonly isApiToken: (token: string) => boolean;
  readonly issue: (issuer: string, now: number) => OauthToken;
  readonly isAccessToken: (token: string, now: number) => boolean;
  readonly isRefreshToken: (token: string, now: number) => boolean;
  readonly sign: (...parts: ReadonlyArray<string>) => string;
  readonly isSignature: (signature: string, ...parts: ReadonlyArray<string>) => boolean;
}

/** A key that nobody has guessed before. */
export const randomKey = (): Redacted.Redacted =>
  Redacted.make(randomBytes(32).toString("base64url"), { label: "key" });

/** The key in a text: the text itself, or what an API token has as its key. */
export const keyIn = (text: string): Redacted.Redacted =>
  Redacted.make(keyOfApiToken(text) ?? text, { label: "key" });

// An access token is refreshed, and a refresh token dies, long after any pause in a notebook.
const REFRESH_SECONDS = 30 * 24 * 3600;

/** Authorization by a key; access tokens are good for so many seconds. */
export const make = (key: Redacted.Redacted, accessSeconds: number): Authorization => {
  const hmac = (purpose: string, text: string) =>
    createHmac("sha256", Redacted.value(key)).update(purpose).update("\0").update(text)
      .digest("base64url");

  const jwt = (use: string, issuer: string, expires: number) => {
    const claims = { iss: issuer, azp: CLIENT_ID, sub: CLIENT_ID, exp: expires, token_use: use };
    const content = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
    return `${content}.${hmac("token", content)}`;
  };
  const isJwt = (use: string, token: string, now: number) => {
    const end = token.lastIndexOf(".");
    const content = token.slice(0, end);
    if (!isSame(token.slice(end + 1), hmac("token", content))) return false;
    const claims = JSON.parse(Buffer.from(content.split(".")[1]!, "base64url").toString());
    return claims.token_use === use && claims.exp > now;
  };
  const signatureOf = (parts: ReadonlyArray<string>) => hmac("url", JSON.stringify(parts));

  return {
    apiToken: (url) => {
      const content = { api_address: url, api_url: url, api_key: Redacted.value(key) };
      return Redacted.make(Buffer.from(JSON.stringify(content)).toString("base64"));
    },
    isApiToken: (token) => isSame(keyOfApiToken(token) ?? "", Redacted.value(key)),
    issue: (issuer, now) => ({
      accessToken: jwt("access", issuer, now + accessSeconds),
      refreshToken: jwt("refresh", issuer, now + REFRESH_SECONDS),
      username: CLIENT_ID,
    }),
    isAccessToken: (token, now) => isJwt("access", token, now),
    isRefreshToken: (token, now) => isJwt("refresh", token, now),
    sign: (...parts) => signatureOf(parts),
    isSignature: (signature, ...parts) => isSame(signature, signatureOf(parts)),
  };
};

const encoded = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");

/** Compares two secrets in a time that does not tell where they differ. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));

const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest();

const keyOfApiToken = (token: string): string | undefined => {
  try {
    const { api_key } = JSON.parse(Buffer.from(token.trim(), "base64").toString());
    return typeof api_key === "string" && api_key !== "" ? api_key : undefined;
  } catch {
    return undefined;
  }
};
