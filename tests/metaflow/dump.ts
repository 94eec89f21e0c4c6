/**
 * All that can be asked of all objects, in the form in which `dump_expected.py` wrote down what the
 * Python client says.
 *
 * @module
 */
import { DateTime, Effect, Ref, Result, Stream } from "effect";
import { Metaflow } from "@nereid/nereid";
import { type Json, type JsonObject, tagOf } from "./pickle/PythonTag.ts";

type Failing<A> = Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>;

/** What the dump needs to be told. */
export interface DumpOptions {
  /** The names of artifacts to look for that no list has: those that begin with an underscore. */
  readonly privateNames: ReadonlyArray<string>;
}

const NAMESPACES = [
  "user:alice",
  "user:bob",
  "user:nobody",
  "production:harbor-tok-1",
  "production:dev-tok-1",
  "nightly",
  "release",
];

/** Describes every object that the program's metadata has, in all namespaces. */
export const dump = (options: DumpOptions): Failing<JsonObject> =>
  Effect.gen(function* () {
    const values: Record<string, Json> = {};
    const everything = Effect.gen(function* () {
      const flows = yield* Stream.runCollect(Metaflow.Metaflow.flows);
      return Object.fromEntries(
        yield* Effect.forEach(flows, (flow) => named(flow.id, dumpFlow(flow, options, values))),
      );
    });
    return {
      flows: yield* Metaflow.withNamespace(null)(everything),
      namespaces: Object.fromEntries(
        yield* Effect.forEach(NAMESPACES, (namespace) =>
          named(namespace, Metaflow.withNamespace(namespace)(runsOfFlows))),
      ),
      values,
    };
  });

const runsOfFlows: Failing<JsonObject> = Effect.gen(function* () {
  const flows = yield* Stream.runCollect(Metaflow.Metaflow.flows);
  return Object.fromEntries(
    yield* Effect.forEach(
      flows,
      (flow) => named(flow.id, Effect.map(Stream.runCollect(flow.runs()), ids)),
    ),
  );
});

const dumpFlow = (
  flow: Metaflow.Flow,
  options: DumpOptions,
  values: Record<string, Json>,
): Failing<JsonObject> =>
  Effect.gen(function* () {
    const runs = yield* Stream.runCollect(flow.runs());
    return {
      ...(yield* dumpObject(flow)),
      runs_in_order: ids(runs),
      latest_run: pathspecOf(yield* flow.latestRun),
      latest_successful_run: pathspecOf(yield* flow.latestSuccessfulRun),
      runs: Object.fromEntries(
        yield* Effect.forEach(runs, (run) => named(run.id, dumpRun(run, options, values))),
      ),
    };
  });

const dumpRun = (
  run: Metaflow.Run,
  options: DumpOptions,
  values: Record<string, Json>,
): Failing<JsonObject> =>
  Effect.gen(function* () {
    const steps = yield* Stream.runCollect(run.steps());
    const data = yield* run.data();
    const code = yield* run.code;
    return {
      ...(yield* dumpObject(run)),
      origin_pathspec: yield* attempted(run.originPathspec),
      successful: yield* run.successful,
      finished: yield* run.finished,
      finished_at_ms: millisOf(yield* run.finishedAt),
      end_task: pathspecOf(yield* run.endTask),
      code: code && String(code),
      data: data && data.names.toSorted(),
      trigger: (yield* run.trigger) && "present",
      steps_in_order: stamped(steps),
      steps: Object.fromEntries(
        yield* Effect.forEach(
          [...steps, yield* run.get("_parameters")],
          (step) => named(step.id, dumpStep(step, run, options, values)),
        ),
      ),
    };
  });

const dumpStep = (
  step: Metaflow.Step,
  run: Metaflow.Run,
  options: DumpOptions,
  values: Record<string, Json>,
): Failing<JsonObject> =>
  Effect.gen(function* () {
    const tasks = yield* Stream.runCollect(step.tasks());
    return {
      ...withoutTags(yield* dumpObject(step), run),
      origin_pathspec: yield* attempted(step.originPathspec),
      task: pathspecOf(yield* step.task),
      finished_at_ms: step.id === "_parameters" ? null : millisOf(yield* step.finishedAt),
      environment_info: yield* step.environmentInfo,
      tasks_in_order: stamped(tasks),
      parent_steps: yield* attempted(sortedIds(step.parentSteps)),
      child_steps: yield* attempted(sortedIds(step.childSteps)),
      tasks: Object.fromEntries(
        yield* Effect.forEach(
          tasks,
          (task) => named(task.id, dumpTask(task, run, options, values)),
          { concurrency: 4 },
        ),
      ),
    };
  });

