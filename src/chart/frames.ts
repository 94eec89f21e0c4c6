/**
 * One frame, or several by name.
 *
 * @module
 */
import { Effect } from "effect";
import { type DataFrame, isDataFrame } from "../Polars.ts";
import { InvalidOption } from "./ChartError.ts";

/**
 * A frame, or several, each with the name that it has in the chart: an object, or a `Map` where
 * names are numbers and their order matters.
 */
export type Frames =
  | DataFrame
  | Readonly<Record<string, DataFrame>>
  | ReadonlyMap<string, DataFrame>;

/** A frame and its name, `undefined` of one that was given alone. */
export interface NamedFrame {
  readonly name: string | undefined;
  readonly frame: DataFrame;
}

/** The frames that are meant. */
export const framesOf = (
  frames: Frames,
): Effect.Effect<ReadonlyArray<NamedFrame>, InvalidOption> => {
  if (isDataFrame(frames)) return Effect.succeed([{ name: undefined, frame: frames }]);
  const named = frames instanceof Map ? [...frames] : Object.entries(Object(frames));
  return named.length > 0 && named.every(([, frame]) => isDataFrame(frame))
    ? Effect.succeed(named.map(([name, frame]) => ({ name, frame })))
    : Effect.fail(
      new InvalidOption({
        parameter: "frame",
        message: "The first argument must be a Polars DataFrame, as fetchValues and fetchRunsDf " +
          "give it, or an object of several by name.",
      }),
    );
};

/** The frame that is meant, where only one can be. */
export const frameOf = (frame: DataFrame): Effect.Effect<DataFrame, InvalidOption> =>
  isDataFrame(frame) ? Effect.succeed(frame) : Effect.fail(
    new InvalidOption({
      parameter: "frame",
      message: "The first argument must be a Polars DataFrame, as fetchRunsDf gives it.",
    }),
  );
