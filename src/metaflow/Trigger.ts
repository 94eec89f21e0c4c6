/**
 * What started a run.
 *
 * @module
 */
import type { DateTime, Effect } from "effect";
import type { MetaflowError } from "./MetaflowError.ts";
import type { Run } from "./Run.ts";

/** An event that started a run. */
export interface MetaflowEvent {
  readonly name: string;
  readonly id: string;
  /** When it happened; `null` if that was not recorded. */
  readonly timestamp: DateTime.Utc | null;
  /** `event`, or `run` for the end of a run of another flow. */
  readonly type: string;
}

/** The events that started a run, and the runs among them. */
export interface Trigger {
  /** The newest event; `null` if there is none. */
  readonly event: MetaflowEvent | null;
  /** All events, newest first, those without a time last. */
  readonly events: ReadonlyArray<MetaflowEvent>;
  /** The run whose end was the newest event of this kind; `null` if there is none. */
  readonly run: Effect.Effect<Run | null, MetaflowError>;
  /** All runs whose end was an event, newest event first, in whatever namespace. */
  readonly runs: Effect.Effect<ReadonlyArray<Run>, MetaflowError>;
  /**
   * The run of a flow by its name if there are runs, otherwise the event of a name. Fails with
   * `NotFound` if there is none.
   */
  get(key: string): Effect.Effect<Run | MetaflowEvent, MetaflowError>;
  /** Whether {@link get} finds something. */
  has(key: string): boolean;
}
