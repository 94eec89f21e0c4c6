/**
 * From the text of a query to its tree.
 *
 * @module
 */
import { Result } from "effect";
import type { InvalidQuery } from "../NeptuneError.ts";
import type { AttributeName, Condition, Operator, Predicate, Query } from "../Nql.ts";
import { Cursor, type Token } from "./tokens.ts";
import { aggregates, isTypeName, problemOf, typeNames } from "./typing.ts";

/**
 * Reads a query that is written in NQL; a blank text is every run.
 *
 * ```text
 * or         = and { "OR" and }
 * and        = unary { "AND" unary }
 * unary      = "NOT" unary | "(" or ")" | operand tail
 * operand    = attribute | ("last" | "min" | "max" | "average" | "variance") "(" attribute ")"
 * attribute  = ( "`" any text without back-quotes "`" | bareword ) [ ":" type ]
 * tail       = ("=" | "==" | "!=" | ">" | ">=" | "<" | "<=") value
 *            | ["NOT"] ("CONTAINS" | "MATCHES") value
 *            | ["NOT"] "EXISTS"
 * value      = '"' text, with \" for a double quote and \\ for a backslash '"' | bareword
 * bareword   = one or more characters other than white space and ( ) : ` " = < > !
 * ```
 *
 * Upper and lower case are the same in all words but the types. AND, OR and NOT are names of
 * attributes only in back-quotes.
 *
 * Numbers are decimal, with or without a unit: `KB`, `MB`, `GB`, `TB` are taken as powers of 1000,
 * `KiB` and so on as powers of 1024. Times are ISO 8601 with an offset, or `-2h`, `-5d`, `-1M` for
 * hours, days and months before now. States are `running` and `idle`, or `active` and `inactive`.
 *
 * A text that is not NQL fails, and so does one that asks what the type of an attribute does not
 * allow, such as `` `sys/size`:int = "abc" ``. Patterns are not looked into.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * const { parse } = Neptune.Nql;
 *
 * console.log(Result.getOrThrow(parse("lr:float > 0.1")));
 * // { _tag: "Comparison", attribute: { name: "lr", type: "float" }, operator: ">", value: "0.1" }
 *
 * const wrong = Result.flip(parse("lr:float > 0.1 batch:int = 64"));
 * console.log(Result.getOrThrow(wrong).position); // 15
 * ```
 */
export const parse = (text: string): Result.Result<Query, InvalidQuery> => {
  const cursor = new Cursor(text);
  return cursor.token.kind === "end" ? Result.succeed({ _tag: "Everything" }) : condition(cursor);
};

const condition = (cursor: Cursor): Result.Result<Condition, InvalidQuery> =>
  Result.gen(function* () {
    let group = new Group();
    do {
      group = openings(cursor, group);
      group.add(yield* predicate(cursor));
      group = closings(cursor, group);
    } while (connective(cursor, group));

    if (cursor.token.kind === ")") {
      return yield* cursor.fail("this parenthesis closes none");
    }
    if (cursor.token.kind !== "end") {
      const end = group.parenthesis === undefined ? "the end" : "a closing parenthesis";
      return yield* cursor.fail(
        `expected AND, OR or ${end} (a value with spaces or signs in it needs double quotes, and ` +
          'a double quote in a value is written \\")',
      );
    }
    if (group.parenthesis !== undefined) {
      return yield* cursor.fail("this parenthesis is never closed", group.parenthesis);
    }
    return group.condition();
  });

/**
 * The conditions between two parentheses, or outside of all, as far as they were read. Groups are
 * linked outwards, for a query can be nested deeper than calls can be.
 */
class Group {
  #negations = 0;
  #all: Array<Condition> = [];
  readonly #any: Array<Condition> = [];

  constructor(readonly parenthesis?: Token, readonly outer?: Group) {}

  negateNext(): void {
    this.#negations++;
  }

