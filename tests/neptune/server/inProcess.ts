/**
 * A server in this process, and a client that knows nothing but HTTP.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import { Effect, Redacted } from "effect";
import { Neptune } from "@nereid/nereid";
import { make as makeArchive } from "../../../src/neptune/archive/Archive.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import type { Fixture } from "../archive/fixtures.ts";

export const RETRIEVAL = "/api/leaderboard/v1";

/** What a server has answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A client with an access token. */
export interface Client {
  readonly server: Neptune.Server.Server;
  /** Sends a request, with a JSON body if there is one. */
  readonly send: (path: string, body?: unknown, init?: RequestInit) => Effect.Effect<Answer>;
  /** The same, for a JSON answer. */
  // deno-lint-ignore no-explicit-any
  readonly json: (path: string, body?: unknown) => Effect.Effect<any>;
  /** The same, for a protobuf answer. */
  readonly message: <Schema extends DescMessage>(
    schema: Schema,
    path: string,
    body?: unknown,
  ) => Effect.Effect<MessageShape<Schema>>;
}

/** Sends a request without a token. */
export const sendTo = (
  { url, fetch }: Neptune.Server.Server,
  path: string,
  init: RequestInit = {},
): Effect.Effect<Answer> =>
  Effect.promise(async () => {
    const response = await fetch(new URL(path, url), init);
    const { status, headers } = response;
    return { status, headers, bytes: await response.bytes() };
  });

export const jsonOf = ({ bytes }: Answer) => JSON.parse(new TextDecoder().decode(bytes));

/** What Neptune has in the body of an error. */
export const assertRefused = (answer: Answer, status: number, message: RegExp): void => {
  const body = jsonOf(answer);
  assert.equal(answer.status, status, JSON.stringify(body));
  assert.equal(body.code, status);
  assert.match(body.message, message);
};

/** The access token that a server gives for its API token. */
export const accessTokenOf = (server: Neptune.Server.Server): Effect.Effect<string> =>
  Effect.map(
    sendTo(server, paths.oauthToken, {
      headers: { "x-neptune-api-token": Redacted.value(server.apiToken) },
    }),
    (answer) => {
      assert.equal(answer.status, 200);
      return jsonOf(answer).accessToken;
    },
  );

/** A client of a server of a source. */
export const clientOf = (
  source: Neptune.NeptuneSource,
  options?: Neptune.Server.ServerOptions,
): Effect.Effect<Client, Neptune.NeptuneError> =>
  Effect.gen(function* () {
    const server = yield* Effect.provideService(
      Neptune.Server.make(options),
      Neptune.NeptuneSource,
      source,
    );
    const token = yield* accessTokenOf(server);
    const send: Client["send"] = (path, body, init) =>
      sendTo(server, path, {
        ...body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init?.headers },
      });
    const succeed = (path: string, body?: unknown) =>
      Effect.map(send(path, body), (answer) => {
        assert.equal(answer.status, 200, new TextDecoder().decode(answer.bytes));
        return answer;
      });
    return {
      server,
      send,
      json: (path, body) => Effect.map(succeed(path, body), jsonOf),
      message: (schema, path, body) =>
        Effect.map(succeed(path, body), ({ bytes }) => fromBinary(schema, bytes)),
    };
  });

/** A client of a server of a fixture. */
export const clientOfFixture = (
  fixture: Fixture,
  options?: Neptune.Server.ServerOptions,
): Effect.Effect<Client, Neptune.NeptuneError> => clientOf(makeArchive(fixture.options), options);
