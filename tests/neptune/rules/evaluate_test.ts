import assert from "node:assert/strict";
import { Arbitrary, Effect, Result, Schema } from "effect";
import { evaluate } from "../../../src/neptune/rules/evaluate.ts";
import { type Condition, everything, parse, type Query } from "../../../src/neptune/Nql.ts";
import type { ValueColumn } from "../../../src/neptune/NeptuneSource.ts";

const NOW = Date.UTC(2024, 2, 31, 12);

const RUNS = 6;

/** A source of columns in which all runs in question are numbered from 0. */
const lookup = (columns: ReadonlyArray<ValueColumn>, runs = RUNS) => ({
  runs,
  now: NOW,
  columns: (path: string) => columns.filter((column) => column.path === path),
});

const fulfilling = (query: Query, columns: ReadonlyArray<ValueColumn>): string =>
  [...evaluate(query, lookup(columns)).entries()].flatMap(([run, holds]) =>
    holds === 1 ? [run] : []
  )
    .join(" ");

/** Checks which runs fulfil each text: `"0 3"` are the first and the fourth. */
const table = (
  columns: ReadonlyArray<ValueColumn>,
  cases: ReadonlyArray<readonly [string, string]>,
): void => {
  for (const [text, expected] of cases) {
    assert.equal(fulfilling(Result.getOrThrow(parse(text)), columns), expected, text);
  }
};

const rows = (...runs: ReadonlyArray<number>) => Uint32Array.from(runs);
const file = { path: "p", sizeBytes: null, mimeType: null };

Deno.test("every run fulfils the empty query", () => {
  assert.deepEqual(evaluate(everything, lookup([], 3)), new Uint8Array([1, 1, 1]));
  assert.deepEqual(evaluate(everything, lookup([], 0)), new Uint8Array());
});

Deno.test("int: exact comparison, whatever the size of the number and its fraction", () => {
  table(
    [{
      path: "n",
      type: "int",
      rows: rows(0, 1, 2, 3, 4),
      values: BigInt64Array.of(
        -5n,
        3n,
        9007199254740992n,
        9007199254740993n,
        9223372036854775807n,
      ),
    }],
    [
      ["n:int = 3", "1"],
      ['n:int = "3.0"', "1"],
      ["n:int == 3.5", ""],
      ["n:int != 3", "0 2 3 4 5"],
      ["n:int != 3.5", "0 1 2 3 4 5"],
      ["n:int > 3", "2 3 4"],
      ["n:int >= 3", "1 2 3 4"],
      ["n:int < 3", "0"],
      ["n:int <= 3", "0 1"],
      ["n:int > 2.5", "1 2 3 4"],
      ["n:int >= 2.5", "1 2 3 4"],
      ["n:int < 3.5", "0 1"],
      ["n:int <= 3.5", "0 1"],
      ["n:int > -5.5", "0 1 2 3 4"],
      ["n:int < -4.5", "0"],
      ["n:int <= -5.5", ""],
      ["n:int = 9007199254740992", "2"],
      ["n:int = 9007199254740993", "3"],
      ["n:int > 9007199254740992", "3 4"],
      ["n:int < 9007199254740992.5", "0 1 2"],
      ["n:int > 9007199254740992.5", "3 4"],
      ["n:int = 9223372036854775807", "4"],
      ["n:int < 9223372036854775808", "0 1 2 3 4"],
      ["n:int > 1e30", ""],
      ["n:int > -1e30", "0 1 2 3 4"],
      ["n:int >= 9007TB", "2 3 4"],
      ["n:int EXISTS", "0 1 2 3 4"],
      ["n:int NOT EXISTS", "5"],
    ],
  );
});

Deno.test("float: NaN compares false, but is not equal", () => {
  table(
    [{
      path: "x",
      type: "float",
      rows: rows(0, 1, 2, 3, 4),
      values: Float64Array.of(-0.5, 0.1, 3, NaN, Infinity),
    }],
    [
      ["x:float = 0.1", "1"],
      ['x:float == "3"', "2"],
      ["x:float != 3", "0 1 3 4 5"],
      ["x:float > 0.1", "2 4"],
      ["x:float >= 0.1", "1 2 4"],
      ["x:float < 0.1", "0"],
      ["x:float <= 1e-1", "0 1"],
      ["x:float > -1e308", "0 1 2 4"],
      ["x:float <= 0 OR x:float > 0", "0 1 2 4"],
      ["NOT (x:float < 3)", "2 3 4 5"],
      ["x:float > 2KiB", "4"],
      ["x:float EXISTS", "0 1 2 3 4"],
    ],
  );
});

