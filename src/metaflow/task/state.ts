/**
 * How tasks and runs went, which their artifacts tell.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import { decode, findArtifact, findValue } from "../artifact/value.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { ArtifactRecord, ObjectRecord } from "../MetadataProvider.ts";
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

const FIELDS = { start: "start_step", end: "end_step" } as const;

/** The first and the last step of a run. */
export interface Endpoints {
  readonly start: string;
  readonly end: string;
}

/** The names of the first and the last step, if the flow has given them; they never change. */
export const findEndpoints = (
  scope: Scope,
  [flow, run]: RunPath,
): Effect.Effect<Partial<Endpoints>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const parameters = yield* newestTask(scope, [flow, run, "_parameters"]);
    if (parameters === undefined) return {};
    const values = yield* newestValues(parameters.task, Object.values(FIELDS));
    const named: { -readonly [Endpoint in keyof Endpoints]?: string } = {};
    for (const endpoint of ["start", "end"] as const) {
      const name = textOf(values, FIELDS[endpoint]);
      if (name !== undefined && isId(name)) named[endpoint] = name;
    }
    return named;
  });

/** The newest task of the first or the last step of a run. */
export const endpointTask = (
  scope: Scope,
  [flow, run]: RunPath,
  endpoint: keyof Endpoints,
  named: Effect.Effect<Partial<Endpoints>, MetaflowErrorReason> = findEndpoints(scope, [flow, run]),
): Effect.Effect<FoundTask | undefined, MetaflowErrorReason> =>
  Effect.flatMap(
    named,
    (endpoints) => newestTask(scope, [flow, run, endpoints[endpoint] ?? endpoint]),
  );

/** How a task went. */
export interface Outcome {
  /** When it ended, well or not, in milliseconds since the epoch. */
  readonly finishedAt: number | null;
  /** Whether its code ran to its end. */
  readonly finished: boolean;
  /** Whether it has ended well; that is for good. */
  readonly successful: boolean;
}

/** How a task went, as its artifacts tell. */
export const outcomeOf = (task: TaskRef): Effect.Effect<Outcome, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const { attempt, path, scope } = task;
    const names = ["_task_ok", "_success"];
    const records = yield* Stream.runCollect(
      scope.provider.artifacts(path, { attempt, private: true, names }),
    );
    const [ok, success] = names.map((name) => records.find(({ id }) => id === name));
    const isTrue = (record: ArtifactRecord | undefined) =>
      record === undefined
        ? Effect.succeed(false)
        : Effect.map(decode({ task, record }, {}), (value) => value === true);
    return {
      finishedAt: ok?.createdAt ?? null,
      finished: yield* isTrue(ok),
      successful: yield* isTrue(success),
    };
  });

/** Looks up how a task went, until it has ended well. */
export class OutcomeCell {
  #known: Outcome | undefined;

  /** What is known, or what a look says. */
  get<E>(look: Effect.Effect<Outcome, E>): Effect.Effect<Outcome, E> {
    return Effect.suspend(() =>
      this.#known !== undefined
        ? Effect.succeed(this.#known)
        : Effect.tap(look, (outcome) =>
          Effect.sync(() => {
            if (outcome.successful) this.#known = outcome;
          }))
    );
  }
}

/** Whether a task has ended well. */
export const isSuccessful = (task: TaskRef): Effect.Effect<boolean, MetaflowErrorReason> =>
  Effect.map(findValue(task, "_success"), (value) => value === true);

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
