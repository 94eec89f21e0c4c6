import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ConfigProvider, Effect, Redacted } from "effect";
import { parse } from "../../../src/neptune/live/ApiToken.ts";
import { type LiveOptions, settingsOf } from "../../../src/neptune/live/Settings.ts";
import { collectWarnings } from "../../../src/neptune/NeptuneWarning.ts";
import { effectTest } from "../../effectTest.ts";
import { authority } from "./certificate.ts";

const settings = (env: Record<string, string>, options: LiveOptions = {}) =>
  settingsOf(options).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
  );

effectTest(
  "what is not given comes from the environment, and else is as documented",
  () =>
    Effect.gen(function* () {
      const plain = yield* settings({ NEPTUNE_API_TOKEN: "token" });
      strictEqual(Redacted.value(plain.apiToken), "token");
      strictEqual(plain.project, undefined);
      deepStrictEqual({ ...plain.transport, userAgent: "" }, {
        requestTimeout: 60_000,
        retrySoftly: 1_800_000,
        retryAtMost: 3_600_000,
        concurrency: 32,
        userAgent: "",
      });
      deepStrictEqual(plain.limits, {
        runs: 1000,
        values: 10_000,
        paths: 4096,
        pathBytes: 65_536,
        longestPath: Infinity,
      });
      const set = yield* settings({
        NEPTUNE_API_TOKEN: "token",
        NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS: "2.5",
        NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT: "Infinity",
        NEPTUNE_FETCHER_RETRY_HARD_TIMEOUT: "7",
        NEPTUNE_FETCHER_MAX_WORKERS: "3",
        NEPTUNE_FETCH_RUNS_BATCH_SIZE: "11",
        NEPTUNE_FETCH_COLUMNS_BATCH_SIZE: "12",
        NEPTUNE_MAX_PATHS_PER_REQUEST: "13",
        NEPTUNE_MAX_PATH_SIZE_QUERY_LIMIT: "14",
        NEPTUNE_MAX_ACCEPTABLE_PATH_SIZE: "15",
      });
      deepStrictEqual({ ...set.transport, userAgent: "" }, {
        requestTimeout: 2500,
        retrySoftly: Infinity,
        retryAtMost: 7000,
        concurrency: 3,
        userAgent: "",
      });
      deepStrictEqual(set.limits, {
        runs: 11,
        values: 12,
        paths: 13,
        pathBytes: 14,
        longestPath: 15,
      });
      const old = yield* settings({
        NEPTUNE_API_TOKEN: "token",
        NEPTUNE_REQUEST_TIMEOUT: "600",
        NEPTUNE_RETRIES_TIMEOUT: "60",
      });
      deepStrictEqual([old.transport.requestTimeout, old.transport.retrySoftly], [600_000, 60_000]);
      const given = yield* settings({ NEPTUNE_FETCHER_MAX_WORKERS: "3" }, {
        apiToken: Redacted.make("given"),
        project: "a/b",
        requestTimeout: "1 minutes",
        retryFor: 5000,
        concurrency: 1,
        userAgent: "thesis/2",
        caCertificates: authority,
      });
      strictEqual(Redacted.value(given.apiToken), "given");
      strictEqual(given.project, "a/b");
      deepStrictEqual(given.caCertificates, [authority]);
      const { version } = JSON.parse(
        yield* Effect.promise(() =>
          Deno.readTextFile(new URL("../../../deno.json", import.meta.url))
        ),
      );
      strictEqual(
        given.transport.userAgent.startsWith(`thesis/2 nereid/${version} (deno=`),
        true,
        given.transport.userAgent,
      );
      deepStrictEqual([given.transport.retrySoftly, given.transport.retryAtMost], [5000, 10_000]);
    }),
);

effectTest("a limit that is set but empty is none", () =>
  Effect.gen(function* () {
    Deno.env.set("NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT", "");
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => Deno.env.delete("NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT"))
    );
    const { transport } = yield* settingsOf({ apiToken: "t" });
    strictEqual(transport.retrySoftly, Infinity);
  }));

for (
  const [env, options, tag, text] of [
    [{}, {}, "MissingConfiguration", /NEPTUNE_API_TOKEN/],
    [{ NEPTUNE_API_TOKEN: "" }, {}, "MissingConfiguration", /NEPTUNE_API_TOKEN/],
    [
      { NEPTUNE_FETCHER_MAX_WORKERS: "0" },
      { apiToken: "t" },
      "InvalidArgument",
      /positive integer/,
    ],
    [
      { NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS: "soon" },
      { apiToken: "t" },
      "InvalidArgument",
      /NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS must be a positive number of seconds, not "soon"/,
    ],
    [{}, { apiToken: "t", concurrency: 1.5 }, "InvalidArgument", /concurrency/],
    [{}, { apiToken: "t", requestTimeout: "soon" as "1 second" }, "InvalidArgument", /duration/],
    [{}, { apiToken: "t", caCertificates: "ca.pem" }, "InvalidArgument", /PEM text, not paths/],
    [{}, { apiToken: 7 as unknown as string }, "InvalidArgument", /apiToken must be a string/],
  ] as const
) {
  effectTest(
    `${JSON.stringify(env)} ${JSON.stringify(options)} is ${tag}`,
    () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(settings(env, options));
        strictEqual(error._tag, tag);
        match(error.message, text);
      }),
  );
}

effectTest("what cannot be done is told", () =>
  Effect.gen(function* () {
    const kinds = (env: Record<string, string>) =>
      Effect.map(
        collectWarnings(settings({ NEPTUNE_API_TOKEN: "t", ...env })),
        ([, warnings]) => warnings.map(({ kind }) => kind),
      );
    deepStrictEqual(yield* kinds({ NEPTUNE_VERIFY_SSL: "no" }), ["NoEffect"]);
    deepStrictEqual(yield* kinds({ NEPTUNE_ALLOW_SELF_SIGNED_CERTIFICATE: "x" }), ["NoEffect"]);
    deepStrictEqual(yield* kinds({ NEPTUNE_VERIFY_SSL: "TRUE" }), []);
  }));

const addressOf = (token: string) =>
  Effect.map(parse(Redacted.make(token)), ({ baseUrl }) => baseUrl);

effectTest("an API token tells where its server is", () =>
  Effect.gen(function* () {
    const encoded = (contents: unknown) => btoa(JSON.stringify(contents));
    const recorded =
      "eyJhcGlfYWRkcmVzcyI6Imh0dHA6Ly8xMjcuMC4wLjE6ODA4MCIsImFwaV91cmwiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJhcGlfa2V5IjoibG9jYWwifQ==";
    strictEqual(yield* addressOf(recorded), "http://127.0.0.1:8080");
    strictEqual(yield* addressOf(` ${recorded}\n`), "http://127.0.0.1:8080");
    strictEqual(yield* addressOf(encoded({ api_address: "https://a/p/" })), "https://a/p");
    strictEqual(
      yield* addressOf(encoded({ api_url: "", api_address: "https://a" })),
      "https://a",
    );
    for (
      const token of [
        "ANONYMOUS",
        "%%%",
        encoded([]),
        encoded({ api_key: "x" }),
        encoded({ api_url: "ftp://a" }),
        encoded({ api_url: 7 }),
      ]
    ) {
      const error = yield* Effect.flip(addressOf(token));
      strictEqual(error._tag, "InvalidApiToken");
      strictEqual(error.message.includes(token), false);
    }
  }));