Deno.test("floatSeries: the last value, or the aggregate; without a last value as if missing", () => {
  table(
    [{
      path: "loss",
      type: "floatSeries",
      rows: rows(0, 1, 2, 4),
      lastStep: Float64Array.of(9, 9, 9, NaN),
      last: Float64Array.of(1, NaN, 5, 0),
      min: Float64Array.of(0.5, 2, -5, NaN),
      max: Float64Array.of(9, 2, 5, NaN),
      average: Float64Array.of(3, 2, 0, NaN),
      variance: Float64Array.of(2, 0, 25, NaN),
    }],
    [
      ["loss:floatSeries = 1", "0"],
      ["loss:floatSeries < 5", "0"],
      ["loss:floatSeries <= 5", "0 2"],
      ["loss:floatSeries = 0", ""],
      ["loss:floatSeries != 1", "1 2 3 4 5"],
      ["last(loss:floatSeries) > 0.1", "0 2"],
      ["min(loss:floatSeries) < 1", "0 2"],
      ["max(loss:floatSeries) >= 5", "0 2"],
      ["average(loss:floatSeries) <= 2", "1 2"],
      ["variance(loss:floatSeries) = 0", "1"],
      ["min(loss) > -10", "0 1 2"],
      ["max(loss) != 9", "1 2 3 4 5"],
      ["loss:floatSeries EXISTS", "0 1 2 4"],
      ["min(loss) EXISTS", "0 1 2 4"],
      ["loss:floatSeries NOT EXISTS", "3 5"],
    ],
  );
});

Deno.test("an aggregate of an attribute without a type is only that of a series", () => {
  table(
    [{ path: "x", type: "float", rows: rows(0), values: Float64Array.of(1) }],
    [["x = 1", "0"], ["last(x) = 1", ""], ["last(x) != 1", "0 1 2 3 4 5"], ["last(x) EXISTS", ""]],
  );
});

Deno.test("bool: the value in any case", () => {
  table(
    [{ path: "b", type: "bool", rows: rows(0, 1, 3), values: Uint8Array.of(1, 0, 1) }],
    [
      ["b:bool = true", "0 3"],
      ['b:bool == "False"', "1"],
      ["b:bool != TRUE", "1 2 4 5"],
      ["b:bool EXISTS", "0 1 3"],
    ],
  );
});

Deno.test("string: equality and parts in the same case, order by code point", () => {
  table(
    [{
      path: "s",
      type: "string",
      rows: rows(0, 1, 2, 3, 4),
      // U+FF5E is above the surrogates as a UTF-16 unit, and below U+1F600 as a code point.
      values: ["abc", "Abc", "", "\uFF5E", "😀"],
    }],
    [
      ["s:string = abc", "0"],
      ["s:string = ABC", ""],
      ['s:string = ""', "2"],
      ['s:string != ""', "0 1 3 4 5"],
      ["s:string > Abc", "0 3 4"],
      ["s:string >= abc", "0 3 4"],
      ["s:string < abc", "1 2"],
      ["s:string < abcd", "0 1 2"],
      ["s:string <= abc", "0 1 2"],
      ["s:string > \uFF5E", "4"],
      ["s:string < 😀", "0 1 2 3"],
      ["s:string CONTAINS b", "0 1"],
      ["s:string CONTAINS B", ""],
      ['s:string CONTAINS ""', "0 1 2 3 4"],
      ["s:string NOT CONTAINS b", "2 3 4 5"],
      ["s:string = abc OR s:string = Abc OR s:string = nothing", "0 1"],
      ["NOT (s:string = abc OR s:string = Abc)", "2 3 4 5"],
      ['s:string > abc OR s:string = ""', "2 3 4"],
      ["s:string != abc OR s:string = x", "1 2 3 4 5"],
      ["s:string EXISTS", "0 1 2 3 4"],
    ],
  );
});

