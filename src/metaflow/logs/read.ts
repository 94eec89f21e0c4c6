/**
 * The logs of a task.
 *
 * @module
 */
import { Effect, Result, Schema } from "effect";
import { readFile } from "../datastore/files.ts";
import type { Root } from "../Datastore.ts";
import type { LogStream } from "../Logs.ts";
import { InternalError, type MetaflowErrorReason } from "../MetaflowError.ts";
import type { MetadataRecord } from "../MetadataProvider.ts";
import type { TaskRef } from "../objects/scope.ts";
import { attemptIn, metadataOf, newestValues, textOf, valuesOf } from "../task/metadata.ts";
import { mergeLines, type RawLine } from "./mflog.ts";

/** The metadata of a task: the newest value of each name. */
export type Values = ReadonlyMap<string, Schema.Json>;

/**
 * The lines of a log in order; `undefined` if nothing says where it is, as for an attempt that never
 * started. Metadata that is known already is not looked up.
 */
export const readLines = (
  task: TaskRef,
  stream: LogStream,
  known?: Values,
): Effect.Effect<ReadonlyArray<RawLine> | undefined, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const values = known ?? (yield* newestValues(task, ["ds-type", "ds-root", "attempt"]));
    const attempt = yield* Effect.fromResult(attemptIn(task, values));
    return yield* readMarked(task, { root: rootOf(values), keys: keysOf(task, stream, attempt) });
  });

/** A log as text: every line and a line break; what is not valid UTF-8 is replaced. */
export const readText = (
  task: TaskRef,
  stream: LogStream,
): Effect.Effect<string, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const log = yield* locate(task, stream);
    if (log.isPlain) {
      const files = yield* readFiles(task, log);
      return files.map(decodeText).join("");
    }
    const lines = (yield* readMarked(task, log)) ?? [{ message: new Uint8Array() }];
    return lines.map(({ message }) => `${decodeText(message)}\n`).join("");
  });

/** Bytes of the files of a log, what marks its lines included. */
export const sizeOf = (
  task: TaskRef,
  stream: LogStream,
): Effect.Effect<number, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const { root, keys } = yield* locate(task, stream);
    if (root === undefined) return 0;
    const { datastore } = task.scope.client;
    const sizes = yield* Effect.forEach(keys, (key) => datastore.size(root, key));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  });

/** Text of a log. */
export const decodeText = (bytes: Uint8Array): string => utf8.decode(bytes);

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where the files of a log are; without a root where they would be. */
interface Files {
  readonly root: Root | undefined;
  readonly keys: ReadonlyArray<string>;
}

/** Where the log of an attempt is, and whether it is one file of plain text, as before 2.2.10. */
const locate = (
  task: TaskRef,
  stream: LogStream,
): Effect.Effect<Files & { readonly isPlain: boolean }, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const name = `log_location_${stream}`;
    const records = yield* metadataOf(task, ["ds-type", "ds-root", "attempt", name]);
    const values = valuesOf(records);
    const attempt = yield* Effect.fromResult(attemptIn(task, values));
    const plain = yield* plainRoot(task, records.filter((record) => record.name === name), attempt);
    return plain === undefined
      ? { root: rootOf(values), keys: keysOf(task, stream, attempt), isPlain: false }
      : { root: plain, keys: [`${task.path.join("/")}/${attempt}.${stream}.log`], isPlain: true };
  });

const rootOf = (values: Values): Root | undefined => {
  const type = textOf(values, "ds-type");
  const path = textOf(values, "ds-root");
  return type === undefined || path === undefined ? undefined : { type, path };
};

const keysOf = ({ path }: TaskRef, stream: LogStream, attempt: number): ReadonlyArray<string> =>
  ["runtime", "task"].map((source) => `${path.join("/")}/${attempt}.${source}_${stream}.log`);

const decodeLocation = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Struct({
  ds_type: Schema.String,
  location: Schema.String,
  attempt: Schema.Int,
})));

/** The root of the datastore of a log of an attempt, of records of where logs are. */
const plainRoot = (
  task: TaskRef,
  records: ReadonlyArray<MetadataRecord>,
  attempt: number,
): Effect.Effect<Root | undefined, InternalError> =>
  Effect.gen(function* () {
    for (const { name, value } of records) {
      const location = yield* Effect.fromResult(Result.mapError(decodeLocation(value), (cause) =>
        new InternalError({ problem: `${name} of ${task.path.join("/")} is invalid.`, cause })));
      if (location.attempt !== attempt) {
        continue;
      }
      // It ends with what leads to the file: flow, run, step, task and the name of the file.
      const path = location.location.split("/").slice(0, -5).join("/");
      return { type: location.ds_type, path };
    }
    return undefined;
  });

const readMarked = (
  task: TaskRef,
  log: Files,
): Effect.Effect<ReadonlyArray<RawLine> | undefined, MetaflowErrorReason> =>
  log.root === undefined ? Effect.succeed(undefined) : Effect.map(readFiles(task, log), mergeLines);

const readFiles = (
  { scope: { client } }: TaskRef,
  { root, keys }: Files,
): Effect.Effect<ReadonlyArray<Uint8Array>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    if (root === undefined) return [];
    const files = yield* Effect.forEach(keys, (key) => readFile(client, root, key));
    return files.filter((file) => file !== undefined);
  });
