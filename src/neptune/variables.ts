/**
 * The environment variables of the original.
 *
 * @module
 */
import { Effect } from "effect";
import { variable } from "../Environment.ts";
import { InvalidArgument } from "./NeptuneError.ts";

/** A whole number from the environment; `least` is the smallest that makes sense. */
export const integerVariable = (
  name: string,
  otherwise: number,
  least = -Infinity,
): Effect.Effect<number, InvalidArgument> =>
  Effect.gen(function* () {
    const text = yield* textVariable(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && text.trim() !== "") return value;
    return yield* new InvalidArgument({
      parameter: name,
      message: `${name} must be ${least === 1 ? "a positive" : "an"} integer, not ` +
        `${JSON.stringify(text)}.`,
    });
  });

/** A text from the environment; `undefined` if it is unset or empty. */
export const textVariable = (
  name: string,
): Effect.Effect<string | undefined, InvalidArgument> =>
  Effect.mapError(
    variable(name),
    (cause) =>
      new InvalidArgument({
        parameter: name,
        message: `${name} cannot be read: ${cause.message}.`,
      }),
  );
