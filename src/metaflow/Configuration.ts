/**
 * Metaflow's own configuration: environment variables, then the `config.json` of the nearest
 * `.metaflow` directory, then the global one of the user, or that of a profile.
 *
 * What Deno is not allowed to read does not count, and is not prompted for: a program that names its
 * directory and its namespace needs no permission for any of this.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { ConfigProvider, Context, Effect, Result, Schema } from "effect";
import { variable } from "../Environment.ts";
import { kept } from "./kept.ts";
import { describe, InvalidSetting, UnknownUser } from "./MetaflowError.ts";

/** Looks settings up. */
export interface Configuration {
  /**
   * A setting by its name without `METAFLOW_`; `undefined` if it is set nowhere, or empty. What a
   * file has as a number, a boolean or an object comes as its JSON text, as a variable would have it.
   */
  readonly text: (name: string) => Effect.Effect<string | undefined, InvalidSetting>;
  /** A variable of the environment; `undefined` if it is unset, empty, or not to be read. */
  readonly variable: (name: string) => Effect.Effect<string | undefined, InvalidSetting>;
  /** The namespace of a program that has chosen none. */
  readonly identity: (
    user: string | undefined,
  ) => Effect.Effect<string, InvalidSetting | UnknownUser>;
}

/**
 * The configuration of this program. Files are read once, and only if the environment is silent. The
 * environment is that of whoever makes this, such as a layer, and not of whoever looks up.
 */
export const make: Effect.Effect<Configuration> = Effect.gen(function* () {
  const here = yield* Effect.map(Effect.context<never>(), providing);
  const files = kept(here(readFiles));
  const text = (name: string) => lookUp(files, `METAFLOW_${name}`);
  return {
    text: (name) => here(text(name)),
    variable: (name) => here(environment(name)),
    identity: (user) => here(identityOf(text("USER"), user)),
  };
});

const providing = (context: Context.Context<never>) => {
  const { ConfigProvider: Provider } = ConfigProvider;
  const given = context.mapUnsafe.has(Provider.key) ? Context.get(context, Provider) : undefined;
  return <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    given === undefined ? effect : Effect.provideService(effect, Provider, given);
};

const lookUp = (
  files: Effect.Effect<ReadonlyArray<Settings>, InvalidSetting>,
  name: string,
): Effect.Effect<string | undefined, InvalidSetting> =>
  Effect.gen(function* () {
    const fromEnvironment = yield* environment(name);
    if (fromEnvironment !== undefined) return fromEnvironment;
    for (const settings of yield* files) {
      const value = settings[name];
      if (value === undefined || value === null || value === "") continue;
      return typeof value === "string" ? value : JSON.stringify(value);
    }
    return undefined;
  });

/** The directory that contains the nearest `.metaflow`, from the working directory upward. */
export const findRoot: Effect.Effect<string | undefined, InvalidSetting> = Effect.suspend(() =>
  Effect.gen(function* () {
    for (let at = yield* workingDirectory;; at = dirname(at)) {
      const found = yield* ifReadable(join(at, ".metaflow"), (path) => Deno.stat(path));
      if (found?.isDirectory) return at;
      if (dirname(at) === at) return undefined;
    }
  })
);

/** Who uses Metaflow, as far as that is set anywhere. */
const userOf = (setting: Setting): Effect.Effect<string, InvalidSetting | UnknownUser> =>
  Effect.gen(function* () {
    const sources = [
      setting,
      ...["SUDO_USER", "USERNAME", "USER"].map(environment),
    ];
    for (const source of sources) {
      const user = yield* source;
      if (user !== undefined && user !== "root") return user;
    }
    return yield* new UnknownUser({});
  });

type Setting = Effect.Effect<string | undefined, InvalidSetting>;

const identityOf = (
  setting: Setting,
  user: string | undefined,
): Effect.Effect<string, InvalidSetting | UnknownUser> =>
  Effect.gen(function* () {
    const token = yield* environment("METAFLOW_PRODUCTION_TOKEN");
    if (token !== undefined) return `production:${token}`;
    return `user:${user ?? (yield* userOf(setting))}`;
  });

/** A variable of the environment; `undefined` if it is unset, empty, or not to be read. */
const environment = (name: string): Effect.Effect<string | undefined, InvalidSetting> =>
  Effect.mapError(
    variable(name),
    (cause) => new InvalidSetting({ setting: name, problem: describe(cause), cause }),
  );

const workingDirectory: Effect.Effect<string, InvalidSetting> = Effect.try({
  try: () => Deno.cwd(),
  catch: (cause) =>
    new InvalidSetting({
      setting: "The working directory",
      problem: `${describe(cause)}. Name the \`root\` instead`,
      cause,
    }),
});

const Settings = Schema.Record(Schema.String, Schema.Json);

type Settings = typeof Settings.Type;

const decodeSettings = Schema.decodeUnknownResult(Schema.fromJsonString(Settings));

/** The settings of all files; the first that has one counts. */
const readFiles: Effect.Effect<ReadonlyArray<Settings>, InvalidSetting> = Effect.suspend(() =>
  Effect.gen(function* () {
    // There is no nearest directory for a program that may not know where it is.
    const root = yield* Effect.orElseSucceed(findRoot, () => undefined);
    const profile = yield* environment("METAFLOW_PROFILE");
    const home = (yield* environment("METAFLOW_HOME")) ?? (yield* defaultHome);
    const file = profile === undefined ? "config.json" : `config_${profile}.json`;
    const nearest = yield* readSettings(root, ".metaflow/config.json");
    const global = yield* readSettings(home, file);
    if (global === undefined && profile !== undefined) {
      return yield* new InvalidSetting({
        setting: "METAFLOW_PROFILE",
        problem: `there is no file ${join(home ?? "~/.metaflowconfig", file)} for this profile`,
      });
    }
    return [nearest, global].filter((settings) => settings !== undefined);
  })
);

const defaultHome = Effect.map(
  environment("HOME"),
  (home) => home === undefined ? undefined : join(home, ".metaflowconfig"),
);

const readSettings = (
  directory: string | undefined,
  file: string,
): Effect.Effect<Settings | undefined, InvalidSetting> => {
  if (directory === undefined) return Effect.succeed(undefined);
  const path = join(directory, file);
  return Effect.flatMap(
    ifReadable(path, (path) => Deno.readTextFile(path)),
    (text) =>
      text === undefined ? Effect.succeed(text) : Effect.fromResult(Result.mapError(
        decodeSettings(text),
        (cause) => new InvalidSetting({ setting: path, problem: describe(cause), cause }),
      )),
  );
};

/** Reads a file or directory; `undefined` if it is not there, or Deno may not read it. */
export const ifReadable = <A>(
  path: string,
  read: (path: string) => Promise<A>,
): Effect.Effect<A | undefined, InvalidSetting> =>
  Effect.tryPromise({
    try: async () => {
      const { state } = await Deno.permissions.query({ name: "read", path });
      return state === "granted" ? await read(path) : undefined;
    },
    catch: (cause) => cause,
  }).pipe(
    Effect.catch((cause) =>
      cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory
        ? Effect.succeed(undefined)
        : Effect.fail(new InvalidSetting({ setting: path, problem: describe(cause), cause }))
    ),
  );
