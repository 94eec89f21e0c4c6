import assert from "node:assert/strict";
import { Result } from "effect";
import {
  and,
  type AttributeName,
  compare,
  type Condition,
  contains,
  equals,
  everything,
  exists,
  matches,
  not,
  or,
  print,
  type Query,
} from "../../src/neptune/Nql.ts";

const id: AttributeName = { name: "sys/id", type: "string" };
const name: AttributeName = { name: "sys/name", type: "string" };
const state: AttributeName = { name: "sys/state", type: "experimentState" };
const customId: AttributeName = { name: "sys/custom_run_id", type: "string" };
const tags: AttributeName = { name: "sys/tags", type: "stringSet" };
const loss: AttributeName = { name: "loss", type: "floatSeries" };
const notTrashed = equals({ name: "sys/trashed", type: "bool" }, false);
const isHead = equals({ name: "sys/experiment/is_head", type: "bool" }, true);
const a = exists("a");
const b = exists("b");

/** Queries, and the texts that neptune-fetcher sends for them. */
const texts: ReadonlyArray<readonly [Query, string]> = [
  [everything, ""],
  [notTrashed, "(`sys/trashed`:bool = false)"],
  [
    and([notTrashed, isHead]),
    "((`sys/trashed`:bool = false) AND (`sys/experiment/is_head`:bool = true))",
  ],
  [
    and([notTrashed, or([equals(id, "A-1"), equals(id, "A-2")])]),
    '((`sys/trashed`:bool = false) AND ((`sys/id`:string = "A-1") OR (`sys/id`:string = "A-2")))',
  ],
  [
    or([equals(state, "idle"), equals(state, "running")]),
    '((`sys/state`:experimentState = "idle") OR (`sys/state`:experimentState = "running"))',
  ],
  [equals(customId, 'a"b\\'), '(`sys/custom_run_id`:string = "a\\"b\\\\")'],
  [contains(tags, 'a"b'), '(`sys/tags`:stringSet CONTAINS "a\\"b")'],
  [matches(name, "exp\\d'"), '(`sys/name`:string MATCHES "exp\\\\d\'")'],
  [not(matches(name, "c")), '(`sys/name`:string NOT MATCHES "c")'],
  [compare(name, "!=", ""), '(`sys/name`:string != "")'],
  // And others, in the same style.
  [not(contains(tags, "x")), '(`sys/tags`:stringSet NOT CONTAINS "x")'],
  [exists("a b:c"), "(`a b:c` EXISTS)"],
  [not(a), "(`a` NOT EXISTS)"],
  [
    compare({ ...loss, aggregate: "variance" }, "<=", 1e-7),
    '(variance(`loss`:floatSeries) <= "1e-7")',
  ],
  [compare("n", ">", 2n ** 62n), '(`n` > "4611686018427387904")'],
  [equals("n", true), '(`n` = "true")'],
  [equals({ name: "b", type: "bool" }, "TRUE"), '(`b`:bool = "TRUE")'],
  [not(equals("n", 1)), '(NOT (`n` = "1"))'],
  [not(and([a, b])), "(NOT ((`a` EXISTS) AND (`b` EXISTS)))"],
  [
    and([not(equals("n", 1)), or([a, b])]),
    '((NOT (`n` = "1")) AND ((`a` EXISTS) OR (`b` EXISTS)))',
  ],
  [
    { _tag: "Not", condition: { _tag: "Not", condition: a } },
    "(NOT (NOT (`a` EXISTS)))",
  ],
];

for (const [query, text] of texts) {
  Deno.test(`prints ${text || "nothing for every run"}`, () => {
    assert.equal(Result.getOrThrow(print(query)), text);
  });
}

Deno.test("and: everything adds nothing, and one condition stays alone", () => {
  assert.deepEqual(and([]), everything);
  assert.deepEqual(and([everything, everything]), everything);
  assert.equal(and([a]), a);
  assert.equal(and([everything, a]), a);
  const both: Query = and([a, everything, b]);
  assert.deepEqual(both, { _tag: "And", conditions: [a, b] });
});

Deno.test("or: everything takes all, and one condition stays alone", () => {
  assert.equal(or([a]), a);
  assert.deepEqual(or([a, b]), { _tag: "Or", conditions: [a, b] });
  assert.deepEqual(or([a, { _tag: "Everything" }]), everything);
  assert.deepEqual(or([everything]), everything);
});

Deno.test("not: an operator is negated itself where NQL can, and twice is nothing", () => {
  const compared = equals("n", 1);
  const conditions: ReadonlyArray<Condition> = [
    a,
    contains("n", "x"),
    matches("n", "x"),
    compared,
    and([a, b]),
    or([a, b]),
  ];
  for (const condition of conditions) assert.deepEqual(not(not(condition)), condition);
  assert.deepEqual(not(compared), { _tag: "Not", condition: compared });
  assert.deepEqual(not(a), { _tag: "Exists", attribute: { name: "a" }, negated: true });
});

/** Trees that no text stands for. */
const unprintable: ReadonlyArray<readonly [Query, RegExp]> = [
  [exists("a`b"), /condition on "a`b" is not valid NQL: a name with a back-quote/],
  [or([a, and([b, not(equals("`", 1))])]), /condition on "`".*back-quote/],
  [contains({ name: "n", type: "int" }, "5"), /type int has no operator CONTAINS/],
  [
    compare({ name: "n", type: "float" }, "<", Infinity),
    /condition on "n" is not valid NQL: .* finite number/,
  ],
  [equals({ name: "n", type: "datetime" }, "now"), /date and time/],
  [
    exists({ name: "n", type: "string", aggregate: "min" }),
    /only a floatSeries has the aggregate min/,
  ],
];

for (const [query, expected] of unprintable) {
  Deno.test(`refuses to print what NQL has not: ${expected.source}`, () => {
    const error = Result.getOrThrow(Result.flip(print(query)));
    assert.equal(error._tag, "InvalidArgument");
    assert.equal(error.parameter, "query");
    assert.match(error.message, expected);
  });
}
