import assert from "node:assert/strict";
import { Effect, Redacted } from "effect";
import { TestClock } from "effect/testing";
import { Neptune } from "@nereid/nereid";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { digits } from "../archive/fixtures.ts";
import { effectTest } from "../../effectTest.ts";
import {
  accessTokenOf,
  assertRefused,
  type Client,
  clientOf,
  clientOfFixture,
  jsonOf,
  sendTo,
} from "./inProcess.ts";
import { recordingSource } from "../recordingSource.ts";

const source = recordingSource({ "REC-1": {} }).source;

const claimsOf = (token: string) => JSON.parse(atob(token.split(".")[1]!));

const refresh = ({ server }: Client, url: string, token: string) =>
  sendTo(server, new URL(url).pathname, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: token,
      client_id: "nereid",
      expires_in: "-2.1450624465942383",
    }),
  });

effectTest(
  "both start-up sequences lead to a token that opens data, and to new ones",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(source);
      const { server } = client;
      const config = jsonOf(yield* sendTo(server, paths.clientConfig));
      assert.deepEqual(config.pyLibVersions, {});
      const discovered = jsonOf(
        yield* sendTo(server, new URL(config.security.openIdDiscovery).pathname),
      );
      assert.ok(discovered.authorization_endpoint);

      const exchanged = jsonOf(
        yield* sendTo(server, paths.oauthToken, {
          headers: { "X-Neptune-Api-Token": Redacted.value(server.apiToken) },
        }),
      );
      assert.equal(typeof exchanged.username, "string");
      const claims = claimsOf(exchanged.accessToken);
      assert.equal(claims.azp, config.security.clientId);
      // The newer sequence derives the endpoint from the token.
      assert.equal(`${claims.iss}/protocol/openid-connect/token`, discovered.token_endpoint);

      const refreshed = yield* refresh(client, discovered.token_endpoint, exchanged.refreshToken);
      assert.equal(refreshed.status, 200);
      const { access_token, refresh_token } = jsonOf(refreshed);
      assert.ok(refresh_token);
      const project = yield* sendTo(server, `${paths.project}?projectIdentifier=test%2Frecording`, {
        headers: { authorization: `bearer ${access_token}` },
      });
      assert.equal(jsonOf(project).name, "recording");
    }),
);

effectTest("an API token holds where the server is", () =>
  Effect.gen(function* () {
    const url = "http://example.test:81/below";
    const { server } = yield* clientOf(source, { url });
    const token = JSON.parse(atob(Redacted.value(server.apiToken)));
    assert.equal(token.api_url, url);
    assert.equal(token.api_address, url);
  }));

for (
  const [what, token] of [
    ["no API token", undefined],
    ["no token at all", "hello"],
    ["no JSON", btoa("hello")],
    ["no key", btoa(JSON.stringify({ api_url: "http://nereid.localhost" }))],
    ["another key", btoa(JSON.stringify({ api_key: "another key" }))],
  ] as const
) {
  effectTest(`${what} is exchanged for nothing`, () =>
    Effect.gen(function* () {
      const { server } = yield* clientOf(source);
      const headers: HeadersInit = token === undefined ? {} : { "x-neptune-api-token": token };
      assertRefused(yield* sendTo(server, paths.oauthToken, { headers }), 401, /API token/);
    }));
}

const GUARDED = [
  ["GET", paths.project],
  ["GET", paths.projects],
  ["POST", paths.search],
  ["POST", paths.globalSearch],
  ["POST", paths.queryAttributeDefinitions],
  ["POST", paths.queryAttributes],
  ["POST", paths.attributesOfRun],
  ["GET", paths.attributeDefinitionsOfRun],
  ["POST", paths.floatSeries],
  ["POST", paths.series],
  ["POST", paths.timeseriesBuckets],
  ["POST", paths.signedUrl],
  ["POST", paths.azureSignedUrl],
] as const;

