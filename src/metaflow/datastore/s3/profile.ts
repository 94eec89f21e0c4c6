/**
 * The files in which the tools of Amazon keep keys and regions.
 *
 * Their format is an INI of its own: values can have any characters, names of sections dots, and
 * what is indented belongs to the value before it.
 *
 * @module
 */
import { join } from "node:path";
import { Effect } from "effect";
import { type Configuration, ifReadable } from "../../Configuration.ts";
import { InvalidSetting } from "../../MetaflowError.ts";
import type { S3Credentials } from "./settings.ts";

/** What is known under the name of a profile. */
export interface Profile {
  readonly region: string | undefined;
  readonly credentials: S3Credentials | undefined;
  /** The setting by which it gets its keys otherwise. */
  readonly unsupported: string | undefined;
}

const ELSEWHERE = [
  "role_arn",
  "sso_session",
  "sso_start_url",
  "credential_process",
  "web_identity_token_file",
];

/** Reads a profile; `undefined` is the one that need not exist. */
export const readProfile = (
  variable: Configuration["variable"],
  name: string | undefined,
): Effect.Effect<Profile, InvalidSetting> =>
  Effect.gen(function* () {
    const section = name ?? "default";
    const credentials = (yield* readFile(variable, "AWS_SHARED_CREDENTIALS_FILE", "credentials"))
      .get(
        section,
      );
    const settings = yield* readFile(variable, "AWS_CONFIG_FILE", "config");
    const config = settings.get(`profile ${section}`) ??
      (section === "default" ? settings.get(section) : undefined);
    if (name !== undefined && credentials === undefined && config === undefined) {
      return yield* new InvalidSetting({
        setting: "AWS_PROFILE",
        problem: `no file that may be read has a profile ${JSON.stringify(name)}. Allow it with ` +
          "--allow-read=$HOME/.aws --allow-env=HOME",
      });
    }
    const all = new Map([...config ?? [], ...credentials ?? []]);
    const accessKeyId = all.get("aws_access_key_id");
    const secretAccessKey = all.get("aws_secret_access_key");
    return {
      region: all.get("region"),
      credentials: accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken: all.get("aws_session_token") },
      unsupported: ELSEWHERE.find((setting) => all.has(setting)),
    };
  });

const readFile = (
  variable: Configuration["variable"],
  setting: string,
  name: string,
): Effect.Effect<ReadonlyMap<string, ReadonlyMap<string, string>>, InvalidSetting> =>
  Effect.gen(function* () {
    const named = yield* variable(setting);
    const home = yield* variable("HOME");
    const path = named ?? (home === undefined ? undefined : join(home, ".aws", name));
    const text = path === undefined
      ? undefined
      : yield* ifReadable(path, (path) => Deno.readTextFile(path));
    return parseSections(text ?? "");
  });

/** The sections of a file, and their settings. */
export const parseSections = (
  text: string,
): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line) || /^\s/.test(line)) continue;
    const [, header] = /^\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) {
      const name = header.replace(/\s+/g, " ");
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const [, key, value] = /^([^=]+?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    // A comment after a value begins with a space: keys may have such characters.
    if (key !== undefined) section.set(key.toLowerCase(), value!.replace(/\s[#;].*$/, ""));
  }
  return sections;
};
