/**
 * Reads answers.
 *
 * @module
 */
import { Effect, type Result, Schema } from "effect";
import { MalformedJson, MalformedProtobuf } from "../NeptuneError.ts";
import type { MalformedMessage } from "../wire/MalformedMessage.ts";
import { nameOf, type Request } from "./Transport.ts";

const utf8 = new TextDecoder();

/** Reads JSON of a form. What is wrong is told without what is there, which can be secret. */
export const decodeJson = <A>(
  schema: Schema.Codec<A>,
  request: Request,
  body: Uint8Array,
): Effect.Effect<A, MalformedJson> => {
  const malformed = (detail: string) =>
    new MalformedJson({ request: nameOf(request), attempts: 1, detail });
  return Effect.flatMap(
    Effect.try({
      try: (): unknown => JSON.parse(utf8.decode(body)),
      catch: () => malformed("it is not JSON"),
    }),
    (json) =>
      Effect.mapError(
        Schema.decodeUnknownEffect(schema)(json),
        ({ message }) => malformed(message),
      ),
  );
};

/** Reads a protobuf message. */
export const decodeProtobuf = <A>(
  decode: (bytes: Uint8Array) => Result.Result<A, MalformedMessage>,
  request: Request,
  body: Uint8Array,
): Effect.Effect<A, MalformedProtobuf> =>
  Effect.mapError(
    Effect.fromResult(decode(body)),
    (cause) => contradiction(nameOf(request), cause.message, cause),
  );

/** A message that is well-formed, but does not answer the request. */
export const contradiction = (
  request: string,
  detail: string,
  cause?: unknown,
): MalformedProtobuf =>
  new MalformedProtobuf({ request, attempts: 1, detail, ...cause !== undefined && { cause } });