effectTest("no data without a valid access token", () =>
  Effect.gen(function* () {
    const { server } = yield* clientOf(source);
    const stranger = yield* clientOf(source);
    const own = yield* accessTokenOf(server);
    const [header, , signature] = own.split(".");
    const forged = btoa(JSON.stringify({ ...claimsOf(own), exp: 4102444800 })).replaceAll("=", "");
    const { refreshToken } = jsonOf(
      yield* sendTo(server, paths.oauthToken, {
        headers: { "x-neptune-api-token": Redacted.value(server.apiToken) },
      }),
    );
    const authorizations = [
      undefined,
      "",
      "Bearer",
      own,
      `Basic ${own}`,
      `Bearer ${Redacted.value(server.apiToken)}`,
      `Bearer ${own}x`,
      `Bearer ${own.slice(0, -1)}`,
      `Bearer ${header}.${forged}.${signature}`,
      `Bearer ${header}.${forged}.`,
      `Bearer ${refreshToken}`,
      `Bearer ${yield* accessTokenOf(stranger.server)}`,
    ];
    for (const [method, path] of GUARDED) {
      for (const authorization of authorizations) {
        const headers: HeadersInit = authorization === undefined ? {} : { authorization };
        const body = method === "POST" ? "{}" : null;
        const answer = yield* sendTo(server, path, { method, headers, body });
        assertRefused(answer, 401, /access token/);
      }
    }
  }));

effectTest("an access token expires, a refresh token much later", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(source, { accessTokenLifetime: "1 minute" });
    const { refreshToken } = jsonOf(
      yield* sendTo(client.server, paths.oauthToken, {
        headers: { "x-neptune-api-token": Redacted.value(client.server.apiToken) },
      }),
    );
    const ask = client.send(`${paths.project}?projectIdentifier=test%2Frecording`);
    yield* TestClock.adjust("59 seconds");
    assert.equal((yield* ask).status, 200);
    yield* TestClock.adjust("2 seconds");
    assertRefused(yield* ask, 401, /expired/);

    const { security } = yield* client.json(paths.clientConfig);
    const { token_endpoint } = yield* client.json(new URL(security.openIdDiscovery).pathname);
    assert.equal((yield* refresh(client, token_endpoint, refreshToken)).status, 200);
    yield* TestClock.adjust("31 days");
    const late = yield* refresh(client, token_endpoint, refreshToken);
    assert.equal(late.status, 400);
    assert.equal(jsonOf(late).error, "invalid_grant");
  }).pipe(Effect.provide(TestClock.layer())));

effectTest(
  "tokens of a key that is given are good for every server that has it",
  () =>
    Effect.gen(function* () {
      const options = { key: Redacted.make("a key of one's own") };
      const [first, second] = [yield* clientOf(source, options), yield* clientOf(source, options)];
      const token = yield* accessTokenOf(first.server);
      const answer = yield* sendTo(
        second.server,
        `${paths.project}?projectIdentifier=test%2Frecording`,
        { headers: { authorization: `Bearer ${token}` } },
      );
      assert.equal(answer.status, 200);
    }),
);

effectTest("a key that can be guessed is refused", () =>
  Effect.gen(function* () {
    for (const key of ["", "123456789012345"]) {
      const error = yield* Effect.flip(clientOf(source, { key: Redacted.make(key) }));
      assert.match(error.message, /16 characters/);
    }
  }));

effectTest("a layer serves the source of the program", () =>
  Effect.gen(function* () {
    const server = yield* Neptune.Server.Server;
    const answer = yield* sendTo(server, paths.clientConfig);
    assert.equal(answer.status, 200);
    assert.equal(String(server.apiToken), "<redacted>");
  }).pipe(
    Effect.provide(Neptune.Server.layer()),
    Effect.provide(Neptune.layerArchive(digits.options)),
  ));

effectTest(
  "projects are listed, and found by name and by the id that this gives",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(digits);
      const list = yield* client.json(`${paths.projects}?userRelation=viewerOrHigher&limit=10`);
      assert.equal(list.matchingItemCount, 1);
      assert.equal(list.entries[0].organizationName, "nereid");
      for (const id of ["nereid/digits", list.entries[0].id]) {
        const query = new URLSearchParams({ projectIdentifier: id });
        const project = yield* client.json(`${paths.project}?${query}`);
        assert.equal(`${project.organizationName}/${project.name}`, "nereid/digits");
      }
      const other = yield* client.send(`${paths.project}?projectIdentifier=nereid%2Fother`);
      assertRefused(other, 403, /nereid\/other/);
      assert.equal(jsonOf(other).errorType, "ACCESS_DENIED");
      assertRefused(yield* client.send(paths.project), 400, /projectIdentifier/);
    }),
);
