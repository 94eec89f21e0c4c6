/**
 * Reads Parquet parts natively, many at a time, and keeps a damaged one from sinking the rest.
 *
 * A batch is small enough to bound memory, to report progress, and to stop soon after an
 * interruption, which cannot stop the native call that is under way. A batch that fails is split
 * until the file that is to blame stands alone.
 *
 * @module
 */
import { join } from "node:path";
import { Effect, Result, Stream } from "effect";
import type pl from "nodejs-polars";
import type { DataFrame, Polars } from "../../Polars.ts";
import { loadPolars } from "../native.ts";
import { DamagedFile, describe, type NeptuneErrorReason } from "../NeptuneError.ts";
import { warn } from "../NeptuneWarning.ts";
import { areFew, type Batch, batches, pattern, split } from "./batches.ts";
import type { Listing, Part } from "./Listing.ts";
import type { Settings } from "./Settings.ts";

/** What to read from files, and what to keep of it. */
export interface Plan<A> {
  /** How large the files of a batch may be together. */
  readonly batchBytes: number;
  /** Rows to keep and columns to make of them; `areSmall` tells that the files are small. */
  readonly select: (
    frame: pl.LazyDataFrame,
    polars: Polars,
    areSmall: boolean,
  ) => pl.LazyDataFrame;
  /** Takes what is wanted out of the rows, which are in the order of their files. */
  readonly extract: (rows: DataFrame, polars: Polars) => A;
}

/**
 * Reads parts by a plan, batch after batch, in an order that depends on nothing but the listing. All
 * parts of a run are in one batch; what is read of a batch comes in one or more pieces.
 *
 * There can be rows of other runs among them: the plan selects. A part that cannot be read fails the
 * stream if `strict`, and is a warning otherwise.
 */
export const readParts = <A>(
  listing: Listing,
  parts: ReadonlyArray<Part>,
  settings: Settings,
  plan: Plan<A>,
): Stream.Stream<ReadonlyArray<A>, NeptuneErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    const polars = yield* loadPolars;
    const sizes = areFew(listing, parts) ? new Map<Part, number>() : yield* listing.sizes;
    const read = reader(polars, listing, settings, plan);
    return Stream.fromIterable(batches(listing, parts, sizes, plan.batchBytes)).pipe(
      Stream.mapEffect((batch) => read(batch, hasSmallFiles(batch, sizes)), { concurrency: 2 }),
    );
  }));

const SMALL_FILE = 16 * 2 ** 10;

/** Whether the files of a batch are small on average. */
const hasSmallFiles = ({ parts }: Batch, sizes: ReadonlyMap<Part, number>): boolean =>
  parts.reduce((sum, part) => sum + (sizes.get(part) ?? Infinity), 0) <= parts.length * SMALL_FILE;

type Read<A> = (
  batch: Batch,
  areSmall: boolean,
) => Effect.Effect<ReadonlyArray<A>, NeptuneErrorReason>;

const reader = <A>(
  polars: Polars,
  listing: Listing,
  { strict }: Settings,
  plan: Plan<A>,
): Read<A> => {
  const collect = (path: string, glob: boolean, areSmall: boolean): Effect.Effect<A, Error> =>
    Effect.promise(async () => {
      try {
        const frame = polars.scanParquet(path, { glob });
        const rows = await plan.select(frame, polars, areSmall).collect();
        const wanted = plan.extract(rows, polars);
        // V8 does not see the native memory of a frame, and would let frames pile up. A buffer that
        // is never touched costs nothing, and tells it in time.
        new ArrayBuffer(rows.height * rows.width * 64);
        return Result.succeed(wanted);
      } catch (cause) {
        // Polars throws plain errors; any other kind is a mistake of ours, not of the file.
        if (cause instanceof Error && cause.constructor === Error) return Result.fail(cause);
        throw cause;
      }
    }).pipe(Effect.flatMap(Effect.fromResult));

  const readPart = (part: Part): ReturnType<Read<A>> =>
    collect(part.path, false, false).pipe(
      Effect.map((piece) => [piece]),
      Effect.catch((cause) => {
        // What follows is the plan of the query, which says nothing about the file.
        const [problem = ""] = describe(cause).split("\n\n");
        const damaged = new DamagedFile({ path: part.path, problem, cause });
        if (strict) return Effect.fail(damaged);
        const { message, path } = damaged;
        return Effect.as(warn({ kind: "DamagedFile", message, file: path, run: part.run }), []);
      }),
    );

  const read: Read<A> = (batch, areSmall) =>
    batch.digests === undefined
      ? Effect.map(Effect.forEach(batch.parts, readPart), (pieces) => pieces.flat())
      : collect(join(escapeGlob(listing.directory), pattern(batch.digests)), true, areSmall).pipe(
        Effect.map((piece) => [piece]),
        // What is damaged may be nothing that is wanted.
        Effect.catch(() =>
          Effect.map(
            Effect.forEach(split(batch), (smaller) => read(smaller, false)),
            (pieces) => pieces.flat(),
          )
        ),
      );
  return read;
};

const escapeGlob = (path: string): string => path.replaceAll(/[[*?]/g, "[$&]");
