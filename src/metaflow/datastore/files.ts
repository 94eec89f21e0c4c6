/**
 * Files that are read as a whole: logs, and what is known of an attempt.
 *
 * @module
 */
import { Effect } from "effect";
import type { Datastore, Opening, Root } from "../Datastore.ts";
import { DataFailure, type MetaflowErrorReason } from "../MetaflowError.ts";
import { tooLarge } from "./gzip.ts";

/** The bytes of a file, if it is there and not larger than allowed. */
export const readFile = (
  { datastore, maxBytes }: { readonly datastore: Datastore; readonly maxBytes: number },
  root: Root,
  key: string,
): Effect.Effect<Uint8Array | undefined, MetaflowErrorReason> =>
  readOpened(datastore.file(root, key), maxBytes);

/** The bytes of what is opened, if it is there and not larger than allowed. */
export const readOpened = (
  opening: Opening,
  maxBytes: number,
): Effect.Effect<Uint8Array | undefined, MetaflowErrorReason> =>
  Effect.scoped(Effect.gen(function* () {
    const file = yield* opening;
    if (file === undefined) return undefined;
    if (file.size <= maxBytes) return yield* file.bytes;
    return yield* new DataFailure({ location: file.location, problem: tooLarge(maxBytes) });
  }));
