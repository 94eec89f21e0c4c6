/**
 * Lists of a metadata service, page by page where it has pages.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { Found, Service, ServiceError } from "./Service.ts";
import { MetadataFailure, ServiceFailure } from "../../MetaflowError.ts";
import type { ObjectRecord } from "../../MetadataProvider.ts";
import { newestFirst } from "../records.ts";

/** Who wants only the newest object should not wait for many; who wants all, not for many pages. */
const FIRST_PAGE = 20;
const NEXT_PAGES = 500;

/**
 * The records of a list, newest first.
 *
 * A service without pages ignores what it is asked about them and answers with the whole list in any
 * order; it is known by not naming the limit that it has kept to.
 */
export const list = <Record extends ObjectRecord>(
  service: Service,
  path: string,
  query: ReadonlyArray<readonly [string, string]>,
  decode: (json: unknown) => Record,
): Stream.Stream<Record, ServiceError> =>
  Stream.paginate(
    { limit: FIRST_PAGE, cursor: Option.none<string>() },
    ({ limit, cursor }) =>
      Effect.gen(function* () {
        const parameters = new URLSearchParams([
          ...query.map(([name, value]) => [name, value]),
          ["_limit", String(limit)],
          ...Option.match(cursor, { onNone: () => [], onSome: (cursor) => [["_cursor", cursor]] }),
        ]);
        const found = yield* getList(service, `${path}?${parameters}`);
        const records = yield* decodeAll(service, path, found, decode);
        if (!found.headers.has("x-limit")) {
          return [records.toSorted(newestFirst), Option.none()] as const;
        }
        return [
          records,
          Option.map(
            Option.fromNullishOr(found.headers.get("x-next-cursor")),
            (cursor) => ({ limit: NEXT_PAGES, cursor: Option.some(cursor) }),
          ),
        ] as const;
      }),
  );

/** A list. A service has one below everything, even what does not exist: it is empty there. */
export const getList = (
  service: Service,
  path: string,
): Effect.Effect<Found, ServiceError> =>
  Effect.flatMap(
    service.get(path),
    (found) =>
      found !== undefined ? Effect.succeed(found) : Effect.fail(
        new ServiceFailure({
          problem: `Metadata request (${path}) failed (code 404): there is no such list at ` +
            `${service.url}. Check that this is the URL of a metadata service`,
          httpCode: 404,
          response: undefined,
        }),
      ),
  );

/** Decodes an array of records. */
export const decodeAll = <Record>(
  service: Service,
  path: string,
  { json }: Found,
  decode: (json: unknown) => Record,
): Effect.Effect<ReadonlyArray<Record>, MetadataFailure> =>
  decodeOne(service, path, () => {
    if (!Array.isArray(json)) throw new TypeError("it is no list");
    return json.map((item: unknown) => decode(item));
  });

/** Makes something of an answer by a function that throws what is wrong with it. */
export const decodeOne = <A>(
  service: Service,
  path: string,
  decode: () => A,
): Effect.Effect<A, MetadataFailure> =>
  Effect.try({
    try: decode,
    catch: (cause) =>
      new MetadataFailure({
        location: service.url + path,
        problem: cause instanceof Error ? cause.message : String(cause),
        cause,
      }),
  });
