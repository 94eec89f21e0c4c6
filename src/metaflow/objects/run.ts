/**
 * Runs.
 *
 * @module
 */
import { DateTime, Effect, Option, type Schema, Stream } from "effect";
import type { Html } from "../../display/html.ts";
import { describeRun } from "../display/tasks.ts";
import type { DataFrame } from "../../Polars.ts";
import type { ArtifactValue } from "../artifact/value.ts";
import type { Client } from "../Client.ts";
import { codeOf } from "../code/code.ts";
import type { Flow } from "../Flow.ts";
import { tasksFrame } from "../frames/tasks.ts";
import type { MetaflowCode } from "../MetaflowCode.ts";
import type { MetaflowData } from "../MetaflowData.ts";
import {
  type MetaflowError,
  type MetaflowErrorReason,
  NotFound,
  operation,
  streaming,
} from "../MetaflowError.ts";
import { parse, type RunPath } from "../Pathspec.ts";
import type { Run } from "../Run.ts";
import type { Step } from "../Step.ts";
import { checkChange, toTags } from "../Tags.ts";
import type { Task } from "../Task.ts";
import { originOfRun } from "../task/origin.ts";
import {
  type Endpoints,
  endpointTask,
  findEndpoints,
  type FoundTask,
  newestTask,
  type Outcome,
  OutcomeCell,
  outcomeOf,
} from "../task/state.ts";
import type { Trigger } from "../Trigger.ts";
import { Base } from "./base.ts";
import { dataOf, namedValue } from "./data.ts";
import { FlowObject } from "./flow.ts";
import { childrenOf, currentScope, exists, load, loadChild, unchecked } from "./scope.ts";
import { StepObject } from "./step.ts";
import { TaskObject } from "./task.ts";
import { triggerOf } from "./trigger.ts";

/** Opens a run by its pathspec. */
export const openRun = (pathspec: string): Effect.Effect<Run, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const path = yield* Effect.fromResult(parse("Run", pathspec));
    return new RunObject(scope, path, yield* load(scope, "Run", path));
  }).pipe(operation("Run.get"));

/** A run that was opened. */
export class RunObject extends Base<RunPath> implements Run {
  protected readonly kind = "Run";

  readonly #ended = new OutcomeCell();

  /** Once they are known. */
  #endpoints: Endpoints | undefined;

  protected override describe(): Effect.Effect<Html, MetaflowError> {
    return describeRun(this);
  }

  get parent(): Effect.Effect<Flow, MetaflowError> {
    const scope = unchecked(this.scope);
    const path = [this.path[0]] as const;
    return Effect.map(load(scope, "Flow", path), (record) => new FlowObject(scope, path, record))
      .pipe(operation("Run.parent"));
  }

  get originPathspec(): Effect.Effect<string | null, MetaflowError> {
    return originOfRun(this.scope, this.path).pipe(operation("Run.originPathspec"));
  }

