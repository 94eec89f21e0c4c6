/**
 * What a metadata directory says of flows, runs, steps and tasks.
 *
 * @module
 */
import { join } from "node:path";
import { InternalError } from "../../MetaflowError.ts";
import type { MetadataRecord, ObjectRecord } from "../../MetadataProvider.ts";
import type { ObjectPath, TaskPath } from "../../Pathspec.ts";
import { type Tags, toMetadata, toObject } from "../records.ts";
import { entriesOf, readListed, readRecord } from "./files.ts";

/** The directory of records about an object. */
export const metaDirectory = (root: string, path: ObjectPath): string =>
  join(root, ...path, "_meta");

/** The record of an object itself. */
export const selfFile = (root: string, path: ObjectPath): string =>
  join(metaDirectory(root, path), "_self.json");

/** What is recorded of an object; a directory is one if it has a record of itself. */
export const readSelf = (root: string, path: ObjectPath): ObjectRecord | undefined => {
  const own = readOwn(root, path);
  return own === undefined || path.length <= 2 ? own : { ...own, ...tagsOfRun(root, path) };
};

const readOwn = (root: string, path: ObjectPath): ObjectRecord | undefined =>
  readRecord(selfFile(root, path), (json) => toObject(path.at(-1)!, json));

/** The tags that a run has now; what is below it has copies of those it once had. */
export const tagsOfRun = (root: string, path: ObjectPath): Tags => {
  const run = readOwn(root, path.slice(0, 2));
  if (run !== undefined) return { tags: run.tags, systemTags: run.systemTags };
  throw new InternalError({
    problem: `${path.join("/")} is recorded below ${root}, but its run ` +
      `${path.slice(0, 2).join("/")} is not. Copy the whole directory of the flow.`,
  });
};

/** The names of the directories that may be children of an object. */
export const childNames = (root: string, path: ObjectPath): ReadonlyArray<string> =>
  entriesOf(join(root, ...path))
    .filter((entry) => !entry.isFile && entry.name !== "_meta")
    .map(({ name }) => name);

/** A child of an object; `inherited` are the tags of its run, if it is not a run itself. */
export const readChild = (
  root: string,
  path: ObjectPath,
  name: string,
  inherited: Tags | undefined,
): ObjectRecord | undefined => {
  const own = readOwn(root, [...path, name]);
  return own === undefined || inherited === undefined ? own : { ...own, ...inherited };
};

const METADATA = /^sysmeta_(.+)_\d+\.json$/;

/** All that is recorded about a task, or certain fields of it; the oldest first. */
export const readMetadata = (
  root: string,
  task: TaskPath,
  fields: ReadonlyArray<string> | undefined,
): ReadonlyArray<MetadataRecord> => {
  const directory = metaDirectory(root, task);
  const records: Array<MetadataRecord> = [];
  for (const { name, isFile } of entriesOf(directory)) {
    if (!isFile || !name.startsWith("sysmeta_")) continue;
    const field = METADATA.exec(name)?.[1];
    if (field === undefined || fields !== undefined && !fields.includes(field)) continue;
    const record = readListed(join(directory, name), toMetadata);
    if (record !== undefined) records.push(record);
  }
  return records.sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
};
