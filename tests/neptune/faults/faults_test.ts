/**
 * Hundreds of fetches through everything that can go wrong between a client and a server: each gives
 * the whole and right answer, or a reason.
 *
 * `FAULT_FETCHES` sets how many; the task `interop:neptune` makes more than a thousand.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Arbitrary, Clock, ConfigProvider, Effect, Layer, type Scope } from "effect";
import { FetchHttpClient } from "effect/http";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { plans, write } from "../law/Plan.ts";
import { answer, answering, type Question, questionsAbout } from "../law/Question.ts";
import { archive } from "../law/sources.ts";
import * as Chaos from "./Chaos.ts";
import { fastClock } from "./fastClock.ts";
import { unreliable } from "./unreliable.ts";

const fetches = Number(Deno.env.get("FAULT_FETCHES") ?? 250);
const SPEED = 300;

/** Small pages, so that most answers need several requests. */
const SMALL_PAGES = ConfigProvider.layer(ConfigProvider.fromEnv({
  env: { NEPTUNE_FETCH_RUNS_BATCH_SIZE: "2", NEPTUNE_FETCH_COLUMNS_BATCH_SIZE: "7" },
}));

interface Asked {
  readonly question: Question;
  readonly expected: unknown;
}

/** An export, questions about it that have something in their answers, and a server of it. */
const prepared = (
  seed: number,
): Effect.Effect<
  { readonly data: string; readonly asked: ReadonlyArray<Asked> },
  unknown,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const samples = yield* Arbitrary.sampleEffect(plans, { count: 12, size: 30, seed });
    const plan = samples.toSorted((a, b) => b.length - a.length)[0]!;
    const questions = yield* Arbitrary.sampleEffect(questionsAbout(plan), {
      count: 80,
      size: 30,
      seed,
    });
    const { data } = yield* write(plan);
    const near = yield* archive(data);
    const asked = yield* Effect.forEach(questions, (question) =>
      Effect.map(answer(near, question), (expected): Asked => ({ question, expected })));
    return {
      data,
      asked: asked.filter(({ expected }) =>
        isTelling(expected)
      ),
    };
  });

const isTelling = (expected: unknown): boolean =>
  Array.isArray(expected) ? expected.length > 0 : typeof expected === "string" ||
    (expected as { readonly runs?: ReadonlyArray<unknown> }).runs?.length !== 0;

/** What can come of a request that went wrong for good. */
const REASONS = [
  "RateLimited",
  "ServerFailure",
  "Unauthorized",
  "ConnectionClosed",
  "ConnectionFailed",
  "RequestTimedOut",
  "MalformedProtobuf",
  "MalformedJson",
];

const isReason = (given: unknown): boolean =>
  REASONS.includes((given as { readonly failed?: string }).failed ?? "");

effectTest(
  "answers go wrong in every way, and are right or a reason",
  () =>
    Effect.gen(function* () {
      const { data, asked } = yield* Effect.orDie(prepared(11));
      const clock = fastClock(SPEED);
      const random = Chaos.randomNumbers(5);
      // The clock of the client soon is far ahead, so that tokens are always about to expire.
      const server = yield* serverOf(data, { accessTokenLifetime: "2 minutes" });
      const calm = yield* Effect.flatMap(
        sourceOf(server.apiToken, server.fetch),
        answering,
      );
      const chaos = Chaos.make(server.fetch, { random, share: 0.25, clock });
      const source = yield* sourceOf(server.apiToken, chaos.fetch);
      let [right, reasons] = [0, 0];
      yield* Effect.forEach(
        Array.from({ length: fetches }, (_, i) => asked[i % asked.length]!),
        ({ question, expected }) =>
          Effect.map(answer({ ...calm, source }, question).pipe(endsInTime), (given) => {
            if (isReason(given)) return void (reasons += 1);
            assert.deepEqual(given, expected, Deno.inspect(question));
            right += 1;
          }),
        { concurrency: 24, discard: true },
      ).pipe(Effect.provideService(Clock.Clock, clock));
      assert.equal(right + reasons, fetches);
      assert(right > fetches * 0.7, `${reasons} of ${fetches} fetches have failed`);
      assert(reasons > 0, "no malformed message was met");
      assert.equal(chaos.met.size, 13);
    }).pipe(Effect.provide(SMALL_PAGES), quietly),
);

effectTest(
  "connections are reset, cut and stalled at any byte, and answers are right or a reason",
  () =>
    Effect.gen(function* () {
      const { data, asked } = yield* Effect.orDie(prepared(12));
      const proxy = yield* unreliable(Chaos.randomNumbers(6));
      const server = yield* serverOf(data, { url: proxy.url });
      const calm = yield* Effect.flatMap(sourceOf(server.apiToken, server.fetch), answering);
      const listener = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Deno.serve(
            { hostname: "127.0.0.1", port: 0, onListen: () => {} },
            ({ url, method, headers, body }) => server.fetch(url, { method, headers, body }),
          )
        ),
        (listener) => Effect.promise(() => listener.shutdown()),
      );
      proxy.leadTo(listener.addr.port);
      const source = yield* sourceOf(server.apiToken, globalThis.fetch);
      const count = Math.ceil(fetches / 5);
      let [right, reasons] = [0, 0];
      yield* Effect.forEach(
        Array.from({ length: count }, (_, i) => asked[i % asked.length]!),
        ({ question, expected }) =>
          Effect.map(answer({ ...calm, source }, question).pipe(endsInTime), (given) => {
            if (isReason(given)) return void (reasons += 1);
            assert.deepEqual(given, expected, Deno.inspect(question));
            right += 1;
          }),
        { concurrency: 24, discard: true },
      ).pipe(Effect.provideService(Clock.Clock, fastClock(50)));
      assert.equal(right + reasons, count);
      assert(right > count * 0.9, `${reasons} of ${count} fetches have failed`);
      for (const [what, times] of Object.entries(proxy.met)) assert(times > 0, `never ${what}`);
    }).pipe(Effect.provide(SMALL_PAGES), quietly),
);

/** A server of an export, in this process. */
const serverOf = (data: string, options: Neptune.Server.ServerOptions) =>
  Effect.flatMap(
    Layer.build(Layer.provide(Neptune.Server.layer(options), Neptune.layerArchive({ data }))),
    (context) => Effect.provide(Neptune.Server.Server, context),
  );

/** A client of a server that is reached by some `fetch`. */
const sourceOf = (
  apiToken: Neptune.LiveOptions["apiToken"],
  fetch: typeof globalThis.fetch,
) =>
  Layer.build(Layer.provide(
    Neptune.layerLive({ apiToken, requestTimeout: "30 seconds", retryFor: "20 minutes" }),
    Layer.succeed(FetchHttpClient.Fetch, fetch),
  )).pipe(Effect.flatMap((context) => Effect.provide(Neptune.NeptuneSource, context)));

/** A fetch that has not ended by then never will. */
const endsInTime = <A>(fetch: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.timeoutOrElse(fetch, {
    duration: "90 minutes",
    orElse: () => Effect.die(new Error("it hangs")),
  });

/** Warnings, of requests that are tried again and others, are not what is tested. */
const quietly: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect
  .provideService(Neptune.CurrentWarningHandler, () => Effect.void);
