import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Effect, Exit, Fiber, Metric, Redacted, type Scope, Stream, Tracer } from "effect";
import { TestClock } from "effect/testing";
import type { LiveOptions } from "../../../src/neptune/live/Settings.ts";
import type { NeptuneErrorReason } from "../../../src/neptune/NeptuneError.ts";
import { collectWarnings, CurrentWarningHandler } from "../../../src/neptune/NeptuneWarning.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { API_TOKEN, type Fake, fake, json, live, type Route } from "./fake.ts";

const PROJECT = {
  id: "p",
  organizationId: "o",
  organizationName: "acme",
  projectKey: "DEM",
  name: "demo",
  version: 1,
};

const clockTest = <E>(name: string, body: () => Effect.Effect<void, E, Scope.Scope>) =>
  effectTest(name, () =>
    body().pipe(
      Effect.provideService(CurrentWarningHandler, () => Effect.void),
      Effect.provide(TestClock.layer()),
    ));

/** Answers of the project endpoint, one after another; the last one for ever. */
const answering = (...routes: ReadonlyArray<Route>): Fake => {
  const left = [...routes];
  return fake({ [paths.project]: (call) => (left.length > 1 ? left.shift()! : left[0]!)(call) });
};

const ask = (server: Fake, options?: LiveOptions) =>
  Effect.flatMap(live(server, options), (source) => source.project("acme/demo"));

const status = (status: number, body = "", headers: HeadersInit = {}): Route => () =>
  new Response(body === "" ? null : body, { status, headers });

const whole: Route = () => json(PROJECT);

/** The reason of a failure, and how often it was tried within an hour. */
const failing = (server: Fake, options?: LiveOptions) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.flip(ask(server, options)));
    yield* TestClock.adjust("2 hours");
    return yield* Fiber.join(fiber);
  });

clockTest(
  "what fails for a while is tried until it succeeds, and waits ever longer",
  () =>
    Effect.gen(function* () {
      const times: Array<number> = [];
      const clock = { now: () => 0 };
      const busy: Route = () => {
        times.push(clock.now());
        return new Response("busy", { status: 503 });
      };
      yield* Effect.clockWith((testClock) =>
        Effect.sync(() => {
          clock.now = () => testClock.currentTimeMillisUnsafe();
        })
      );
      const server = answering(...Array.from({ length: 12 }, () => busy), whole);
      const fiber = yield* Effect.forkChild(ask(server));
      yield* TestClock.adjust("10 minutes");
      strictEqual((yield* Fiber.join(fiber)).identifier, "acme/demo");
      strictEqual(times.length, 12);
      times.slice(1).forEach((time, i) => {
        const waited = time - times[i]!;
        ok(waited <= 1 + Math.min(30_000, 500 * 2 ** i), `wait ${i + 1} was ${waited} ms`);
      });
      ok(times.at(-1)! > 2000, "waits do not grow");
    }),
);

for (
  const [name, header] of [
    ["seconds", () => "7.5"],
    ["a date", () => new Date(7_500).toUTCString().replace("07 ", "08 ")],
  ] as const
) {
  clockTest(`Retry-After as ${name} is waited for, and no longer`, () =>
    Effect.gen(function* () {
      const server = answering(status(429, "", { "retry-after": header() }), whole);
      const fiber = yield* Effect.forkChild(ask(server));
      yield* TestClock.adjust("6999 millis");
      strictEqual(server.of("project").length, 1);
      yield* TestClock.adjust("1002 millis");
      strictEqual(server.of("project").length, 2);
      yield* Fiber.join(fiber);
    }));
}

clockTest(
  "the time for trying again is limited, and what the server asks to wait comes on top",
  () =>
    Effect.gen(function* () {
      const server = answering(status(503));
      const error = yield* failing(server, { retryFor: "20 seconds" });
      strictEqual(error._tag, "ServerFailure");
      strictEqual(error.isTransient, true);
      match(
        error.message,
        /^GET http:\/\/neptune.test\/api\/backend\/v1\/projects\/get failed in the server with status 503, \d+ times/,
      );
      const asking = answering(status(503, "", { "retry-after": "15" }));
      yield* failing(asking, { retryFor: "20 seconds" });
      // At 0, 15, 30, and at 40 s, which is the end whatever the server asks.
      strictEqual(asking.of("project").length, 4);
    }),
);

