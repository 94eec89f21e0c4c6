import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Clock, Effect, Fiber, type Scope } from "effect";
import * as Live from "../../../src/neptune/live/Live.ts";
import { ofException } from "../../../src/neptune/live/Failure.ts";
import type { LiveOptions } from "../../../src/neptune/live/Settings.ts";
import { CurrentWarningHandler } from "../../../src/neptune/NeptuneWarning.ts";
import { effectTest } from "../../effectTest.ts";
import { authority, certificate, key } from "./certificate.ts";
import { jwt } from "./fake.ts";
import { fastClock } from "./faults.ts";

const TOKENS = JSON.stringify({
  accessToken: jwt({ exp: 4102444800 }),
  refreshToken: "r",
  username: "ann",
});

const PROJECT = JSON.stringify({
  id: "p",
  organizationId: "o",
  organizationName: "acme",
  projectKey: "DEM",
  name: "demo",
  version: 1,
});

const answer = (body: string, length = body.length) =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;

interface Sockets {
  readonly port: number;
  /** How many requests there were for a project. */
  asked: number;
  /** How many connections are open. */
  open: number;
}

/** A server of bare sockets: each request for a project gets the next of some texts, then silence. */
const sockets = (texts: ReadonlyArray<string>): Effect.Effect<Sockets, never, Scope.Scope> =>
  Effect.gen(function* () {
    const listener = yield* Effect.acquireRelease(
      Effect.sync(() => Deno.listen({ hostname: "127.0.0.1", port: 0 })),
      (listener) => Effect.sync(() => listener.close()),
    );
    const state: Sockets = { port: listener.addr.port, asked: 0, open: 0 };
    const left = [...texts];
    const serve = async (connection: Deno.TcpConn) => {
      state.open++;
      try {
        const buffer = new Uint8Array(65536);
        const length = await connection.read(buffer);
        const request = new TextDecoder().decode(buffer.subarray(0, length ?? 0));
        if (request.includes("/projects/get")) state.asked++;
        const text = request.includes("oauth-token") ? answer(TOKENS) : left.shift();
        if (text === undefined) await connection.read(buffer);
        else await connection.write(new TextEncoder().encode(text));
      } catch {
        // The client has gone.
      } finally {
        state.open--;
        connection.close();
      }
    };
    const serving: Array<Promise<void>> = [];
    (async () => {
      for await (const connection of listener) serving.push(serve(connection));
    })();
    yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(serving)));
    return state;
  });

const ask = (address: string, options: LiveOptions = {}) =>
  Effect.scoped(Effect.flatMap(
    Live.make({ apiToken: btoa(JSON.stringify({ api_url: address })), ...options }),
    (source) => source.project("acme/demo"),
  )).pipe(Effect.provideService(CurrentWarningHandler, () => Effect.void));

effectTest(
  "a body that is cut off, or no answer at all, is tried again",
  () =>
    Effect.gen(function* () {
      const server = yield* sockets([
        answer(PROJECT.slice(0, 20), PROJECT.length),
        "",
        "HTTP/1.1 200 OK\r\ncontent-len",
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n{"id"\r\n',
        answer(PROJECT),
      ]);
      const project = yield* ask(`http://127.0.0.1:${server.port}`);
      strictEqual(project.identifier, "acme/demo");
      strictEqual(server.asked, 5);
    }).pipe(Effect.provideService(Clock.Clock, fastClock(20))),
);

effectTest("a connection that stays closed is a reason", () =>
  Effect.gen(function* () {
    const server = yield* sockets(Array(100).fill(answer(PROJECT.slice(0, 20), 1000)));
    const error = yield* Effect.flip(
      ask(`http://127.0.0.1:${server.port}`, { retryFor: "600 millis" }),
    );
    strictEqual(error._tag, "ConnectionClosed");
    strictEqual(error.isTransient, true);
  }));

effectTest("no server is a reason", () =>
  Effect.gen(function* () {
    const { port } = yield* Effect.scoped(sockets([]));
    const error = yield* Effect.flip(
      ask(`http://127.0.0.1:${port}`, { retryFor: "300 millis" }),
    );
    strictEqual(error._tag, "ConnectionFailed");
    match(error.message, /oauth-token got no connection, \d times: .*refused/);
  }));

effectTest("TLS that does not come about is a reason, at once", () =>
  Effect.gen(function* () {
    const server = yield* sockets([answer("plain text")]);
    const error = yield* Effect.flip(ask(`https://127.0.0.1:${server.port}`));
    strictEqual(error._tag, "TlsFailure");
  }));

effectTest(
  "an authority is trusted if its certificate is given, and only then",
  () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Deno.serve(
            { hostname: "127.0.0.1", port: 0, cert: certificate, key, onListen: () => {} },
            (request) => new Response(request.url.includes("oauth-token") ? TOKENS : PROJECT),
          )
        ),
        (server) => Effect.promise(() => server.shutdown()),
      );
      const address = `https://127.0.0.1:${server.addr.port}`;
      const error = yield* Effect.flip(ask(address));
      strictEqual(error._tag, "TlsFailure");
      match(error.message, /caCertificates/);
      strictEqual((yield* ask(address, { caCertificates: authority })).key, "DEM");
      const bad = yield* Effect.flip(ask(address, { caCertificates: "no PEM" }));
      strictEqual(bad._tag, "InvalidArgument");
    }),
);

