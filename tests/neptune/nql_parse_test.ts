import assert from "node:assert/strict";
import { Result } from "effect";
import {
  type AttributeName,
  type Condition,
  type Operator,
  parse,
  type Query,
} from "../../src/neptune/Nql.ts";
// Requests as they were recorded: their escapes are those of JSON around those of NQL.
import recorded from "./nql_recorded.json" with { type: "json" };

const parsed = (text: string): Query => Result.getOrThrow(parse(text));

const all = (...conditions: [Condition, Condition, ...Array<Condition>]): Condition => ({
  _tag: "And",
  conditions,
});
const any = (...conditions: [Condition, Condition, ...Array<Condition>]): Condition => ({
  _tag: "Or",
  conditions,
});
const is = (attribute: AttributeName, operator: Operator, value: string): Condition => ({
  _tag: "Comparison",
  attribute,
  operator,
  value,
});
const match = (attribute: AttributeName, pattern: string, negated = false): Condition => ({
  _tag: "Matches",
  attribute,
  negated,
  pattern,
});
const has = (attribute: AttributeName, value: string, negated = false): Condition => ({
  _tag: "Contains",
  attribute,
  negated,
  value,
});

const id: AttributeName = { name: "sys/id", type: "string" };
const name: AttributeName = { name: "sys/name", type: "string" };
const customId: AttributeName = { name: "sys/custom_run_id", type: "string" };
const state: AttributeName = { name: "sys/state", type: "experimentState" };
const tags: AttributeName = { name: "sys/tags", type: "stringSet" };
const notTrashed = is({ name: "sys/trashed", type: "bool" }, "=", "false");
const isHead = is({ name: "sys/experiment/is_head", type: "bool" }, "=", "true");

