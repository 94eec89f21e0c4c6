/**
 * Steps.
 *
 * @module
 */
import { DateTime, Effect, Option, type Schema, Stream } from "effect";
import type { Html } from "../../display/html.ts";
import { describeStep } from "../display/tasks.ts";
import type { Client } from "../Client.ts";
import { environmentOf } from "../code/environment.ts";
import { neighbouringSteps } from "../graph/neighbours.ts";
import type { Direction } from "../graph/Graph.ts";
import {
  type MetaflowError,
  type MetaflowErrorReason,
  operation,
  streaming,
} from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import { parse, type StepPath } from "../Pathspec.ts";
import type { Run } from "../Run.ts";
import type { Step } from "../Step.ts";
import type { Task } from "../Task.ts";
import { newestValues } from "../task/metadata.ts";
import { originOfRun } from "../task/origin.ts";
import { endOf, newestTask } from "../task/state.ts";
import { Base } from "./base.ts";
import { RunObject } from "./run.ts";
import {
  childrenOf,
  currentScope,
  exists,
  load,
  loadChild,
  type TaskRef,
  unchecked,
} from "./scope.ts";
import { TaskObject } from "./task.ts";

/** Opens a step by its pathspec. */
export const openStep = (pathspec: string): Effect.Effect<Step, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const path = yield* Effect.fromResult(parse("Step", pathspec));
    return new StepObject(scope, path, yield* load(scope, "Step", path));
  }).pipe(operation("Step.get"));

/** A step that was opened. */
export class StepObject extends Base<StepPath> implements Step {
  protected readonly kind = "Step";

  protected override describe(): Effect.Effect<Html, MetaflowError> {
    return describeStep(this);
  }

  get parent(): Effect.Effect<Run, MetaflowError> {
    const scope = unchecked(this.scope);
    const [flow, run] = this.path;
    return Effect.map(
      load(scope, "Run", [flow, run]),
      (record) => new RunObject(scope, [flow, run], record),
    ).pipe(operation("Step.parent"));
  }

  get originPathspec(): Effect.Effect<string | null, MetaflowError> {
    const [flow, run, step] = this.path;
    return originOfRun(this.scope, [flow, run]).pipe(
      Effect.map((origin) => origin === null ? null : `${origin}/${step}`),
      operation("Step.originPathspec"),
    );
  }

  get task(): Effect.Effect<Task | null, MetaflowError> {
    return Effect.map(
      Stream.runHead(childrenOf(this.scope, this.path, [])),
      (record) => Option.getOrNull(Option.map(record, (record) => this.#task(record))),
    ).pipe(operation("Step.task"));
  }

  tasks(...tags: ReadonlyArray<string>): Stream.Stream<Task, MetaflowError> {
    return Stream.map(
      childrenOf(this.scope, this.path, tags),
      (record) => this.#task(record),
    ).pipe(streaming("Step.tasks"));
  }

  get(id: string): Effect.Effect<Task, MetaflowError> {
    return Effect.map(
      loadChild(this.scope, "Task", this.path, id),
      (record) => this.#task(record),
    ).pipe(operation("Step.get"));
  }

  has(id: string): Effect.Effect<boolean, MetaflowError> {
    return exists(this.scope, this.path, id).pipe(operation("Step.has"));
  }

  get finishedAt(): Effect.Effect<DateTime.Utc | null, MetaflowError> {
    return Effect.gen({ self: this }, function* () {
      const tasks = yield* Stream.runCollect(childrenOf(this.scope, this.path, []));
      let newest: number | null = null;
      for (const { id } of tasks) {
        const end = yield* endOf(this.#ref(id));
        if (end === null) return null;
        newest = Math.max(newest ?? end, end);
      }
      return newest === null ? null : DateTime.makeUnsafe(newest);
    }).pipe(operation("Step.finishedAt"));
  }

  get environmentInfo(): Effect.Effect<Schema.Json, MetaflowError> {
    return Effect.flatMap(
      newestTask(this.scope, this.path),
      (found) => found === undefined ? Effect.succeed(null) : environmentOf(found.task),
    ).pipe(operation("Step.environmentInfo"));
  }

  get controlTask(): Effect.Effect<Task | null, MetaflowError> {
    return Effect.map(Stream.runHead(this.#controlTasks([])), Option.getOrNull)
      .pipe(operation("Step.controlTask"));
  }

  controlTasks(...tags: ReadonlyArray<string>): Stream.Stream<Task, MetaflowError> {
    return this.#controlTasks(tags).pipe(streaming("Step.controlTasks"));
  }

  get parentSteps(): Stream.Stream<Step, MetaflowError> {
    return this.#neighbours("parents").pipe(streaming("Step.parentSteps"));
  }

  get childSteps(): Stream.Stream<Step, MetaflowError> {
    return this.#neighbours("children").pipe(streaming("Step.childSteps"));
  }

  #ref(id: string): TaskRef {
    return { scope: this.scope, path: [...this.path, id], attempt: undefined };
  }

  #task(record: ObjectRecord): Task {
    return new TaskObject(this.scope, [...this.path, record.id], record);
  }

  #controlTasks(tags: ReadonlyArray<string>): Stream.Stream<Task, MetaflowErrorReason> {
    return childrenOf(this.scope, this.path, tags).pipe(
      Stream.filterEffect((record) =>
        [...record.tags, ...record.systemTags].includes(CONTROL)
          ? Effect.succeed(true)
          : Effect.map(
            newestValues(this.#ref(record.id), ["internal_task_type"]),
            (values) => values.get("internal_task_type") === CONTROL,
          )
      ),
      Stream.map((record) => this.#task(record)),
    );
  }

  #neighbours(direction: Direction): Stream.Stream<Step, MetaflowErrorReason> {
    const scope = unchecked(this.scope);
    return Stream.map(
      neighbouringSteps(scope, this.path, direction),
      ({ path, record }) => new StepObject(scope, path, record),
    );
  }
}

const CONTROL = "control_task";
