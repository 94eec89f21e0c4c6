/**
 * A clock on which waiting takes a fraction of the time, so that what waits for seconds can be tested
 * hundreds of times.
 *
 * @module
 */
import { type Clock, Duration, Effect } from "effect";

/** A clock that runs so many times as fast as the real one, from now on. */
export const fastClock = (speed: number): Clock.Clock => {
  const start = performance.now();
  const begin = Date.now();
  const millis = () => begin + (performance.now() - start) * speed;
  const nanos = () => BigInt(Math.round(millis() * 1e6));
  return {
    currentTimeMillisUnsafe: () => Math.round(millis()),
    currentTimeMillis: Effect.sync(() => Math.round(millis())),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration) / speed);
        return Effect.sync(() => clearTimeout(timer));
      }),
  };
};