effectTest("redirects are not followed", () =>
  Effect.gen(function* () {
    const server = yield* sockets([
      "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    ]);
    const error = yield* Effect.flip(ask(`http://127.0.0.1:${server.port}`));
    strictEqual(error._tag, "UnexpectedStatus");
    match(error.message, /status 302/);
    strictEqual(server.asked, 1);
  }));

effectTest("a host that may not be reached is told, at once", () =>
  Effect.gen(function* () {
    const permission = Deno.permissions.querySync({ name: "net", host: "192.0.2.1:80" });
    // Where everything is allowed there is nothing to test.
    if (permission.state === "granted") return;
    const error = yield* Effect.flip(ask("http://192.0.2.1:80"));
    strictEqual(error._tag, "InvalidArgument");
    match(error.message, /--allow-net/);
  }));

effectTest("interruption closes the socket", () =>
  Effect.gen(function* () {
    const server = yield* sockets([]);
    const fiber = yield* Effect.forkChild(ask(`http://127.0.0.1:${server.port}`));
    while (server.asked === 0) yield* Effect.sleep("5 millis");
    strictEqual(server.open >= 1, true);
    yield* Fiber.interrupt(fiber);
    for (let i = 0; i < 100 && server.open > 0; i++) yield* Effect.sleep("5 millis");
    strictEqual(server.open, 0);
  }));

effectTest(
  "a proxy is gone through, with its password, which is not told",
  () =>
    Effect.gen(function* () {
      let authorization: string | null = null;
      const proxy = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
            authorization = request.headers.get("proxy-authorization");
            return request.url.includes("oauth-token")
              ? new Response(TOKENS)
              : new Response(PROJECT);
          })
        ),
        (server) => Effect.promise(() => server.shutdown()),
      );
      const options = { proxy: { http: `http://ann:s%3Ccret@127.0.0.1:${proxy.addr.port}` } };
      strictEqual((yield* ask("http://127.0.0.1:65000", options)).key, "DEM");
      strictEqual(authorization, `Basic ${btoa("ann:s<cret")}`);
      const bad = yield* Effect.flip(ask("http://127.0.0.1:65000", { proxy: "not a url, secret" }));
      strictEqual(bad._tag, "InvalidArgument");
      strictEqual(bad.message.includes("secret"), false);
    }),
);

Deno.test("what the system says of a host, a certificate and a reset", () => {
  const kindOf = (text: string, hasAnswered = false) =>
    ofException(new TypeError(text), hasAnswered).kind;
  deepStrictEqual(
    [
      kindOf(
        "error sending request for url (http://nowhere.invalid/): client error (Connect): dns error: failed to lookup address information: Name or service not known",
      ),
      kindOf(
        "error sending request for url (https://x/): client error (Connect): invalid peer certificate: UnknownIssuer",
      ),
      kindOf(
        "error sending request for url (http://x/): client error (SendRequest): connection closed before message completed",
      ),
      kindOf("error reading a body from connection", true),
      kindOf(
        "error sending request for url (http://x/): client error (Connect): tcp connect error: Connection refused (os error 111)",
      ),
    ],
    ["HostNotFound", "TlsFailure", "ConnectionClosed", "ConnectionClosed", "ConnectionFailed"],
  );
  const { detail } = ofException(new TypeError("error for url (http://x/f?sig=secret)"), false);
  strictEqual(detail, "error");
});