Deno.test("MATCHES: RE2 finds the pattern anywhere", () => {
  table(
    [{
      path: "sys/name",
      type: "string",
      rows: rows(0, 1, 2, 3, 4),
      values: ["exp1", "exp2", "exp3", "my EXP\n4", "exp1"],
    }],
    [
      ["sys/name:string MATCHES exp1", "0 4"],
      ['sys/name:string MATCHES "exp\\\\d"', "0 1 2 4"],
      ['sys/name:string MATCHES "exp[[:digit:]]"', "0 1 2 4"],
      ['sys/name:string MATCHES "[^\\\\d]1"', "0 4"],
      ['sys/name:string MATCHES "[\\\\D][23]"', "1 2"],
      ['sys/name:string MATCHES "\\\\x65.*1"', "0 4"],
      ['sys/name:string MATCHES "expA?1"', "0 4"],
      ['sys/name:string MATCHES "exp\\"foo"', ""],
      ['sys/name:string MATCHES "(?i)exp"', "0 1 2 3 4"],
      ['sys/name:string MATCHES "^4"', ""],
      ['sys/name:string MATCHES "(?m)^4$"', "3"],
      ['sys/name:string MATCHES ""', "0 1 2 3 4"],
      ['sys/name:string NOT MATCHES "exp[23]"', "0 3 4 5"],
      ['sys/name:string MATCHES e AND sys/name:string NOT MATCHES "[12]"', "2"],
    ],
  );
});

Deno.test("stringSeries: the last value; without one as if missing", () => {
  table(
    [{
      path: "log",
      type: "stringSeries",
      rows: rows(0, 1, 2),
      lastStep: Float64Array.of(1, 2, NaN),
      last: ["done", "failed", null],
    }],
    [
      ["log:stringSeries = done", "0"],
      ["log:stringSeries != done", "1 2 3 4 5"],
      ["log:stringSeries CONTAINS ai", "1"],
      ["log:stringSeries NOT CONTAINS ai", "0 2 3 4 5"],
      ["log:stringSeries MATCHES ^d", "0"],
      ["log:stringSeries EXISTS", "0 1 2"],
      ["log > a", ""],
    ],
  );
});

Deno.test("stringSet: CONTAINS is membership, and NOT CONTAINS holds without the set", () => {
  table(
    [{
      path: "sys/tags",
      type: "stringSet",
      rows: rows(0, 1, 3, 4),
      values: [["head", "tag1"], ["tail"], [], ["head"]],
    }],
    [
      ["sys/tags:stringSet CONTAINS head", "0 4"],
      ["sys/tags:stringSet CONTAINS hea", ""],
      ["sys/tags:stringSet CONTAINS head AND sys/tags:stringSet CONTAINS tag1", "0"],
      ["sys/tags:stringSet NOT CONTAINS head", "1 2 3 5"],
      ["NOT sys/tags:stringSet CONTAINS head", "1 2 3 5"],
      ["sys/tags = head", ""],
      ["sys/tags:stringSet EXISTS", "0 1 3 4"],
    ],
  );
});

Deno.test("datetime: instants, to below a millisecond, and times before now", () => {
  table(
    [{
      path: "t",
      type: "datetime",
      rows: rows(0, 1, 2, 3),
      values: Float64Array.of(
        Date.UTC(2024, 1, 6, 5),
        Date.UTC(2024, 1, 6, 5, 0, 0, 123),
        NOW - 3 * 3_600_000,
        NOW - 3_600_000,
      ),
    }],
    [
      ['t:datetime = "2024-02-06T05:00:00Z"', "0"],
      ['t:datetime == "2024-02-06T14:00:00+09"', "0"],
      ['t:datetime = "2024-02-06T10:30:00.123+05:30"', "1"],
      ['t:datetime = "2024-02-06T05:00:00.123000Z"', "1"],
      ['t:datetime = "2024-02-06T05:00:00.123456Z"', ""],
      ['t:datetime < "2024-02-06T05:00:00.123456Z"', "0 1"],
      ['t:datetime >= "2024-02-06T05:00:00.123456Z"', "2 3"],
      ['t:datetime > "2024-02-06T05:00:00.122999Z"', "1 2 3"],
      ['t:datetime <= "2024-02-06T05:00:00.122999Z"', "0"],
      ['t:datetime != "2024-02-06T05:00:00Z"', "1 2 3 4 5"],
      ["t:datetime > -2h", "3"],
      ['t:datetime >= "-3h"', "2 3"],
      ["t:datetime < -1d", "0 1"],
      ["t:datetime > -1M", "2 3"],
      ["t:datetime > -2M", "0 1 2 3"],
    ],
  );
});

