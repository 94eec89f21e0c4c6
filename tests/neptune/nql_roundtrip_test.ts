import assert from "node:assert/strict";
import { Arbitrary, Effect, Result, Schema } from "effect";
import {
  type AttributeName,
  type AttributeTypeName,
  type Comparison,
  type Condition,
  type Operator,
  parse,
  type Predicate,
  print,
  type Query,
} from "../../src/neptune/Nql.ts";

const choice = <const A extends string>(items: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.schema(Schema.Literals(items));

const either = <A>(arbitraries: ReadonlyArray<Arbitrary.Arbitrary<A>>): Arbitrary.Arbitrary<A> =>
  Arbitrary.flatMap(
    Arbitrary.schema(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: arbitraries.length - 1 })),
    ),
    (index) => arbitraries[index]!,
  );

const check = async <A>(
  arbitrary: Arbitrary.Arbitrary<A>,
  property: (value: A) => boolean,
  runs: number,
): Promise<void> => {
  const result = await Effect.runPromise(
    Arbitrary.checkEffect(arbitrary, property, { runs, size: 30, seed: 7 }),
  );
  assert.equal(Arbitrary.formatCheckFailure(result), undefined);
};

const PIECES = [
  "a",
  "B",
  "é",
  "😀",
  "\uD83D",
  "\u0000",
  " ",
  "\n",
  "\\",
  '"',
  "'",
  '\\"',
  "(",
  ")",
  ":",
  "=",
  "!",
  "<",
  "AND",
  "or",
  "NOT",
  "contains",
  "EXISTS",
  "last(",
  "`x`",
  "%",
  "$&",
  "string",
  "",
] as const;

const text = Arbitrary.map(
  Arbitrary.array(choice(PIECES), { maxLength: 6 }),
  (pieces) => pieces.join(""),
);

const attributeOf = (
  type: AttributeTypeName | undefined,
): Arbitrary.Arbitrary<AttributeName> =>
  Arbitrary.map(text, (text) => {
    const name = text.replaceAll("`", "");
    return type === undefined ? { name } : { name, type };
  });

const finite = Arbitrary.map(Arbitrary.schema(Schema.Finite), String);
const instants = choice(["2024-02-06T05:00:00Z", "1969-12-31T23:59:59.9999+09:30", "-2h", "-1M"]);

const comparison = (
  type: AttributeTypeName | undefined,
  operators: ReadonlyArray<Operator>,
  values: Arbitrary.Arbitrary<string>,
): Arbitrary.Arbitrary<Comparison> =>
  Arbitrary.map(
    Arbitrary.all([attributeOf(type), choice(operators), values]),
    ([attribute, operator, value]) => ({ _tag: "Comparison", attribute, operator, value }),
  );

const EQUALITY = ["=", "!="] as const;
const ORDER = ["=", "!=", ">", ">=", "<", "<="] as const;

const yesNo = Arbitrary.schema(Schema.Boolean);

const predicate: Arbitrary.Arbitrary<Predicate> = either<Predicate>([
  comparison(undefined, ORDER, text),
  comparison("string", ORDER, text),
  comparison("stringSeries", EQUALITY, text),
  comparison("int", ORDER, finite),
  comparison("float", ORDER, finite),
  comparison("datetime", ORDER, instants),
  comparison("bool", EQUALITY, choice(["true", "false", "True", "FALSE"])),
  comparison("experimentState", EQUALITY, choice(["running", "IDLE", "active", "inactive"])),
  Arbitrary.map(
    Arbitrary.all([
      comparison("floatSeries", ORDER, finite),
      choice(["last", "min", "max", "average", "variance"]),
    ]),
    ([predicate, aggregate]) => ({
      ...predicate,
      attribute: { ...predicate.attribute, aggregate },
    }),
  ),
  Arbitrary.flatMap(
    choice(["stringSet", "string", "stringSeries"]),
    (type) =>
      Arbitrary.map(
        Arbitrary.all([attributeOf(type), yesNo, text]),
        ([attribute, negated, value]) => ({ _tag: "Contains", attribute, negated, value }) as const,
      ),
  ),
  Arbitrary.map(
    Arbitrary.all([attributeOf("string"), yesNo, text]),
    ([attribute, negated, pattern]) => ({ _tag: "Matches", attribute, negated, pattern }) as const,
  ),
  Arbitrary.flatMap(
    choice(["fileRef", "fileRefSeries", "histogramSeries", "int", "stringSet"]),
    (type) =>
      Arbitrary.map(
        Arbitrary.all([attributeOf(type), yesNo]),
        ([attribute, negated]) => ({ _tag: "Exists", attribute, negated }) as const,
      ),
  ),
]);

