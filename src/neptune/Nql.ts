/**
 * NQL, the query language in which runs are selected: a syntax tree, functions that build it, a
 * parser and a printer.
 *
 * | Function | Text |
 * |---|---|
 * | {@link equals}, {@link compare} | `` `lr` = "0.1" ``, and with `!=`, `<`, `<=`, `>`, `>=` |
 * | {@link contains} | `` `sys/tags`:stringSet CONTAINS "best" `` |
 * | {@link matches} | `` `sys/name`:string MATCHES "^exp" `` |
 * | {@link exists} | `` `lr` EXISTS `` |
 * | {@link and}, {@link or} | `(… AND …)`, `(… OR …)` |
 * | {@link not} | `… NOT CONTAINS …`, `(NOT …)` |
 * | {@link everything} | the empty text |
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * const { and, compare, matches, not, parse, print } = Neptune.Nql;
 *
 * const query = and([
 *   compare({ name: "metrics/loss", type: "floatSeries", aggregate: "min" }, "<", 0.1),
 *   not(matches({ name: "sys/name", type: "string" }, "^draft")),
 * ]);
 * const text = Result.getOrThrow(print(query));
 * console.log(text);
 * // ((min(`metrics/loss`:floatSeries) < "0.1") AND (`sys/name`:string NOT MATCHES "^draft"))
 *
 * console.log(Result.getOrThrow(parse(text))); // the same tree again
 * ```
 *
 * @module
 */

export { parse } from "./nql/parse.ts";
export { print } from "./nql/print.ts";

/** Which runs: all of them, or those that fulfil a condition. */
export type Query = Everything | Condition;

/** Every run; the empty text. It is only ever a whole query, never a part of one. */
export interface Everything {
  readonly _tag: "Everything";
}

/** What a run fulfils or not. */
export type Condition = And | Or | Not | Predicate;

/** A condition on one attribute. */
export type Predicate = Comparison | Contains | Matches | Exists;

/** All of two or more conditions. */
export interface And {
  readonly _tag: "And";
  readonly conditions: readonly [Condition, Condition, ...ReadonlyArray<Condition>];
}

/** At least one of two or more conditions. */
export interface Or {
  readonly _tag: "Or";
  readonly conditions: readonly [Condition, Condition, ...ReadonlyArray<Condition>];
}

/** The opposite of a condition. */
export interface Not {
  readonly _tag: "Not";
  readonly condition: Condition;
}

/** The attribute that a predicate is about. Without a type it is any of that name. */
export interface AttributeName {
  readonly name: string;
  readonly type?: AttributeTypeName | undefined;
  /** Which number of a float series; `last` when absent. */
  readonly aggregate?: Aggregate | undefined;
}

/** The types that NQL can name. */
export type AttributeTypeName =
  | "float"
  | "int"
  | "string"
  | "bool"
  | "datetime"
  | "floatSeries"
  | "stringSeries"
  | "stringSet"
  | "fileRef"
  | "fileRefSeries"
  | "histogramSeries"
  | "experimentState";

/** The numbers that stand for a whole float series. */
export type Aggregate = "last" | "min" | "max" | "average" | "variance";

/** The comparison operators; `==` is read as `=`. */
export type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** `attribute operator value`. The value is text; the attribute's type says how to read it. */
export interface Comparison {
  readonly _tag: "Comparison";
  readonly attribute: AttributeName;
  readonly operator: Operator;
  readonly value: string;
}

/** `attribute CONTAINS value`: a member of a string set, or a part of a string. */
export interface Contains {
  readonly _tag: "Contains";
  readonly attribute: AttributeName;
  readonly negated: boolean;
  readonly value: string;
}

/** `attribute MATCHES pattern`: RE2 finds the pattern somewhere in a string. */
export interface Matches {
  readonly _tag: "Matches";
  readonly attribute: AttributeName;
  readonly negated: boolean;
  readonly pattern: string;
}

/** `attribute EXISTS`: the run has the attribute. */
export interface Exists {
  readonly _tag: "Exists";
  readonly attribute: AttributeName;
  readonly negated: boolean;
}

/** The query that every run fulfils. */
export const everything: Everything = { _tag: "Everything" };

/** Compares an attribute with a value; a number or a boolean stands for its text. */
export const compare = (
  attribute: AttributeName | string,
  operator: Operator,
  value: string | number | bigint | boolean,
): Comparison => ({
  _tag: "Comparison",
  attribute: named(attribute),
  operator,
  value: String(value),
});

/** The attribute has exactly this value. */
export const equals = (
  attribute: AttributeName | string,
  value: string | number | bigint | boolean,
): Comparison => compare(attribute, "=", value);

/** The string set has this member, or the string this part; upper and lower case differ. */
export const contains = (attribute: AttributeName | string, value: string): Contains => ({
  _tag: "Contains",
  attribute: named(attribute),
  negated: false,
  value,
});

/** RE2 finds the pattern somewhere in the string; `^` and `$` tie it to the ends. */
export const matches = (attribute: AttributeName | string, pattern: string): Matches => ({
  _tag: "Matches",
  attribute: named(attribute),
  negated: false,
  pattern,
});

/** The run has the attribute. */
export const exists = (attribute: AttributeName | string): Exists => ({
  _tag: "Exists",
  attribute: named(attribute),
  negated: false,
});

/**
 * The opposite of a condition. A run that lacks the attribute fulfils it, unless it fulfils the
 * condition.
 *
 * Of CONTAINS, MATCHES and EXISTS it is the operator's own negation, such as `NOT MATCHES`.
 */
export const not = (condition: Condition): Condition => {
  switch (condition._tag) {
    case "Contains":
    case "Matches":
    case "Exists":
      return { ...condition, negated: !condition.negated };
    case "Not":
      return condition.condition;
    default:
      return { _tag: "Not", condition };
  }
};

/**
 * All of the queries.
 *
 * {@link everything} among them adds nothing and is left out; without any other query the result is
 * `everything`, and of a single one it is that one.
 */
export function and(conditions: readonly [Condition, ...ReadonlyArray<Condition>]): Condition;
/** All of any number of queries. */
export function and(queries: ReadonlyArray<Query>): Query;
export function and(queries: ReadonlyArray<Query>): Query {
  const [first, second, ...rest] = queries.filter((query) => query._tag !== "Everything");
  if (first === undefined) return everything;
  return second === undefined ? first : { _tag: "And", conditions: [first, second, ...rest] };
}

/**
 * At least one of the queries; of a single one it is that one, and with {@link everything} among
 * them it is `everything`.
 *
 * There must be one: NQL has no query that no run fulfils.
 */
export function or(conditions: readonly [Condition, ...ReadonlyArray<Condition>]): Condition;
/** At least one of any queries. */
export function or(queries: readonly [Query, ...ReadonlyArray<Query>]): Query;
export function or(queries: readonly [Query, ...ReadonlyArray<Query>]): Query {
  const conditions = queries.filter((query) => query._tag !== "Everything");
  const [first, second, ...rest] = conditions;
  if (first === undefined || conditions.length < queries.length) return everything;
  return second === undefined ? first : { _tag: "Or", conditions: [first, second, ...rest] };
}

const named = (attribute: AttributeName | string): AttributeName =>
  typeof attribute === "string" ? { name: attribute } : attribute;