Deno.test("experimentState: the server's words and the documentation's are the same", () => {
  table(
    [{
      path: "sys/state",
      type: "experimentState",
      rows: rows(0, 1, 2, 3, 4),
      values: ["running", "idle", "Active", "inactive", "crashed"],
    }],
    [
      ["sys/state:experimentState = running", "0 2"],
      ["sys/state:experimentState = ACTIVE", "0 2"],
      ["sys/state:experimentState = idle", "1 3"],
      ['sys/state:experimentState = "inactive"', "1 3"],
      ["sys/state:experimentState != idle", "0 2 4 5"],
      ["sys/state = active", "0 2"],
      ["sys/state:experimentState EXISTS", "0 1 2 3 4"],
    ],
  );
});

Deno.test("files, file series and histograms exist or not", () => {
  table(
    [
      { path: "f", type: "fileRef", rows: rows(0), values: [file] },
      { path: "f", type: "fileSet", rows: rows(1), values: [file] },
      {
        path: "f",
        type: "fileRefSeries",
        rows: rows(2),
        lastStep: Float64Array.of(1),
        last: [file],
      },
      {
        path: "f",
        type: "histogramSeries",
        rows: rows(3),
        lastStep: Float64Array.of(NaN),
        last: [null],
      },
    ],
    [
      ["f:fileRef EXISTS", "0"],
      ["f:fileRefSeries EXISTS", "2"],
      ["f:histogramSeries EXISTS", "3"],
      ["f EXISTS", "0 1 2 3"],
      ["f NOT EXISTS", "4 5"],
      ["f = p", ""],
      ["f != p", "0 1 2 3 4 5"],
      ["f CONTAINS p", ""],
      ["f MATCHES p", ""],
    ],
  );
});

const mixed: ReadonlyArray<ValueColumn> = [
  { path: "x", type: "int", rows: rows(0), values: BigInt64Array.of(5n) },
  { path: "x", type: "string", rows: rows(1, 2), values: ["5", "five"] },
  { path: "x", type: "bool", rows: rows(3), values: Uint8Array.of(1) },
  { path: "x", type: "stringSet", rows: rows(4), values: [["5"]] },
];

Deno.test("a type in the query leaves out the runs where the attribute has another", () => {
  table(mixed, [
    ["x:int EXISTS", "0"],
    ["x:string EXISTS", "1 2"],
    ["x:int = 5", "0"],
    ["x:string = 5", "1"],
    ["x:string != 5", "0 2 3 4 5"],
    ["x:float = 5", ""],
    ["x:float != 5", "0 1 2 3 4 5"],
    ["x:int NOT EXISTS", "1 2 3 4 5"],
    ["x:string NOT MATCHES five", "0 1 3 4 5"],
  ]);
});

Deno.test("without a type, the value is read as each type of the attribute has it", () => {
  table(mixed, [
    ["x EXISTS", "0 1 2 3 4"],
    ["x = 5", "0 1"],
    ["x != 5", "2 3 4 5"],
    ["x > 4", "0 1 2"],
    ["x = five", "2"],
    ["x = true", "3"],
    ["x > false", "2"],
    ["x CONTAINS 5", "1 4"],
    ["x NOT CONTAINS 5", "0 2 3 5"],
    ["x MATCHES .", "1 2"],
    ["x = -2h", ""],
  ]);
});

Deno.test("a run can have several types under one name, and a column several pieces", () => {
  table(
    [
      { path: "x", type: "int", rows: rows(0, 1), values: BigInt64Array.of(1n, 2n) },
      { path: "x", type: "int", rows: rows(3), values: BigInt64Array.of(1n) },
      { path: "x", type: "string", rows: rows(1, 2), values: ["1", "1"] },
    ],
    [["x = 1", "0 1 2 3"], ["x != 1", "4 5"], ["x:int = 1", "0 3"], ["x:int != 1", "1 2 4 5"]],
  );
});

Deno.test("a missing attribute fulfils what is negated, and nothing else", () => {
  const texts = ["x:int = 1", "x > 1", "x:string CONTAINS a", "x:string MATCHES a", "x EXISTS"];
  table([], texts.map((text) => [text, ""]));
  table([], texts.map((text) => [`NOT ${text}`, "0 1 2 3 4 5"]));
  table(
    [],
    [
      ["x != 1", "0 1 2 3 4 5"],
      ["NOT x != 1", ""],
      ["x NOT EXISTS", "0 1 2 3 4 5"],
      ["NOT x NOT EXISTS", ""],
    ],
  );
});

