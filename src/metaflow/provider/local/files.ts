/**
 * The files of a metadata directory.
 *
 * They are small and very many, and reading them one after another without giving way costs half as
 * much as reading them in turns. So the functions here are synchronous and throw, and
 * {@link inSlices} calls them for some milliseconds at a time.
 *
 * @module
 */
import { Effect } from "effect";
import {
  describe,
  InternalError,
  MetadataFailure,
  type MetaflowErrorReason,
  TaggingError,
} from "../../MetaflowError.ts";

/** No record of Metaflow is as large as this, unless somebody put it there to hurt. */
const MAX_BYTES = 16 * 2 ** 20;

/** Milliseconds of work between two moments at which others can run. */
const SLICE = 8;

const buffer = new Uint8Array(64 * 1024);
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a record and makes something of it; `undefined` if there is no such file.
 *
 * What is no regular file, such as a pipe on which reading would wait forever, is no record either.
 * Metaflow replaces files as a whole, so what is read is whole.
 */
export const readRecord = <A>(path: string, decode: (json: unknown) => A): A | undefined =>
  isFile(path) ? readListed(path, decode) : undefined;

/** Reads as {@link readRecord} does, a file of which a listing has said that it is regular. */
export const readListed = <A>(path: string, decode: (json: unknown) => A): A | undefined =>
  ifThere(path, () => decode(JSON.parse(utf8.decode(readBytes(path)))));

/** The entries of a directory; none if there is no such directory. */
export const entriesOf = (path: string): ReadonlyArray<Deno.DirEntry> =>
  ifThere(path, () => Array.from(Deno.readDirSync(path))) ?? [];

const isFile = (path: string): boolean => ifThere(path, () => Deno.statSync(path).isFile) === true;

const readBytes = (path: string): Uint8Array => {
  using file = Deno.openSync(path);
  const length = file.readSync(buffer) ?? 0;
  if (length < buffer.length) return buffer.subarray(0, length);
  const { size } = file.statSync();
  if (size > MAX_BYTES) throw new RangeError(`it has ${size} bytes, more than any record`);
  return Deno.readFileSync(path);
};

const ifThere = <A>(path: string, read: () => A): A | undefined => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw new MetadataFailure({ location: path, problem: describe(cause), cause });
  }
};

/** Calls functions of this module, or others that throw reasons. */
export const reading = <A>(read: () => A): Effect.Effect<A, MetaflowErrorReason> =>
  Effect.try({ try: read, catch: asReason });

const asReason = (cause: unknown): MetaflowErrorReason => {
  if (
    cause instanceof MetadataFailure || cause instanceof InternalError ||
    cause instanceof TaggingError
  ) return cause;
  throw cause;
};

/** Reads for each item, and gives way to others now and then; what is `undefined` is left out. */
export const inSlices = <Item, A>(
  items: ReadonlyArray<Item>,
  read: (item: Item) => A | undefined,
): Effect.Effect<Array<A>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const results: Array<A> = [];
    let next = 0;
    const slice = reading(() => {
      const end = performance.now() + SLICE;
      while (next < items.length && performance.now() < end) {
        const result = read(items[next++]!);
        if (result !== undefined) results.push(result);
      }
    });
    yield* slice;
    while (next < items.length) yield* Effect.andThen(Effect.yieldNow, slice);
    return results;
  });
