import { Effect, Semaphore } from "effect";

/**
 * An effect that runs until it succeeds once, and then gives that result again and again.
 *
 * Callers wait for the one that runs it. If that one fails or is interrupted, the next one runs it:
 * unlike `Effect.cached`, which would hand its interruption to all of them.
 */
export const once = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const turn = Semaphore.makeUnsafe(1);
  let result: { readonly value: A } | undefined;
  return Effect.suspend(() =>
    result !== undefined ? Effect.succeed(result.value) : turn.withPermit(
      Effect.suspend(() =>
        result !== undefined
          ? Effect.succeed(result.value)
          : Effect.tap(effect, (value) =>
            Effect.sync(() => {
              result = { value };
            }))
      ),
    )
  );
};
