/**
 * Requests over HTTP: the only place that sends any.
 *
 * @module
 */
import { Effect } from "effect";

/**
 * Sends a request and reads its answer; fails with what was thrown. Interruption aborts it at any
 * moment until `read` has what it wants.
 *
 * Redirections are answers: whoever follows one would take headers with secrets elsewhere.
 */
export const send = <A>(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
  read: (response: Response) => A | Promise<A>,
): Effect.Effect<A, unknown> =>
  Effect.tryPromise({
    try: async (signal) => await read(await fetch(url, { ...init, redirect: "manual", signal })),
    catch: (cause) => cause,
  });
