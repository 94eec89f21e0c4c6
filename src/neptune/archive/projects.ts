/**
 * The projects of an export: which directories they are, and what they are called.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { Effect, type Option, Stream } from "effect";
import { ArchiveNotFound, describe, type NeptuneErrorReason } from "../NeptuneError.ts";
import { collectWarnings } from "../NeptuneWarning.ts";
import { textsOf } from "./columns.ts";
import { digest } from "./Layout.ts";
import type { ProjectIndex } from "./ProjectIndex.ts";
import { type Plan, readParts } from "./scan.ts";

/** The names of the directories in the root of an export, which may be projects. */
export const directoriesOf = (
  root: string,
): Effect.Effect<ReadonlyArray<string>, ArchiveNotFound> =>
  Effect.gen(function* () {
    const entries = yield* Effect.tryPromise({
      try: () => readdir(root, { withFileTypes: true }),
      catch: (cause) => new ArchiveNotFound({ path: root, problem: describe(cause), cause }),
    });
    const directories = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith("."));
    if (directories.length > 0) return directories.map(({ name }) => name).sort();
    return yield* new ArchiveNotFound({
      path: root,
      problem: entries.length === 0
        ? "it is empty"
        : entries.some(({ name }) => name.endsWith(".parquet"))
        ? "it holds Parquet files, so that it may be the directory of a project in an export"
        : "it holds no directory",
    });
  });

/**
 * Whether the name of a directory is enough to tell that it is that of a project. Without a digest it
 * is not: that of `a_b` may be named after `a/b`.
 */
export const isNamedAfter = (directory: string, project: string): boolean =>
  directory.endsWith(`-${digest(project)}`);

/** The name of a project as its files have it; none if they cannot be read or are no export. */
export const nameOf = (
  { listing, settings }: ProjectIndex,
): Effect.Effect<Option.Option<string>, NeptuneErrorReason> =>
  Stream.fromIterable(listing.parts).pipe(
    Stream.flatMap((part) => readParts(listing, [part], settings, PROJECT_ID)),
    Stream.flattenIterable,
    Stream.flattenIterable,
    Stream.runHead,
    // Damage is reported when something is read for its own sake.
    collectWarnings,
    Effect.map(([name]) => name),
  );

const PROJECT_ID: Plan<ReadonlyArray<string>> = {
  batchBytes: Infinity,
  select: (frame, polars) =>
    frame.select("project_id").filter(polars.col("project_id").isNotNull()).head(1),
  extract: (rows) => textsOf(rows, "project_id"),
};
