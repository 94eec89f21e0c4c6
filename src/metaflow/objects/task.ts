/**
 * Tasks.
 *
 * @module
 */
import { DateTime, Effect, type Schema, Stream } from "effect";
import type { Html } from "../../display/html.ts";
import { describeTask } from "../display/tasks.ts";
import type { DataFrame } from "../../Polars.ts";
import { artifactNamed, type ArtifactValue } from "../artifact/value.ts";
import { checkAttempt } from "../task/attempts.ts";
import type { Client } from "../Client.ts";
import { codeOf } from "../code/code.ts";
import { environmentOf } from "../code/environment.ts";
import type { DataArtifact } from "../DataArtifact.ts";
import { artifactsFrame } from "../frames/artifacts.ts";
import type { Direction } from "../graph/Graph.ts";
import { type Neighbour, neighbouringTasks } from "../graph/neighbours.ts";
import type { LogLine, LogLinesOptions, LogStream } from "../Logs.ts";
import { logLines } from "../logs/lines.ts";
import { readText, sizeOf } from "../logs/read.ts";
import type { MetaflowCode } from "../MetaflowCode.ts";
import type { MetaflowData } from "../MetaflowData.ts";
import type { ArtifactRecord } from "../MetadataProvider.ts";
import {
  type MetaflowError,
  type MetaflowErrorReason,
  operation,
  streaming,
} from "../MetaflowError.ts";
import { isId, parse, type TaskPath } from "../Pathspec.ts";
import type { PickleValue } from "../pickle/Pickle.ts";
import type { Step } from "../Step.ts";
import type { AttemptOptions, Metadata, Task } from "../Task.ts";
import { currentAttempt, metadataOf, newestValues } from "../task/metadata.ts";
import { originOfTask } from "../task/origin.ts";
import { exceptionOf, indexOf, OutcomeCell, outcomeOf } from "../task/state.ts";
import { ArtifactObject } from "./artifact.ts";
import { Base } from "./base.ts";
import { dataOf, namedValue } from "./data.ts";
import { currentScope, load, type TaskRef, unchecked } from "./scope.ts";
import { StepObject } from "./step.ts";

/** Opens a task by its pathspec, or one attempt of it. */
export const openTask = (
  pathspec: string,
  options: AttemptOptions,
): Effect.Effect<Task, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const attempt = yield* Effect.fromResult(checkAttempt(options.attempt));
    const path = yield* Effect.fromResult(parse("Task", pathspec));
    return new TaskObject(scope, path, yield* load(scope, "Task", path, attempt), attempt);
  }).pipe(operation("Task.get"));

/** A task that was opened. */
export class TaskObject extends Base<TaskPath> implements Task {
  protected readonly kind = "Task";

  protected override describe(): Effect.Effect<Html, MetaflowError> {
    return describeTask(this);
  }

  readonly #ended = new OutcomeCell();

  #code: MetaflowCode | null | undefined;

  get parent(): Effect.Effect<Step, MetaflowError> {
    const scope = unchecked(this.scope);
    const [flow, run, step] = this.path;
    return Effect.map(
      load(scope, "Step", [flow, run, step]),
      (record) => new StepObject(scope, [flow, run, step], record),
    ).pipe(operation("Task.parent"));
  }

