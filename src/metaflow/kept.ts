import { Effect } from "effect";

/**
 * An effect that runs until it succeeds, and then gives that result again and again. Who asks before
 * that runs it, too, which does no harm where it only reads; and unlike with `Effect.cached`, one
 * that is interrupted does not interrupt others.
 */
export const kept = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  let result: { readonly value: A } | undefined;
  return Effect.suspend(() =>
    result !== undefined
      ? Effect.succeed(result.value)
      : Effect.tap(effect, (value) =>
        Effect.sync(() => {
          result = { value };
        }))
  );
};
