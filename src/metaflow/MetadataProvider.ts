/**
 * Where metadata comes from: the one interface that a directory and a metadata service both fill,
 * and that the objects above them ask.
 *
 * @module
 */
import { Context, type Effect, type Schema, type Stream } from "effect";
import type { MetaflowErrorReason } from "./MetaflowError.ts";
import type { ObjectPath, RunPath, StepPath, TaskPath } from "./Pathspec.ts";

/** What is recorded of a flow, run, step or task. */
export interface ObjectRecord {
  /** Its own id, the last part of its pathspec. */
  readonly id: string;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  readonly userName: string | null;
  /** The tags of users; of steps and tasks those that their run has now. */
  readonly tags: ReadonlyArray<string>;
  /** The tags of Metaflow itself, by the same rule. */
  readonly systemTags: ReadonlyArray<string>;
}

/** What is recorded of an artifact; the `id` is its name. */
export interface ArtifactRecord extends ObjectRecord {
  /** The attempt of the task that wrote it. */
  readonly attempt: number;
  /** SHA-1 of the serialized value, in hexadecimal digits. */
  readonly sha: string;
  /** The kind of datastore that has it, such as `local` or `s3`. */
  readonly dsType: string;
  /** Where it is: `:root:` and the root of the datastore, or the path of the blob before 2.4.0. */
  readonly location: string;
  /** How it is serialized; `null` in old records. */
  readonly contentType: string | null;
}

/** One thing that is recorded about a task. */
export interface MetadataRecord {
  readonly name: string;
  /** Nearly always a text. */
  readonly value: Schema.Json;
  readonly type: string;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  /** `attempt_id:0` and the like; none in old records. */
  readonly tags: ReadonlyArray<string>;
}

/** Which artifacts of a task are asked for. */
export interface ArtifactsRequest {
  readonly attempt: number | undefined;
  /** Whether names that begin with an underscore are not left out. */
  readonly private: boolean;
  /** The only names that are wanted; others may come too. */
  readonly names?: ReadonlyArray<string>;
}

/** A condition on one of the metadata of tasks. */
export interface MetadataFilter {
  readonly field: string;
  readonly value: string;
  /** Whether the field has exactly this value, or one that begins with it and a comma. */
  readonly match: "exact" | "below";
}

/** A change to the tags of a run: first `remove`, then `add`. */
export interface TagChange {
  readonly add: ReadonlySet<string>;
  readonly remove: ReadonlySet<string>;
}

/**
 * The operations on metadata. Paths consist of ids that have been checked: none is empty, has a
 * slash, or leads upward.
 */
export interface MetadataProvider {
  /** `local`, `service`, … */
  readonly type: string;
  /** The directory or URL. */
  readonly info: string;

  /** What is recorded of one object; `undefined` if it does not exist. */
  readonly self: (
    path: ObjectPath,
  ) => Effect.Effect<ObjectRecord | undefined, MetaflowErrorReason>;

  /**
   * Lists flows (below an empty path), or runs, steps or tasks, newest first. Those of the same
   * millisecond are in a fixed order. With `tags`, only those that have all of them, of either kind.
   * What does not exist has no children.
   */
  readonly children: (
    path: ObjectPath,
    request: { readonly tags: ReadonlyArray<string> },
  ) => Stream.Stream<ObjectRecord, MetaflowErrorReason>;

  /** Lists the tasks of a step that fulfil a condition, newest first. */
  readonly filteredTasks: (
    step: StepPath,
    filter: MetadataFilter,
  ) => Stream.Stream<ObjectRecord, MetaflowErrorReason>;

  /** All that is recorded about a task, of all attempts; only certain fields if they are named. */
  readonly metadata: (
    task: TaskPath,
    fields?: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<MetadataRecord>, MetaflowErrorReason>;

  /**
   * Lists the artifacts of an attempt of a task, newest first; without `attempt`, of the last one
   * that is done.
   */
  readonly artifacts: (
    task: TaskPath,
    request: ArtifactsRequest,
  ) => Stream.Stream<ArtifactRecord, MetaflowErrorReason>;

  /** One artifact by its name, private or not; `undefined` if the attempt has none of this name. */
  readonly artifact: (
    task: TaskPath,
    name: string,
    attempt: number | undefined,
  ) => Effect.Effect<ArtifactRecord | undefined, MetaflowErrorReason>;

  /** Changes the tags of a run, all or nothing, and returns its tags of users. */
  readonly mutateTags: (
    run: RunPath,
    change: TagChange,
  ) => Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason>;
}

/** The key under which a program is given its {@link MetadataProvider}. */
export const MetadataProvider: Context.Service<MetadataProvider, MetadataProvider> = Context
  .Service("@nereid/nereid/MetadataProvider");
