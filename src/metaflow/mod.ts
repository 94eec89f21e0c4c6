/**
 * Reads what Metaflow stored, as its Client API does: flows, runs, steps, tasks, their artifacts,
 * logs, metadata and code; and changes the tags of runs.
 *
 * A program opens a {@link Run}, or any other object, and is given metadata and data by a layer.
 *
 * @example
 * ```ts
 * import * as Metaflow from "@nereid/nereid/metaflow";
 * import { Effect, Schema } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const run = yield* Metaflow.Run.get("TideFlow/1795617626130956");
 *   return yield* run.data("order", Schema.Int);
 * });
 * const local = Metaflow.layerLocal({
 *   root: "examples/data/metaflow",
 *   rootMapping: { "/home/ann/flows": "examples/data/metaflow" },
 *   namespace: null,
 * });
 * console.log(await Effect.runPromise(Effect.provide(program, local))); // 1
 * ```
 *
 * @module
 */
export { DataFrame, ExceptionWrapper, NdArray } from "./ArtifactSchema.ts";
export { Client } from "./Client.ts";
export type { ClientOptions } from "./Client.ts";
export { defaultMetadata, getMetadata, metadata } from "./CurrentMetadata.ts";
export { DataArtifact } from "./DataArtifact.ts";
export type { ArtifactValue } from "./DataArtifact.ts";
export { Datastore } from "./Datastore.ts";
export type { Opening, Root, StoredFile } from "./Datastore.ts";
export type { RootMapping } from "./datastore/mapping.ts";
export type { S3Credentials, S3Options } from "./datastore/s3/settings.ts";
export { Flow } from "./Flow.ts";
export { layer, layerDefault, layerLocal, layerService } from "./layers.ts";
export type { LayerOptions, LocalOptions, ServiceLayerOptions } from "./layers.ts";
export type { LogLine, LogLinesOptions, LogStream } from "./Logs.ts";
export { MetadataProvider } from "./MetadataProvider.ts";
export type {
  ArtifactRecord,
  ArtifactsRequest,
  MetadataFilter,
  MetadataRecord,
  ObjectRecord,
  TagChange,
} from "./MetadataProvider.ts";
export { Metaflow } from "./Metaflow.ts";
export type { CodeMember, MetaflowCode } from "./MetaflowCode.ts";
export type { MetaflowData } from "./MetaflowData.ts";
export { MetaflowError } from "./MetaflowError.ts";
export type { MetaflowErrorReason } from "./MetaflowError.ts";
export type { MetaflowObject } from "./MetaflowObject.ts";
export { collectWarnings, CurrentWarningHandler } from "./MetaflowWarning.ts";
export type { MetaflowWarning, MetaflowWarningKind, WarningHandler } from "./MetaflowWarning.ts";
export { defaultNamespace, getNamespace, namespace, withNamespace } from "./Namespace.ts";
export type { ObjectPath, RunPath, StepPath, TaskPath } from "./Pathspec.ts";
export * as Pickle from "./pickle/Pickle.ts";
export type { ServiceOptions } from "./provider/service/settings.ts";
export { Run } from "./Run.ts";
export type { Secret } from "./Secret.ts";
export { Step } from "./Step.ts";
export { Task } from "./Task.ts";
export type { AttemptOptions, Metadata } from "./Task.ts";
export type { MetaflowEvent, Trigger } from "./Trigger.ts";
