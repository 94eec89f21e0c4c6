/**
 * How S3, or what is compatible with it, is reached.
 *
 * @module
 */
import { Effect } from "effect";
import { FetchHttpClient } from "effect/http";
import type { Configuration } from "../../Configuration.ts";
import { kept } from "../../kept.ts";
import { InvalidSetting } from "../../MetaflowError.ts";
import type { Secret } from "../../Secret.ts";
import { type Profile, readProfile } from "./profile.ts";

/** Keys of an account. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of keys that are valid for some hours only. */
  readonly sessionToken?: Secret | undefined;
  /** Until when they are valid. */
  readonly expiration?: Date | undefined;
}

/** How S3 is reached. What is left out is found where the tools of Amazon find it. */
export interface S3Options {
  /**
   * The URL of a service that is compatible with S3.
   *
   * @default METAFLOW_S3_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon's own
   */
  readonly endpoint?: string | undefined;
  /**
   * The region to begin in. Buckets of Amazon elsewhere are found by themselves.
   *
   * @default AWS_REGION, AWS_DEFAULT_REGION, that of the profile, else `us-east-1`
   */
  readonly region?: string | undefined;
  /**
   * Keys, a function that gets some, or `anonymous` to sign nothing. The providers of
   * `npm:@aws-sdk/credential-providers` are such functions; they know roles, single sign-on and the
   * machines of Amazon.
   *
   * @default AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, else those of the profile
   */
  readonly credentials?:
    | S3Credentials
    | (() => Promise<S3Credentials>)
    | "anonymous"
    | undefined;
  /**
   * The profile in `~/.aws/credentials` and `~/.aws/config`.
   *
   * @default AWS_PROFILE, else `default`
   */
  readonly profile?: string | undefined;
  /**
   * Whether buckets are a part of paths, or of the names of hosts.
   *
   * @default `path` for an endpoint of one's own, `virtual` for Amazon
   */
  readonly addressing?: "path" | "virtual" | undefined;
}

/** The same, complete and checked. */
export interface S3Settings {
  /** Without a slash at its end; `undefined` for Amazon's own of a region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly addressing: "path" | "virtual";
  readonly tries: number;
  /** Keys that are valid now; `undefined` to sign nothing. */
  readonly credentials: Effect.Effect<S3Credentials | undefined, InvalidSetting>;
  /** What makes requests. */
  readonly fetch: typeof globalThis.fetch;
}

/** What Metaflow takes for the number of repetitions. */
const RETRIES = 7;

/** Completes options by the environment, the configuration and the files of profiles. */
export const resolveSettings = (
  configuration: Configuration,
  options: S3Options,
): Effect.Effect<S3Settings, InvalidSetting> =>
  Effect.gen(function* () {
    const { variable } = configuration;
    const name = options.profile ?? (yield* variable("AWS_PROFILE"));
    const profile = kept(readProfile(variable, name));
    const endpoint = options.endpoint ?? (yield* configuration.text("S3_ENDPOINT_URL")) ??
      (yield* variable("AWS_ENDPOINT_URL_S3")) ?? (yield* variable("AWS_ENDPOINT_URL"));
    const retries = Number((yield* configuration.text("S3_RETRY_COUNT")) ?? RETRIES);
    if (!Number.isSafeInteger(retries) || retries < 0) {
      return yield* new InvalidSetting({
        setting: "METAFLOW_S3_RETRY_COUNT",
        problem: "it is no whole number from 0",
      });
    }
    return {
      endpoint: endpoint === undefined ? undefined : yield* checkEndpoint(endpoint),
      region: options.region ?? (yield* variable("AWS_REGION")) ??
        (yield* variable("AWS_DEFAULT_REGION")) ?? (yield* profile).region ?? "us-east-1",
      addressing: options.addressing ?? (endpoint === undefined ? "virtual" : "path"),
      tries: retries + 1,
      credentials: credentialsOf(variable, options, name, profile),
      fetch: yield* FetchHttpClient.Fetch,
    };
  });

const checkEndpoint = (text: string): Effect.Effect<string, InvalidSetting> => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "" &&
      url.search + url.hash === ""
    ? Effect.succeed(text.replace(/\/+$/, ""))
    : Effect.fail(
      new InvalidSetting({
        setting: "METAFLOW_S3_ENDPOINT_URL",
        problem: "it should be a URL like https://minio.example.com:9000",
      }),
    );
};

const credentialsOf = (
  variable: Configuration["variable"],
  { credentials, profile: chosen }: S3Options,
  name: string | undefined,
  profile: Effect.Effect<Profile, InvalidSetting>,
): Effect.Effect<S3Credentials | undefined, InvalidSetting> => {
  if (credentials === "anonymous") return Effect.succeed(undefined);
  if (typeof credentials === "function") {
    return Effect.tryPromise({
      try: credentials,
      catch: (cause) =>
        new InvalidSetting({ setting: "The function `credentials`", problem: "it failed", cause }),
    });
  }
  if (credentials !== undefined) return Effect.succeed(credentials);
  return Effect.gen(function* () {
    // A profile that is named in the program counts more than the environment.
    const fromEnvironment = chosen === undefined
      ? yield* environmentCredentials(variable)
      : undefined;
    if (fromEnvironment !== undefined) return fromEnvironment;
    const { credentials, unsupported } = yield* profile;
    if (credentials !== undefined) return credentials;
    const label = `The profile ${JSON.stringify(name ?? "default")}`;
    return yield* new InvalidSetting(
      unsupported === undefined
        ? {
          setting: "Credentials for S3",
          problem: "there are none. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and allow " +
            "them to be read: --allow-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY," +
            "AWS_SESSION_TOKEN), or have them in ~/.aws/credentials (--allow-read=$HOME/.aws " +
            "--allow-env=HOME), or give the layer `s3.credentials`; `anonymous` reads public data",
        }
        : {
          setting: label,
          problem: `it gets its keys by ${unsupported}, which this library does not do. ` +
            "`aws configure export-credentials --format env` prints keys to set, and the functions of " +
            "npm:@aws-sdk/credential-providers can be the `s3.credentials` of the layer",
        },
    );
  });
};

const environmentCredentials = (
  variable: Configuration["variable"],
): Effect.Effect<S3Credentials | undefined, InvalidSetting> =>
  Effect.gen(function* () {
    const accessKeyId = yield* variable("AWS_ACCESS_KEY_ID");
    const secretAccessKey = yield* variable("AWS_SECRET_ACCESS_KEY");
    return accessKeyId === undefined || secretAccessKey === undefined ? undefined : {
      accessKeyId,
      secretAccessKey,
      sessionToken: yield* variable("AWS_SESSION_TOKEN"),
    };
  });
