/**
 * How the reasons of an error are made.
 *
 * @module
 */
import { type Cause, Data } from "effect";

/** What every reason can answer: a message for a person, and whether trying again may help. */
export interface Reason extends Cause.YieldableError {
  /** `true` when the same call may succeed later without any change. */
  readonly isTransient: boolean;
}

/** The base of a class of reasons. */
export type ReasonClass<Tag extends string, Fields> = new (
  fields: Fields,
) => Reason & { readonly _tag: Tag } & Readonly<Fields>;

// The cast gives the class its literal tag; JSR wants the type written at each export anyway.
/** Makes the base of a class of reasons. */
export const reasonClass = <Tag extends string, Fields>(tag: Tag): ReasonClass<Tag, Fields> =>
  class extends Data.TaggedError(tag)<object> {
    get isTransient(): boolean {
      return false;
    }
  } as unknown as ReasonClass<Tag, Fields>;
