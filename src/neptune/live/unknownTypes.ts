/**
 * Tells of attributes that are left out because their type is not known.
 *
 * @module
 */
import { Effect } from "effect";
import { type NeptuneWarning, warn } from "../NeptuneWarning.ts";

/** Warns of types that this library does not know; `unknown` has the path of an attribute of each. */
export const warnOfTypes = (unknown: ReadonlyMap<string, string>): Effect.Effect<void> =>
  Effect.forEach(unknown, ([type, attribute]) => {
    const warning: NeptuneWarning = {
      kind: "UnknownType",
      message: `Attributes of type ${JSON.stringify(type)}, such as ${
        JSON.stringify(attribute)
      }, are left out: this version of Nereid does not know the type. A newer one may.`,
      attribute,
    };
    return warn(warning);
  }, { discard: true });
