/**
 * The files that were exported beside the data.
 *
 * A path comes from the data and is not trusted: it is followed only below the directory of the
 * project's files, and through no link that leads out of it.
 *
 * @module
 */
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, win32 } from "node:path";
import { Effect, Stream } from "effect";
import mime from "mime";
import type { FileRef } from "../Attribute.ts";
import { describe, FileUnavailable } from "../NeptuneError.ts";
import type { FileRequest } from "../NeptuneSource.ts";

/** A reference to a file by its path, which may tell its type. */
export const fileRef = (path: string): FileRef => ({
  path,
  sizeBytes: null,
  mimeType: mime.getType(path),
});

/** The references with the sizes of the files that are there. */
export const measureAll = <File extends FileRef | null>(
  root: string | undefined,
  files: ReadonlyArray<File>,
): Effect.Effect<ReadonlyArray<File>> =>
  Effect.forEach(
    files,
    (file) => file === null ? Effect.succeed(file) : measure(root, file),
    { concurrency: 16 },
  );

/** How many bytes a file below `root` has. */
export const size = (
  root: string | undefined,
  { path }: FileRef,
): Effect.Effect<number, FileUnavailable> =>
  Effect.flatMap(locate(root, path), (real) => attempt(path, async () => (await stat(real)).size));

const measure = <File extends FileRef>(root: string | undefined, file: File): Effect.Effect<File> =>
  size(root, file).pipe(
    Effect.map((sizeBytes) => ({ ...file, sizeBytes })),
    // Whoever asks for the bytes is told why they are not there.
    Effect.orElseSucceed(() => file),
  );

/** The bytes of a file below `root`. */
export const read = (
  root: string | undefined,
  { file, from = 0, length = Infinity }: FileRequest,
): Stream.Stream<Uint8Array, FileUnavailable> =>
  Stream.unwrap(Effect.gen(function* () {
    const path = yield* locate(root, file.path);
    const handle = yield* Effect.acquireRelease(
      attempt(file.path, () => open(path)),
      (handle) => Effect.promise(() => handle.close()),
    );
    return Stream.unfold(from, (position) =>
      Effect.map(
        attempt(file.path, () => readChunk(handle, position, from + length - position)),
        (bytes) => bytes.length === 0 ? undefined : [bytes, position + bytes.length] as const,
      ));
  })).pipe(Stream.scoped);

const CHUNK_BYTES = 256 * 1024;

const readChunk = async (
  handle: FileHandle,
  position: number,
  wanted: number,
): Promise<Uint8Array> => {
  const chunk = new Uint8Array(Math.max(0, Math.min(CHUNK_BYTES, wanted)));
  const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
  return chunk.subarray(0, bytesRead);
};

/** The path of a file's bytes on this machine. */
const locate = (
  root: string | undefined,
  path: string,
): Effect.Effect<string, FileUnavailable> => {
  if (root === undefined) {
    return refuse(path, "the export was opened without its directory of files; pass it as `files`");
  }
  // An export made on Windows has its separators.
  const candidates = [path, path.replaceAll("\\", "/")];
  if (candidates.some((candidate) => isUnsafe(candidate))) {
    return refuse(path, `it leads out of ${root}, and is not followed`);
  }
  return Effect.gen(function* () {
    const realRoot = yield* attempt(path, () => realpath(root));
    const real = yield* attempt(path, () => realpath(join(root, candidates[0]!))).pipe(
      Effect.catch((missing) =>
        candidates[1] === path
          ? Effect.fail(missing)
          : attempt(path, () => realpath(join(root, candidates[1]!)))
      ),
    );
    if (isUnsafe(relative(realRoot, real))) {
      return yield* refuse(path, `it is a link that leads out of ${root}, and is not followed`);
    }
    return yield* attempt(path, () => onlyFileOf(real));
  });
};

const isUnsafe = (path: string): boolean =>
  // What is absolute elsewhere is so on Windows too.
  win32.isAbsolute(path) || path.split("/").includes("..") ||
  path.includes("\0");

/** A file set is a directory with the archive that the server sent. */
const onlyFileOf = async (path: string): Promise<string> => {
  if (!(await stat(path)).isDirectory()) return path;
  const entries = await readdir(path, { withFileTypes: true });
  const [only, ...others] = entries;
  if (only === undefined || others.length > 0 || !only.isFile()) {
    throw new Error(`it is a directory of ${entries.length} entries`);
  }
  return join(path, only.name);
};

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, FileUnavailable> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new FileUnavailable({ path, problem: describe(cause), cause }),
  });

const refuse = (path: string, problem: string): Effect.Effect<never, FileUnavailable> =>
  Effect.fail(new FileUnavailable({ path, problem }));
