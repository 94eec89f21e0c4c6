/**
 * A server whose answers go wrong now and then, in every way that a request can fail.
 *
 * @module
 */
import type { Clock } from "effect";

/** What can go wrong; `none` is an answer as it is. */
export type Fault =
  | "none"
  | "503 burst"
  | "500"
  | "429 in seconds"
  | "429 with a date"
  | "429 alone"
  | "cut body"
  | "reset before an answer"
  | "stall before an answer"
  | "stall in the body"
  | "expired token"
  | "malformed message"
  | "page of a gateway";

/** The faults after which a request cannot be right by trying again. */
export const FINAL: ReadonlySet<Fault> = new Set(["malformed message", "page of a gateway"]);

const FAULTS: ReadonlyArray<Fault> = [
  "503 burst",
  "500",
  "429 in seconds",
  "429 with a date",
  "429 alone",
  "cut body",
  "reset before an answer",
  "stall before an answer",
  "stall in the body",
  "expired token",
  "malformed message",
  "page of a gateway",
];

/** Numbers from 0 to 1 that are the same for a seed. */
export const randomNumbers = (seed: number): () => number => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A `fetch` with faults, and how often each was met. */
export interface Chaos {
  readonly fetch: typeof globalThis.fetch;
  readonly met: Map<Fault, number>;
}

/** Puts faults between a client and a server; a share of the answers goes wrong. */
export const make = (
  fetch: typeof globalThis.fetch,
  { random, share, clock }: {
    readonly random: () => number;
    readonly share: number;
    readonly clock: Clock.Clock;
  },
): Chaos => {
  const met = new Map<Fault, number>();
  let burst = 0;

  const next = (url: string): Fault => {
    if (burst > 0) {
      burst -= 1;
      return "503 burst";
    }
    if (random() >= share) return "none";
    const fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
    if (fault === "503 burst") burst = Math.floor(random() * 5);
    const isData = url.includes("/api/leaderboard/");
    // What hands out tokens accepts none, and bytes of a file have no form.
    if (!isData && (fault === "expired token" || FINAL.has(fault))) return "none";
    return fault;
  };

  const answer = (status: number, headers: Record<string, string> = {}): Response =>
    new Response(JSON.stringify({ code: status, message: "chaos" }), { status, headers });

  return {
    met,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const fault = next(request.url);
      met.set(fault, (met.get(fault) ?? 0) + 1);
      switch (fault) {
        case "503 burst":
          return answer(503);
        case "500":
          return answer(500);
        case "429 in seconds":
          return answer(429, { "retry-after": String(random() < 0.5 ? 1 : 0.25) });
        case "429 with a date": {
          const date = new Date(clock.currentTimeMillisUnsafe() + 3000 * random());
          return answer(429, { "retry-after": date.toUTCString() });
        }
        case "429 alone":
          return answer(429);
        case "reset before an answer":
          throw new TypeError("error sending request: connection reset by peer (os error 104)");
        case "stall before an answer":
          return await aborted(request.signal);
        case "expired token":
          return answer(401);
        case "page of a gateway":
          await drain(await fetch(request));
          return new Response("<html>Bad gateway</html>", { status: 200 });
        case "none":
          return await fetch(request);
      }
      const response = await fetch(request);
      const body = new Uint8Array(await response.arrayBuffer());
      const { status } = response;
      const headers = new Headers(response.headers);
      headers.delete("content-length");
      if (fault === "malformed message") {
        return new Response(malformed(body, headers, random), { status, headers });
      }
      const cut = Math.floor(random() * body.length);
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          if (cut > 0) controller.enqueue(body.subarray(0, cut));
        },
        pull: async (controller) => {
          if (fault === "stall in the body") await aborted(request.signal);
          controller.error(new TypeError("error reading a body from connection: end of file"));
        },
      }, { highWaterMark: 0 });
      return new Response(stream, { status, headers });
    },
  };
};

/** Never; fails when the request is given up. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });

const drain = (response: Response): Promise<void> => response.body?.cancel() ?? Promise.resolve();

/** A body that ends as it should not: no reader can take it for a shorter whole one. */
const malformed = (body: Uint8Array, headers: Headers, random: () => number): BodyInit => {
  const kept = body.subarray(0, Math.floor(random() * body.length));
  if (headers.get("content-type")?.includes("json")) {
    return `${new TextDecoder().decode(kept)}\u0000`;
  }
  const [overlong, truncated] = [Array(11).fill(0xff), [0x0a, 0xff, 0xff, 0x03]];
  return Uint8Array.from([...body, ...random() < 0.5 ? overlong : truncated]);
};
