/**
 * A `fetch` in whose way things go wrong, and a clock in whose time that does not take long.
 *
 * @module
 */
import { type Clock, Duration, Effect } from "effect";

/** What can happen to a request. */
export type Fault =
  | "unavailable"
  | "limited, seconds"
  | "limited, date"
  | "refused token"
  | "reset before"
  | "reset within"
  | "silence before"
  | "silence within"
  | "garbage";

/** What happened, and how many requests have not come to an end. */
export interface Faults {
  readonly fetch: typeof globalThis.fetch;
  readonly happened: Map<Fault, number>;
  pending: number;
}

/** Lets something go wrong with one of so many requests; `draw` is from 0 to 1. */
export const withFaults = (
  fetch: typeof globalThis.fetch,
  faults: ReadonlyArray<Fault>,
  draw: () => number,
  now: () => number,
  oneOf = 3,
): Faults => {
  const state: Faults = {
    happened: new Map(),
    pending: 0,
    fetch: async (input, init) => {
      state.pending++;
      try {
        const fault = draw() < 1 / oneOf ? faults[Math.floor(draw() * faults.length)] : undefined;
        if (fault !== undefined) state.happened.set(fault, (state.happened.get(fault) ?? 0) + 1);
        return await answer(fault, () => fetch(input, init), init?.signal ?? undefined, draw, now);
      } finally {
        state.pending--;
      }
    },
  };
  return state;
};

const answer = async (
  fault: Fault | undefined,
  fetch: () => Promise<Response>,
  signal: AbortSignal | undefined,
  draw: () => number,
  now: () => number,
): Promise<Response> => {
  const reset = () => new TypeError("error reading a body from connection: connection reset");
  const aborted = () =>
    new Promise<never>((_, reject) =>
      signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")))
    );
  switch (fault) {
    case undefined:
      return await fetch();
    case "unavailable":
      return new Response("busy", { status: 503 });
    case "limited, seconds":
      return new Response(null, { status: 429, headers: { "retry-after": "2.5" } });
    case "limited, date": {
      const date = new Date(now() + 3000).toUTCString();
      return new Response(null, { status: 429, headers: { "retry-after": date } });
    }
    case "refused token":
      return new Response(null, { status: 401 });
    case "reset before":
      throw reset();
    case "silence before":
      return await aborted();
  }
  const response = await fetch();
  const bytes = await response.bytes();
  const cut = bytes.slice(0, Math.floor(draw() * bytes.length));
  switch (fault) {
    case "garbage":
      return new Response(new Blob([Uint8Array.of(0xff, 0xff), bytes]), response);
    case "reset within":
      return new Response(
        new ReadableStream({
          pull: (controller) => {
            controller.enqueue(cut);
            controller.error(reset());
          },
        }),
        response,
      );
    case "silence within":
      return new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(cut) }),
        response,
      );
  }
};

/** A clock that runs so many times faster than the others. */
export const fastClock = (speed: number): Clock.Clock => {
  const start = Date.now();
  const begin = performance.now();
  const millis = () => start + (performance.now() - begin) * speed;
  const nanos = () => BigInt(Math.round(millis() * 1e6));
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => Math.floor(millis()),
    currentTimeMillis: Effect.sync(() => Math.floor(millis())),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.callback((resume) => {
        const timer = setTimeout(
          () => resume(Effect.void),
          Duration.toMillis(duration) / speed,
        );
        return Effect.sync(() => clearTimeout(timer));
      }),
  };
  return clock;
};
