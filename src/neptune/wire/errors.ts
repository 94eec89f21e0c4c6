/**
 * How a server says no.
 *
 * @module
 */
import { Schema } from "effect";
import { maybe } from "./json.ts";

/** The body of an answer that is not 2xx. Clients look only at `errorType`. */
export interface ErrorBody {
  readonly code?: number | null;
  readonly message?: string | null;
  readonly errorType?: string | null;
  readonly type?: string | null;
}

/** {@link ErrorBody} */
export const ErrorBody: Schema.Codec<ErrorBody> = Schema.Struct({
  code: maybe(Schema.Number),
  message: maybe(Schema.String),
  errorType: maybe(Schema.String),
  type: maybe(Schema.String),
});

/** The `errorType` of a project that does not exist or that one may not read. */
export const ACCESS_DENIED = "ACCESS_DENIED";