const dumpTask = (
  task: Metaflow.Task,
  run: Metaflow.Run,
  options: DumpOptions,
  values: Record<string, Json>,
): Failing<JsonObject> =>
  Effect.gen(function* () {
    const listed = yield* Stream.runCollect(task.artifacts());
    const hidden = yield* Effect.filter(options.privateNames, (name) => task.has(name));
    const metadata = yield* task.metadata;
    const code = yield* task.code;
    const { str: _str, path_components: _parts, parent: _parent, ...common } = withoutTags(
      yield* dumpObject(task),
      run,
    );
    const attempts = yield* dumpAttempts(task, values);
    return {
      ...common,
      origin_pathspec: yield* attempted(task.originPathspec),
      successful: yield* task.successful,
      finished: yield* task.finished,
      finished_at_ms: millisOf(yield* task.finishedAt),
      exception: tagOf(yield* task.exception),
      runtime_name: task.runtimeName,
      current_attempt: yield* task.currentAttempt,
      stdout: yield* task.stdout,
      stderr: yield* task.stderr,
      stdout_size: yield* task.stdoutSize,
      stderr_size: yield* task.stderrSize,
      index: yield* task.index,
      code: code && String(code),
      environment_info: yield* task.environmentInfo,
      metadata: metadata.map(({ name, value, createdAt, type }) => ({
        name,
        value,
        created_at: DateTime.toEpochMillis(createdAt),
        type,
      })),
      metadata_dict: Object.fromEntries(yield* task.metadataDict),
      loglines: {
        stdout: yield* dumpLines(task, "stdout"),
        stderr: yield* dumpLines(task, "stderr"),
      },
      parent_tasks: yield* attempted(sorted(task.parentTaskPathspecs)),
      child_tasks: yield* attempted(sorted(task.childTaskPathspecs)),
      iteration: stamped(listed),
      artifacts: Object.fromEntries(
        yield* Effect.forEach([...ids(listed), ...hidden], (name) =>
          named(name, dumpArtifact(task, name, run, values))),
      ),
      ...Object.keys(attempts).length > 1 ? { attempts } : {},
    };
  });

const dumpLines = (task: Metaflow.Task, stream: Metaflow.LogStream): Failing<JsonObject> =>
  Effect.map(Stream.runCollect(task.loglines(stream)), (lines) => {
    const all = lines.map(({ epochMicros, line }) => [isoOf(epochMicros), line]);
    return { count: all.length, first: all.slice(0, 6), last: all.slice(-1) };
  });

