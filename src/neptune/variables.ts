/**
 * The environment variables of the original.
 *
 * @module
 */
import { type Config, Effect } from "effect";
import { emptyOrVariable, variable } from "../Environment.ts";
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
): Effect.Effect<string | undefined, InvalidArgument> => refusing(name, variable(name));

/**
 * A number of seconds from the first of some variables that is set, in milliseconds; endless if it is
 * set but empty.
 */
export const secondsVariable = (
  names: ReadonlyArray<string>,
  otherwise: number,
): Effect.Effect<number, InvalidArgument> =>
  Effect.gen(function* () {
    for (const name of names) {
      const text = yield* refusing(name, emptyOrVariable(name));
      if (text === undefined) continue;
      if (text === "") return Infinity;
      const value = Number(text);
      if (value > 0) return value * 1000;
      return yield* new InvalidArgument({
        parameter: name,
        message: `${name} must be a positive number of seconds, not ${JSON.stringify(text)}.`,
      });
    }
    return otherwise * 1000;
  });

const refusing = <A>(
  name: string,
  value: Effect.Effect<A, Config.ConfigError>,
): Effect.Effect<A, InvalidArgument> =>
  Effect.mapError(
    value,
    (cause) =>
      new InvalidArgument({
        parameter: name,
        message: `${name} cannot be read: ${cause.message}.`,
      }),
  );
