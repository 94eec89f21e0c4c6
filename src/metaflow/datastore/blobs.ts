/**
 * Blobs, which are found by the hash of what they hold, in any kind of datastore.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Effect, Result, Schema, type Scope, Stream } from "effect";
import type { Datastore, Root, StoredFile } from "../Datastore.ts";
import { DataFailure, describe, type MetaflowErrorReason } from "../MetaflowError.ts";
import { gunzip, tooLarge } from "./gzip.ts";

/** Where a blob is. */
export interface BlobLocation {
  readonly root: Root;
  readonly flow: string;
  /** SHA-1 of its content, in hexadecimal digits. */
  readonly sha: string;
}

/** Reads blobs. */
export interface Blobs {
  /** The content of a blob, which is as its hash says. */
  readonly read: (blob: BlobLocation) => Effect.Effect<Uint8Array, MetaflowErrorReason>;
  /** The bytes of a blob as they are stored, where the hash is theirs: a code package. */
  readonly readRaw: (blob: BlobLocation) => Effect.Effect<Uint8Array, MetaflowErrorReason>;
  /** The content of a blob of any size, piece by piece; fails at its end if the hash is another. */
  readonly stream: (blob: BlobLocation) => Stream.Stream<Uint8Array, MetaflowErrorReason>;
}

/** How often a damaged blob is read: Metaflow does not write blobs in one go, as it does records. */
const TRIES = 3;
const PAUSE = "100 millis";

/** Blobs of at most so many bytes are kept: `True`, `None` and names of steps are in every task. */
const SMALL = 4096;
const MAX_KEPT = 4096;

/** Reads blobs out of a datastore, of at most so many bytes each. */
export const make = (datastore: Datastore, maxBytes: number): Blobs => {
  const kept = new Map<string, Uint8Array>();

  const keep = (name: string, content: Uint8Array): void => {
    if (content.length > SMALL) return;
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(name, content.slice());
  };

  const readOnce = (blob: BlobLocation, decode: Decode) =>
    Effect.scoped(Effect.gen(function* () {
      const file = yield* openBlob(datastore, blob);
      if (file.size > maxBytes) return Result.fail(failure(file, tooLarge(maxBytes)));
      const bytes = yield* file.bytes;
      return decode(file, bytes).pipe(
        Result.filterOrFail((content) => hash().update(content).digest("hex") === blob.sha, () =>
          NOT_ITS_HASH),
        Result.mapError((problem) =>
          failure(file, problem)
        ),
      );
    }));

  const read = (blob: BlobLocation, decode: Decode) =>
    Effect.gen(function* () {
      for (let tried = 1; tried < TRIES; tried++) {
        const content = yield* readOnce(blob, decode);
        if (Result.isSuccess(content)) return content.success;
        yield* Effect.sleep(PAUSE);
      }
      return yield* Effect.flatMap(readOnce(blob, decode), Effect.fromResult);
    });

  const inflate: Decode = (file, bytes) =>
    Result.flatMap(
      isRaw(file),
      (raw) => raw ? Result.succeed(bytes) : gunzip(bytes, maxBytes),
    );

  return {
    read: (blob) =>
      Effect.suspend(() => {
        const name = JSON.stringify(blob);
        const content = kept.get(name);
        return content !== undefined
          ? Effect.succeed(content.slice())
          : Effect.tap(read(blob, inflate), (content) => Effect.sync(() => keep(name, content)));
      }),
    readRaw: (blob) => read(blob, (_, bytes) => Result.succeed(bytes)),
    stream: (blob) => Stream.scoped(Stream.unwrap(streamOf(datastore, blob))),
  };
};

/** The content of a file, or what is wrong with it. */
type Decode = (file: StoredFile, bytes: Uint8Array) => Result.Result<Uint8Array, string>;

const hash = () => createHash("sha1");

const NOT_ITS_HASH = "its content is not what its hash says; it is damaged";

const failure = ({ location }: StoredFile, problem: string): DataFailure =>
  new DataFailure({ location, problem });

const openBlob = (
  datastore: Datastore,
  { root, flow, sha }: BlobLocation,
): Effect.Effect<StoredFile, MetaflowErrorReason, Scope.Scope> =>
  Effect.gen(function* () {
    const location = `${root.path}/${flow}/data/${sha.slice(0, 2)}/${sha}`;
    if (!/^[0-9a-f]{40}$/.test(sha)) {
      return yield* new DataFailure({ location, problem: `${JSON.stringify(sha)} is no SHA-1` });
    }
    const file = yield* datastore.blob(root, `${flow}/data/${sha.slice(0, 2)}/${sha}`);
    if (file !== undefined) return file;
    return yield* new DataFailure({
      location,
      problem:
        "there is no such file. If the data was moved since it was written, give the layer " +
        "a `rootMapping` from where it was to where it is",
    });
  });

const Attributes = Schema.fromJsonString(
  Schema.Struct({ cas_version: Schema.Json, cas_raw: Schema.optional(Schema.Boolean) }),
);
const decodeAttributes = Schema.decodeUnknownResult(Attributes);

/** Whether a blob is stored as it is; otherwise it is compressed, as all were before 2.4.0. */
const isRaw = ({ attributes, location }: StoredFile): Result.Result<boolean, string> =>
  attributes === undefined ? Result.succeed(false) : decodeAttributes(attributes).pipe(
    Result.mapError(() => `Could not extract encoding version for ${location}`),
    Result.flatMap(({ cas_version, cas_raw }) =>
      cas_version === 1
        ? Result.succeed(cas_raw === true)
        : Result.fail(`Unknown encoding version ${JSON.stringify(cas_version)} for ${location}`)
    ),
  );

const streamOf = (datastore: Datastore, blob: BlobLocation) =>
  Effect.gen(function* () {
    const file = yield* openBlob(datastore, blob);
    const raw = yield* Effect.fromResult(
      Result.mapError(isRaw(file), (problem) => failure(file, problem)),
    );
    const sum = hash();
    const check = Effect.suspend(() =>
      sum.digest("hex") === blob.sha ? Effect.void : Effect.fail(failure(file, NOT_ITS_HASH))
    );
    return (raw ? file.stream : inflated(file)).pipe(
      Stream.tap((chunk) => Effect.sync(() => sum.update(chunk))),
      Stream.concat(Stream.fromEffectDrain(check)),
    );
  });

const inflated = (file: StoredFile): Stream.Stream<Uint8Array, MetaflowErrorReason> =>
  Stream.fromReadableStream({
    evaluate: () =>
      file.stream.pipe(
        // What arrives may be shared memory as far as its type goes; the engine takes none.
        Stream.map((chunk) => new Uint8Array(chunk)),
        Stream.toReadableStream,
      ).pipeThrough(new DecompressionStream("gzip")),
    onError: (cause) =>
      cause instanceof DataFailure
        ? cause
        : new DataFailure({ location: file.location, problem: describe(cause), cause }),
  });
