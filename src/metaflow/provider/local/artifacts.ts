/**
 * What a metadata directory says of artifacts.
 *
 * @module
 */
import { join } from "node:path";
import type { ArtifactRecord } from "../../MetadataProvider.ts";
import type { TaskPath } from "../../Pathspec.ts";
import { newestFirst, toArtifact, toMetadata } from "../records.ts";
import { entriesOf, readListed, readRecord } from "./files.ts";
import { metaDirectory, tagsOfRun } from "./tree.ts";

const DONE = "sysmeta_attempt-done_";

/**
 * The last attempt of a task that is done. Not the one with the last artifacts: those of an attempt
 * appear one after another.
 */
const lastAttempt = (directory: string): number | undefined => {
  let last = "";
  for (const { name, isFile } of entriesOf(directory)) {
    if (isFile && name.startsWith(DONE) && name.endsWith(".json") && name > last) last = name;
  }
  const done = last === "" ? undefined : readListed(join(directory, last), toMetadata);
  return done === undefined ? undefined : Number(done.value);
};

/** The artifacts of an attempt of a task. */
export const readArtifacts = (
  root: string,
  task: TaskPath,
  request: { readonly attempt: number | undefined; readonly private: boolean },
): ReadonlyArray<ArtifactRecord> => {
  const directory = metaDirectory(root, task);
  const attempt = request.attempt ?? lastAttempt(directory);
  if (attempt === undefined) return [];
  const prefix = `${attempt}_artifact_`;
  const tags = tagsOfRun(root, task);
  const artifacts: Array<ArtifactRecord> = [];
  // Not of the entries among which the attempt was found: a list that is made while files appear can
  // have the last of them without those before it.
  for (const { name: file, isFile } of entriesOf(directory)) {
    if (!isFile || !file.startsWith(prefix) || !file.endsWith(".json")) continue;
    const name = file.slice(prefix.length, -".json".length);
    if (name.startsWith("_") && !request.private) continue;
    const artifact = readListed(join(directory, file), (json) => toArtifact(name, json, tags));
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
): ArtifactRecord | undefined => {
  const directory = metaDirectory(root, task);
  const written = attempt ?? lastAttempt(directory);
  return readRecord(
    join(directory, `${written}_artifact_${name}.json`),
    (json) => toArtifact(name, json, tagsOfRun(root, task)),
  );
};
