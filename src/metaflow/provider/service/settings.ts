/**
 * How a metadata service is reached.
 *
 * @module
 */
import { type Duration, Effect, Redacted, Result, Schema } from "effect";
import { FetchHttpClient } from "effect/http";
import type { Configuration } from "../../Configuration.ts";
import { InvalidSetting } from "../../MetaflowError.ts";
import { reveal, type Secret } from "../../Secret.ts";

/** Where a metadata service is, and what it wants to be told. What is left out is configured. */
export interface ServiceOptions {
  /**
   * Its URL.
   *
   * @default METAFLOW_SERVICE_URL
   */
  readonly url?: string | undefined;
  /**
   * The key that it asks for, sent as `x-api-key`.
   *
   * @default METAFLOW_SERVICE_AUTH_KEY
   */
  readonly authKey?: Secret | undefined;
  /**
   * Further headers of each request, such as `authorization`.
   *
   * @default METAFLOW_SERVICE_HEADERS, an object of JSON
   */
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  /**
   * How often a request is made in all if the service does not answer, or is busy: after pauses of
   * one, two, four seconds and so on.
   *
   * @default METAFLOW_SERVICE_RETRY_COUNT, else 5
   */
  readonly tries?: number | undefined;
  /**
   * How long to wait for an answer, once.
   *
   * @default one minute
   */
  readonly timeout?: Duration.Input | undefined;
  /**
   * How many requests are made at once.
   *
   * @default {16}
   */
  readonly concurrency?: number | undefined;
}

/** The same, complete and checked. */
export interface ServiceSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly headers: Redacted.Redacted<ReadonlyArray<readonly [string, string]>>;
  readonly tries: number;
  readonly timeout: Duration.Input;
  readonly concurrency: number;
  /** What makes requests. */
  readonly fetch: typeof globalThis.fetch;
}

const TRIES = 5;
const CONCURRENCY = 16;

/** Completes options by the configuration. */
export const resolveSettings = (
  configuration: Configuration,
  options: ServiceOptions,
): Effect.Effect<ServiceSettings, InvalidSetting> =>
  Effect.gen(function* () {
    const url = yield* checkUrl(options.url ?? (yield* configuration.text("SERVICE_URL")));
    const headers = Object.entries(
      options.headers ??
        (yield* decode(HEADERS, decodeHeaders, yield* configuration.text("SERVICE_HEADERS"))) ?? {},
    );
    const authKey = options.authKey ?? (yield* configuration.text("SERVICE_AUTH_KEY"));
    const revealed = [
      ...headers,
      ...authKey === undefined ? [] : [["x-api-key", authKey] as const],
    ].map(([name, value]) => [name, reveal(value)] as const);
    yield* checkHeaders(revealed);
    return {
      url,
      headers: Redacted.make(revealed),
      tries: yield* atLeastOne(
        RETRIES,
        options.tries ??
          (yield* decode(RETRIES, decodeCount, yield* configuration.text("SERVICE_RETRY_COUNT"))) ??
          TRIES,
      ),
      timeout: options.timeout ?? "1 minute",
      concurrency: yield* atLeastOne("concurrency", options.concurrency ?? CONCURRENCY),
      fetch: yield* FetchHttpClient.Fetch,
    };
  });

const HEADERS = "METAFLOW_SERVICE_HEADERS";
const RETRIES = "METAFLOW_SERVICE_RETRY_COUNT";

const decodeHeaders = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)),
);

const decodeCount = Schema.decodeUnknownResult(Schema.FiniteFromString);

const decode = <A>(
  setting: string,
  decode: (text: string) => Result.Result<A, unknown>,
  text: string | undefined,
): Effect.Effect<A | undefined, InvalidSetting> =>
  text === undefined ? Effect.succeed(undefined) : Effect.fromResult(
    // The cause would have the value in it, which may be secret.
    Result.mapError(decode(text), () =>
      new InvalidSetting({
        setting,
        problem: setting === HEADERS ? "it should be a JSON object of texts" : "it is no number",
      })),
  );

const atLeastOne = (setting: string, value: number): Effect.Effect<number, InvalidSetting> =>
  Number.isSafeInteger(value) && value > 0
    ? Effect.succeed(value)
    : Effect.fail(new InvalidSetting({ setting, problem: `${value} is no positive whole number` }));

const SERVICE_URL = "METAFLOW_SERVICE_URL";

const checkUrl = (text: string | undefined): Effect.Effect<string, InvalidSetting> => {
  const url = text === undefined ? null : URL.parse(text);
  const problem = text === undefined
    ? "Missing Metaflow Service URL. Specify with METAFLOW_SERVICE_URL environment variable"
    : url === null || !/^https?:$/.test(url.protocol)
    ? `${JSON.stringify(text)} is no URL that begins with http:// or https://`
    : url.username !== "" || url.password !== ""
    ? "it has a name or a password in it, which every message would show. Name them in a header"
    : url.search !== "" || url.hash !== ""
    ? "it should have no query and no fragment"
    : undefined;
  return problem === undefined
    ? Effect.succeed(String(text).replace(/\/+$/, ""))
    : Effect.fail(new InvalidSetting({ setting: SERVICE_URL, problem }));
};

const checkHeaders = (
  headers: ReadonlyArray<readonly [string, string]>,
): Effect.Effect<void, InvalidSetting> =>
  Effect.forEach(headers, ([name, value]) =>
    Effect.try({
      try: () => void new Headers([[name, value]]),
      catch: () =>
        new InvalidSetting({
          setting: HEADERS,
          problem: `${JSON.stringify(name)} or its value can be no header`,
        }),
    }), { discard: true });
