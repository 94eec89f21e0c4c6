/**
 * Code packages: the archive of a flow's own files and of Metaflow itself.
 *
 * @module
 */
import { Effect, Result, Schema } from "effect";
import { unpackTar } from "modern-tar";
import { locationOf } from "../artifact/location.ts";
import type { Client } from "../Client.ts";
import { gunzip } from "../datastore/gzip.ts";
import {
  DataFailure,
  describe,
  InternalError,
  type MetaflowErrorReason,
  Unsupported,
} from "../MetaflowError.ts";

/** A member of the archive. */
export interface CodeMember {
  /** Its path, as it is in the archive. */
  readonly name: string;
  /** `file`, `directory`, or something that is never extracted, such as `symlink`. */
  readonly type: string;
  /** The permissions, such as `0o644`. */
  readonly mode: number;
  /** The content of a file. */
  readonly bytes: Uint8Array;
}

/** A code package that was read. */
export interface Package {
  readonly path: string;
  readonly info: Schema.JsonObject;
  readonly members: ReadonlyArray<CodeMember>;
  /** Whether a member is the user's, and not Metaflow's. */
  readonly isOwn: (member: CodeMember) => boolean;
}

const Format = Schema.Struct({ archive_format: Schema.optional(Schema.String) });

const decodeReference = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Struct({
  ds_type: Schema.String,
  sha: Schema.String,
  location: Schema.String,
  metadata: Schema.optional(Schema.NullOr(Schema.fromJsonString(Format))),
})));

const decodeInfo = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)),
);

/** Reads the package that the metadata `code-package` of a task refers to. */
export const readPackage = (
  client: Client,
  flow: string,
  reference: string,
): Effect.Effect<Package, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const { ds_type, sha, location, metadata } = yield* Effect.fromResult(
      Result.mapError(decodeReference(reference), invalid),
    );
    const format = metadata?.archive_format ?? "tgz";
    if (format !== "tgz") {
      return yield* new Unsupported({
        feature: `A code package in the format ${JSON.stringify(format)}`,
        advice: `It is at ${location}.`,
      });
    }
    const blob = yield* Effect.fromResult(locationOf(flow, { dsType: ds_type, location, sha }));
    const archive = yield* client.blobs.readRaw(blob);
    const members = yield* unpack(archive, location, client.maxBytes);
    const isMarked = members.some(({ name }) => name === ".mf_install");
    const file = members.find(({ name }) => name === (isMarked ? ".mf_meta/INFO" : "INFO"));
    const info = file === undefined ? Result.fail(undefined) : decodeInfo(decodeUtf8(file.bytes));
    return {
      path: location,
      info: yield* Effect.fromResult(Result.mapError(info, invalid)),
      members,
      isOwn: ({ name }) => !(isMarked ? MARKED : UNMARKED).test(name),
    };
  });

/** What is Metaflow's, in packages with a marker and in those before them. */
const MARKED = /^(\.mf_install$|\.mf_meta\/|\.mf_code\/)/;
const UNMARKED =
  /^((INFO|CONFIG|conda\.manifest|uv\.lock|pyproject\.toml|condav2-1\.cnd)$|metaflow(_extensions)?\/)/;

const invalid = (cause: unknown): InternalError =>
  new InternalError({ problem: "Code package metadata is invalid.", cause });

const decodeUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const unpack = (
  archive: Uint8Array,
  location: string,
  maxBytes: number,
): Effect.Effect<ReadonlyArray<CodeMember>, DataFailure> =>
  Effect.gen(function* () {
    const tar = yield* Effect.fromResult(Result.mapError(
      gunzip(archive, maxBytes),
      (problem) => new DataFailure({ location, problem }),
    ));
    const entries = yield* Effect.tryPromise({
      try: () => unpackTar(tar, { strict: true }),
      catch: (cause) => new DataFailure({ location, problem: describe(cause), cause }),
    });
    return entries.map(({ header, data }) => ({
      name: header.name,
      type: header.type ?? "file",
      mode: header.mode ?? 0o644,
      bytes: data ?? new Uint8Array(),
    }));
  });