/** A time as Python prints it, with microseconds if there are any. */
const isoOf = (epochMicros: number | null): string | null => {
  if (epochMicros === null) return null;
  const seconds = Math.floor(epochMicros / 1e6);
  const micros = epochMicros - seconds * 1e6;
  return new Date(seconds * 1000).toISOString().slice(0, 19) +
    (micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`);
};

const dumpArtifact = (
  task: Metaflow.Task,
  name: string,
  run: Metaflow.Run,
  values: Record<string, Json>,
): Failing<Json> =>
  Effect.gen(function* () {
    const artifact = yield* task.get(name);
    withoutTags(yield* dumpObject(artifact), run);
    const [flow, id, step, task_] = task.pathComponents as Metaflow.TaskPath;
    // What Python has as a private field of the object.
    const provider = yield* Metaflow.Client.use((client) => Ref.get(client.provider));
    const record = yield* Effect.orDie(provider.artifact([flow, id, step, task_], name, undefined));
    values[artifact.sha] = yield* dumpValue(artifact);
    return [
      artifact.sha,
      yield* artifact.size,
      record?.contentType ?? null,
      record?.dsType ?? null,
      record?.attempt ?? null,
      DateTime.toEpochMillis(artifact.finishedAt),
    ];
  });

/** Frames as they were pickled, for there is no tag of one of Polars; content of included files. */
const dumpValue = (artifact: Metaflow.DataArtifact): Failing<Json> =>
  Effect.flatMap(
    artifact.decode({ typed: true }),
    (value) =>
      Metaflow.Pickle.isTagged(value) && value._tag === "IncludedFile"
        ? Effect.map(artifact.data, (data) => tagOf(data as Metaflow.Pickle.PickleValue))
        : Effect.succeed(tagOf(value)),
  );

const dumpAttempts = (
  task: Metaflow.Task,
  values: Record<string, Json>,
): Failing<Record<string, JsonObject>> =>
  Effect.gen(function* () {
    const attempts: Record<string, JsonObject> = {};
    for (let attempt = 0; attempt < 4; attempt++) {
      const one = yield* Metaflow.Task.get(task.pathspec, { attempt });
      const metadata = yield* one.metadata;
      const artifacts = yield* Stream.runCollect(one.artifacts());
      if (metadata.length + artifacts.length === 0) continue;
      const exception = yield* one.exception;
      attempts[attempt] = {
        str: String(one),
        successful: yield* one.successful,
        finished: yield* one.finished,
        stdout: yield* one.stdout,
        stderr: yield* one.stderr,
        current_attempt: yield* one.currentAttempt,
        finished_at_ms: millisOf(yield* one.finishedAt),
        exception_type: Metaflow.Pickle.isTagged(exception) && exception._tag === "ExceptionWrapper"
          ? exception.type
          : null,
        metadata: metadata.map(({ name, value, createdAt }) => [
          name,
          value,
          DateTime.toEpochMillis(createdAt),
        ]),
        artifacts: Object.fromEntries(
          yield* Effect.forEach(artifacts, (artifact) =>
            named(
              artifact.id,
              Effect.gen(function* () {
                values[artifact.sha] = yield* dumpValue(artifact);
                const size = yield* attempted(artifact.size);
                return { sha: artifact.sha, size, str: String(artifact) };
              }),
            )),
        ),
      };
    }
    return attempts;
  });

const dumpObject = (object: Metaflow.MetaflowObject): Failing<JsonObject> =>
  Effect.map(object.parent, (parent) => ({
    id: object.id,
    pathspec: object.pathspec,
    path_components: [...object.pathComponents],
    created_at_ms: DateTime.toEpochMillis(object.createdAt),
    tags: [...object.tags].toSorted(),
    user_tags: [...object.userTags].toSorted(),
    system_tags: [...object.systemTags].toSorted(),
    parent: pathspecOf(parent),
    str: String(object),
  }));

/** The same without its tags, which must be those of the run. */
const withoutTags = (
  { tags, user_tags, system_tags, ...rest }: JsonObject,
  run: Metaflow.Run,
): JsonObject => {
  const own = JSON.stringify([tags, user_tags, system_tags]);
  const runs = JSON.stringify(
    [run.tags, run.userTags, run.systemTags].map((tags) => [...tags].toSorted()),
  );
  if (own === runs) return rest;
  throw new Error(`${rest.pathspec} has the tags ${own}, its run ${runs}`);
};

const named = <A>(name: string, value: Failing<A>): Failing<readonly [string, A]> =>
  Effect.map(value, (value) => [name, value] as const);

const attempted = (value: Failing<Json>): Failing<JsonObject> =>
  Effect.map(
    Effect.result(value),
    Result.match({
      onSuccess: (ok): JsonObject => ({ ok }),
      onFailure: ({ reason }): JsonObject => ({ error: reason._tag, message: reason.message }),
    }),
  );

const ids = (objects: ReadonlyArray<Metaflow.MetaflowObject>): ReadonlyArray<string> =>
  objects.map(({ id }) => id);

const stamped = (objects: ReadonlyArray<Metaflow.MetaflowObject>): Json =>
  objects.map(({ id, createdAt }) => [id, DateTime.toEpochMillis(createdAt)]);

const sorted = (
  texts: Stream.Stream<string, Metaflow.MetaflowError>,
): Failing<ReadonlyArray<string>> =>
  Effect.map(Stream.runCollect(texts), (texts) => texts.toSorted());

const sortedIds = (
  objects: Stream.Stream<Metaflow.MetaflowObject, Metaflow.MetaflowError>,
): Failing<ReadonlyArray<string>> => sorted(Stream.map(objects, ({ id }) => id));

const pathspecOf = (object: Metaflow.MetaflowObject | null): string | null =>
  object && object.pathspec;

const millisOf = (time: DateTime.Utc | null): number | null => time && DateTime.toEpochMillis(time);