  get endTask(): Effect.Effect<Task | null, MetaflowError> {
    return this.#end(
      ({ task, record }) => Effect.succeed(new TaskObject(this.scope, task.path, record)),
      null,
    ).pipe(operation("Run.endTask"));
  }

  data(): Effect.Effect<MetaflowData | null, MetaflowError>;
  data(name: string): Effect.Effect<ArtifactValue, MetaflowError>;
  data<A>(name: string, schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError>;
  data(name?: string, schema?: Schema.Decoder<unknown>): Effect.Effect<unknown, MetaflowError> {
    const data: Effect.Effect<unknown, MetaflowErrorReason> = name === undefined
      ? this.#end(({ task }) => dataOf(task), null)
      : Effect.flatMap(
        this.#endpoint("end"),
        (end) =>
          end !== undefined ? namedValue(end.task, name, schema) : Effect.fail(
            new NotFound({ message: `${this} has not come to its last step and has no data` }),
          ),
      );
    return data.pipe(operation("Run.data"));
  }

  get successful(): Effect.Effect<boolean, MetaflowError> {
    return Effect.map(this.#outcome, ({ successful }) => successful)
      .pipe(operation("Run.successful"));
  }

  get finished(): Effect.Effect<boolean, MetaflowError> {
    return Effect.map(this.#outcome, ({ finished }) => finished).pipe(operation("Run.finished"));
  }

  get finishedAt(): Effect.Effect<DateTime.Utc | null, MetaflowError> {
    return this.#outcome.pipe(
      Effect.map(({ finishedAt: end }) => end === null ? null : DateTime.makeUnsafe(end)),
      operation("Run.finishedAt"),
    );
  }

  get code(): Effect.Effect<MetaflowCode | null, MetaflowError> {
    return childrenOf(this.scope, this.path, []).pipe(
      Stream.filter(({ id }) => isVisible(id)),
      Stream.mapEffect(({ id }) => newestTask(this.scope, [...this.path, id])),
      Stream.filter((found) => found !== undefined),
      Stream.mapEffect(({ task }) => codeOf(task)),
      Stream.filter((code) => code !== null),
      Stream.runHead,
      Effect.map(Option.getOrNull),
      operation("Run.code"),
    );
  }

  get trigger(): Effect.Effect<Trigger | null, MetaflowError> {
    return Effect.flatMap(
      this.#endpoint("start"),
      (start) => start === undefined ? Effect.succeed(null) : triggerOf(start.task),
    ).pipe(operation("Run.trigger"));
  }

  steps(...tags: ReadonlyArray<string>): Stream.Stream<Step, MetaflowError> {
    return childrenOf(this.scope, this.path, tags).pipe(
      Stream.filter(({ id }) => isVisible(id)),
      Stream.map((record) => new StepObject(this.scope, [...this.path, record.id], record)),
      streaming("Run.steps"),
    );
  }

  get(id: string): Effect.Effect<Step, MetaflowError> {
    return loadChild(this.scope, "Step", this.path, id).pipe(
      Effect.map((record) => new StepObject(this.scope, [...this.path, record.id], record)),
      operation("Run.get"),
    );
  }

  has(id: string): Effect.Effect<boolean, MetaflowError> {
    return exists(this.scope, this.path, id).pipe(operation("Run.has"));
  }

  addTag(tag: string | Iterable<string>): Effect.Effect<void, MetaflowError> {
    return this.#change([], toTags(tag)).pipe(operation("Run.addTag"));
  }

  addTags(tags: string | Iterable<string>): Effect.Effect<void, MetaflowError> {
    return this.#change([], toTags(tags)).pipe(operation("Run.addTags"));
  }

  removeTag(tag: string | Iterable<string>): Effect.Effect<void, MetaflowError> {
    return this.#change(toTags(tag), []).pipe(operation("Run.removeTag"));
  }

  removeTags(tags: Iterable<string>): Effect.Effect<void, MetaflowError> {
    return this.#change(tags, []).pipe(operation("Run.removeTags"));
  }

  replaceTag(
    remove: string | Iterable<string>,
    add: string | Iterable<string>,
  ): Effect.Effect<void, MetaflowError> {
    return this.#change(toTags(remove), toTags(add)).pipe(operation("Run.replaceTag"));
  }

  replaceTags(remove: Iterable<string>, add: Iterable<string>): Effect.Effect<void, MetaflowError> {
    return this.#change(remove, add).pipe(operation("Run.replaceTags"));
  }

  tasksDf(): Effect.Effect<DataFrame, MetaflowError> {
    const steps = Stream.filter(
      childrenOf(this.scope, this.path, []),
      ({ id }) => isVisible(id),
    );
    return tasksFrame(this.scope, this.path, steps).pipe(operation("Run.tasksDf"));
  }

  get #outcome() {
    const unfinished: Outcome = { finishedAt: null, finished: false, successful: false };
    return this.#ended.get(this.#end(({ task }) => outcomeOf(task), unfinished));
  }

  #endpoint(endpoint: keyof Endpoints): Effect.Effect<FoundTask | undefined, MetaflowErrorReason> {
    const find = Effect.suspend(() =>
      this.#endpoints !== undefined
        ? Effect.succeed(this.#endpoints)
        : Effect.tap(findEndpoints(this.scope, this.path), ({ start, end }) =>
          Effect.sync(() => {
            if (start !== undefined && end !== undefined) this.#endpoints = { start, end };
          }))
    );
    return endpointTask(this.scope, this.path, endpoint, find);
  }

  #end<A, B>(
    use: (end: FoundTask) => Effect.Effect<A, MetaflowErrorReason>,
    otherwise: B,
  ): Effect.Effect<A | B, MetaflowErrorReason> {
    return Effect.flatMap(
      this.#endpoint("end"),
      (end): Effect.Effect<A | B, MetaflowErrorReason> =>
        end === undefined ? Effect.succeed(otherwise) : use(end),
    );
  }

  #change(
    remove: Iterable<string>,
    add: Iterable<string>,
  ): Effect.Effect<void, MetaflowErrorReason> {
    return Effect.gen({ self: this }, function* () {
      const change = yield* Effect.fromResult(checkChange(remove, add));
      const tags = yield* this.scope.provider.mutateTags(this.path, change);
      this.record = { ...this.record, tags };
    });
  }
}

/** Steps of Metaflow itself are not listed. */
const isVisible = (id: string): boolean => !id.startsWith("_");
