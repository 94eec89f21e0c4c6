/**
 * How runs are called: by the project and what the server calls `sys/id`, as in `acme/demo/DEM-1`.
 *
 * @module
 */
import { Effect } from "effect";
import { type NeptuneWarning, warn } from "../NeptuneWarning.ts";
import type { RunKey } from "../NeptuneSource.ts";

/** The key of a run of a project. */
export const keyOf = (project: string, sysId: string): RunKey => `${project}/${sysId}`;

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
