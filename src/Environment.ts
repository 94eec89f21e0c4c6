/**
 * Environment variables, read one by one.
 *
 * @module
 */
import { Config, ConfigProvider, Effect, Option } from "effect";

/**
 * The value of a variable; `undefined` if it is unset or empty.
 *
 * It comes from the program's own `ConfigProvider` if there is one, else from the environment, as far
 * as `--allow-env` lets it be read: Deno does not prompt for it. Effect's default provider copies the
 * whole environment, and so needs to be allowed all of it.
 */
export const variable = (name: string): Effect.Effect<string | undefined, Config.ConfigError> =>
  Effect.map(emptyOrVariable(name), (value) => value || undefined);

/** The value of a variable; `undefined` only if it is unset. */
export const emptyOrVariable = (
  name: string,
): Effect.Effect<string | undefined, Config.ConfigError> =>
  Effect.flatMap(
    Effect.context<never>(),
    (context) =>
      context.mapUnsafe.has(ConfigProvider.ConfigProvider.key)
        ? Effect.map(Config.option(Config.String(name)), Option.getOrUndefined)
        : Effect.sync(() => fromEnvironment(name)),
  );

const fromEnvironment = (name: string): string | undefined => {
  const permission = Deno.permissions.querySync({ name: "env", variable: name });
  return permission.state === "granted" ? Deno.env.get(name) : undefined;
};
