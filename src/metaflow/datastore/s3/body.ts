/**
 * The bytes of an object, whole in spite of broken connections.
 *
 * @module
 */
import { Effect, Option, Result, type Scope, Stream } from "effect";
import { describe, type MetaflowErrorReason } from "../../MetaflowError.ts";
import type { Address } from "./address.ts";
import { type Ask, failure, pause } from "./request.ts";

/** An object whose answer has begun. */
export interface Opened {
  readonly address: Address;
  readonly response: Response;
  /** In bytes. */
  readonly size: number;
}

/** How long to wait for a batch of it. */
const TIMEOUT = "30 seconds";

/**
 * The bytes as they arrive. After a break they are asked for from there on, of the same object and
 * not of one that has replaced it.
 */
export const streamBody = (
  ask: Ask,
  tries: number,
  { address, response, size }: Opened,
): Stream.Stream<Uint8Array, MetaflowErrorReason, Scope.Scope> => {
  const etag = response.headers.get("etag");

  const reopen = (offset: number) =>
    Effect.gen(function* () {
      const again = yield* ask({
        method: "GET",
        address,
        headers: {
          range: `bytes=${offset}-`,
          ...etag === null ? {} : { "if-match": etag },
        },
      });
      if (again === undefined) return yield* failure(address, "it was deleted while it was read");
      const range = again.headers.get("content-range");
      if (again.status === 206 && range?.startsWith(`bytes ${offset}-`)) return yield* read(again);
      yield* Effect.promise(async () => await again.body?.cancel());
      return yield* failure(address, "the connection broke, and S3 does not continue where it did");
    });

  interface State {
    readonly reader: ReadableStreamDefaultReader<Uint8Array>;
    readonly offset: number;
    /** How often it broke since the last byte. */
    readonly breaks: number;
  }

  const next = (state: State): Effect.Effect<
    readonly [ReadonlyArray<Uint8Array>, Option.Option<State>],
    MetaflowErrorReason,
    Scope.Scope
  > =>
    Effect.gen(function* () {
      const { reader, offset } = state;
      const arriving: Array<Uint8Array> = [];
      const outcome = yield* Effect.tryPromise({
        try: () => readBatch(reader, arriving),
        catch: (cause) => cause,
      }).pipe(Effect.timeout(TIMEOUT), Effect.result);
      // What arrives after a timeout is asked for once more.
      const arrived = [...arriving];
      const end = arrived.reduce((sum, { length }) => sum + length, offset);
      if (end > size) return yield* failure(address, `it has more than its ${size} bytes`);
      if (Result.isSuccess(outcome) && outcome.success === "more") {
        return [arrived, Option.some({ reader, offset: end, breaks: 0 })] as const;
      }
      if (end === size) return [arrived, Option.none()] as const;
      const breaks = end === offset ? state.breaks + 1 : 1;
      if (breaks === tries) {
        const cause = Result.isFailure(outcome) ? outcome.failure : undefined;
        const why = cause === undefined ? "" : ` (${describe(cause)})`;
        return yield* failure(
          address,
          `the connection breaks after ${end} of ${size} bytes${why}`,
          cause,
        );
      }
      yield* close(reader);
      yield* pause(breaks);
      return [
        arrived,
        Option.some({ reader: yield* reopen(end), offset: end, breaks }),
      ] as const;
    });

  return Stream.unwrap(Effect.map(
    read(response),
    (reader) =>
      Stream.paginate<State, Uint8Array, MetaflowErrorReason, Scope.Scope>(
        { reader, offset: 0, breaks: 0 },
        next,
      ),
  ));
};

/** How many bytes are read at once, which would otherwise come in pieces of some kilobytes. */
const BATCH = 2 ** 20;

/** Reads some pieces, and says whether there may be more. */
const readBatch = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  arriving: Array<Uint8Array>,
): Promise<"more" | "end"> => {
  for (let length = 0; length < BATCH;) {
    const { value } = await reader.read();
    if (value === undefined) return "end";
    arriving.push(value);
    length += value.length;
  }
  return "more";
};

/** Reads an answer for as long as the scope lasts. */
const read = (response: Response) =>
  Effect.acquireRelease(
    Effect.sync(() => (response.body ?? new Blob([]).stream()).getReader()),
    close,
  );

/** Ends an answer, be it broken. */
const close = (reader: ReadableStreamDefaultReader<Uint8Array>): Effect.Effect<void> =>
  Effect.promise(() => reader.cancel().catch(() => undefined));

/** All bytes in one piece. */
export const collectBody = (
  size: number,
  body: Stream.Stream<Uint8Array, MetaflowErrorReason, Scope.Scope>,
): Effect.Effect<Uint8Array, MetaflowErrorReason> =>
  Effect.scoped(Effect.gen(function* () {
    const whole = new Uint8Array(size);
    let end = 0;
    yield* Stream.runForEach(body, (chunk) =>
      Effect.sync(() => {
        whole.set(chunk, end);
        end += chunk.length;
      }));
    return whole;
  }));
