/**
 * What a metadata directory says of artifacts.
 *
 * @module
 */
import { join } from "node:path";
import type { ArtifactRecord, ArtifactsRequest } from "../../MetadataProvider.ts";
import type { TaskPath } from "../../Pathspec.ts";
import { newestFirst, type Tags, toArtifact, toMetadata } from "../records.ts";
import { entriesOf, readListed } from "./files.ts";
import { metaDirectory, tagsOfRun } from "./tree.ts";

const DONE = "sysmeta_attempt-done_";

/**
 * Milliseconds after which whatever was written before is in every list. One that is made while files
 * appear can have the last of them without those before it, and clocks differ.
 */
const SETTLED = 60 * 60 * 1000;

/** The attempt whose artifacts count, and the files among which they are. */
interface Written {
  readonly attempt: number;
  readonly entries: ReadonlyArray<Deno.DirEntry>;
}

/**
 * The attempt that is asked for, or the last one that is done. Not the one with the last artifacts:
 * those of an attempt appear one after another.
 */
const findAttempt = (directory: string, attempt: number | undefined): Written | undefined => {
  const entries = entriesOf(directory);
  if (attempt !== undefined) return { attempt, entries };
  let last = "";
  for (const { name, isFile } of entries) {
    if (isFile && name.startsWith(DONE) && name.endsWith(".json") && name > last) last = name;
  }
  const done = last === "" ? undefined : readListed(join(directory, last), toMetadata);
  if (done === undefined) return undefined;
  const isSettled = done.createdAt < Date.now() - SETTLED;
  return { attempt: Number(done.value), entries: isSettled ? entries : entriesOf(directory) };
};

/** The artifacts of an attempt of a task; only certain ones if they are named. */
export const readArtifacts = (
  root: string,
  task: TaskPath,
  { attempt, ...request }: ArtifactsRequest,
): ReadonlyArray<ArtifactRecord> => {
  const directory = metaDirectory(root, task);
  const written = findAttempt(directory, attempt);
  if (written === undefined) return [];
  const prefix = `${written.attempt}_artifact_`;
  const artifacts: Array<ArtifactRecord> = [];
  let tags: Tags | undefined;
  for (const { name: file, isFile } of written.entries) {
    if (!isFile || !file.startsWith(prefix) || !file.endsWith(".json")) continue;
    const name = file.slice(prefix.length, -".json".length);
    if (name.startsWith("_") && !request.private) continue;
    if (request.names !== undefined && !request.names.includes(name)) continue;
    const runs = tags ??= tagsOfRun(root, task);
    const artifact = readListed(join(directory, file), (json) => toArtifact(name, json, runs));
    if (artifact !== undefined) artifacts.push(artifact);
  }
  return artifacts.sort(newestFirst);
};

/** An artifact by its name. */
export const readArtifact = (
  root: string,
  task: TaskPath,
  name: string,
  attempt: number | undefined,
): ArtifactRecord | undefined =>
  readArtifacts(root, task, { attempt, private: true, names: [name] })[0];
