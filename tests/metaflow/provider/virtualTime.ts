/**
 * Runs programs in virtual time, and notes when they ask a service.
 *
 * @module
 */
import { Clock, Effect, type Exit, Fiber } from "effect";
import { TestClock } from "effect/testing";
import type { RecordedService } from "./RecordedService.ts";

/** What became of a program. */
export interface Timed<A, E> {
  readonly exit: Exit.Exit<A, E>;
  /** When each request was made, in virtual milliseconds after the first. */
  readonly times: ReadonlyArray<number>;
}

const TICK = 100;
const LIMIT = 600_000;

/** What does not wait for the clock has happened after this. */
const settle = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 0)));

/** Runs a program to its end. */
export const inVirtualTime = <A, E>(
  program: Effect.Effect<A, E>,
  service: RecordedService,
): Effect.Effect<Timed<A, E>> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock;
    service.clock = () => clock.currentTimeMillisUnsafe();
    const fiber = yield* Effect.forkChild(program);
    for (let now = 0; now < LIMIT; now += TICK) {
      yield* settle;
      yield* settle;
      const exit = fiber.pollUnsafe();
      if (exit !== undefined) {
        const [first] = service.received;
        return { exit, times: service.received.map(({ at }) => at - first!.at) };
      }
      yield* TestClock.adjust(TICK);
    }
    yield* Fiber.interrupt(fiber);
    throw new Error(`it did not end within ${LIMIT} ms`);
  }).pipe(Effect.provide(TestClock.layer()));
