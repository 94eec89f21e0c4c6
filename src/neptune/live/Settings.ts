/**
 * How a server is reached: options, and the environment for what they leave open.
 *
 * @module
 */
import { Duration, Effect, Redacted } from "effect";
import { refuse, refuseValue } from "../arguments.ts";
import { type InvalidArgument, MissingConfiguration } from "../NeptuneError.ts";
import { warn } from "../NeptuneWarning.ts";
import { integerVariable, secondsVariable, textVariable } from "../variables.ts";

/** Which server to read, and how. */
export interface LiveOptions {
  /**
   * The project that `ReadOnlyProject.open()` opens.
   *
   * @default NEPTUNE_PROJECT
   */
  readonly project?: string | undefined;
  /**
   * The API token, which also says where the server is.
   *
   * @default NEPTUNE_API_TOKEN
   */
  readonly apiToken?: string | Redacted.Redacted<string> | undefined;
  /**
   * The proxy to go through, as `http://user:password@host:port`, also with `https` or `socks5`; or one
   * for each scheme of the server's address.
   *
   * @default HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as Deno reads them
   */
  readonly proxy?:
    | string
    | { readonly http?: string | undefined; readonly https?: string | undefined }
    | undefined;
  /** Certificates of authorities to trust beside the usual ones, each as PEM text. */
  readonly caCertificates?: string | ReadonlyArray<string> | undefined;
  /**
   * How long the server may send nothing before a request is given up and tried again.
   *
   * @default NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS, or 60 seconds
   */
  readonly requestTimeout?: Duration.Input | undefined;
  /**
   * For how long one request is tried again while the server is busy, failing or not there; what the
   * server asks to wait by `Retry-After` does not count. Twice that is the end in any case.
   *
   * @default NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT and NEPTUNE_FETCHER_RETRY_HARD_TIMEOUT, or 1800 and
   * 3600 seconds
   */
  readonly retryFor?: Duration.Input | undefined;
  /**
   * How many requests may be under way at once.
   *
   * @default NEPTUNE_FETCHER_MAX_WORKERS, or 32
   */
  readonly concurrency?: number | undefined;
  /** What to call the program in the `User-Agent` of requests, before this library's own name. */
  readonly userAgent?: string | undefined;
}

/** All that the back end needs to know. */
export interface Settings {
  readonly project: string | undefined;
  readonly apiToken: Redacted.Redacted<string>;
  readonly proxy: LiveOptions["proxy"];
  readonly caCertificates: ReadonlyArray<string>;
  readonly transport: TransportSettings;
  readonly limits: Limits;
}

/** How patient and how busy the transport is; times are milliseconds. */
export interface TransportSettings {
  readonly requestTimeout: number;
  readonly retrySoftly: number;
  readonly retryAtMost: number;
  readonly concurrency: number;
  readonly userAgent: string;
}

/** How large requests and answers may be. */
export interface Limits {
  /** Runs in a request for values. */
  readonly runs: number;
  /** Values in an answer. */
  readonly values: number;
  /** Paths, and bytes of them, in a request for attributes of one run. */
  readonly paths: number;
  readonly pathBytes: number;
  /** The longest path, in bytes, that is told. */
  readonly longestPath: number;
}

