/**
 * Changes the tags of a run on disk.
 *
 * Nothing locks the record: whoever changes it reads, replaces and reads again, and starts anew if
 * another process has replaced it in between.
 *
 * @module
 */
import { Effect, Random, Result, Schema } from "effect";
import {
  describe,
  MetadataFailure,
  type MetaflowErrorReason,
  TaggingError,
} from "../../MetaflowError.ts";
import type { TagChange } from "../../MetadataProvider.ts";
import type { RunPath } from "../../Pathspec.ts";
import { applyChange } from "../../Tags.ts";
import { toObject } from "../records.ts";
import { reading, readRecord } from "./files.ts";
import { selfFile } from "./tree.ts";

const TRIES = 5;
const MAX_TAGS = 50;

/** Changes tags, all or nothing, and returns those of users. */
export const mutateTags = (
  root: string,
  run: RunPath,
  change: TagChange,
): Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const path = selfFile(root, run);
    for (let tried = 1;; tried++) {
      const wanted = yield* reading(() => replace(path, run, change));
      const found = new Set(yield* reading(() => read(path, run).tags));
      const lost = change.add.intersection(wanted).difference(found);
      const back = change.remove.difference(wanted).intersection(found);
      if (lost.size + back.size === 0) return [...found];
      if (tried === TRIES) {
        return yield* new TaggingError({
          problem: "Tagging failed due to too many conflicting updates from other processes",
        });
      }
      const base = yield* Random.nextBetween(1.1, 1.3);
      yield* Effect.sleep(300 * base ** tried);
    }
  });

const decodeRecord = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Json));

const read = (path: string, run: RunPath) => {
  const read = readRecord(path, (json) => ({
    json: decodeRecord(json),
    ...toObject(run[1], json),
  }));
  if (read !== undefined) return read;
  throw new TaggingError({ problem: `Run not found (${run.join(", ")})` });
};

/** Replaces the record of a run, unless nothing changes, and returns the tags that it has then. */
const replace = (path: string, run: RunPath, change: TagChange): ReadonlySet<string> => {
  const { json, ...record } = read(path, run);
  const before = new Set(record.tags);
  const after = Result.getOrThrow(applyChange(record, change));
  if (after.size === before.size && after.isSubsetOf(before)) return after;
  if (after.size > MAX_TAGS && after.size > before.size) {
    throw new TaggingError({
      problem: `Cannot increase size of tag set beyond ${MAX_TAGS}`,
    });
  }
  write(path, JSON.stringify({ ...json, tags: [...after] }));
  return after;
};

/** Others see the file as it was, or as it is to be, and nothing between. */
const write = (path: string, text: string): void => {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    const mode = (Deno.statSync(path).mode ?? 0o600) & 0o777;
    Deno.writeTextFileSync(temporary, text, { createNew: true, mode });
    Deno.renameSync(temporary, path);
  } catch (cause) {
    remove(temporary);
    throw new MetadataFailure({ location: path, problem: describe(cause), cause });
  }
};

const remove = (path: string): void => {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never written.
  }
};
