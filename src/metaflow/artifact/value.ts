/**
 * The values of artifacts.
 *
 * @module
 */
import { Effect, Result } from "effect";
import type { DataFrame } from "../../Polars.ts";
import { readOpened } from "../datastore/files.ts";
import { gunzip } from "../datastore/gzip.ts";
import {
  DataFailure,
  type MetaflowErrorReason,
  NativeFailure,
  NotFound,
} from "../MetaflowError.ts";
import type { ArtifactRecord } from "../MetadataProvider.ts";
import { warn } from "../MetaflowWarning.ts";
import type { TaskRef } from "../objects/scope.ts";
import { checkId, show } from "../Pathspec.ts";
import * as Pickle from "../pickle/Pickle.ts";
import { type ArtifactInfo, readInfo } from "./info.ts";
import { locationOf } from "./location.ts";
import { decodeText } from "./text.ts";

/** An artifact of a task. */
export interface ArtifactRef {
  readonly task: TaskRef;
  readonly record: ArtifactRecord;
}

/** The value of an artifact: what a pickle holds, or the frame that was in it. */
export type ArtifactValue = Pickle.PickleValue | DataFrame;

/** The artifact of a task with a name; `undefined` if the attempt has none. */
export const findArtifact = (
  task: TaskRef,
  name: string,
): Effect.Effect<ArtifactRef | undefined, MetaflowErrorReason> =>
  Effect.map(
    task.scope.provider.artifact(task.path, name, task.attempt),
    (record) => record && { task, record },
  );

/** The artifact of a task with a name, which must be there. */
export const artifactNamed = (
  task: TaskRef,
  name: string,
): Effect.Effect<ArtifactRef, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const { path, attempt } = task;
    const found = yield* findArtifact(task, yield* Effect.fromResult(checkId(name)));
    if (found !== undefined) return found;
    const object = show("DataArtifact", [...path, name], attempt);
    return yield* new NotFound({ message: `${object} does not exist` });
  });

/** The decoded value of the artifact of a name; `undefined` if the attempt has none. */
export const findValue = (
  task: TaskRef,
  name: string,
): Effect.Effect<Pickle.PickleValue | undefined, MetaflowErrorReason> =>
  Effect.flatMap(
    findArtifact(task, name),
    (artifact) => artifact === undefined ? Effect.succeed(artifact) : decode(artifact, {}),
  );

/** What Python gives: content of files, frames as frames. */
export const valueOf = (
  artifact: ArtifactRef,
): Effect.Effect<ArtifactValue, MetaflowErrorReason> =>
  Effect.flatMap(
    decode(artifact, {}),
    (value): Effect.Effect<ArtifactValue, MetaflowErrorReason> =>
      isFrame(value)
        ? frameOf(artifact, value)
        : isIncluded(value)
        ? contentOf(artifact, value)
        : Effect.succeed(value),
  );

/** The encodings of Metaflow itself. What they say of compression is the datastore's business. */
const PICKLES = /^(gzip\+)?pickle-v[24]$/;

/** What the pickle of an artifact holds. */
export const decode = (
  artifact: ArtifactRef,
  options: Pickle.DecodeOptions,
): Effect.Effect<Pickle.PickleValue, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const { contentType } = artifact.record;
    if (contentType !== null && !PICKLES.test(contentType)) {
      return yield* unknownEncoding(artifact, contentType);
    }
    const slices = Pickle.decodeInSlices(yield* bytesOf(artifact), options);
    let slice = slices.next();
    for (; !slice.done; slice = slices.next()) yield* Effect.yieldNow;
    return yield* Effect.fromResult(
      Result.mapError(slice.value, (error) => failure(artifact, error.message, error)),
    );
  });

/** The serialized value. */
export const bytesOf = (
  { task, record }: ArtifactRef,
): Effect.Effect<Uint8Array, MetaflowErrorReason> =>
  Effect.flatMap(
    Effect.fromResult(locationOf(task.path[0], record)),
    task.scope.client.blobs.read,
  );

