/**
 * Whether a query that was built as a tree can be asked at all.
 *
 * @module
 */
import { Result } from "effect";
import { RE2JS } from "re2js";
import { describe, type InvalidArgument, InvalidRegex } from "../NeptuneError.ts";
import type { Query } from "../Nql.ts";
import { predicatesOf } from "./predicates.ts";
import { invalidPredicate } from "./typing.ts";

/**
 * Refuses a query with a predicate that NQL has not, or with a pattern that is no RE2 regular
 * expression. What is parsed can only fail for a pattern.
 */
export const check = (query: Query): Result.Result<Query, InvalidArgument | InvalidRegex> =>
  Result.gen(function* () {
    for (const predicate of predicatesOf(query)) {
      const invalid = invalidPredicate(predicate);
      if (invalid !== undefined) return yield* Result.fail(invalid);
      if (predicate._tag === "Matches") {
        yield* Result.try({
          try: () => RE2JS.compile(predicate.pattern),
          catch: (cause) =>
            new InvalidRegex({
              parameter: "MATCHES in query",
              pattern: predicate.pattern,
              problem: describe(cause),
            }),
        });
      }
    }
    return query;
  });
