/**
 * What a datastore says of the artifacts of an attempt, beside the artifacts themselves.
 *
 * @module
 */
import { Effect, Result, Schema } from "effect";
import { DataFailure, describe, type MetaflowErrorReason } from "../MetaflowError.ts";
import type { Client } from "../Client.ts";
import type { Root } from "../Datastore.ts";
import type { TaskPath } from "../Pathspec.ts";
import { readFile } from "../datastore/files.ts";

/** What is known of an artifact without reading it. */
export interface ArtifactInfo {
  /** Bytes of the serialized value. */
  readonly size: number;
  /** The type in Python, such as `<class 'int'>`. */
  readonly type: string | undefined;
  /** Where an extension of Metaflow serialized it, the name of that. */
  readonly source: string | undefined;
}

const Info = Schema.Struct({
  size: Schema.Finite,
  type: Schema.optional(Schema.String),
  serializer_info: Schema.optional(
    Schema.NullOr(Schema.Struct({ source: Schema.optional(Schema.String) })),
  ),
});

const decode = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ info: Schema.Record(Schema.String, Info) })),
);

/** What is known of all artifacts of an attempt, by their names; nothing if that was not kept. */
export const readInfo = (
  client: Client,
  root: Root,
  task: TaskPath,
  attempt: number,
): Effect.Effect<ReadonlyMap<string, ArtifactInfo>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const key = `${task.join("/")}/${attempt}.data.json`;
    const file = yield* readFile(client, root, key);
    if (file === undefined) return new Map();
    const { info } = yield* Effect.fromResult(Result.mapError(
      decode(new TextDecoder().decode(file)),
      (cause) =>
        new DataFailure({ location: `${root.path}/${key}`, problem: describe(cause), cause }),
    ));
    return new Map(
      Object.entries(info).map(([name, { size, type, serializer_info }]) => [
        name,
        { size, type, source: serializer_info?.source },
      ]),
    );
  });
