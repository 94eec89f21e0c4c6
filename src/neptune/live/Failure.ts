/**
 * What one try of a request can come to, other than an answer.
 *
 * @module
 */
import { Option, Schema } from "effect";
import * as Reasons from "../NeptuneError.ts";
import { describe, InvalidArgument, type NeptuneErrorReason } from "../NeptuneError.ts";
import { ACCESS_DENIED, ErrorBody } from "../wire/errors.ts";

/** A try that failed. */
export interface Failure {
  readonly kind:
    | "NotAllowed"
    | "Unauthorized"
    | "AccessDenied"
    | "ResourceNotFound"
    | "Unprocessable"
    | "UnexpectedStatus"
    | "RateLimited"
    | "ServerFailure"
    | "ConnectionClosed"
    | "ConnectionFailed"
    | "HostNotFound"
    | "TlsFailure"
    | "RequestTimedOut";
  readonly detail: string;
  readonly status?: number | undefined;
  /** What the server said of when to come again. */
  readonly retryAfter?: string | null | undefined;
  readonly cause?: unknown;
}

const TRANSIENT: ReadonlySet<Failure["kind"]> = new Set([
  "RateLimited",
  "ServerFailure",
  "ConnectionClosed",
  "ConnectionFailed",
  "HostNotFound",
  "RequestTimedOut",
]);

/** Whether another try may succeed. */
export const isTransient = ({ kind }: Failure): boolean => TRANSIENT.has(kind);

/** The reason of an operation's failure that the last try gives. */
export const reasonOf = (
  { kind, detail, status = 0, cause }: Failure,
  request: string,
  attempts: number,
): NeptuneErrorReason => {
  if (kind === "NotAllowed") {
    return new InvalidArgument({
      parameter: "apiToken",
      message: `${request} is not allowed: ${detail}.`,
    });
  }
  const asked = { request, attempts, detail, ...cause !== undefined && { cause } };
  return kind === "UnexpectedStatus" || kind === "ServerFailure"
    ? new Reasons[kind]({ ...asked, status })
    : new Reasons[kind](asked);
};

/** What an answer comes to that is not 2xx. */
export const ofStatus = (
  status: number,
  body: string,
  retryAfter: string | null,
): Failure => {
  const { errorType, message } = bodyOf(body);
  const detail = message ?? body.slice(0, 1000).trim();
  const kind = status === 429
    ? "RateLimited"
    // A status that nobody has defined is taken for a failure of the server, too.
    : status >= 500
    ? "ServerFailure"
    : errorType === ACCESS_DENIED || status === 403
    ? "AccessDenied"
    : status === 401
    ? "Unauthorized"
    : status === 404
    ? "ResourceNotFound"
    : status === 422
    ? "Unprocessable"
    : "UnexpectedStatus";
  return { kind, detail, status, retryAfter };
};

const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(ErrorBody));

const bodyOf = (body: string): ErrorBody => Option.getOrElse(decodeBody(body), () => ({}));

/** What an exception comes to that was thrown by `fetch`, or while its body was read. */
export const ofException = (thrown: unknown, hasAnswered: boolean): Failure => {
  // The text of an error can hold the URL, and that of a file has a signature in it.
  const detail = textOf(thrown).replaceAll(/ for url \([^)]*\)/g, "");
  const cause = new Error(detail);
  if (thrown instanceof Deno.errors.NotCapable || /are blocked/.test(detail)) {
    return { kind: "NotAllowed", detail };
  }
  if (/dns error|failed to lookup/i.test(detail)) return { kind: "HostNotFound", detail, cause };
  if (/certificate|tls |handshake|UnknownIssuer|InvalidContentType/i.test(detail)) {
    return { kind: "TlsFailure", detail, cause };
  }
  const kind = hasAnswered || isClosed(detail) ? "ConnectionClosed" : "ConnectionFailed";
  return { kind, detail, cause };
};

const isClosed = (text: string): boolean =>
  /connection closed|connection reset|reset by peer|broken pipe|incomplete message|end of file|eof/i
    .test(text);

/** The messages of an error and of what caused it. */
const textOf = (thrown: unknown): string => {
  const messages: Array<string> = [];
  for (let each = thrown; each !== undefined && messages.length < 5;) {
    const message = describe(each);
    if (!messages.some((known) => known.includes(message))) messages.push(message);
    each = each instanceof Error ? each.cause : undefined;
  }
  return messages.join(": ");
};
