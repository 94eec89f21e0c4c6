/**
 * Variables for a program, instead of those of the environment.
 *
 * @module
 */
import { ConfigProvider, type Layer } from "effect";

/** A layer of exactly these variables. */
export const withVariables = (env: Readonly<Record<string, string>>): Layer.Layer<never> =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env }));
