/**
 * Keys and passwords.
 *
 * @module
 */
import { Redacted } from "effect";

/** A text that may be secret: wrapped so that nothing prints it, or not. */
export type Secret = string | Redacted.Redacted<string>;

/** The text, for a request and nothing else. */
export const reveal = (secret: Secret): string =>
  Redacted.isRedacted(secret) ? Redacted.value(secret) : secret;
