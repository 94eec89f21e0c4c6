/**
 * Checks what callers pass: plain JavaScript and the cells of a notebook are not type-checked.
 *
 * @module
 */
import { Effect, Predicate, Schema } from "effect";
import { RE2JS } from "re2js";
import { findProblem, show } from "../Options.ts";
import type { ProgressCallback } from "../Progress.ts";
import { describe, InvalidArgument, InvalidRegex } from "./NeptuneError.ts";

/** Where a list is documented, a single text means the list of that one. */
export type OneOrMany = string | ReadonlyArray<string>;

/** The schema of {@link OneOrMany}. */
export const OneOrMany: Schema.Codec<OneOrMany> = Schema.Union([
  Schema.String,
  Schema.Array(Schema.String),
]).annotate({ expected: "a string or a list of strings" });

/** The schema of a `progressBar` option. */
export const ProgressBar: Schema.Codec<boolean | ProgressCallback | null> = Schema.declare(
  (value): value is boolean | ProgressCallback | null =>
    value === null || typeof value === "boolean" || typeof value === "function",
).annotate({ expected: "true, false, null or a function" });

/** The list that is meant. */
export const many = (value: OneOrMany | null | undefined): ReadonlyArray<string> =>
  typeof value === "string" ? [value] : value ?? [];

/** Fails with a sentence about a parameter. */
export const refuse = (parameter: string, message: string): Effect.Effect<never, InvalidArgument> =>
  Effect.fail(new InvalidArgument({ parameter, message }));

/** Fails with what an argument must be, and what it is. */
export const refuseValue = (
  parameter: string,
  expected: string,
  value: unknown,
): Effect.Effect<never, InvalidArgument> =>
  refuse(parameter, `${parameter} must be ${expected}, not ${show(value)}.`);

/** Checks the path of a field. */
export const checkPath = (path: string): Effect.Effect<void, InvalidArgument> =>
  typeof path === "string" ? Effect.void : refuseValue("path", "the path of a field", path);

/** The paths that are meant, each once: a single text is a path, not a list of characters. */
export const pathsOf = (
  paths: Iterable<string>,
): Effect.Effect<ReadonlySet<string>, InvalidArgument> =>
  Effect.suspend(() => {
    const all = typeof paths === "string"
      ? [paths]
      : Predicate.isIterable(paths)
      ? [...paths]
      : [undefined];
    return all.every(Predicate.isString)
      ? Effect.succeed(new Set(all))
      : refuseValue("paths", "a path or several", paths);
  });

/**
 * Checks options by name and type. One that does not exist is refused, for it would be ignored.
 */
export const checkOptions = (
  schema: Schema.ConstraintDecoder<unknown> & { readonly fields: object },
  options: unknown,
): Effect.Effect<void, InvalidArgument> => {
  const problem = findProblem(schema, options);
  return problem === undefined ? Effect.void : refuse(problem.parameter, problem.message);
};

/** Checks that a pattern is RE2. */
export const checkRegex = (
  parameter: string,
  pattern: string,
): Effect.Effect<void, InvalidRegex> =>
  Effect.try({
    try: () => void RE2JS.compile(pattern),
    catch: (cause) => new InvalidRegex({ parameter, pattern, problem: describe(cause) }),
  });

/** The length of a text in code points, in which Neptune states its limits. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};