const conditionOf = (depth: number): Arbitrary.Arbitrary<Condition> => {
  if (depth === 0) return predicate;
  const inner = conditionOf(depth - 1);
  return either<Condition>([
    predicate,
    Arbitrary.map(inner, (condition) => ({ _tag: "Not", condition })),
    Arbitrary.map(
      Arbitrary.all([
        choice(["And", "Or"]),
        inner,
        inner,
        Arbitrary.array(inner, { maxLength: 2 }),
      ]),
      ([_tag, first, second, rest]) => ({ _tag, conditions: [first, second, ...rest] }),
    ),
  ]);
};

const roundTrip = (query: Query): Query =>
  Result.getOrThrow(parse(Result.getOrThrow(print(query))));

const isSame = (actual: Query, expected: Query): boolean => {
  assert.deepEqual(actual, expected);
  return true;
};

Deno.test("any tree is printed as a text that parses to it", () =>
  check(conditionOf(4), (query) => isSame(roundTrip(query), query), 500));

Deno.test("any text that parses is printed as one that parses to the same tree", () => {
  const predicateText = choice([
    "a=1",
    'b != "x"',
    '`c d`:string MATCHES "x\\\\d\\""',
    "e:stringSet not Contains f",
    "min( g : floatSeries )>=1e3",
    "h EXISTS",
    "i not exists",
    "`AND`:bool == TRUE",
    "j = k'l",
  ]);
  const conditionText = Arbitrary.map(
    Arbitrary.array(
      Arbitrary.all([
        choice(["", "NOT ", "not not "]),
        choice(["", "(", "((", "( NOT ("]),
        predicateText,
        choice([" AND ", " or ", "\n\tOR\n", " and "]),
      ]),
      { minLength: 1, maxLength: 8 },
    ),
    (parts) => {
      let open = 0;
      return parts.map(([negation, opening, predicate, connective], index) => {
        open += opening.replaceAll(/[^(]/g, "").length;
        const closing = index % 2 === 1 || index === parts.length - 1 ? open : 0;
        open -= closing;
        return negation + opening + predicate + ")".repeat(closing) +
          (index === parts.length - 1 ? "" : connective);
      }).join("");
    },
  );
  return check(conditionText, (text) => {
    const query = Result.getOrThrow(parse(text));
    return isSame(roundTrip(query), query);
  }, 500);
});

Deno.test("any other text is refused at a place in it", () =>
  check(
    Arbitrary.map(Arbitrary.array(choice(PIECES), { maxLength: 12 }), (pieces) => pieces.join(" ")),
    (text) => {
      const result = parse(text);
      if (Result.isSuccess(result)) return isSame(roundTrip(result.success), result.success);
      const { position, message } = result.failure;
      return position >= 0 && position <= text.length && message.includes("not valid NQL");
    },
    1000,
  ));

const SECONDS = 1000;

const timed = <A>(limit: number, run: () => A): A => {
  const start = performance.now();
  const result = run();
  assert.ok(performance.now() - start < limit);
  return result;
};

Deno.test("a condition in 100,000 parentheses is the condition", () => {
  const text = "(".repeat(100_000) + "a EXISTS" + ")".repeat(100_000);
  const query = timed(10 * SECONDS, () => Result.getOrThrow(parse(text)));
  assert.deepEqual(query, { _tag: "Exists", attribute: { name: "a" }, negated: false });
});

Deno.test("50,000 levels of groups are parsed and printed", () => {
  for (
    const text of [
      "(".repeat(50_000) + "(`a` EXISTS)" + " OR (`b` EXISTS))".repeat(50_000),
      "((`a` EXISTS) AND ".repeat(50_000) + "(`b` EXISTS)" + ")".repeat(50_000),
      "(NOT ".repeat(50_000) + "(`a` EXISTS)" + ")".repeat(50_000),
    ]
  ) {
    const query = timed(10 * SECONDS, () => Result.getOrThrow(parse(text)));
    const printed = timed(10 * SECONDS, () => Result.getOrThrow(print(query)));
    assert.equal(printed, text);
  }
});

Deno.test("texts of 250,000 characters take time in proportion to their length", () => {
  const queries = [
    'x = "' + "\\\\".repeat(125_000) + '"',
    "x:int > " + "1".repeat(250_000),
    "x:int > " + "1".repeat(250_000) + "x",
    "NOT ".repeat(62_500) + "a EXISTS",
    "(".repeat(250_000),
    'x = "' + "\\".repeat(250_000),
    " ".repeat(250_000) + "x",
    Array.from({ length: 15_000 }, (_, index) => `\`a${index}\` = ${index}`).join(" AND "),
  ];
  const outcomes = queries.map((text) => timed(5 * SECONDS, () => Result.isSuccess(parse(text))));
  assert.deepEqual(outcomes, [true, false, false, true, false, false, false, true]);
});
