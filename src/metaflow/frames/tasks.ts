/**
 * The table of a run's tasks.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { DataFrame } from "../../Polars.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import { childrenOf, type Scope, type TaskRef } from "../objects/scope.ts";
import type { RunPath } from "../Pathspec.ts";
import { isTagged, type PickleValue, show } from "../pickle/Pickle.ts";
import { currentAttempt } from "../task/metadata.ts";
import { exceptionOf, outcomeOf } from "../task/state.ts";
import { frame } from "./columns.ts";

/** Tasks that are looked at at the same time. */
const CONCURRENCY = 16;

/** A row for each task of some steps of a run. */
export const tasksFrame = (
  scope: Scope,
  run: RunPath,
  steps: Stream.Stream<ObjectRecord, MetaflowErrorReason>,
): Effect.Effect<DataFrame, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const rows = yield* steps.pipe(
      Stream.flatMap(({ id: step }) =>
        Stream.map(childrenOf(scope, [...run, step], []), (task) => ({ step, task }))
      ),
      Stream.mapEffect(({ step, task }) => rowOf(scope, run, step, task), {
        concurrency: CONCURRENCY,
      }),
      Stream.runCollect,
    );
    // Steps overlap in time; a stable sort keeps the tasks of one in their order.
    const ordered = rows.toSorted((a, b) => b.task.createdAt - a.task.createdAt);
    return yield* frame("Run.tasksDf", {
      step: { type: "text", cells: ordered.map(({ step }) => step) },
      id: { type: "text", cells: ordered.map(({ task }) => task.id) },
      attempt: { type: "integer", cells: ordered.map(({ attempt }) => attempt) },
      created_at: { type: "instant", cells: ordered.map(({ task }) => task.createdAt) },
      finished_at: { type: "instant", cells: ordered.map(({ finishedAt }) => finishedAt) },
      finished: { type: "boolean", cells: ordered.map(({ finished }) => finished) },
      successful: { type: "boolean", cells: ordered.map(({ successful }) => successful) },
      exception: { type: "text", cells: ordered.map(({ exception }) => exception) },
    });
  });

const rowOf = (scope: Scope, run: RunPath, step: string, task: ObjectRecord) =>
  Effect.gen(function* () {
    const ref: TaskRef = { scope, path: [...run, step, task.id], attempt: undefined };
    const outcome = yield* outcomeOf(ref);
    const exception = outcome.successful ? null : summary(yield* exceptionOf(ref));
    return { step, task, attempt: yield* currentAttempt(ref), exception, ...outcome };
  });

const summary = (exception: PickleValue): string | null => {
  if (exception === null) return null;
  return isTagged(exception) && exception._tag === "ExceptionWrapper"
    ? `${exception.type}: ${exception.exception}`
    : show(exception);
};
