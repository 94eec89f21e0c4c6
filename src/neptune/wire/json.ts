/**
 * The idioms of Neptune's JSON.
 *
 * @module
 */
import { Schema } from "effect";

/** A member that may be missing; `null` means the same. */
export const maybe = <S extends Schema.Top>(
  schema: S,
): Schema.optionalKey<Schema.NullOr<S>> => Schema.optionalKey(Schema.NullOr(schema));