  get originPathspec(): Effect.Effect<string | null, MetaflowError> {
    return originOfTask(this.#ref).pipe(operation("Task.originPathspec"));
  }

  get currentAttempt(): Effect.Effect<number, MetaflowError> {
    return currentAttempt(this.#ref).pipe(operation("Task.currentAttempt"));
  }

  get metadata(): Effect.Effect<ReadonlyArray<Metadata>, MetaflowError> {
    return Effect.map(
      metadataOf(this.#ref),
      (records) =>
        records.map(({ name, value, createdAt, type }) => ({
          name,
          value,
          createdAt: DateTime.makeUnsafe(createdAt),
          type,
          task: this,
        })),
    ).pipe(operation("Task.metadata"));
  }

  get metadataDict(): Effect.Effect<ReadonlyMap<string, Schema.Json>, MetaflowError> {
    return newestValues(this.#ref).pipe(operation("Task.metadataDict"));
  }

  data(): Effect.Effect<MetaflowData, MetaflowError>;
  data(name: string): Effect.Effect<ArtifactValue, MetaflowError>;
  data<A>(name: string, schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError>;
  data(name?: string, schema?: Schema.Decoder<unknown>): Effect.Effect<unknown, MetaflowError> {
    const data: Effect.Effect<unknown, MetaflowErrorReason> = name === undefined
      ? dataOf(this.#ref)
      : namedValue(this.#ref, name, schema);
    return data.pipe(operation("Task.data"));
  }

  artifacts(): Stream.Stream<DataArtifact, MetaflowError> {
    return this.scope.provider.artifacts(this.path, { attempt: this.attempt, private: false }).pipe(
      Stream.map((record) => this.#artifact(record)),
      streaming("Task.artifacts"),
    );
  }

  get(name: string): Effect.Effect<DataArtifact, MetaflowError> {
    return Effect.map(artifactNamed(this.#ref, name), ({ record }) => this.#artifact(record))
      .pipe(operation("Task.get"));
  }

  has(name: string): Effect.Effect<boolean, MetaflowError> {
    const found = isId(name)
      ? Effect.map(
        this.scope.provider.artifact(this.path, name, this.attempt),
        (record) => record !== undefined,
      )
      : Effect.succeed(false);
    return found.pipe(operation("Task.has"));
  }

  get successful(): Effect.Effect<boolean, MetaflowError> {
    return Effect.map(this.#outcome, ({ successful }) => successful)
      .pipe(operation("Task.successful"));
  }

  get finished(): Effect.Effect<boolean, MetaflowError> {
    return Effect.map(this.#outcome, ({ finished }) => finished).pipe(operation("Task.finished"));
  }

  get exception(): Effect.Effect<PickleValue, MetaflowError> {
    return exceptionOf(this.#ref).pipe(operation("Task.exception"));
  }

  get finishedAt(): Effect.Effect<DateTime.Utc | null, MetaflowError> {
    return Effect.map(
      this.#outcome,
      ({ finishedAt }) => finishedAt === null ? null : DateTime.makeUnsafe(finishedAt),
    ).pipe(operation("Task.finishedAt"));
  }

  get runtimeName(): string | null {
    const tag = [...this.tags].find((tag) => tag.startsWith(RUNTIME));
    return tag === undefined ? null : tag.slice(RUNTIME.length);
  }

  get index(): Effect.Effect<number | null, MetaflowError> {
    return indexOf(this.#ref).pipe(operation("Task.index"));
  }

  get stdout(): Effect.Effect<string, MetaflowError> {
    return readText(this.#ref, "stdout").pipe(operation("Task.stdout"));
  }

  get stderr(): Effect.Effect<string, MetaflowError> {
    return readText(this.#ref, "stderr").pipe(operation("Task.stderr"));
  }

  get stdoutSize(): Effect.Effect<number, MetaflowError> {
    return sizeOf(this.#ref, "stdout").pipe(operation("Task.stdoutSize"));
  }

  get stderrSize(): Effect.Effect<number, MetaflowError> {
    return sizeOf(this.#ref, "stderr").pipe(operation("Task.stderrSize"));
  }

  loglines(
    stream: LogStream,
    options: LogLinesOptions & { readonly asUnicode: false },
  ): Stream.Stream<LogLine<Uint8Array>, MetaflowError>;
  loglines(
    stream: LogStream,
    options?: LogLinesOptions & { readonly asUnicode?: true | undefined },
  ): Stream.Stream<LogLine<string>, MetaflowError>;
  loglines(
    stream: LogStream,
    options: LogLinesOptions = {},
  ): Stream.Stream<LogLine<Uint8Array | string>, MetaflowError> {
    return logLines(this.#ref, stream, options).pipe(streaming("Task.loglines"));
  }

  get code(): Effect.Effect<MetaflowCode | null, MetaflowError> {
    return Effect.suspend(() =>
      this.#code !== undefined ? Effect.succeed(this.#code) : Effect.tap(
        codeOf(this.#ref),
        (code) => Effect.sync(() => this.#code = code),
      )
    ).pipe(operation("Task.code"));
  }

  get environmentInfo(): Effect.Effect<Schema.Json, MetaflowError> {
    return environmentOf(this.#ref).pipe(operation("Task.environmentInfo"));
  }

  get parentTasks(): Stream.Stream<Task, MetaflowError> {
    return this.#relatives("parents").pipe(streaming("Task.parentTasks"));
  }

  get childTasks(): Stream.Stream<Task, MetaflowError> {
    return this.#relatives("children").pipe(streaming("Task.childTasks"));
  }

  get parentTaskPathspecs(): Stream.Stream<string, MetaflowError> {
    return Stream.map(neighbouringTasks(this.#ref, "parents"), pathspecOf)
      .pipe(streaming("Task.parentTaskPathspecs"));
  }

  get childTaskPathspecs(): Stream.Stream<string, MetaflowError> {
    return Stream.map(neighbouringTasks(this.#ref, "children"), pathspecOf)
      .pipe(streaming("Task.childTaskPathspecs"));
  }

  artifactsDf(): Effect.Effect<DataFrame, MetaflowError> {
    return artifactsFrame(this.#ref).pipe(operation("Task.artifactsDf"));
  }

  get #outcome() {
    return this.#ended.get(outcomeOf(this.#ref));
  }

  get #ref(): TaskRef {
    return { scope: this.scope, path: this.path, attempt: this.attempt };
  }

  #artifact(record: ArtifactRecord): DataArtifact {
    return new ArtifactObject(this.scope, [...this.path, record.id], record, this.attempt);
  }

  #relatives(direction: Direction): Stream.Stream<Task, MetaflowErrorReason> {
    const scope = unchecked(this.scope);
    return Stream.map(
      neighbouringTasks(this.#ref, direction),
      ({ path, record }) => new TaskObject(scope, path, record),
    );
  }
}

const RUNTIME = "runtime:";

const pathspecOf = ({ path }: Neighbour<TaskPath>): string => path.join("/");
