/**
 * What tasks, steps and runs were cloned from.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { Scope, TaskRef } from "../objects/scope.ts";
import type { RunPath } from "../Pathspec.ts";
import { newestValues, textOf } from "./metadata.ts";
import { newestTask } from "./state.ts";

/** The run that a run resumes. */
export const originOfRun = (
  scope: Scope,
  [flow, run]: RunPath,
): Effect.Effect<string | null, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const step = yield* scope.provider.children([flow, run], { tags: [] }).pipe(
      Stream.filter(({ id }) => !id.startsWith("_")),
      Stream.runHead,
    );
    if (Option.isNone(step)) return null;
    const found = yield* newestTask(scope, [flow, run, step.value.id]);
    const origin = found && (yield* newestText(found.task, "origin-run-id"));
    return origin === undefined ? null : `${flow}/${origin}`;
  });

/** The task that a task was cloned from. */
export const originOfTask = (task: TaskRef): Effect.Effect<string | null, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const [flow, run, step] = task.path;
    const id = yield* newestText(task, "origin-task-id");
    const origin = id && (yield* originOfRun(task.scope, [flow, run]));
    return origin ? `${origin}/${step}/${id}` : null;
  });

/** Every task has an origin, and most have the text `None` for it. */
const newestText = (
  task: TaskRef,
  name: string,
): Effect.Effect<string | undefined, MetaflowErrorReason> =>
  Effect.map(newestValues(task, [name]), (values) => {
    const text = textOf(values, name);
    return text === "None" ? undefined : text;
  });
