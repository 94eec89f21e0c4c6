/**
 * Requests and responses as the endpoints want them: bodies through schemas, answers as streams,
 * refusals as JSON.
 *
 * @module
 */
import { ByteSize, Cause, Duration, Effect, Schema, type Scope, Sink, Stream } from "effect";
import { type HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import { badRequest, refusalOf, Refused } from "./Refused.ts";

/** Why a request is not answered. */
export type Failure = NeptuneErrorReason | Refused | HttpServerError.HttpServerError;

type Request = HttpServerRequest.HttpServerRequest;
type Response = HttpServerResponse.HttpServerResponse;

const MAX_BODY_TEXT = "64 MiB";

/** Clients send up to some megabytes, for thousands of runs and paths. */
export const MAX_BODY: ByteSize.ByteSize = ByteSize.fromInputUnsafe(MAX_BODY_TEXT);

/** The URL of a request, with the host by which the client knows the server. */
export const urlOf = (request: Request): URL => new URL(request.originalUrl);

/** A parameter in the URL that must be there. */
export const parameter = (request: Request, name: string): Effect.Effect<string, Refused> =>
  Effect.suspend(() => {
    const value = urlOf(request).searchParams.get(name);
    return value === null || value === ""
      ? Effect.fail(badRequest(`The parameter ${name} is missing.`))
      : Effect.succeed(value);
  });

/** Reads a JSON body. */
export const bodyAs = <A>(
  schema: Schema.Codec<A>,
): (request: Request) => Effect.Effect<A, Failure> => {
  const decode = Schema.decodeUnknownEffect(schema);
  return (request) =>
    Effect.flatMap(
      request.json,
      (json) =>
        Effect.mapError(decode(json), (error) =>
          badRequest(`The body does not fit: ${error.message}`)),
    );
};

/** Answers in JSON. */
export const json = (value: unknown, status = 200): Response =>
  HttpServerResponse.jsonUnsafe(value, { status });

/** Answers in protobuf. */
export const protobuf = (bytes: Uint8Array): Response =>
  HttpServerResponse.uint8Array(bytes, { contentType: PROTOBUF });

const PROTOBUF = "application/x-protobuf";

/** Answers in protobuf, piece by piece; what fails before the first piece is a refusal. */
export const protobufStream = <E>(
  pieces: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Response, E, Scope.Scope> =>
  Effect.map(
    started(pieces),
    (body) => HttpServerResponse.stream(body, { contentType: PROTOBUF }),
  );

/** A stream whose first piece is there. */
const started = <A, E>(
  stream: Stream.Stream<A, E>,
): Effect.Effect<Stream.Stream<A, E>, E, Scope.Scope> =>
  Effect.map(
    Stream.peel(stream, Sink.take(1)),
    ([first, rest]) => Stream.concat(Stream.fromIterable(first), rest),
  );

/** Answers in any case: what failed, with a refusal; what should not have, with no details. */
export const refusing = <R>(
  endpoint: Effect.Effect<Response, Failure, R>,
): Effect.Effect<Response, never, R> =>
  endpoint.pipe(
    Effect.catch((failure) => Effect.succeed(refusal(failure))),
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError("A request failed in a way that it should not", Cause.die(defect)),
        refusal(new Refused({ status: 500, message: "The server has failed. Its log says why." })),
      )
    ),
  );

/** Logs each answer, without what is secret: neither headers nor the parameters of a URL. */
export const logged = <E, R>(
  app: Effect.Effect<Response, E, R>,
): Effect.Effect<Response, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    Effect.map(
      Effect.tap(
        Effect.timed(app),
        ([duration, { status }]) =>
          Effect.logDebug(
            `${request.method} ${urlOf(request).pathname} ${status}, ${
              Math.round(Duration.toMillis(duration))
            } ms`,
          ),
      ),
      ([, response]) => response,
    ));

const refusal = (failure: Failure): Response => {
  const refused = failure._tag === "Refused"
    ? failure
    : failure._tag === "HttpServerError"
    ? refusalOfRequest(failure)
    : refusalOf(failure);
  return json(refused.body, refused.status);
};

const refusalOfRequest = ({ reason, message }: HttpServerError.HttpServerError): Refused => {
  switch (reason._tag) {
    case "RouteNotFound":
      return new Refused({ status: 404, message: "There is no such endpoint." });
    case "RequestParseError":
      return reason.reason === "BodyTooLarge"
        ? new Refused({ status: 413, message: `The body is larger than ${MAX_BODY_TEXT}.` })
        : badRequest("The body is not what its endpoint reads: it is cut off, or no JSON.");
    default:
      return new Refused({ status: 500, message });
  }
};
