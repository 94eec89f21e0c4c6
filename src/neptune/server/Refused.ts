/**
 * How the server says no.
 *
 * @module
 */
import { type Cause, Data } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import { ACCESS_DENIED, type ErrorBody } from "../wire/errors.ts";

const RefusedBase: new (
  fields: { readonly status: number; readonly message: string; readonly errorType?: string },
) => Cause.YieldableError & {
  readonly _tag: "Refused";
  readonly status: number;
  readonly errorType?: string;
} = Data.TaggedError("Refused");

/** A request that is not answered: the HTTP status, and what is wrong with it. */
export class Refused extends RefusedBase {
  /** What the client is sent. */
  get body(): ErrorBody {
    const { status: code, message, errorType } = this;
    return { code, message, ...errorType === undefined ? {} : { errorType } };
  }
}

/** A request that makes no sense. */
export const badRequest = (message: string): Refused => new Refused({ status: 400, message });

/**
 * The refusal of a request that failed at the source.
 *
 * Clients try again for half an hour at a status of 500 or more, and never at another one. So what
 * will not get better by itself must not be one of those, even where it is no fault of the client.
 */
export const refusalOf = (reason: NeptuneErrorReason): Refused => {
  const { message } = reason;
  switch (reason._tag) {
    case "ProjectNotFound":
    case "AccessDenied":
      return new Refused({ status: 403, message, errorType: ACCESS_DENIED });
    case "InvalidArgument":
    case "InvalidQuery":
    case "InvalidRegex":
      return badRequest(message);
    case "RunNotFound":
    case "FieldNotFound":
    case "FileUnavailable":
    case "ResourceNotFound":
      return new Refused({ status: 404, message });
    default:
      return new Refused({ status: reason.isTransient ? 503 : 422, message });
  }
};
