/**
 * What a metadata directory says of artifacts.
 *
 * @module
 */
import { join } from "node:path";
import { Schema } from "effect";
import type { ArtifactRecord, ArtifactsRequest } from "../../MetadataProvider.ts";
import type { TaskPath } from "../../Pathspec.ts";
import { newestFirst, type Tags, toArtifact, toMetadata } from "../records.ts";
import { entriesOf, readListed, readRecord } from "./files.ts";
import { metaDirectory, tagsOfRun } from "./tree.ts";

const DONE = "sysmeta_attempt-done_";

/** Milliseconds after which an attempt that is done has all its records, though clocks differ. */
const SETTLED = 10 * 60 * 1000;

/** The attempt whose artifacts count, and the files among which they are. */
interface Written {
  readonly attempt: number;
  readonly entries: ReadonlyArray<Deno.DirEntry>;
}

/**
 * The attempt that is asked for, or the last one that is done and has all its artifacts. Metaflow
 * says that an attempt is done, and then records its artifacts one after another.
 */
const findAttempt = (directory: string, attempt: number | undefined): Written | undefined => {
  const entries = entriesOf(directory);
  if (attempt !== undefined) return { attempt, entries };
  const [last, before] = entries
    .filter(({ name, isFile }) => isFile && name.startsWith(DONE) && name.endsWith(".json"))
    .map(({ name }) => name)
    .sort()
    .reverse();
  const written = (file: string | undefined) =>
    file === undefined ? undefined : readListed(join(directory, file), toMetadata);
  const done = written(last);
  if (done === undefined) return undefined;
  const found = { attempt: Number(done.value), entries };
  if (done.createdAt < Date.now() - SETTLED || isWhole(directory, found)) return found;
  const earlier = written(before);
  return earlier === undefined ? undefined : { attempt: Number(earlier.value), entries };
};

/**
 * Whether every artifact of an attempt has a record. Which there are says a file of the datastore
 * that is written before, if that is in the same directory; otherwise nothing does.
 */
const isWhole = (directory: string, { attempt, entries }: Written): boolean => {
  const names = readRecord(join(directory, "..", `${attempt}.data.json`), namesOf);
  const files = new Set(entries.map(({ name }) => name));
  return names?.every((name) => files.has(`${attempt}_artifact_${name}.json`)) ?? true;
};

const decodeObjects = Schema.decodeUnknownSync(
  Schema.Struct({ objects: Schema.Record(Schema.String, Schema.Json) }),
);

const namesOf = (json: unknown): ReadonlyArray<string> => Object.keys(decodeObjects(json).objects);

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
