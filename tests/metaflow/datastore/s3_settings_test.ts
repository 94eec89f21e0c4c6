import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Effect, Result } from "effect";
import * as Configuration from "../../../src/metaflow/Configuration.ts";
import { parseSections } from "../../../src/metaflow/datastore/s3/profile.ts";
import { resolveSettings, type S3Options } from "../../../src/metaflow/datastore/s3/settings.ts";
import { effectTest } from "../../effectTest.ts";
import { withVariables } from "../variables.ts";

const CREDENTIALS = `# of the team
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key=se/cr+et=#;x ; a comment

[ten.ants]
aws_access_key_id: ignored
aws_access_key_id = AKIDTEN
aws_secret_access_key = ten
aws_session_token = to=ken
`;

const CONFIG = `[default]
region = eu-west-1
s3 =
    addressing_style = path
    region = nowhere
[profile ten.ants]
region = eu-north-1
[ profile  roles ]
role_arn = arn:aws:iam::1:role/x
source_profile = default
[profile sso]
sso_session = corp
`;

/** The files of profiles in a directory, and the variables that say so. */
const withFiles = Effect.acquireRelease(
  Effect.promise(async () => {
    const home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(`${home}/.aws/credentials`, CREDENTIALS);
    await Deno.writeTextFile(`${home}/.aws/config`, CONFIG);
    return { HOME: home };
  }),
  ({ HOME }) => Effect.promise(() => Deno.remove(HOME, { recursive: true })),
);

const settingsOf = (options: S3Options, variables: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const { credentials, fetch: _, ...settings } = yield* resolveSettings(
      yield* Configuration.make,
      options,
    );
    return { ...settings, credentials: yield* credentials };
  }).pipe(Effect.provide(withVariables(variables)));

effectTest(
  "keys, session and region come from the environment before any file",
  () =>
    Effect.gen(function* () {
      const variables = {
        ...(yield* withFiles),
        AWS_ACCESS_KEY_ID: "AKIDENV",
        AWS_SECRET_ACCESS_KEY: "env",
        AWS_SESSION_TOKEN: "token",
        AWS_DEFAULT_REGION: "us-west-2",
      };
      deepStrictEqual(yield* settingsOf({}, variables), {
        endpoint: undefined,
        region: "us-west-2",
        addressing: "virtual",
        tries: 8,
        credentials: { accessKeyId: "AKIDENV", secretAccessKey: "env", sessionToken: "token" },
      });
      const other = yield* settingsOf({ profile: "ten.ants" }, variables);
      strictEqual(other.credentials?.accessKeyId, "AKIDTEN");
      strictEqual((yield* settingsOf({}, { ...variables, AWS_REGION: "x" })).region, "x");
    }),
);

effectTest(
  "keys and region come from the profile that is named, or the default one",
  () =>
    Effect.gen(function* () {
      const variables = yield* withFiles;
      const own = yield* settingsOf({}, variables);
      deepStrictEqual([own.region, own.credentials], ["eu-west-1", {
        accessKeyId: "AKIDDEFAULT",
        secretAccessKey: "se/cr+et=#;x",
        sessionToken: undefined,
      }]);
      const named = yield* settingsOf({}, { ...variables, AWS_PROFILE: "ten.ants" });
      deepStrictEqual([named.region, named.credentials], ["eu-north-1", {
        accessKeyId: "AKIDTEN",
        secretAccessKey: "ten",
        sessionToken: "to=ken",
      }]);
      const moved = yield* settingsOf({}, {
        AWS_SHARED_CREDENTIALS_FILE: `${variables.HOME}/.aws/credentials`,
      });
      strictEqual(moved.credentials?.accessKeyId, "AKIDDEFAULT");
    }),
);

effectTest(
  "the endpoint comes from Metaflow's settings before Amazon's, and has buckets in paths",
  () =>
    Effect.gen(function* () {
      const options = { credentials: "anonymous" } as const;
      const minio = yield* settingsOf(options, {
        METAFLOW_S3_ENDPOINT_URL: "http://minio.test:9000/",
        AWS_ENDPOINT_URL_S3: "http://other.test",
        AWS_ENDPOINT_URL: "http://third.test",
        METAFLOW_S3_RETRY_COUNT: "0",
      });
      deepStrictEqual(minio, {
        endpoint: "http://minio.test:9000",
        region: "us-east-1",
        addressing: "path",
        tries: 1,
        credentials: undefined,
      });
      const amazons = yield* settingsOf(options, { AWS_ENDPOINT_URL: "http://third.test" });
      strictEqual(amazons.endpoint, "http://third.test");
      const virtual = yield* settingsOf({ ...options, addressing: "virtual" }, {
        AWS_ENDPOINT_URL_S3: "http://other.test",
      });
      deepStrictEqual([virtual.endpoint, virtual.addressing], ["http://other.test", "virtual"]);
    }),
);

effectTest(
  "what is missing or cannot be done says what to do, without secrets",
  () =>
    Effect.gen(function* () {
      const variables = yield* withFiles;
      const cases: ReadonlyArray<readonly [S3Options, Readonly<Record<string, string>>, RegExp]> = [
        [{}, {}, /^Credentials for S3: there are none.*--allow-env=AWS_ACCESS_KEY_ID/],
        [{}, { AWS_ACCESS_KEY_ID: "AKID" }, /there are none/],
        [
          { profile: "roles" },
          variables,
          /^The profile "roles": it gets its keys by role_arn.*export-credentials/,
        ],
        [{}, { ...variables, AWS_PROFILE: "sso" }, /"sso": it gets its keys by sso_session/],
        [{}, { ...variables, AWS_PROFILE: "nobody" }, /^AWS_PROFILE: .*"nobody"/],
        [{ endpoint: "minio:9000" }, variables, /it should be a URL like/],
        [{ endpoint: "http://ann:hunter2@minio" }, variables, /it should be a URL like/],
        [{}, { ...variables, METAFLOW_S3_RETRY_COUNT: "many" }, /no whole number/],
        [
          { credentials: () => Promise.reject(new Error("expired")) },
          {},
          /`credentials`: it failed/,
        ],
      ];
      for (const [options, given, text] of cases) {
        const result = yield* Effect.result(settingsOf(options, given));
        ok(Result.isFailure(result), String(text));
        strictEqual(result.failure._tag, "InvalidSetting");
        match(result.failure.message, text);
        ok(!/hunter2|se\/cr/.test(result.failure.message + JSON.stringify(result.failure)));
      }
    }),
);

Deno.test("a file of profiles is read as the tools of Amazon read it", () => {
  deepStrictEqual(
    Array.from(parseSections(CONFIG), ([name, settings]) => [name, Object.fromEntries(settings)]),
    [
      ["default", { region: "eu-west-1", s3: "" }],
      ["profile ten.ants", { region: "eu-north-1" }],
      ["profile roles", { role_arn: "arn:aws:iam::1:role/x", source_profile: "default" }],
      ["profile sso", { sso_session: "corp" }],
    ],
  );
  strictEqual(parseSections("[a]\r\n__proto__ = x\r\nkey = v\r\n").get("a")?.get("key"), "v");
  strictEqual(parseSections("key = outside").size, 0);
});
