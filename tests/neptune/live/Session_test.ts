import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Effect, Fiber, type Scope } from "effect";
import { TestClock } from "effect/testing";
import { CurrentWarningHandler } from "../../../src/neptune/NeptuneWarning.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { BASE, type Fake, fake, json, jwt, live, type Route } from "./fake.ts";

const PROJECT = {
  id: "p",
  organizationId: "o",
  organizationName: "acme",
  projectKey: "DEM",
  name: "demo",
  version: 1,
};

const REALM = `${BASE}/auth/realms/neptune`;
const TOKEN_PATH = "/auth/realms/neptune/protocol/openid-connect/token";

const clockTest = <E>(name: string, body: () => Effect.Effect<void, E, Scope.Scope>) =>
  effectTest(name, () =>
    body().pipe(
      Effect.provideService(CurrentWarningHandler, () => Effect.void),
      Effect.provide(TestClock.layer()),
    ));

/** A server whose access tokens last five minutes of a clock that begins at 0. */
const issuing = (
  routes: { readonly [path: string]: Route } = {},
  claims: object = { iss: `${REALM}/`, azp: "cli" },
) => {
  let issued = 0;
  const token = (expires: number) => jwt({ exp: expires, n: ++issued, ...claims });
  const server: Fake = fake({
    [paths.oauthToken]: () =>
      json({ accessToken: token(300), refreshToken: "first", username: "ann" }),
    [TOKEN_PATH]: () => json({ access_token: token(600), refresh_token: "second" }),
    [paths.clientConfig]: () =>
      json({
        apiUrl: BASE,
        pyLibVersions: {},
        security: { clientId: "configured", openIdDiscovery: `${BASE}/discovery` },
      }),
    "/discovery": () =>
      json({ authorization_endpoint: "x", token_endpoint: `${BASE}/configured/token` }),
    "/configured/token": () => json({ access_token: token(600), refresh_token: "second" }),
    [paths.project]: () => json(PROJECT),
    ...routes,
  });
  return {
    server,
    refreshes: () => server.calls.filter(({ path }) => /token$/.test(path)).slice(1),
  };
};

effectTest(
  "the API token is exchanged once for all that ask, and nothing else is asked first",
  () =>
    Effect.gen(function* () {
      const { server } = issuing();
      const source = yield* live(server);
      strictEqual(server.calls.length, 0);
      yield* Effect.forEach(Array(10).keys(), () => source.project("acme/demo"), {
        concurrency: "unbounded",
      });
      deepStrictEqual(server.calls.map(({ path }) => path), [
        paths.oauthToken,
        ...Array(10).fill(paths.project),
      ]);
      const [exchange, request] = server.calls;
      strictEqual(exchange!.headers.get("authorization"), null);
      match(exchange!.headers.get("x-neptune-api-token")!, /^ey/);
      match(request!.headers.get("authorization")!, /^Bearer ey/);
      match(request!.headers.get("user-agent")!, /^nereid\/[\d.]+ \(deno=[\d.]+; os=\w+\)$/);
    }).pipe(Effect.provide(TestClock.layer())),
);

clockTest(
  "a token is renewed half a minute before it expires, by one fiber for all",
  () =>
    Effect.gen(function* () {
      const { server, refreshes } = issuing();
      const source = yield* live(server);
      yield* source.project("acme/demo");
      yield* TestClock.adjust("269 seconds");
      yield* source.project("acme/demo");
      strictEqual(refreshes().length, 0);
      yield* TestClock.adjust("1 seconds");
      yield* Effect.forEach(Array(10).keys(), () => source.project("acme/demo"), {
        concurrency: "unbounded",
      });
      const [refresh, ...others] = refreshes();
      strictEqual(others.length, 0);
      strictEqual(refresh!.url.href, REALM + "/protocol/openid-connect/token");
      deepStrictEqual(Object.fromEntries(new URLSearchParams(refresh!.body)), {
        grant_type: "refresh_token",
        refresh_token: "first",
        client_id: "cli",
        expires_in: "30",
      });
      const used = server.of("project").map(({ headers }) => headers.get("authorization"));
      strictEqual(new Set(used).size, 2);
    }),
);

clockTest(
  "a token that does not tell who issued it is renewed where the server's configuration says",
  () =>
    Effect.gen(function* () {
      const { server } = issuing({}, {});
      const source = yield* live(server);
      yield* source.project("acme/demo");
      yield* TestClock.adjust("280 seconds");
      yield* source.project("acme/demo");
      deepStrictEqual(server.calls.map(({ path }) => path), [
        paths.oauthToken,
        paths.project,
        paths.clientConfig,
        "/discovery",
        "/configured/token",
        paths.project,
      ]);
      strictEqual(new URLSearchParams(server.calls[4]!.body).get("client_id"), "configured");
    }),
);

clockTest("where renewing fails, the API token is exchanged again", () =>
  Effect.gen(function* () {
    const { server } = issuing({ [TOKEN_PATH]: () => json({ error: "invalid_grant" }) });
    const source = yield* live(server);
    yield* source.project("acme/demo");
    yield* TestClock.adjust("280 seconds");
    yield* source.project("acme/demo");
    strictEqual(server.of("oauthToken").length, 2);
  }));

clockTest(
  "an access token that is refused although it lives is exchanged anew",
  () =>
    Effect.gen(function* () {
      let refused = 0;
      const { server } = issuing({
        [paths.project]: () =>
          refused++ === 0 ? new Response(null, { status: 401 }) : json(PROJECT),
      });
      const source = yield* live(server);
      strictEqual((yield* source.project("acme/demo")).key, "DEM");
      strictEqual(server.of("oauthToken").length, 2);
      const [first, second] = server.of("project");
      strictEqual(
        first!.headers.get("authorization") === second!.headers.get("authorization"),
        false,
      );
    }),
);

clockTest(
  "an API token that is refused is a reason, after a second try",
  () =>
    Effect.gen(function* () {
      const { server } = issuing({
        [paths.oauthToken]: () => new Response(null, { status: 401 }),
      });
      const error = yield* Effect.flip(
        Effect.flatMap(live(server), (source) => source.project("acme/demo")),
      );
      strictEqual(error._tag, "Unauthorized");
      strictEqual(server.calls.length, 2);
    }),
);

clockTest(
  "an access token that is no JWT is a reason that does not tell it",
  () =>
    Effect.gen(function* () {
      const { server } = issuing({
        [paths.oauthToken]: () =>
          json({ accessToken: "opaque-secret", refreshToken: "r", username: "u" }),
      });
      const error = yield* Effect.flip(
        Effect.flatMap(live(server), (source) => source.project("acme/demo")),
      );
      strictEqual(error._tag, "MalformedJson");
      strictEqual(error.message.includes("opaque-secret"), false);
    }),
);

clockTest(
  "who waits for a renewal can leave without harm to the others",
  () =>
    Effect.gen(function* () {
      let release = (): void => {};
      const { server } = issuing({
        [paths.oauthToken]: () =>
          new Promise((resolve) => {
            release = () =>
              resolve(json({ accessToken: jwt({ exp: 300 }), refreshToken: "r", username: "u" }));
          }),
      });
      const source = yield* live(server);
      const first = yield* Effect.forkChild(source.project("acme/demo"));
      const second = yield* Effect.forkChild(source.project("acme/demo"));
      yield* Effect.yieldNow;
      while (server.calls.length < 1) yield* Effect.yieldNow;
      yield* Fiber.interrupt(first);
      while (server.calls.length < 2) yield* Effect.yieldNow;
      release();
      strictEqual((yield* Fiber.join(second)).key, "DEM");
    }),
);
