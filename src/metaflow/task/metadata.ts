/**
 * The metadata of a task.
 *
 * @module
 */
import { Effect, Result, type Schema } from "effect";
import { InternalError, type MetaflowErrorReason } from "../MetaflowError.ts";
import type { MetadataRecord } from "../MetadataProvider.ts";
import { load, type TaskRef, unchecked } from "../objects/scope.ts";
import { isId, type TaskPath } from "../Pathspec.ts";
import { newestOf, ofAttempt } from "./attempts.ts";

/** What says that a task was not run, but cloned from one of another run. */
const CLONE = ["origin-run-id", "origin-task-id"];

/**
 * The metadata of a task, or of one attempt of it; only of certain names if they are given, and
 * perhaps some others.
 *
 * What a cloned task lacks is that of the task it was cloned from, such as where its data is.
 */
export const metadataOf = (
  task: TaskRef,
  names?: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<MetadataRecord>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const records: Array<MetadataRecord> = [];
    const visited = new Set<string>();
    for (let at = task;;) {
      visited.add(at.path.join("/"));
      const known = new Set(records.map(({ name }) => name));
      const own = yield* ownMetadata(at, names);
      const added = at === task ? own : [...newestOf(own).values()];
      records.push(...added.filter(({ name }) => !known.has(name)));
      const isEnough = names?.every((name) => records.some((record) => record.name === name));
      const origin: TaskPath | undefined = yield* originOf(at.path, own);
      if (isEnough || origin === undefined || visited.has(origin.join("/"))) return records;
      const scope = unchecked(task.scope);
      yield* load(scope, "Task", origin);
      at = { scope, path: origin, attempt: undefined };
    }
  });

const ownMetadata = (
  { scope: { provider }, path, attempt }: TaskRef,
  names: ReadonlyArray<string> | undefined,
): Effect.Effect<ReadonlyArray<MetadataRecord>, MetaflowErrorReason> =>
  // Which attempt metadata is of can be told only by looking at all of it.
  attempt === undefined
    ? provider.metadata(path, names && [...names, ...CLONE])
    : Effect.map(provider.metadata(path), (records) => ofAttempt(records, attempt));

const originOf = (
  [flow, , step]: TaskPath,
  records: ReadonlyArray<MetadataRecord>,
): Effect.Effect<TaskPath | undefined, InternalError> => {
  const [run, task] = CLONE.map((name) => newestOf(records).get(name)?.value);
  if (task === undefined) return Effect.succeed(undefined);
  if (typeof run === "string" && typeof task === "string" && isId(run) && isId(task)) {
    return Effect.succeed([flow, run, step, task]);
  }
  return Effect.fail(
    new InternalError({
      problem:
        `A task of ${flow}/${step} says that it was cloned from run ${JSON.stringify(run)}, ` +
        `task ${JSON.stringify(task)}, which are no ids.`,
    }),
  );
};

/** The newest values of some names, and perhaps of others. */
export const newestValues = (
  task: TaskRef,
  names?: ReadonlyArray<string>,
): Effect.Effect<ReadonlyMap<string, Schema.Json>, MetaflowErrorReason> =>
  Effect.map(metadataOf(task, names), valuesOf);

/** The newest value of each name. */
export const valuesOf = (
  records: ReadonlyArray<MetadataRecord>,
): ReadonlyMap<string, Schema.Json> =>
  new Map(Array.from(newestOf(records), ([name, { value }]) => [name, value]));

/** A value, as a text. */
export const textOf = (
  values: ReadonlyMap<string, Schema.Json>,
  name: string,
): string | undefined => {
  const value = values.get(name) ?? undefined;
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
};

/** The attempt that was chosen, or the one that started last. */
export const currentAttempt = (task: TaskRef): Effect.Effect<number, MetaflowErrorReason> =>
  task.attempt !== undefined ? Effect.succeed(task.attempt) : Effect.flatMap(
    newestValues(task, ["attempt"]),
    (values) => Effect.fromResult(attemptIn(task, values)),
  );

/** The attempt that was chosen, or the one that started last according to metadata. */
export const attemptIn = (
  { path, attempt }: TaskRef,
  values: ReadonlyMap<string, Schema.Json>,
): Result.Result<number, InternalError> => {
  const text = textOf(values, "attempt") ?? "0";
  if (attempt !== undefined) return Result.succeed(attempt);
  return /^\d{1,9}$/.test(text) ? Result.succeed(Number(text)) : Result.fail(
    new InternalError({
      problem: `${path.join("/")} says that its last attempt is ${JSON.stringify(text)}.`,
    }),
  );
};
