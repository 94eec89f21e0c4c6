/**
 * Records as providers get them, in JSON: files and the answers of a service have the same fields.
 *
 * What these functions throw says which field is wrong; who calls them knows where it was.
 *
 * @module
 */
import { Schema } from "effect";
import type { ArtifactRecord, MetadataRecord, ObjectRecord } from "../MetadataProvider.ts";

const Text = Schema.optional(Schema.NullOr(Schema.String));
/** Milliseconds since the epoch, as far as JavaScript has times. */
const Millis = Schema.Finite.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }));
const Texts = Schema.optional(Schema.NullOr(Schema.Array(Schema.String)));

const decodeObject = Schema.decodeUnknownSync(Schema.Struct({
  ts_epoch: Millis,
  user_name: Text,
  tags: Texts,
  system_tags: Texts,
}));

/** A flow, run, step or task. */
export const toObject = (id: string, json: unknown): ObjectRecord => {
  const { ts_epoch, user_name, tags, system_tags } = decodeObject(json);
  return {
    id,
    createdAt: ts_epoch,
    userName: user_name ?? null,
    tags: tags ?? [],
    systemTags: system_tags ?? [],
  };
};

const decodeArtifact = Schema.decodeUnknownSync(Schema.Struct({
  ts_epoch: Millis,
  user_name: Text,
  attempt_id: Schema.Int,
  sha: Schema.String,
  ds_type: Schema.String,
  location: Schema.String,
  content_type: Text,
}));

/** The tags of a run. */
export type Tags = Pick<ObjectRecord, "tags" | "systemTags">;

/** An artifact; the tags in its own record are those that its run had once. */
export const toArtifact = (name: string, json: unknown, runs: Tags): ArtifactRecord => {
  const artifact = decodeArtifact(json);
  return {
    id: name,
    createdAt: artifact.ts_epoch,
    userName: artifact.user_name ?? null,
    tags: runs.tags,
    systemTags: runs.systemTags,
    attempt: artifact.attempt_id,
    sha: artifact.sha,
    dsType: artifact.ds_type,
    location: artifact.location,
    contentType: artifact.content_type ?? null,
  };
};

const decodeMetadata = Schema.decodeUnknownSync(Schema.Struct({
  field_name: Schema.String,
  value: Schema.Json,
  type: Text,
  ts_epoch: Millis,
  tags: Texts,
}));

/** One thing about a task. */
export const toMetadata = (json: unknown): MetadataRecord => {
  const { field_name, value, type, ts_epoch, tags } = decodeMetadata(json);
  return { name: field_name, value, type: type ?? "", createdAt: ts_epoch, tags: tags ?? [] };
};

/**
 * The order of listings: newest first, and among those of one millisecond the greater id. Ids that
 * are numbers are compared as numbers, for Metaflow counts tasks.
 */
export const newestFirst = (a: ObjectRecord, b: ObjectRecord): number =>
  b.createdAt - a.createdAt || byId(b.id, a.id);

const NUMBER = /^\d{1,15}$/;

const byId = (a: string, b: string): number => {
  if (a === b) return 0;
  if (NUMBER.test(a) && NUMBER.test(b) && a.length <= 15) return Number(a) - Number(b);
  return a < b ? -1 : 1;
};

/** Whether an object has all of some tags. */
export const hasTags = (record: Tags, tags: ReadonlyArray<string>): boolean =>
  tags.every((tag) => record.tags.includes(tag) || record.systemTags.includes(tag));