/** Texts of the reference documents, and the trees that the grammar makes of them. */
const trees: ReadonlyArray<readonly [string, Query]> = [
  ["", { _tag: "Everything" }],
  [" \n\t ", { _tag: "Everything" }],

  // What neptune-fetcher sends.
  ["(`sys/trashed`:bool = false)", notTrashed],
  [
    "((`sys/trashed`:bool = false) AND (`sys/experiment/is_head`:bool = true))",
    all(notTrashed, isHead),
  ],
  [
    '((`sys/trashed`:bool = false) AND (`sys/name`:string != ""))',
    all(notTrashed, is(name, "!=", "")),
  ],
  ["(`sys/experiment/is_head`:bool = true)", isHead],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/id`:string = "A-1")))',
    all(notTrashed, is(id, "=", "A-1")),
  ],
  [
    '(((`sys/trashed`:bool = false) AND ((`sys/id`:string = "A-1") OR (`sys/id`:string = "A-2"))))',
    all(notTrashed, any(is(id, "=", "A-1"), is(id, "=", "A-2"))),
  ],
  [
    '(((`sys/trashed`:bool = false) AND ((`sys/state`:experimentState = "idle") OR ' +
    '(`sys/state`:experimentState = "running"))))',
    all(notTrashed, any(is(state, "=", "idle"), is(state, "=", "running"))),
  ],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/custom_run_id`:string = "a\\"b\\\\")))',
    all(notTrashed, is(customId, "=", 'a"b\\')),
  ],
  [
    '(((((`sys/trashed`:bool = false) AND (`sys/name`:string MATCHES "a")) AND ' +
    '(`sys/name`:string MATCHES "b")) AND (`sys/name`:string NOT MATCHES "c")) AND ' +
    '(`sys/name`:string != ""))',
    all(
      all(all(all(notTrashed, match(name, "a")), match(name, "b")), match(name, "c", true)),
      is(name, "!=", ""),
    ),
  ],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/name`:string = "n")))',
    all(notTrashed, is(name, "=", "n")),
  ],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/name`:string = "a")) AND ' +
    "(`sys/experiment/is_head`:bool = true))",
    all(all(notTrashed, is(name, "=", "a")), isHead),
  ],
  [
    "((`sys/trashed`:bool = false) AND (`sys/experiment/is_head`:bool = true) AND (a = 1 OR b = 2))",
    all(notTrashed, isHead, any(is({ name: "a" }, "=", "1"), is({ name: "b" }, "=", "2"))),
  ],
  [
    recorded.neptuneFetcher,
    all(
      all(
        all(
          all(
            notTrashed,
            is(id, "=", "DEM-1"),
            is(state, "=", "idle"),
            is({ name: "sys/owner", type: "string" }, "=", "me"),
            all(has(tags, "a"), has(tags, "b")),
          ),
          any(is(customId, "=", "run-one"), is(customId, "=", 'q"x')),
        ),
        match(name, "exp\\d"),
      ),
      is({ name: "metrics/loss", type: "floatSeries", aggregate: "last" }, ">", "0.1"),
    ),
  ],

  // What neptune-query sends.
  [
    recorded.neptuneQuery,
    any(all(match(name, "exp"), match(name, "foo", true)), match(name, 'x"y\\d')),
  ],
  [
    '(`sys/name`:string == "a") OR (`sys/name`:string == "b")',
    any(is(name, "=", "a"), is(name, "=", "b")),
  ],
  [
    "NOT (`x`:int EXISTS)",
    {
      _tag: "Not",
      condition: { _tag: "Exists", attribute: { name: "x", type: "int" }, negated: false },
    },
  ],
  [
    '`x`:datetime >= "2025-01-01T01:00:00.123456+01:00"',
    is({ name: "x", type: "datetime" }, ">=", "2025-01-01T01:00:00.123456+01:00"),
  ],
  ['`x`:bool == "True"', is({ name: "x", type: "bool" }, "=", "True")],
  ['`x`:float == "1e-05"', is({ name: "x", type: "float" }, "=", "1e-05")],

  // What people write.
  [
    'config/foo1 = "valfoo1" AND name MATCHES "exp[23]"',
    all(is({ name: "config/foo1" }, "=", "valfoo1"), match({ name: "name" }, "exp[23]")),
  ],
  [
    "int > 0 AND float > 3.0",
    all(is({ name: "int" }, ">", "0"), is({ name: "float" }, ">", "3.0")),
  ],
  ['`sys/name`:string MATCHES "exp\\\\d"', match(name, "exp\\d")],
  ['`sys/name`:string MATCHES "exp\\d"', match(name, "exp\\d")],
  ["`sys/name` : string = x", is(name, "=", "x")],
  ["sys/size:int = 50MB", is({ name: "sys/size", type: "int" }, "=", "50MB")],
  ["sys/archived != true", is({ name: "sys/archived" }, "!=", "true")],
  [
    "`sys/creation_time`:datetime < -3M",
    is({ name: "sys/creation_time", type: "datetime" }, "<", "-3M"),
  ],
  [
    "average(x:floatSeries)<=0.5",
    is({ name: "x", type: "floatSeries", aggregate: "average" }, "<=", "0.5"),
  ],
  ["last > 1", is({ name: "last" }, ">", "1")],
  ["MIN ( `a b` ) > 1", is({ name: "a b", aggregate: "min" }, ">", "1")],
  [
    '`a(b) "c": d\'é`:stringSet not contains and',
    has({ name: 'a(b) "c": d\'é', type: "stringSet" }, "and", true),
  ],
  ["x not exists", { _tag: "Exists", attribute: { name: "x" }, negated: true }],
  ["x = \"two\nlines, 'quoted'\"", is({ name: "x" }, "=", "two\nlines, 'quoted'")],
  ["`` = O'Brien", is({ name: "" }, "=", "O'Brien")],
];

