/**
 * Tells the attributes that a request selects.
 *
 * @module
 */
import { Effect } from "effect";
import { RE2JS } from "re2js";
import { describe, InvalidRegex } from "../NeptuneError.ts";
import type { AttributeSelection } from "../NeptuneSource.ts";

/** A test of paths for a selection. */
export const compile = (
  select: AttributeSelection,
): Effect.Effect<(path: string) => boolean, InvalidRegex> => {
  if ("paths" in select) {
    const paths = new Set(select.paths);
    return Effect.succeed((path) => paths.has(path));
  }
  return Effect.map(
    Effect.forEach(select.anyOf, (clause) =>
      Effect.all({
        all: Effect.forEach(clause.all, regex),
        none: Effect.forEach(clause.none, regex),
      })),
    (clauses) => (path) =>
      clauses.some(({ all, none }) =>
        all.every((regex) => regex.matcher(path).find()) &&
        !none.some((regex) => regex.matcher(path).find())
      ),
  );
};

const regex = (pattern: string): Effect.Effect<RE2JS, InvalidRegex> =>
  Effect.try({
    try: () => RE2JS.compile(pattern),
    catch: (cause) =>
      new InvalidRegex({ parameter: "attribute pattern", pattern, problem: describe(cause) }),
  });
