/**
 * The artifacts of a task by name.
 *
 * @module
 */
import { Effect, type Schema, Stream } from "effect";
import { artifactNamed, type ArtifactRef, type ArtifactValue, valueOf } from "../artifact/value.ts";
import { decodeValue } from "../ArtifactSchema.ts";
import type { MetaflowData } from "../MetaflowData.ts";
import {
  type MetaflowError,
  type MetaflowErrorReason,
  NotFound,
  operation,
} from "../MetaflowError.ts";
import { show } from "../Pathspec.ts";
import type { TaskRef } from "./scope.ts";

/** The artifacts that a task has now. */
export const dataOf = (task: TaskRef): Effect.Effect<MetaflowData, MetaflowErrorReason> =>
  task.scope.provider.artifacts(task.path, { attempt: task.attempt, private: false }).pipe(
    Stream.map((record): ArtifactRef => ({ task, record })),
    Stream.runCollect,
    Effect.map((artifacts) => new Data(task, artifacts)),
  );

/** The value of an artifact of a task, as a schema has it. */
export const namedValue = (
  task: TaskRef,
  name: string,
  schema: Schema.Decoder<unknown> | undefined,
): Effect.Effect<unknown, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const value = yield* valueOf(yield* artifactNamed(task, name));
    if (schema === undefined) return value;
    return yield* decodeValue([...task.path, name].join("/"), schema, value);
  });

class Data implements MetaflowData {
  readonly #task: TaskRef;
  readonly #artifacts: ReadonlyMap<string, ArtifactRef>;

  constructor(task: TaskRef, artifacts: ReadonlyArray<ArtifactRef>) {
    this.#task = task;
    this.#artifacts = new Map(artifacts.map((artifact) => [artifact.record.id, artifact]));
  }

  get names(): ReadonlyArray<string> {
    return [...this.#artifacts.keys()];
  }

  has(name: string): boolean {
    return this.#artifacts.has(name);
  }

  get(name: string): Effect.Effect<ArtifactValue, MetaflowError> {
    return Effect.suspend((): Effect.Effect<ArtifactValue, MetaflowErrorReason> => {
      const artifact = this.#artifacts.get(name);
      if (artifact !== undefined) return valueOf(artifact);
      const { path, attempt } = this.#task;
      const message = `${show("Task", path, attempt)} has no artifact ${JSON.stringify(name)}`;
      return Effect.fail(new NotFound({ message }));
    }).pipe(operation("MetaflowData.get"));
  }

  toString(): string {
    return `<MetaflowData: ${this.names.join(", ")}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
