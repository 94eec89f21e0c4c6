/**
 * What flows, runs, steps, tasks and artifacts have in common.
 *
 * @module
 */
import type { DateTime, Effect } from "effect";
import type { jupyterDisplay, MediaBundle } from "../display/jupyter.ts";
import type { MetaflowError } from "./MetaflowError.ts";

/**
 * An object of Metaflow. What it says of itself without an effect is as it was when it was opened;
 * effects and streams read anew each time, but for what can never change: that a run or task has
 * ended well, and when, and its code.
 */
export interface MetaflowObject {
  /** The last part of its pathspec. */
  readonly id: string;
  /** `Flow/run/step/task/artifact`, as far as it goes. */
  readonly pathspec: string;
  /** The parts of its pathspec. */
  readonly pathComponents: ReadonlyArray<string>;
  /** All tags. Steps, tasks and artifacts have those of their run. */
  readonly tags: ReadonlySet<string>;
  /** The tags that users gave. */
  readonly userTags: ReadonlySet<string>;
  /** The tags that Metaflow gave, such as `user:ann` and `runtime:dev`. */
  readonly systemTags: ReadonlySet<string>;
  /** When it was recorded, to the millisecond. */
  readonly createdAt: DateTime.Utc;
  /**
   * Whether it has the tag of the namespace that is looked in now, which need not be the one it was
   * opened in. A flow is in a namespace if one of its runs is.
   */
  isInNamespace(): Effect.Effect<boolean, MetaflowError>;
  /** What it is a part of; `null` for a flow. It is opened whatever namespace it is in. */
  readonly parent: Effect.Effect<MetaflowObject | null, MetaflowError>;
  /**
   * The pathspec of what it was cloned or resumed from; `null` if it was not. Steps of a resumed run
   * have one whether or not the run before had got to them; tasks only if they were cloned.
   */
  readonly originPathspec: Effect.Effect<string | null, MetaflowError>;
  /** As Python prints it: `Run('HelloFlow/12')`. */
  toString(): string;
  /** Shows what became of it in a notebook. */
  [jupyterDisplay](): Promise<MediaBundle>;
}