/** Runs for all combinations of three booleans: bit `i` of the run's number is `p<i>`. */
const truths: ReadonlyArray<ValueColumn> = [0, 1, 2].map((bit) => ({
  path: `p${bit}`,
  type: "bool",
  rows: Uint32Array.from({ length: 8 }, (_, run) => run),
  values: Uint8Array.from({ length: 8 }, (_, run) => run >> bit & 1),
}));

const isTrue = (condition: Condition, run: number): boolean => {
  switch (condition._tag) {
    case "And":
      return condition.conditions.every((part) => isTrue(part, run));
    case "Or":
      return condition.conditions.some((part) => isTrue(part, run));
    case "Not":
      return !isTrue(condition.condition, run);
    default: {
      const holds = (run >> Number(condition.attribute.name.slice(1)) & 1) === 1;
      return condition._tag === "Comparison" && condition.operator === "!=" ? !holds : holds;
    }
  }
};

const leaf: Arbitrary.Arbitrary<Condition> = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.schema(Schema.Literals(["p0", "p1", "p2"])),
    Arbitrary.schema(Schema.Literals(["=", "!="])),
  ]),
  ([name, operator]) => ({
    _tag: "Comparison",
    attribute: { name, type: "bool" },
    operator,
    value: "true",
  }),
);

const conditionOf = (depth: number): Arbitrary.Arbitrary<Condition> => {
  if (depth === 0) return leaf;
  const inner = conditionOf(depth - 1);
  return Arbitrary.map(
    Arbitrary.all([
      Arbitrary.schema(Schema.Literals(["And", "Or", "Not", "leaf"])),
      leaf,
      inner,
      inner,
      Arbitrary.array(inner, { maxLength: 2 }),
    ]),
    ([kind, leaf, first, second, rest]): Condition =>
      kind === "leaf"
        ? leaf
        : kind === "Not"
        ? { _tag: "Not", condition: first }
        : { _tag: kind, conditions: [first, second, ...rest] },
  );
};

Deno.test("AND, OR and NOT are those of logic, however they are nested", async () => {
  const result = await Effect.runPromise(
    Arbitrary.checkEffect(conditionOf(5), (condition) => {
      const answers = evaluate(condition, lookup(truths, 8));
      return answers.every((answer, run) => answer === Number(isTrue(condition, run)));
    }, { runs: 500, size: 20, seed: 11 }),
  );
  assert.equal(Arbitrary.formatCheckFailure(result), undefined);
});

Deno.test("50,000 levels of groups are decided", () => {
  const odd = "p0:bool = true";
  const even = "p0:bool != true";
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
    ["(".repeat(50_000) + odd + ` OR ${even})`.repeat(50_000), [1, 1]],
    [`(${odd} AND `.repeat(50_000) + even + ")".repeat(50_000), [0, 0]],
    ["NOT (".repeat(50_001) + odd + ")".repeat(50_001), [1, 0]],
    [`(${odd} OR (${odd} AND `.repeat(25_000) + odd + "))".repeat(25_000), [0, 1]],
  ];
  for (const [text, expected] of cases) {
    const query = Result.getOrThrow(parse(text));
    assert.deepEqual([...evaluate(query, lookup(truths, 2))], expected);
  }
});

Deno.test("5,000 ids are found among 100,000 runs, in any order with other conditions", () => {
  const ids: ValueColumn = {
    path: "sys/id",
    type: "string",
    rows: Uint32Array.from({ length: 100_000 }, (_, run) => run),
    values: Array.from({ length: 100_000 }, (_, run) => `RUN-${run}`),
  };
  const oneOf = Array.from({ length: 5000 }, (_, index) => `sys/id:string = RUN-${index * 7}`);
  const text = `p0 EXISTS OR ${oneOf.join(" OR ")} OR sys/id:string MATCHES "^RUN-3$"`;
  const answers = evaluate(Result.getOrThrow(parse(text)), lookup([ids], 100_000));
  const expected = Uint8Array.from(
    { length: 100_000 },
    (_, run) => Number(run === 3 || run % 7 === 0 && run < 35_000),
  );
  assert.deepEqual(answers, expected);
});
