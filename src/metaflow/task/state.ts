/**
 * How tasks and runs went, which their artifacts tell.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import { findArtifact, findValue } from "../artifact/value.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import type { Scope, TaskRef } from "../objects/scope.ts";
import { isId, type RunPath, type StepPath } from "../Pathspec.ts";
import { isArray, isTagged, type PickleValue } from "../pickle/Pickle.ts";
import { newestValues, textOf } from "./metadata.ts";

/** A task and what is recorded of it. */
export interface FoundTask {
  readonly task: TaskRef;
  readonly record: ObjectRecord;
}

/** The newest task of a step. */
export const newestTask = (
  scope: Scope,
  step: StepPath,
): Effect.Effect<FoundTask | undefined, MetaflowErrorReason> =>
  Effect.map(
    Stream.runHead(scope.provider.children(step, { tags: [] })),
    Option.match({
      onNone: () => undefined,
      onSome: (record) => ({
        task: { scope, path: [...step, record.id] as const, attempt: undefined },
        record,
      }),
    }),
  );

const ENDPOINTS = { start: "start_step", end: "end_step" } as const;

/** The newest task of the first or the last step of a run, which a flow can give other names. */
export const endpointTask = (
  scope: Scope,
  [flow, run]: RunPath,
  endpoint: keyof typeof ENDPOINTS,
): Effect.Effect<FoundTask | undefined, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const field = ENDPOINTS[endpoint];
    const parameters = yield* newestTask(scope, [flow, run, "_parameters"]);
    const named = parameters && textOf(yield* newestValues(parameters.task, [field]), field);
    const step = named !== undefined && isId(named) ? named : endpoint;
    return yield* newestTask(scope, [flow, run, step]);
  });

/** Whether a task has ended well. */
export const isSuccessful = (task: TaskRef): Effect.Effect<boolean, MetaflowErrorReason> =>
  Effect.map(findValue(task, "_success"), (value) => value === true);

/** Whether the code of a task ran to its end. */
export const isFinished = (task: TaskRef): Effect.Effect<boolean, MetaflowErrorReason> =>
  Effect.map(findValue(task, "_task_ok"), (value) => value === true);

/** When a task ended, well or not, in milliseconds since the epoch. */
export const endOf = (task: TaskRef): Effect.Effect<number | null, MetaflowErrorReason> =>
  Effect.map(findArtifact(task, "_task_ok"), (artifact) => artifact?.record.createdAt ?? null);

/** The place of a task among those of the innermost foreach that it is in. */
export const indexOf = (task: TaskRef): Effect.Effect<number | null, MetaflowErrorReason> =>
  Effect.map(findValue(task, "_foreach_stack"), (stack) => {
    const frame = isArray(stack) ? stack.at(-1) : undefined;
    if (frame === undefined || !isTagged(frame) || frame._tag !== "NamedTuple") return null;
    const index = frame.values[frame.fields.indexOf("index")];
    return typeof index === "number" ? index : null;
  });

/** The exception that a task failed with. */
export const exceptionOf = (task: TaskRef): Effect.Effect<PickleValue, MetaflowErrorReason> =>
  Effect.map(findValue(task, "_exception"), (value) => value ?? null);