const REASONS: ReadonlyArray<readonly [Route, NeptuneErrorReason["_tag"], boolean]> = [
  [status(400, `{"code":400,"message":"no such thing"}`), "UnexpectedStatus", false],
  [status(302, "", { location: "/elsewhere" }), "UnexpectedStatus", false],
  [status(401), "Unauthorized", false],
  [status(403), "AccessDenied", false],
  [
    status(422, `{"code":422,"errorType":"ACCESS_DENIED","message":"no"}`),
    "AccessDenied",
    false,
  ],
  [status(408), "UnexpectedStatus", false],
  [status(422), "Unprocessable", false],
  [status(422, `["not", "an", "object"]`), "Unprocessable", false],
  [status(429), "RateLimited", true],
  [status(500), "ServerFailure", true],
  [status(520), "ServerFailure", true],
  [status(503, `{"errorType":"ACCESS_DENIED"}`), "ServerFailure", true],
  [status(200, "{"), "MalformedJson", false],
  [status(200, `{"id":"p"}`), "MalformedJson", false],
];

for (const [i, [route, tag, isTransient]] of REASONS.entries()) {
  clockTest(`reason ${i + 1}: ${tag}`, () =>
    Effect.gen(function* () {
      const server = answering(route);
      const error = yield* failing(server, { retryFor: "10 seconds" });
      strictEqual(error._tag, tag);
      strictEqual(error.isTransient, isTransient);
      const calls = server.of("project").length;
      // A token that is not accepted is exchanged anew, once.
      if (isTransient) ok(calls > 3);
      else strictEqual(calls, tag === "Unauthorized" ? 2 : 1);
    }));
}

clockTest("a protobuf answer that is none is a reason, at once", () =>
  Effect.gen(function* () {
    const server = fake({ [paths.floatSeries]: () => new Response(Uint8Array.of(0x0a, 0xff)) });
    const source = yield* live(server);
    const error = yield* Effect.flip(Stream.runCollect(source.floatSeries({
      project: "acme/demo",
      runs: ["acme/demo/DEM-1"],
      attributes: ["loss"],
      inheritance: "all",
      range: {},
      previews: false,
    })));
    strictEqual(error._tag, "MalformedProtobuf");
    match(error.message, /a number is cut off at byte 1/);
    strictEqual(server.of("floatSeries").length, 1);
  }));

clockTest(
  "a server that sends nothing for too long is left, and its request aborted",
  () =>
    Effect.gen(function* () {
      const never: Route = () => new Promise(() => {});
      const server = answering(never, never, whole);
      const fiber = yield* Effect.forkChild(ask(server, { requestTimeout: "5 seconds" }));
      yield* TestClock.adjust("4999 millis");
      strictEqual(server.of("project").length, 1);
      strictEqual(server.of("project")[0]!.signal?.aborted, false);
      yield* TestClock.adjust("20 seconds");
      yield* Fiber.join(fiber);
      deepStrictEqual(server.of("project").map(({ signal }) => signal?.aborted), [
        true,
        true,
        false,
      ]);
    }),
);

/** A body that comes in two halves, the second one when it is let. */
const slowly = (seconds: number, clock: { sleep: (ms: number) => Promise<void> }): Route => () => {
  const bytes = new TextEncoder().encode(JSON.stringify(PROJECT));
  return new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.slice(0, 10));
        await clock.sleep(seconds * 1000);
        controller.enqueue(bytes.slice(10));
        controller.close();
      },
    }),
  );
};

const virtualClock = Effect.map(Effect.context<never>(), (context) => ({
  sleep: (ms: number) => Effect.runPromiseWith(context)(Effect.sleep(ms)),
}));

clockTest(
  "the body is within the timeout: silence counts, not the time in all",
  () =>
    Effect.gen(function* () {
      const clock = yield* virtualClock;
      const stalls = answering(slowly(1000, clock), whole);
      const fiber = yield* Effect.forkChild(ask(stalls, { requestTimeout: "5 seconds" }));
      // The body arrives in steps of its own, between those of the clock.
      yield* steps(12, "1 seconds");
      yield* Fiber.join(fiber);
      strictEqual(stalls.of("project").length, 2);

      const slow = answering(slowly(4, clock));
      const reading = yield* Effect.forkChild(ask(slow, { requestTimeout: "5 seconds" }));
      yield* steps(12, "1 seconds");
      yield* Fiber.join(reading);
      strictEqual(slow.of("project").length, 1);
    }),
);