  add(condition: Condition): void {
    let added = condition;
    for (; this.#negations > 0; this.#negations--) added = { _tag: "Not", condition: added };
    this.#all.push(added);
  }

  startAlternative(): void {
    this.#any.push(joined("And", this.#all));
    this.#all = [];
  }

  condition(): Condition {
    return joined("Or", [...this.#any, joined("And", this.#all)]);
  }
}

const joined = (tag: "And" | "Or", conditions: ReadonlyArray<Condition>): Condition => {
  const [first, second, ...rest] = conditions;
  return second === undefined ? first! : { _tag: tag, conditions: [first!, second, ...rest] };
};

const openings = (cursor: Cursor, group: Group): Group => {
  let inner = group;
  while (true) {
    if (cursor.takeKeyword("NOT")) inner.negateNext();
    else if (cursor.token.kind === "(") inner = new Group(cursor.take(), inner);
    else return inner;
  }
};

const closings = (cursor: Cursor, group: Group): Group => {
  let current = group;
  while (current.outer !== undefined && cursor.takeIf(")") !== undefined) {
    current.outer.add(current.condition());
    current = current.outer;
  }
  return current;
};

const connective = (cursor: Cursor, group: Group): boolean => {
  if (cursor.takeKeyword("AND")) return true;
  const found = cursor.takeKeyword("OR");
  if (found) group.startAlternative();
  return found;
};

const predicate = (cursor: Cursor): Result.Result<Predicate, InvalidQuery> =>
  Result.gen(function* () {
    const start = cursor.token;
    const attribute = yield* operand(cursor);
    const operator = cursor.token;
    const read = yield* tail(cursor, attribute);
    const wrong = problemOf(read);
    if (wrong === undefined) return read;
    const tokens = { name: start, aggregate: start, operator, value: cursor.last };
    return yield* cursor.fail(wrong.problem, tokens[wrong.part]);
  });

const operand = (cursor: Cursor): Result.Result<AttributeName, InvalidQuery> =>
  Result.gen(function* () {
    const first = yield* name(cursor, "expected a condition: an attribute, NOT or a parenthesis");
    if (first.kind === "name" || cursor.takeIf("(") === undefined) {
      return yield* attribute(cursor, first.text);
    }
    const aggregate = aggregates.find((aggregate) => aggregate === first.text.toLowerCase());
    if (aggregate === undefined) {
      return yield* cursor.fail(
        `there is no such aggregate; there are ${aggregates.join(", ")}`,
        first,
      );
    }
    const series = yield* name(cursor, `expected the attribute whose ${aggregate} is meant`);
    const ofSeries = yield* attribute(cursor, series.text);
    if (cursor.takeIf(")") === undefined) {
      return yield* cursor.fail("expected a closing parenthesis after the attribute");
    }
    return { ...ofSeries, aggregate };
  });

const name = (cursor: Cursor, expected: string): Result.Result<Token, InvalidQuery> => {
  const { kind, text } = cursor.token;
  if (kind === "string" || (kind === "word" && text.startsWith("'"))) {
    return cursor.fail("the name of an attribute is written in back-quotes: `name`");
  }
  const isReserved = cursor.isAt("AND") || cursor.isAt("OR") || cursor.isAt("NOT");
  return kind === "name" || (kind === "word" && !isReserved)
    ? Result.succeed(cursor.take())
    : cursor.fail(expected);
};

const attribute = (
  cursor: Cursor,
  name: string,
): Result.Result<AttributeName, InvalidQuery> => {
  if (cursor.takeIf(":") === undefined) return Result.succeed({ name });
  const { kind, text } = cursor.token;
  if (kind !== "word") return cursor.fail("expected a type after the colon");
  if (!isTypeName(text)) {
    return cursor.fail(`there is no such type; there are ${typeNames.join(", ")}`);
  }
  cursor.take();
  return Result.succeed({ name, type: text });
};

const COMPARISONS: ReadonlyMap<string, Operator> = new Map([
  ["=", "="],
  ["==", "="],
  ["!=", "!="],
  [">", ">"],
  [">=", ">="],
  ["<", "<"],
  ["<=", "<="],
]);

const tail = (
  cursor: Cursor,
  attribute: AttributeName,
): Result.Result<Predicate, InvalidQuery> =>
  Result.gen(function* () {
    const operator = cursor.token.kind === "comparison" && COMPARISONS.get(cursor.token.text);
    if (operator) {
      cursor.take();
      return { _tag: "Comparison", attribute, operator, value: yield* value(cursor, operator) };
    }
    const negated = cursor.takeKeyword("NOT");
    if (cursor.takeKeyword("CONTAINS")) {
      return { _tag: "Contains", attribute, negated, value: yield* value(cursor, "CONTAINS") };
    }
    if (cursor.takeKeyword("MATCHES")) {
      return { _tag: "Matches", attribute, negated, pattern: yield* value(cursor, "MATCHES") };
    }
    if (cursor.takeKeyword("EXISTS")) return { _tag: "Exists", attribute, negated };
    return yield* cursor.fail(
      negated
        ? "expected CONTAINS, MATCHES or EXISTS after NOT"
        : "expected an operator such as = or CONTAINS after the attribute",
    );
  });

const value = (cursor: Cursor, operator: string): Result.Result<string, InvalidQuery> => {
  const { kind, text } = cursor.token;
  if (kind === "word" && text.startsWith("'")) {
    return cursor.fail("values are written in double quotes, not in single ones");
  }
  return kind === "word" || kind === "string"
    ? Result.succeed(cursor.take().text)
    : cursor.fail(`expected a value after ${operator}, bare or in double quotes`);
};
