import assert from "node:assert/strict";
import { Result } from "effect";
import { and, contains, equals, everything, matches, or, parse } from "../../src/neptune/Nql.ts";
import { check } from "../../src/neptune/nql/check.ts";
import { attributesOf, predicatesOf } from "../../src/neptune/nql/predicates.ts";

Deno.test("a query whose patterns are RE2 passes the check", () => {
  for (
    const pattern of [
      "",
      "exp[[:digit:]]",
      "\\x65.*1",
      "(?i)abc",
      "(?P<n>a)",
      "\\Aa\\z",
      "\\pN",
      "\\Q.*\\E",
      "^$",
    ]
  ) {
    const query = and([everything, matches("name", pattern), equals("n", 1)]);
    assert.equal(Result.getOrThrow(check(query)), query);
  }
  assert.equal(Result.getOrThrow(check(everything)), everything);
});

Deno.test("a pattern that RE2 does not know fails the check, wherever it is", () => {
  for (const pattern of ["(", "[", "(?=a)", "(?<=a)b", "(a)\\1", "a{1001}", "a**", "\\"]) {
    const query = or([equals("n", 1), and([matches("a", "ok"), matches("b", pattern)])]);
    const error = Result.getOrThrow(Result.flip(check(query)));
    assert.ok(error._tag === "InvalidRegex");
    assert.equal(error.pattern, pattern);
    assert.match(error.message, /^MATCHES in query is not a valid RE2 regular expression: /);
  }
});

Deno.test("a predicate that no text could have made fails the check", () => {
  const error = Result.getOrThrow(
    Result.flip(check(or([matches("a", "ok"), contains({ name: "b", type: "bool" }, "x")]))),
  );
  assert.equal(error._tag, "InvalidArgument");
  assert.match(error.message, /type bool has no operator CONTAINS/);
});

Deno.test("the attributes of a query are listed once each, in order", () => {
  const query = Result.getOrThrow(parse(
    "not (a:int = 1 or b exists) and (min(c) > 1 and a:int < 5 and max(c) < 3 and a = 1) and b = 2",
  ));
  assert.deepEqual(attributesOf(query), [
    { name: "a", type: "int" },
    { name: "b" },
    { name: "c", aggregate: "min" },
    { name: "c", aggregate: "max" },
    { name: "a" },
  ]);
  assert.deepEqual(
    predicatesOf(query).map(({ attribute }) => attribute.name).join(""),
    "abcacab",
  );
  assert.deepEqual(attributesOf(everything), []);
});
