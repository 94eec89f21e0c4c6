/**
 * Sends requests, each until it is answered or it is clear that it will not be: what may be tried
 * again and when, how long to wait for an answer, how many requests are under way, what is counted.
 *
 * @module
 */
import { Clock, Effect, Metric, Random, Semaphore } from "effect";
import * as FetchHttpClient from "effect/http/FetchHttpClient";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import { warn } from "../NeptuneWarning.ts";
import { type Failure, isTransient, ofException, ofStatus, reasonOf } from "./Failure.ts";
import * as metrics from "./metrics.ts";
import { readBody } from "./readBody.ts";
import { backoff, retryAfterOf } from "./retry.ts";
import type { TransportSettings } from "./Settings.ts";

/** A request. */
export interface Request {
  /** The endpoint's name in spans and metrics. */
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** The `Authorization` header, asked for before each try. */
  readonly authorization?: Effect.Effect<string, NeptuneErrorReason> | undefined;
  /** Statuses that are answers although they are not 2xx. */
  readonly answers?: ReadonlyArray<number> | undefined;
}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Sends a request; what it fails with has been tried again as long as that could help. */
export type Transport = (request: Request) => Effect.Effect<Answer, NeptuneErrorReason>;

/** Makes a transport with its own limit of requests under way. */
export const make = (
  settings: TransportSettings,
  client: Deno.HttpClient | undefined,
): Effect.Effect<Transport> =>
  Effect.gen(function* () {
    const fetch = yield* FetchHttpClient.Fetch;
    const limit = Semaphore.makeUnsafe(settings.concurrency);

    const attempt = (request: Request, authorization: string | undefined) =>
      Effect.flatMap(Clock.Clock, (clock) => {
        let lastSign = clock.currentTimeMillisUnsafe();
        const arrived = () => {
          lastSign = clock.currentTimeMillisUnsafe();
        };
        const silence = Effect.gen(function* () {
          for (let left = settings.requestTimeout; left > 0;) {
            yield* Effect.sleep(left);
            left = lastSign + settings.requestTimeout - clock.currentTimeMillisUnsafe();
          }
          const seconds = settings.requestTimeout / 1000;
          const failure: Failure = {
            kind: "RequestTimedOut",
            detail: `nothing came for ${seconds} s`,
          };
          return yield* Effect.fail(failure);
        });
        const answer = Effect.callback<Answer, Failure>((resume, signal) => {
          exchange(fetch, request, authorization, settings.userAgent, client, signal, arrived)
            .then(resume);
        });
        return settings.requestTimeout === Infinity ? answer : Effect.raceFirst(answer, silence);
      });

    const send = (request: Request): Effect.Effect<Answer, NeptuneErrorReason> =>
      Effect.gen(function* () {
        const start = yield* Clock.currentTimeMillis;
        const attributes = { endpoint: request.name };
        let asked = 0;
        let failures = 0;
        for (let attempts = 1;; attempts++) {
          const authorization = request.authorization && (yield* request.authorization);
          yield* Metric.update(Metric.withAttributes(metrics.requests, attributes), 1);
          const result = yield* Effect.result(limit.withPermit(attempt(request, authorization)));
          if (result._tag === "Success") {
            const { body, status } = result.success;
            yield* Metric.update(Metric.withAttributes(metrics.bytes, attributes), body.length);
            yield* Effect.annotateCurrentSpan({
              "http.response.status_code": status,
              "http.response.body.size": body.length,
              "neptune.attempts": attempts,
            });
            return result.success;
          }
          const { failure } = result;
          const now = yield* Clock.currentTimeMillis;
          const wait = isTransient(failure) ? retryAfterOf(failure.retryAfter, now) : undefined;
          if (wait === undefined) failures++;
          else {
            failures = 0;
            asked += wait;
          }
          // Whole milliseconds, so that what is left is never a sliver of one.
          const left = Math.ceil(
            Math.min(settings.retrySoftly + asked, settings.retryAtMost) - (now - start),
          );
          if (!isTransient(failure) || left <= 0) {
            return yield* Effect.fail(reasonOf(failure, nameOf(request), attempts));
          }
          yield* tellOf(failure, request);
          yield* Metric.update(Metric.withAttributes(metrics.retries, attributes), 1);
          const pause = Math.ceil(wait ?? backoff(failures, yield* Random.next));
          yield* Effect.sleep(Math.min(left, pause));
        }
      }).pipe(Effect.withSpan(`neptune.${request.name}`, {
        kind: "client",
        attributes: {
          "http.request.method": request.method,
          "url.full": addressOf(request),
        },
      }));
    return send;
  });

/** One try, as an effect that is already decided: fails in no other way than by it. */
const exchange = async (
  fetch: typeof globalThis.fetch,
  { method, url, headers, body, answers }: Request,
  authorization: string | undefined,
  userAgent: string,
  client: Deno.HttpClient | undefined,
  signal: AbortSignal,
  arrived: () => void,
): Promise<Effect.Effect<Answer, Failure>> => {
  let hasAnswered = false;
  try {
    const init: RequestInit & { client?: Deno.HttpClient } = {
      method,
      headers: {
        "user-agent": userAgent,
        accept: "*/*",
        ...headers,
        ...authorization !== undefined && { authorization },
      },
      body: body ?? null,
      redirect: "manual",
      signal,
      ...client !== undefined && { client },
    };
    const response = await fetch(url, init);
    hasAnswered = true;
    arrived();
    const bytes = await readBody(response, signal, arrived);
    const { status } = response;
    if (response.ok || answers?.includes(status)) {
      return Effect.succeed({ status, headers: response.headers, body: bytes });
    }
    const text = new TextDecoder().decode(bytes.subarray(0, LONGEST_ERROR));
    return Effect.fail(ofStatus(status, text, response.headers.get("retry-after")));
  } catch (thrown) {
    return Effect.fail(ofException(thrown, hasAnswered));
  }
};

const LONGEST_ERROR = 64 * 1024;

/** The URL of a request without its query, which holds the signature if it is that of a file. */
const addressOf = ({ url }: Request): string => url.split("?", 1)[0]!;

/** How a message calls a request. */
export const nameOf = (request: Request): string => `${request.method} ${addressOf(request)}`;

/** A person who waits is told why, once for each reason. */
const tellOf = (failure: Failure, request: Request): Effect.Effect<void> => {
  const status = failure.status === undefined ? "" : ` (status ${failure.status})`;
  return warn({
    kind: "Retrying",
    message: `${nameOf(request)} is tried again until it succeeds or its time is over: ` +
      `${failure.kind}${status}.`,
  });
};