const settle = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)));

const steps = (times: number, duration: `${number} seconds`) =>
  Effect.repeat(Effect.andThen(settle, Effect.andThen(TestClock.adjust(duration), settle)), {
    times,
  });

effectTest(
  "interruption aborts the request, also while the body comes",
  () =>
    Effect.gen(function* () {
      let cancelled = false;
      const endless: Route = () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(Uint8Array.of(1)),
            cancel: () => {
              cancelled = true;
            },
          }),
        );
      const server = answering(endless);
      const fiber = yield* Effect.forkChild(ask(server));
      yield* Effect.sleep("20 millis");
      const { signal } = server.of("project")[0]!;
      strictEqual(signal?.aborted, false);
      yield* Fiber.interrupt(fiber);
      strictEqual(signal?.aborted, true);
      strictEqual(cancelled, true);
    }),
);

effectTest("no more requests are under way than allowed", () =>
  Effect.gen(function* () {
    let now = 0;
    let most = 0;
    const server = answering(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now--;
      return json(PROJECT);
    });
    const source = yield* live(server, { concurrency: 3 });
    yield* Effect.forEach(Array.from({ length: 20 }), () => source.project("acme/demo"), {
      concurrency: "unbounded",
    });
    strictEqual(most, 3);
    strictEqual(server.of("project").length, 20);
  }));

clockTest("a person is told once that a request is tried again", () =>
  Effect.gen(function* () {
    const server = answering(status(503), status(503), status(429), whole);
    const fiber = yield* Effect.forkChild(collectWarnings(ask(server)));
    yield* TestClock.adjust("1 minute");
    const [, warnings] = yield* Fiber.join(fiber);
    deepStrictEqual(warnings.map(({ kind }) => kind), ["Retrying", "Retrying"]);
    match(warnings[0]!.message, /projects\/get is tried again .*ServerFailure \(status 503\)/);
  }));

clockTest(
  "requests, retries and bytes are counted and traced, and no secret is in it",
  () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = [];
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options);
          spans.push(span);
          return span;
        },
      });
      const server = answering(status(500, "it broke"), whole);
      const fiber = yield* Effect.forkChild(Effect.withTracer(ask(server), tracer));
      yield* TestClock.adjust("1 minute");
      yield* Fiber.join(fiber);
      const failed = answering(status(400, "no"));
      const error = yield* Effect.flip(Effect.withTracer(ask(failed), tracer));

      const snapshot = yield* Metric.snapshot;
      const count = (id: string) =>
        snapshot.filter((metric) => metric.id === id && metric.attributes?.endpoint === "project")
          .map(({ state }) => state);
      strictEqual(count("neptune_requests_total").length, 1);
      strictEqual(count("neptune_retries_total").length, 1);
      strictEqual(count("neptune_response_bytes_total").length, 1);

      const span = spans.find(({ name }) => name === "neptune.project")!;
      strictEqual(span.attributes.get("neptune.attempts"), 2);
      strictEqual(span.attributes.get("http.response.body.size"), JSON.stringify(PROJECT).length);
      const told = Deno.inspect(
        [spans.map(({ attributes, name }) => [name, attributes]), snapshot, error, error.message],
        { depth: 20, strAbbreviateSize: 1e6, iterableLimit: 1e6 },
      );
      for (const secret of [API_TOKEN, "refresh-secret", "c2VjcmV0", "eyJ", "Bearer"]) {
        strictEqual(told.includes(secret), false, secret);
      }
    }),
);

effectTest("a token that is given as secret stays one", () =>
  Effect.gen(function* () {
    const apiToken = Redacted.make(API_TOKEN);
    const source = yield* live(answering(whole), { apiToken });
    strictEqual((yield* source.project("acme/demo")).key, "DEM");
    strictEqual(Deno.inspect(apiToken).includes(API_TOKEN), false);
    strictEqual(Exit.isSuccess(yield* Effect.exit(source.project("acme/demo"))), true);
  }));
