/**
 * The artifacts of a task by name.
 *
 * @module
 */
import type { Effect } from "effect";
import type { ArtifactValue } from "./artifact/value.ts";
import type { MetaflowError } from "./MetaflowError.ts";

/** The artifacts that a task had when they were asked for; a value is read when it is got. */
export interface MetaflowData {
  /** The names, in the order of `artifacts()`. */
  readonly names: ReadonlyArray<string>;
  /** Whether there is an artifact of a name that does not begin with an underscore. */
  has(name: string): boolean;
  /** The value of an artifact. Fails with `NotFound` if there is none of the name. */
  get(name: string): Effect.Effect<ArtifactValue, MetaflowError>;
  /** As Python prints it: `<MetaflowData: order, weights>`. */
  toString(): string;
}