/** Reads the settings of options and environment. */
export const settingsOf = (
  options: LiveOptions,
): Effect.Effect<Settings, InvalidArgument | MissingConfiguration> =>
  Effect.gen(function* () {
    const apiToken = options.apiToken || (yield* textVariable("NEPTUNE_API_TOKEN"));
    if (apiToken === undefined) {
      return yield* new MissingConfiguration({
        variable: "NEPTUNE_API_TOKEN",
        parameter: "apiToken",
      });
    }
    if (typeof apiToken !== "string" && !Redacted.isRedacted(apiToken)) {
      return yield* refuse("apiToken", "apiToken must be a string, or a Redacted one.");
    }
    yield* warnOfVerification;
    const { caCertificates = [] } = options;
    const certificates = typeof caCertificates === "string" ? [caCertificates] : caCertificates;
    // Deno passes over what is none.
    if (!certificates.every((text) => String(text).includes("-----BEGIN CERTIFICATE-----"))) {
      return yield* refuse(
        "caCertificates",
        "caCertificates must be certificates as PEM text, not paths of files.",
      );
    }
    return {
      project: options.project || undefined,
      apiToken: typeof apiToken === "string" ? Redacted.make(apiToken) : apiToken,
      proxy: options.proxy,
      caCertificates: certificates,
      transport: yield* transportOf(options),
      limits: {
        runs: yield* integerVariable("NEPTUNE_FETCH_RUNS_BATCH_SIZE", 1000, 1),
        values: yield* integerVariable("NEPTUNE_FETCH_COLUMNS_BATCH_SIZE", 10_000, 1),
        paths: yield* integerVariable("NEPTUNE_MAX_PATHS_PER_REQUEST", 4096, 1),
        pathBytes: yield* integerVariable("NEPTUNE_MAX_PATH_SIZE_QUERY_LIMIT", 65_536, 1),
        longestPath: yield* integerVariable("NEPTUNE_MAX_ACCEPTABLE_PATH_SIZE", Infinity, 1),
      },
    };
  });

const transportOf = (
  { requestTimeout, retryFor, concurrency, userAgent }: LiveOptions,
): Effect.Effect<TransportSettings, InvalidArgument> =>
  Effect.gen(function* () {
    if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
      return yield* refuseValue("concurrency", "a positive integer", concurrency);
    }
    const retrySoftly = yield* durationOf("retryFor", retryFor);
    return {
      requestTimeout: (yield* durationOf("requestTimeout", requestTimeout)) ??
        (yield* secondsVariable(
          ["NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS", "NEPTUNE_REQUEST_TIMEOUT"],
          60,
        )),
      retrySoftly: retrySoftly ??
        (yield* secondsVariable(
          ["NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT", "NEPTUNE_RETRIES_TIMEOUT"],
          1800,
        )),
      retryAtMost: retrySoftly === undefined
        ? yield* secondsVariable(["NEPTUNE_FETCHER_RETRY_HARD_TIMEOUT"], 3600)
        : 2 * retrySoftly,
      concurrency: concurrency ?? (yield* integerVariable("NEPTUNE_FETCHER_MAX_WORKERS", 32, 1)),
      userAgent: (userAgent === undefined ? "" : `${userAgent} `) + USER_AGENT,
    };
  });

const plain = (text: string): string => text.replaceAll(/[ ();/]/g, "_");

const USER_AGENT = `nereid/0.1.0 (deno=${plain(Deno.version.deno)}; os=${plain(Deno.build.os)})`;

const durationOf = (
  parameter: string,
  input: Duration.Input | undefined,
): Effect.Effect<number | undefined, InvalidArgument> => {
  if (input === undefined) return Effect.succeed(undefined);
  const duration = Duration.fromInput(input);
  return duration._tag === "Some" && Duration.toMillis(duration.value) > 0
    ? Effect.succeed(Duration.toMillis(duration.value))
    : refuseValue(parameter, 'a duration such as "30 seconds"', input);
};

/** A program cannot make Deno trust everyone, and must not seem to. */
const warnOfVerification = Effect.gen(function* () {
  const verify = yield* textVariable("NEPTUNE_VERIFY_SSL");
  const name = verify !== undefined && !["true", "1"].includes(verify.toLowerCase())
    ? "NEPTUNE_VERIFY_SSL"
    : "NEPTUNE_ALLOW_SELF_SIGNED_CERTIFICATE";
  if (name !== "NEPTUNE_VERIFY_SSL" && (yield* textVariable(name)) === undefined) return;
  yield* warn({
    kind: "NoEffect",
    message:
      `${name} asks not to verify certificates, which a program cannot tell Deno. Pass the ` +
      "certificate of your authority as `caCertificates`, or start Deno with " +
      "--unsafely-ignore-certificate-errors=<host>.",
  });
});
