import assert from "node:assert/strict";
import { Deferred, Effect, Exit, Fiber, Scope, Stream } from "effect";
import { TestClock } from "effect/testing";
import { Neptune } from "@nereid/nereid";
import type { NeptuneSource } from "../../../src/neptune/NeptuneSource.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { recordingSource } from "../recordingSource.ts";
import { accessTokenOf } from "./inProcess.ts";

const serve = (source: NeptuneSource, options?: Neptune.Server.ServeOptions) =>
  Effect.provideService(Neptune.Server.serve(options), Neptune.NeptuneSource, source);

const search = `${paths.search}?projectIdentifier=test%2Frecording&type=run`;

/** Sends a search over the network. */
const ask = (url: string, token: string, signal?: AbortSignal) =>
  fetch(url + search, {
    method: "POST",
    body: "{}",
    headers: { authorization: `Bearer ${token}` },
    ...signal === undefined ? {} : { signal },
  });

effectTest("a server answers on a port, and says where", () =>
  Effect.gen(function* () {
    const { source } = recordingSource({ "REC-1": {} });
    const { url, apiToken } = yield* serve(source);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const server = { url, apiToken, fetch };
    const token = yield* accessTokenOf(server);
    const answer = yield* Effect.promise(() => ask(url, token));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/x-protobuf");
    yield* Effect.promise(() => answer.bytes());
  }));

for (const hostname of ["0.0.0.0", "::", "192.0.2.1", "example.test", "127.0.0.1.example.test"]) {
  effectTest(
    `it is not open to other machines with a key that nobody has chosen: ${hostname}`,
    () =>
      Effect.gen(function* () {
        const { source } = recordingSource({});
        const error = yield* Effect.flip(serve(source, { hostname }));
        assert.equal(error.reason._tag, "InvalidArgument");
        assert.match(error.message, /key/);
      }),
  );
}

effectTest("a port that is taken", () =>
  Effect.gen(function* () {
    const { source } = recordingSource({});
    const { url } = yield* serve(source);
    const error = yield* Effect.flip(serve(source, { port: Number(new URL(url).port) }));
    assert.match(error.message, /Cannot listen at 127\.0\.0\.1/);
  }));

effectTest(
  "requests that are under way are finished before it ends, and no others begun",
  () =>
    Effect.gen(function* () {
      const recording = recordingSource({ "REC-1": {} });
      const scope = yield* Scope.make();
      const { url, apiToken } = yield* Scope.provide(serve(recording.source), scope);
      const token = yield* accessTokenOf({ url, apiToken, fetch });
      const begun = yield* Deferred.make<void>();
      const go = yield* Deferred.make<void>();
      recording.before = () =>
        Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(go));

      const answer = ask(url, token);
      yield* Deferred.await(begun);
      const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void));
      yield* Effect.sleep("50 millis");
      assert.equal(ending.pollUnsafe(), undefined);
      yield* Deferred.succeed(go, undefined);
      const { status, body } = yield* Effect.promise(() => answer);
      assert.equal(status, 200);
      const bytes = yield* Effect.promise(() => new Response(body).bytes());
      assert.ok(bytes.length > 0);
      yield* Fiber.join(ending);
      const late = yield* Effect.promise(() =>
        ask(url, token).then(() => "answered", () => "refused")
      );
      assert.equal(late, "refused");
    }),
);

effectTest("it does not wait for ever for one that does not finish", () =>
  Effect.gen(function* () {
    const recording = recordingSource({ "REC-1": {} });
    const scope = yield* Scope.make();
    const { url, apiToken } = yield* Scope.provide(serve(recording.source), scope);
    const token = yield* accessTokenOf({ url, apiToken, fetch });
    const begun = yield* Deferred.make<void>();
    const interrupted = yield* Deferred.make<void>();
    recording.before = () =>
      Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined)),
      );
    const answer = ask(url, token);
    yield* Deferred.await(begun);
    const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void));
    yield* TestClock.adjust("9 seconds");
    assert.equal(ending.pollUnsafe(), undefined);
    yield* TestClock.adjust("1 second");
    // Which a client takes for a reason to try again.
    const { status, body } = yield* Effect.promise(() => answer);
    assert.equal(status, 503);
    assert.match(yield* Effect.promise(() => new Response(body).text()), /stopping/);
    yield* Deferred.await(interrupted);
    yield* Fiber.join(ending);
  }).pipe(Effect.provide(TestClock.layer())));

effectTest("what is done for a client ends with it", () =>
  Effect.gen(function* () {
    const recording = recordingSource({ "REC-1": {} });
    const { url, apiToken } = yield* serve(recording.source);
    const token = yield* accessTokenOf({ url, apiToken, fetch });
    const begun = yield* Deferred.make<void>();
    const interrupted = yield* Deferred.make<void>();
    recording.before = () =>
      Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined)),
      );
    const leaving = new AbortController();
    const answer = ask(url, token, leaving.signal).then(() => "answered", () => "left");
    yield* Deferred.await(begun);
    leaving.abort();
    yield* Deferred.await(interrupted);
    assert.equal(yield* Effect.promise(() => answer), "left");
  }));

const MANY = 500_000;

/** A source whose one series is larger than all buffers between it and a client. */
const large = (): NeptuneSource => {
  const step = Float64Array.from({ length: MANY }, (_, i) => i);
  const chunk = {
    run: Uint32Array.of(0),
    attribute: Uint32Array.of(0),
    offsets: Uint32Array.of(0, MANY),
    step,
    timestamp: step,
    value: step,
  };
  return { ...recordingSource({ "REC-1": {} }).source, floatSeries: () => Stream.make(chunk) };
};

/** Asks for the series, and reads no more of the answer than that there is one. */
const askSlowly = (url: string, token: string) =>
  Effect.gen(function* () {
    const body = JSON.stringify({
      requests: [{
        requestId: "0",
        series: {
          attribute: "a",
          holder: { identifier: "test/recording/REC-1", type: "experiment" },
        },
      }],
      perSeriesPointsLimit: MANY,
    });
    const { hostname, port } = new URL(url);
    const connection = yield* Effect.acquireRelease(
      Effect.promise(() => Deno.connect({ hostname, port: Number(port) })),
      (connection) => Effect.sync(() => connection.close()),
    );
    const head = `POST ${paths.floatSeries} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`;
    yield* Effect.promise(() => connection.write(new TextEncoder().encode(head + body)));
    const first = new Uint8Array(12);
    yield* Effect.promise(() => connection.read(first));
    assert.equal(new TextDecoder().decode(first), "HTTP/1.1 200");
  });

effectTest("nor for one that does not read its answer", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make();
    const { url, apiToken } = yield* Scope.provide(serve(large()), scope);
    yield* askSlowly(url, yield* accessTokenOf({ url, apiToken, fetch }));
    const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void));
    yield* TestClock.adjust("10 seconds");
    yield* TestClock.adjust("1 second");
    yield* Fiber.join(ending);
  }).pipe(Effect.provide(TestClock.layer())));

effectTest("clients that do not read do not keep others waiting", () =>
  Effect.gen(function* () {
    const { url, apiToken } = yield* serve(large());
    const token = yield* accessTokenOf({ url, apiToken, fetch });
    for (let i = 0; i < 6; i++) yield* askSlowly(url, token);
    for (let i = 0; i < 20; i++) {
      const answer = yield* Effect.promise(() => ask(url, token)).pipe(
        Effect.timeout("5 seconds"),
      );
      assert.equal(answer.status, 200);
      yield* Effect.promise(() => answer.bytes());
    }
  }));
