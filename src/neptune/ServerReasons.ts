/**
 * What can go wrong between here and a Neptune server: the reasons of a `NeptuneError` that only a
 * running server gives.
 *
 * @module
 */
import { type ReasonClass, reasonClass } from "../Reason.ts";

/** What was asked, and how often it was tried. */
interface Asked {
  /** Method and URL, without its query. */
  readonly request: string;
  /** How often it was tried; more than once only where trying again could help. */
  readonly attempts: number;
  /** What the server, or the system, said of it. */
  readonly detail: string;
  readonly cause?: unknown;
}

const tell = ({ request, attempts, detail }: Asked, what: string, advice = ""): string =>
  `${request} ${what}${attempts > 1 ? `, ${attempts} times` : ""}${
    detail === "" ? "" : `: ${detail}`
  }.${advice === "" ? "" : ` ${advice}`}`;

const InvalidApiTokenBase: ReasonClass<
  "InvalidApiToken",
  { problem: string }
> = reasonClass("InvalidApiToken");

/** The API token is not one: it cannot be decoded, or does not say where its server is. */
export class InvalidApiToken extends InvalidApiTokenBase {
  override get message(): string {
    return `The API token is not valid: ${this.problem}. Copy it anew from your Neptune ` +
      "user menu (Get your API token); it is one line of base64.";
  }
}

const UnauthorizedBase: ReasonClass<"Unauthorized", Asked> = reasonClass("Unauthorized");

/** The server does not accept the API token (401). */
export class Unauthorized extends UnauthorizedBase {
  override get message(): string {
    return tell(
      this,
      "was refused as unauthorized (401)",
      "The API token is wrong, or has been revoked.",
    );
  }
}

const AccessDeniedBase: ReasonClass<"AccessDenied", Asked> = reasonClass("AccessDenied");

/** The token does not allow this (403), or there is no such project: the server does not say which. */
export class AccessDenied extends AccessDeniedBase {
  override get message(): string {
    return tell(
      this,
      "was denied",
      "The project does not exist, or this API token may not read it.",
    );
  }
}

const ResourceNotFoundBase: ReasonClass<"ResourceNotFound", Asked> = reasonClass(
  "ResourceNotFound",
);

/** The server has nothing there (404). */
export class ResourceNotFound extends ResourceNotFoundBase {
  override get message(): string {
    return tell(this, "found nothing (404)", "Is the address in the API token that of Neptune 3?");
  }
}

const UnprocessableBase: ReasonClass<"Unprocessable", Asked> = reasonClass("Unprocessable");

/** The server understands the request but cannot work with it (422). */
export class Unprocessable extends UnprocessableBase {
  override get message(): string {
    return tell(this, "could not be processed (422)");
  }
}

const UnexpectedStatusBase: ReasonClass<
  "UnexpectedStatus",
  Asked & { readonly status: number }
> = reasonClass("UnexpectedStatus");

/** The server answers with a status that trying again would not change, such as 400 or 302. */
export class UnexpectedStatus extends UnexpectedStatusBase {
  override get message(): string {
    return tell(this, `was answered with status ${this.status}`);
  }
}

const RateLimitedBase: ReasonClass<"RateLimited", Asked> = reasonClass("RateLimited");

/** There were too many requests (429), until the time for trying again was over. */
export class RateLimited extends RateLimitedBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(this, "was refused as one too many (429)", "Ask for less, or later.");
  }
}

const ServerFailureBase: ReasonClass<
  "ServerFailure",
  Asked & { readonly status: number }
> = reasonClass("ServerFailure");

/** The server failed (5xx), until the time for trying again was over. */
export class ServerFailure extends ServerFailureBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(this, `failed in the server with status ${this.status}`, "Try again later.");
  }
}

const MalformedJsonBase: ReasonClass<"MalformedJson", Asked> = reasonClass("MalformedJson");

/** The answer should be JSON of a certain form, and is not. */
export class MalformedJson extends MalformedJsonBase {
  override get message(): string {
    return tell(this, "was answered with JSON that is not as it should be");
  }
}

const MalformedProtobufBase: ReasonClass<"MalformedProtobuf", Asked> = reasonClass(
  "MalformedProtobuf",
);

/** The answer should be a certain protobuf message, and is not, or contradicts the request. */
export class MalformedProtobuf extends MalformedProtobufBase {
  override get message(): string {
    return tell(this, "was answered with a message that is not as it should be");
  }
}

const ConnectionClosedBase: ReasonClass<"ConnectionClosed", Asked> = reasonClass(
  "ConnectionClosed",
);

/** The connection was closed before the answer was whole. */
export class ConnectionClosed extends ConnectionClosedBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(this, "lost its connection before the answer was whole");
  }
}

const ConnectionFailedBase: ReasonClass<"ConnectionFailed", Asked> = reasonClass(
  "ConnectionFailed",
);

/** There is no connection to the server, or to the proxy. */
export class ConnectionFailed extends ConnectionFailedBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(
      this,
      "got no connection",
      "Is the server running, and does --allow-net let this program reach it?",
    );
  }
}

const HostNotFoundBase: ReasonClass<"HostNotFound", Asked> = reasonClass("HostNotFound");

/** The name of the server, or of the proxy, has no address. */
export class HostNotFound extends HostNotFoundBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(
      this,
      "found no address of the host",
      "Is the machine online, and the address in the API token right?",
    );
  }
}

const TlsFailureBase: ReasonClass<"TlsFailure", Asked> = reasonClass("TlsFailure");

/** The server, or the proxy, could not prove who it is. */
export class TlsFailure extends TlsFailureBase {
  override get message(): string {
    return tell(
      this,
      "failed to set up TLS",
      "Pass the certificate of your authority as `caCertificates`, or, for a test, start Deno " +
        "with --unsafely-ignore-certificate-errors.",
    );
  }
}

const RequestTimedOutBase: ReasonClass<"RequestTimedOut", Asked> = reasonClass("RequestTimedOut");

/** The server sent nothing for too long. */
export class RequestTimedOut extends RequestTimedOutBase {
  override get isTransient(): boolean {
    return true;
  }
  override get message(): string {
    return tell(
      this,
      "timed out",
      "`requestTimeout`, or NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS, allows more time.",
    );
  }
}

/** What only a running server can be the reason of. */
export type ServerReason =
  | InvalidApiToken
  | Unauthorized
  | AccessDenied
  | ResourceNotFound
  | Unprocessable
  | UnexpectedStatus
  | RateLimited
  | ServerFailure
  | MalformedJson
  | MalformedProtobuf
  | ConnectionClosed
  | ConnectionFailed
  | HostNotFound
  | TlsFailure
  | RequestTimedOut;