for (const [text, tree] of trees) {
  Deno.test(`parses ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parsed(text), tree);
  });
}

const names = (query: Query): unknown => {
  switch (query._tag) {
    case "Everything":
      return "*";
    case "And":
    case "Or":
      return { [query._tag]: query.conditions.map(names) };
    case "Not":
      return { Not: names(query.condition) };
    default:
      return query.attribute.name;
  }
};

Deno.test("NOT binds tighter than AND, and AND tighter than OR", () => {
  const text = "a exists or not b exists and c exists and not not d exists or e exists";
  assert.deepEqual(names(parsed(text)), {
    Or: ["a", { And: [{ Not: "b" }, "c", { Not: { Not: "d" } }] }, "e"],
  });
});

Deno.test("parentheses keep the groups that they make, and no others", () => {
  assert.deepEqual(
    names(parsed("((a exists) AND (b exists AND c exists)) AND not (d exists OR ((e exists)))")),
    { And: [{ And: ["a", { And: ["b", "c"] }] }, { Not: { Or: ["d", "e"] } }] },
  );
});

Deno.test("words need no space between them where a sign parts them", () => {
  assert.deepEqual(
    names(parsed('(a="1"AND`b`!="2")OR(NOT(c<3))')),
    { Or: [{ And: ["a", "b"] }, { Not: "c" }] },
  );
});

Deno.test("every operator is read as what it is", () => {
  const operators = ["=", "==", "!=", ">", ">=", "<", "<="].map((operator) => {
    const query = parsed(`x${operator}1`);
    return query._tag === "Comparison" && query.operator;
  });
  assert.deepEqual(operators, ["=", "=", "!=", ">", ">=", "<", "<="]);
});

Deno.test("all twelve types and five aggregates are known", () => {
  const types = [
    "float",
    "int",
    "string",
    "bool",
    "datetime",
    "floatSeries",
    "stringSeries",
    "stringSet",
    "fileRef",
    "fileRefSeries",
    "histogramSeries",
    "experimentState",
  ];
  for (const type of types) {
    assert.deepEqual(parsed(`x:${type} EXISTS`), {
      _tag: "Exists",
      attribute: { name: "x", type },
      negated: false,
    });
  }
  for (const aggregate of ["last", "min", "max", "average", "variance"]) {
    assert.deepEqual(parsed(`${aggregate}(x) = 1`), {
      _tag: "Comparison",
      attribute: { name: "x", aggregate },
      operator: "=",
      value: "1",
    });
  }
});

Deno.test("values that fit their type are accepted", () => {
  const texts = [
    "x:int = 5",
    'x:int = "3.0"',
    "x:int = -9223372036854775808",
    "x:int < 99999999999999999999",
    "x:float = .5",
    "x:float = +1.5E+3",
    "x:float = 5.",
    "x:floatSeries > 1KiB",
    "x:int > 2TB",
    "x:bool = TRUE",
    "x:bool != fAlse",
    'x:datetime = "2024-02-06T05:00:00Z"',
    'x:datetime = "2024-02-06T05:00+09"',
    'x:datetime = "2024-02-29T05:00:00.123456789-09:30"',
    "x:datetime > -2h",
    "x:datetime > -500d",
    "x:experimentState = Active",
    "x:experimentState != idle",
    "x:string > é",
    "x:stringSeries != ok",
    "x = -2h",
    "x > abc",
  ];
  for (const text of texts) assert.ok(Result.isSuccess(parse(text)), text);
});

/** Texts that are no queries, where the fault is (at the `¦`) and a part of what is said. */
const faults: ReadonlyArray<readonly [string, RegExp]> = [
  ["a¦", /expected an operator such as = or CONTAINS after the attribute/],
  ["a ¦b", /expected an operator such as = or CONTAINS/],
  ["((`sys/trashed`:bool = false) AND (a ¦OR b))", /expected an operator/],
  ["a = 1 AND ¦", /expected a condition/],
  ["¦AND a = 1", /expected a condition/],
  ["a = 1 AND ¦OR b = 1", /expected a condition/],
  ["(¦)", /expected a condition/],
  ["((`sys/trashed`:bool = false) AND (¦))", /expected a condition/],
  ["NOT ¦", /expected a condition/],
  ["¦= 1", /expected a condition/],
  ["a =¦", /expected a value after =/],
  ["a == ¦`b`", /expected a value after =, bare or in double quotes/],
  ["a ==¦= 1", /expected a value after =/],
  ["a <¦> 1", /expected a value after </],
  ["a CONTAINS ¦)", /expected a value after CONTAINS/],
  ["a MATCHES¦", /expected a value after MATCHES/],
  ["a NOT ¦= 1", /expected CONTAINS, MATCHES or EXISTS after NOT/],
  ['a = ¦"never closed', /double quote is never closed/],
  ['a = ¦"never closed\\"', /double quote is never closed.*\\"/],
  ["¦`never closed = 1", /back-quote is never closed/],
  ["¦(a = 1", /parenthesis is never closed/],
  ["¦(((a = 1) AND b = 2) AND (c = 3)", /parenthesis is never closed/],
  ["(a = 1) AND ¦(b = 2 AND (c = 3)", /parenthesis is never closed/],
  ["(a = 1)¦)", /parenthesis closes none/],
  ["a = ¦'text'", /double quotes, not in single ones/],
  ["¦'a' = 1", /back-quotes/],
  ['¦"a" = 1', /back-quotes/],
  ["a ¦! = 1", /not an operator/],
  ["a = 1 ¦b = 2", /expected AND, OR or the end/],
  ["a = two ¦words", /expected AND, OR or the end .*double quotes/],
  ['(`sys/tags`:stringSet CONTAINS "a"¦b")', /expected AND, OR or a closing parenthesis .*\\"/],
  ["a > 2024-02-06T05¦:00:00Z", /expected AND, OR or the end .*double quotes/],
  ["a exists ¦exists", /expected AND, OR or the end/],
  ["a:¦integer = 1", /no such type; there are float, int, string/],
  ["a:¦Float = 1", /no such type/],
  ["a:¦constructor = 1", /no such type/],
  ["a: ¦= 1", /expected a type after the colon/],
  ["¦median(a) > 1", /no such aggregate; there are last, min, max, average, variance/],
  ["min(a ¦> 1", /expected a closing parenthesis/],
  ["min(¦) > 1", /expected the attribute whose min is meant/],
  ["¦max(a:int) > 1", /only a floatSeries has the aggregate max, not .* int/],
  ["b = 1 AND ¦last(a:string) = x", /only a floatSeries has the aggregate last/],
  ["a:int ¦CONTAINS 5", /type int has no operator CONTAINS; it has =, !=, >, >=, <, <=, EXISTS/],
  ["a:float ¦NOT MATCHES 5", /type float has no operator MATCHES/],
  ["a:bool ¦> true", /type bool has no operator >; it has =, !=, EXISTS/],
  ["a:stringSet ¦= x", /type stringSet has no operator =/],
  ["a:stringSet ¦MATCHES x", /type stringSet has no operator MATCHES/],
  ["a:stringSeries ¦< x", /type stringSeries has no operator </],
  ["a:fileRef ¦= x", /type fileRef has no operator =; it has EXISTS/],
  ["a:experimentState ¦MATCHES x", /type experimentState has no operator MATCHES/],
  ["min(a) ¦CONTAINS x", /type floatSeries has no operator CONTAINS/],
  ['a:int = ¦"abc"', /type int is compared with a finite number/],
  ["a:float > ¦nan", /finite number/],
  ["a:float > ¦-inf", /finite number/],
  ["a:float > ¦1e400", /finite number/],
  ["a:int > ¦50XB", /finite number/],
  ['a:int > ¦"5 MB"', /finite number/],
  ["min(a) > ¦x", /finite number/],
  ["a:bool = ¦maybe", /type bool is compared with true or false/],
  ['a:datetime > ¦"yesterday"', /a date and time with an offset/],
  ['a:datetime > ¦"2024-02-06"', /a date and time with an offset/],
  ['a:datetime > ¦"2024-02-06T05:00:00"', /a date and time with an offset/],
  ['a:datetime > ¦"2023-02-29T05:00:00Z"', /a date and time with an offset/],
  ['a:datetime > ¦"2024-02-06T25:00:00Z"', /a date and time with an offset/],
  ["a:datetime > ¦-5m", /-2h, -5d or -1M/],
  ["a:experimentState = ¦crashed", /running or idle/],
  ["`😀` = 1 ¦x", /expected AND/],
];

for (const [marked, expected] of faults) {
  Deno.test(`refuses ${JSON.stringify(marked)} at the mark`, () => {
    const query = marked.replace("¦", "");
    const error = Result.getOrThrow(Result.flip(parse(query)));
    assert.equal(error._tag, "InvalidQuery");
    assert.equal(error.query, query);
    assert.equal(error.position, marked.indexOf("¦"), error.problem);
    assert.match(error.problem, expected);
  });
}

Deno.test("the message shows the line of the fault and points at it", () => {
  const error = Result.getOrThrow(Result.flip(parse("a = 1 AND\n  b:int = many OR c")));
  assert.equal(
    error.message,
    "The query is not valid NQL at line 2, column 11: an attribute of type int is compared with a " +
      "finite number, such as 0.5, 1e-3 or 50MB.\n" +
      "  " + "  b:int = many OR c\n" +
      "  " + "          ^",
  );
});
