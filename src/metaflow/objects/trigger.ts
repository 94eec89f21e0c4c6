/**
 * What started runs.
 *
 * @module
 */
import { DateTime, Effect, Option, Result, Schema } from "effect";
import {
  describe,
  InternalError,
  type MetaflowError,
  type MetaflowErrorReason,
  NotFound,
  operation,
} from "../MetaflowError.ts";
import { parse } from "../Pathspec.ts";
import type { Run } from "../Run.ts";
import { newestValues, textOf } from "../task/metadata.ts";
import type { MetaflowEvent, Trigger } from "../Trigger.ts";
import { RunObject } from "./run.ts";
import { load, type Scope, type TaskRef, unchecked } from "./scope.ts";

const FIELD = "execution-triggers";

const Events = Schema.fromJsonString(Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.String,
  type: Schema.String,
  // Seconds since the epoch, or a text.
  timestamp: Schema.optional(Schema.NullOr(Schema.Union([Schema.Finite, Schema.String]))),
})));

const decodeEvents = Schema.decodeUnknownResult(Events);

/** What started the run of a first task. */
export const triggerOf = (start: TaskRef): Effect.Effect<Trigger | null, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const text = textOf(yield* newestValues(start, [FIELD]), FIELD);
    if (text === undefined) return null;
    const decoded = yield* Effect.fromResult(Result.mapError(
      decodeEvents(text),
      (cause) =>
        new InternalError({
          problem: `${FIELD} of ${start.path.join("/")} is invalid: ${describe(cause)}`,
          cause,
        }),
    ));
    const events = decoded.map(({ timestamp, ...event }) => ({
      ...event,
      timestamp: toInstant(timestamp),
    }));
    return new TriggerObject(unchecked(start.scope), events.sort(newestFirst));
  });

const toInstant = (timestamp: number | string | null | undefined): DateTime.Utc | null =>
  timestamp === null || timestamp === undefined ? null : Option.getOrNull(
    Option.map(
      DateTime.make(typeof timestamp === "number" ? timestamp * 1000 : timestamp),
      DateTime.toUtc,
    ),
  );

const newestFirst = (a: MetaflowEvent, b: MetaflowEvent): number =>
  millisOf(b) === millisOf(a) ? 0 : millisOf(b) - millisOf(a);

const millisOf = ({ timestamp }: MetaflowEvent): number =>
  timestamp === null ? -Infinity : DateTime.toEpochMillis(timestamp);

class TriggerObject implements Trigger {
  readonly #scope: Scope;

  constructor(scope: Scope, readonly events: ReadonlyArray<MetaflowEvent>) {
    this.#scope = scope;
  }

  get event(): MetaflowEvent | null {
    return this.events[0] ?? null;
  }

  get run(): Effect.Effect<Run | null, MetaflowError> {
    const [newest] = this.#runEvents;
    return (newest === undefined ? Effect.succeed(null) : this.#open(newest))
      .pipe(operation("Trigger.run"));
  }

  get runs(): Effect.Effect<ReadonlyArray<Run>, MetaflowError> {
    return Effect.forEach(this.#runEvents, (event) => this.#open(event))
      .pipe(operation("Trigger.runs"));
  }

  get(key: string): Effect.Effect<Run | MetaflowEvent, MetaflowError> {
    return Effect.suspend((): Effect.Effect<Run | MetaflowEvent, MetaflowErrorReason> => {
      const found = this.#find(key);
      if (found === undefined) {
        return Effect.fail(new NotFound({ message: `The trigger has no ${JSON.stringify(key)}` }));
      }
      return found.type === RUN ? this.#open(found) : Effect.succeed(found);
    }).pipe(operation("Trigger.get"));
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  get #runEvents(): ReadonlyArray<MetaflowEvent> {
    return this.events.filter(({ type }) => type === RUN);
  }

  #find(key: string): MetaflowEvent | undefined {
    const runs = this.#runEvents;
    return runs.length > 0
      ? runs.find(({ id }) => id.split("/")[0] === key)
      : this.events.find(({ name }) => name === key);
  }

  #open({ id }: MetaflowEvent): Effect.Effect<Run, MetaflowErrorReason> {
    return Effect.gen({ self: this }, function* () {
      const path = yield* Effect.fromResult(parse("Run", id.split("/").slice(0, 2).join("/")));
      return new RunObject(this.#scope, path, yield* load(this.#scope, "Run", path));
    });
  }
}

const RUN = "run";
