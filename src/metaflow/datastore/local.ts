/**
 * A datastore in directories.
 *
 * The root of a datastore comes from the records, as Metaflow wrote them, and so do the names below
 * it. A blob is what its hash says wherever it is; other files are read only if they really are
 * below their root, and files that an artifact names by URL only below directories that the program
 * itself has named.
 *
 * @module
 */
import { isAbsolute, join, relative, resolve } from "node:path";
import { Effect, Stream } from "effect";
import type { Datastore, Opening, StoredFile } from "../Datastore.ts";
import { DataFailure, describe, type MetaflowErrorReason } from "../MetaflowError.ts";

/** The URLs that Metaflow makes of paths. */
const SCHEME = "local://";

/** A datastore that reads files named by URL only below certain directories. */
export const make = (
  allowed: Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason>,
): Datastore => ({
  blob: (root, key) =>
    Effect.gen(function* () {
      const path = join(root.path, key);
      const attributes = yield* ifThere(`${path}_meta`, readAttributes);
      return yield* open(path, attributes);
    }),
  file: (root, key) =>
    Effect.flatMap(
      locate(join(root.path, key), [root.path]),
      (path) => path === undefined ? Effect.succeed(path) : open(path),
    ),
  size: (root, key) =>
    Effect.map(
      ifThere(join(root.path, key), (path) => Deno.statSync(path)),
      (found) => found?.isFile ? found.size : undefined,
    ),
  url: (url) =>
    Effect.gen(function* () {
      const path = yield* locate(url.slice(SCHEME.length), yield* allowed);
      return path === undefined ? undefined : yield* open(path);
    }),
});

/** Files up to so many bytes are read at once: to wait for one costs more than the read. */
const SMALL = 256 * 1024;

/** Attributes have some dozens of bytes. */
const MAX_ATTRIBUTES = 64 * 1024;

const readAttributes = (path: string): string => {
  const { isFile, size } = Deno.statSync(path);
  if (isFile && size <= MAX_ATTRIBUTES) return Deno.readTextFileSync(path);
  throw new RangeError("it is no small file");
};

const open = (path: string, attributes?: string): Opening =>
  Effect.map(ifThere(path, (path) => Deno.statSync(path)), (found): StoredFile | undefined =>
    // Reading from a pipe would wait forever.
    found === undefined || !found.isFile ? undefined : {
      location: path,
      size: found.size,
      attributes,
      bytes: found.size <= SMALL
        ? Effect.try({
          try: () => Deno.readFileSync(path),
          catch: (cause) => failure(path, describe(cause), cause),
        })
        : attempting(path, (path, signal) => Deno.readFile(path, { signal })),
      stream: Stream.unwrap(Effect.map(
        attempting(path, (path) => Deno.open(path)),
        (file) =>
          Stream.fromReadableStream({
            evaluate: () => file.readable,
            onError: (cause) => failure(path, describe(cause), cause),
          }),
      )),
    });

/** The path itself, or what it leads to; `undefined` if there is nothing. */
const locate = (
  path: string,
  roots: ReadonlyArray<string>,
): Effect.Effect<string | undefined, DataFailure> =>
  Effect.gen(function* () {
    const real = yield* ifThere(path, (path) => Deno.realPathSync(path));
    if (real === undefined) return undefined;
    for (const root of roots) {
      const realRoot = yield* ifThere(root, (root) => Deno.realPathSync(resolve(root)));
      if (realRoot !== undefined && isBelow(realRoot, real)) return real;
    }
    return yield* failure(
      path,
      `it leads to ${real}, which is in none of the directories that data may refer to. If you ` +
        "trust it, name its directory in the `fileRoots` of the layer",
    );
  });

const isBelow = (root: string, path: string): boolean => {
  const way = relative(root, path);
  return !isAbsolute(way) && way.split("/")[0] !== "..";
};

const ifThere = <A>(
  path: string,
  run: (path: string) => A,
): Effect.Effect<A | undefined, DataFailure> =>
  Effect.try({ try: () => run(path), catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory
        ? Effect.succeed(undefined)
        : Effect.fail(failure(path, describe(cause), cause))
    ),
  );

const attempting = <A>(
  path: string,
  run: (path: string, signal: AbortSignal) => Promise<A>,
): Effect.Effect<A, DataFailure> =>
  Effect.tryPromise({
    try: (signal) => run(path, signal),
    catch: (cause) => failure(path, describe(cause), cause),
  });

const failure = (path: string, problem: string, cause?: unknown): DataFailure =>
  new DataFailure({ location: path, problem, cause });