/** Bytes of the serialized value, or of the content of an included file. */
export const sizeOf = (artifact: ArtifactRef): Effect.Effect<number, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const info = yield* infoOf(artifact);
    if (info !== undefined && !info.type?.includes("IncludedFile")) return info.size;
    const value = yield* decode(artifact, {});
    if (isIncluded(value) && value.size !== null) return Number(value.size);
    return (yield* bytesOf(artifact)).length;
  });

const infoOf = ({ task, record }: ArtifactRef) =>
  Effect.map(infosOf(task, [record]), (infos) => infos.get(record.id));

/** What is known of artifacts of one attempt without reading them. */
export const infosOf = (
  task: TaskRef,
  records: ReadonlyArray<ArtifactRecord>,
): Effect.Effect<ReadonlyMap<string, ArtifactInfo>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const [record] = records;
    if (record === undefined) return new Map();
    const { root } = yield* Effect.fromResult(locationOf(task.path[0], record));
    return yield* readInfo(task.scope.client, root, task.path, record.attempt);
  });

const unknownEncoding = (artifact: ArtifactRef, encoding: string) =>
  Effect.gen(function* () {
    const source = (yield* infoOf(artifact))?.source;
    const writer = source === undefined ? "an extension of Metaflow" : `the extension ${source}`;
    return yield* failure(
      artifact,
      `it is encoded as ${JSON.stringify(encoding)} by ${writer}, which this library cannot ` +
        "decode. The `bytes` of the artifact are what was written",
    );
  });

const isFrame = (value: Pickle.PickleValue): value is Pickle.Tabular =>
  Pickle.isTabular(value) && value._tag !== "NdArray";

const frameOf = (
  artifact: ArtifactRef,
  value: Pickle.Tabular,
): Effect.Effect<DataFrame, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const pathspec = pathspecOf(artifact);
    const made = yield* Effect.mapError(Pickle.toDataFrame(value), (error) =>
      error.reason._tag === "NativeFailure"
        ? new NativeFailure({
          operation: `building a frame of ${pathspec}`,
          cause: error.reason.cause,
        })
        : failure(artifact, error.message, error));
    yield* Effect.forEach(made.asText, (column) =>
      warn({
        kind: "ColumnAsText",
        message: `Column ${JSON.stringify(column)} of ${pathspec} holds values of a type that ` +
          "Polars lacks, or of several; the frame has them as texts. `decode` gives the values.",
        artifact: pathspec,
        column,
      }));
    yield* Effect.forEach(made.omitted, (column) =>
      warn({
        kind: "ColumnOmitted",
        message: `Column ${JSON.stringify(column)} of ${pathspec} is of an unknown kind and not ` +
          "in the frame. `decode` gives what is known of it.",
        artifact: pathspec,
        column,
      }));
    return made.frame;
  });

const isIncluded = (value: Pickle.PickleValue): value is Pickle.IncludedFile =>
  Pickle.isTagged(value) && value._tag === "IncludedFile";

/** The content of a file that was included in a flow, which is stored outside of the datastore. */
const contentOf = (
  { task: { scope: { client } } }: ArtifactRef,
  { type, subType, url, isText, encoding }: Pickle.IncludedFile,
): Effect.Effect<string | Uint8Array, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const stored = yield* readOpened(client.datastore.url(url), client.maxBytes);
    if (stored === undefined) {
      return yield* new DataFailure({
        location: url,
        problem: "the included file is not there any more. If it was moved, give the layer a " +
          "`rootMapping` from where it was to where it is",
      });
    }
    const isPlain = type === "external" || subType === "external";
    const content = isPlain ? Result.succeed(stored) : gunzip(stored, client.maxBytes);
    const result: Result.Result<string | Uint8Array, string> = isText
      ? Result.flatMap(content, (bytes) => decodeText(bytes, encoding))
      : content;
    return yield* Effect.fromResult(
      Result.mapError(result, (problem) => new DataFailure({ location: url, problem })),
    );
  });

const pathspecOf = ({ task, record }: ArtifactRef): string => [...task.path, record.id].join("/");

const failure = (artifact: ArtifactRef, problem: string, cause?: unknown): DataFailure =>
  new DataFailure({ location: pathspecOf(artifact), problem: problem.replace(/\.$/, ""), cause });
