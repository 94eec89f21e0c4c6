/**
 * Calls into Polars whose failures are reasons of this side.
 *
 * @module
 */
import { Effect } from "effect";
import { type Polars, polars } from "../Polars.ts";
import { NativeFailure } from "./NeptuneError.ts";

/** Loads Polars. */
export const loadPolars: Effect.Effect<Polars, NativeFailure> = Effect.mapError(
  polars,
  (cause) => new NativeFailure({ operation: "loading", cause }),
);

/** Runs something quick in Polars, such as building a frame. */
export const usePolars = <A>(
  operation: string,
  run: (polars: Polars) => A,
): Effect.Effect<A, NativeFailure> =>
  Effect.flatMap(loadPolars, (polars) =>
    Effect.try({
      try: () => run(polars),
      catch: (cause) => new NativeFailure({ operation, cause }),
    }));
