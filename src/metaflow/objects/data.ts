/**
 * The artifacts of a task by name.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { artifactNamed, type ArtifactRef, type ArtifactValue, valueOf } from "../artifact/value.ts";
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

/** The value of an artifact of a task. */
export const namedValue = (
  task: TaskRef,
  name: string,
): Effect.Effect<ArtifactValue, MetaflowErrorReason> =>
  Effect.flatMap(artifactNamed(task, name), valueOf);

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
