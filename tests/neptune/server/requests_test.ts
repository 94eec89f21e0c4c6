import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { Effect, Stream } from "effect";
import { DamagedFile, NativeFailure } from "../../../src/neptune/NeptuneError.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { digits } from "../archive/fixtures.ts";
import { recordingSource } from "../recordingSource.ts";
import { assertRefused, clientOf, clientOfFixture, sendTo } from "./inProcess.ts";

const recording = recordingSource({ "REC-1": { floats: { loss: [[0, 1]] } } });

const search = `${paths.search}?projectIdentifier=test%2Frecording&type=run`;

for (
  const [what, body] of [
    ["no JSON", "{"],
    ["nothing", ""],
    ["an array", "[]"],
    ["a wrong type", '{"pagination": {"limit": "many"}}'],
    ["an unknown order", '{"sorting": {"sortBy": {"name": "a", "type": "int"}, "dir": "up"}}'],
  ] as const
) {
  effectTest(`a body that is ${what} is refused in Neptune's form`, () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording.source);
      assertRefused(yield* client.send(search, undefined, { method: "POST", body }), 400, /body/i);
    }));
}

effectTest(
  "what a client does not know of is ignored, and null is the same as missing",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording.source);
      const answer = yield* client.send(search, {
        attributeFilters: null,
        experimentLeader: null,
        pagination: { limit: null, offset: null },
        query: null,
        sorting: null,
        grouping: undefined,
        fromTheFuture: { a: 1 },
      });
      assert.equal(answer.status, 200);
    }),
);

effectTest(
  "bodies of many megabytes are read, and larger ones are refused",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording.source);
      const padded = (bytes: number) => ({ attributeFilters: [], padding: "x".repeat(bytes) });
      assert.equal((yield* client.send(search, padded(33 * 2 ** 20))).status, 200);
      assertRefused(yield* client.send(search, padded(65 * 2 ** 20)), 413, /64 MiB/);
    }),
);

effectTest("what does not exist is refused in Neptune's form", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording.source);
    assertRefused(yield* client.send("/"), 404, /endpoint/);
    assertRefused(yield* client.send(`${paths.search}x`), 404, /endpoint/);
    assertRefused(yield* client.send(search), 404, /endpoint/);
    assertRefused(yield* client.send("/api/client/v1/ingest", {}), 404, /endpoint/);
    assertRefused(yield* client.send(paths.search, {}), 400, /projectIdentifier/);
  }));

effectTest(
  "what fails at the source is told, and not tried for half an hour if that is no use",
  () =>
    Effect.gen(function* () {
      const { source, ...hooks } = recordingSource({ "REC-1": {} });
      const recording = Object.assign(hooks, { source });
      const failing = { ...source };
      const client = yield* clientOf({
        ...failing,
        search: () => Stream.fail(new DamagedFile({ path: "a.parquet", problem: "it is cut off" })),
        definitions: () =>
          Stream.fail(new NativeFailure({ operation: "reading", cause: "memory" })),
        values: () => Stream.die(new Error("a secret of ours")),
      });
      assertRefused(yield* client.send(search, {}), 422, /a\.parquet/);
      const definitions = { projectIdentifiers: ["test/recording"] };
      assertRefused(
        yield* client.send(paths.queryAttributeDefinitions, definitions),
        422,
        /memory/,
      );
      const values = `${paths.queryAttributes}?projectIdentifier=test%2Frecording`;
      const answer = yield* client.send(values, { experimentIdsFilter: ["REC-1"] });
      assertRefused(answer, 500, /log/);
      assert.ok(!new TextDecoder().decode(answer.bytes).includes("secret"));
      assert.ok(recording);
    }),
);

effectTest("answers are compressed for those who ask for it", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const all = {
      projectIdentifiers: [digits.expected.project],
      nextPage: { limit: 10_000 },
    };
    const ask = (encoding: string | undefined, path: string, body: object) =>
      client.send(
        path,
        body,
        encoding === undefined ? {} : {
          headers: { "accept-encoding": encoding },
        },
      );
    const table = `${paths.search}?projectIdentifier=nereid%2Fdigits&type=run`;
    for (const [path, body] of [[paths.queryAttributeDefinitions, all], [table, {}]] as const) {
      const plain = yield* ask(undefined, path, body);
      assert.equal(plain.headers.get("content-encoding"), null);
      for (const encoding of ["gzip", "gzip, deflate", "br;q=1.0, gzip;q=0.5"]) {
        const answer = yield* ask(encoding, path, body);
        assert.equal(answer.headers.get("content-encoding"), "gzip");
        assert.match(answer.headers.get("vary") ?? "", /accept-encoding/i);
        assert.ok(answer.bytes.length < plain.bytes.length / 2);
        assert.deepEqual(new Uint8Array(gunzipSync(answer.bytes)), plain.bytes);
      }
      for (const encoding of ["identity", "gzip;q=0", "br", ""]) {
        const answer = yield* ask(encoding, path, body);
        assert.equal(answer.headers.get("content-encoding"), null);
      }
    }
    const small = yield* ask("gzip", `${paths.search}?projectIdentifier=nereid%2Fdigits`, {
      query: { query: "nonsense nonsense" },
    });
    assert.equal(small.headers.get("content-encoding"), null);
    const config = yield* sendTo(client.server, paths.clientConfig, {
      headers: { "accept-encoding": "gzip" },
    });
    assert.equal(config.headers.get("content-encoding"), null);
  }));
