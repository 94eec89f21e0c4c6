/**
 * Runs effects as tests.
 *
 * @module
 */
import { Effect, type Scope } from "effect";

/** A test that passes if an effect succeeds; what it acquires is released at the end. */
export const effectTest = <E>(
  name: string,
  body: () => Effect.Effect<void, E, Scope.Scope>,
): void => Deno.test(name, () => Effect.runPromise(Effect.scoped(Effect.suspend(body))));
