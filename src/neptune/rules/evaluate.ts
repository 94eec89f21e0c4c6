/**
 * Which runs fulfil a query, decided from columns of their attributes.
 *
 * @module
 */
import { RE2JS } from "re2js";
import { byCodePoint } from "../byCodePoint.ts";
import type { ValueColumn } from "../NeptuneSource.ts";
import {
  type NumberLiteral,
  readBoolean,
  readInstant,
  readNumber,
  readState,
} from "../nql/literal.ts";
import { operatorOf } from "../nql/predicates.ts";
import { supports } from "../nql/typing.ts";
import type { Comparison, Operator, Query } from "../Nql.ts";
import { FULFILLED, type Step, stepsOf } from "./steps.ts";

/** What a query is decided from. */
export interface Lookup {
  /** How many runs there are. */
  readonly runs: number;
  /** When now is, in milliseconds since the epoch, for times such as `-2h`. */
  readonly now: number;
  /** The columns of this path, of every type; their rows are indices of runs. */
  readonly columns: (path: string) => ReadonlyArray<ValueColumn>;
}

/**
 * Decides for each run whether it fulfils a query: 1 if so, else 0.
 *
 * A predicate looks at the attribute in the run, under the type it names, or under any type if it
 * names none. Without such an attribute it does not hold; `!=` and `NOT …` are the opposite of what
 * they negate, and hold. Series are judged by their last value or the aggregate asked for.
 *
 * The query must have passed `check`; a pattern that is not RE2 throws.
 */
export const evaluate = (query: Query, lookup: Lookup): Uint8Array => {
  if (query._tag === "Everything") return new Uint8Array(lookup.runs).fill(1);
  const steps = stepsOf(query);
  // Where each run is: at a step, or at the answer.
  const places = new Int32Array(lookup.runs).fill(steps.length - 1);
  const holds = new Uint8Array(lookup.runs);
  for (let place = steps.length - 1; place >= 0; place--) {
    if (!places.includes(place)) continue;
    const { predicate, whenTrue, whenFalse } = steps[place]!;
    decide(predicate, lookup, holds.fill(0));
    for (let run = 0; run < places.length; run++) {
      if (places[run] === place) places[run] = holds[run] === 1 ? whenTrue : whenFalse;
    }
  }
  places.forEach((place, run) => {
    holds[run] = place === FULFILLED ? 1 : 0;
  });
  return holds;
};

/** Sets the runs for which a predicate holds, apart from its negation. */
const decide = (predicate: Step["predicate"], lookup: Lookup, holds: Uint8Array): void => {
  const { name, type, aggregate } = predicate.attribute;
  const operator = predicate._tag === "OneOf" ? "=" : operatorOf(predicate);
  const testOf = testFor(predicate, lookup.now);
  for (const column of lookup.columns(name)) {
    if (type !== undefined && column.type !== type) continue;
    if (aggregate !== undefined && column.type !== "floatSeries") continue;
    const test = supports(column.type, operator) ? testOf(column) : undefined;
    if (test === undefined) continue;
    column.rows.forEach((row, index) => {
      if (test(index)) holds[row] = 1;
    });
  }
};

/** A test of the value at an index of a column; `undefined` where no value can pass. */
type Test = ((index: number) => boolean) | undefined;

const testFor = (predicate: Step["predicate"], now: number): (column: ValueColumn) => Test => {
  switch (predicate._tag) {
    case "OneOf":
      return (column) => textTest(column, (text) => predicate.values.has(text));
    case "Exists":
      return () => () => true;
    case "Contains": {
      const { value } = predicate;
      return (column) =>
        column.type === "stringSet"
          ? (index) => column.values[index]!.includes(value)
          : textTest(column, (text) => text.includes(value));
    }
    case "Matches": {
      const pattern = RE2JS.compile(predicate.pattern);
      const isFound = remember((text) => pattern.test(text));
      return (column) => textTest(column, isFound);
    }
    case "Comparison":
      return (column) => comparisonTest(predicate, column, now);
  }
};

const textTest = (column: ValueColumn, test: (text: string) => boolean): Test => {
  switch (column.type) {
    case "string":
      return (index) => test(column.values[index]!);
    case "stringSeries":
      return (index) => {
        const last = column.last[index] ?? null;
        return last !== null && test(last);
      };
    default:
      return undefined;
  }
};

// Runs share most of their texts.
const remember = (test: (text: string) => boolean): (text: string) => boolean => {
  const answers = new Map<string, boolean>();
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined) answers.set(text, answer = test(text));
    return answer;
  };
};

/**
 * What an operator says of the sign of `value - literal`, which is NaN where there is no value.
 * `!=` is a negation of `=`.
 */
const SIGNS: Readonly<Record<Operator, (sign: number) => boolean>> = {
  "=": (sign) => sign === 0,
  "!=": (sign) => sign === 0,
  ">": (sign) => sign > 0,
  ">=": (sign) => sign >= 0,
  "<": (sign) => sign < 0,
  "<=": (sign) => sign <= 0,
};

const comparisonTest = (predicate: Comparison, column: ValueColumn, now: number): Test => {
  const { operator, value } = predicate;
  const accepts = SIGNS[operator];
  if (column.type === "string" || column.type === "stringSeries") {
    return operator === "=" || operator === "!="
      ? textTest(column, (text) => text === value)
      : textTest(column, (text) => accepts(byCodePoint(text, value)));
  }
  const sign = signFor(predicate, column, now);
  return sign && ((index) => accepts(sign(index)));
};

const signFor = (
  { attribute, value }: Comparison,
  column: ValueColumn,
  now: number,
): ((index: number) => number) | undefined => {
  switch (column.type) {
    case "int": {
      const literal = readNumber(value);
      return literal && ((index) => signOfInteger(column.values[index]!, literal));
    }
    case "float": {
      const literal = readNumber(value);
      return literal && ((index) => column.values[index]! - literal.nearest);
    }
    case "floatSeries": {
      const literal = readNumber(value);
      const numbers = column[attribute.aggregate ?? "last"];
      return literal &&
        ((index) => Number.isNaN(column.lastStep[index]) ? NaN : numbers[index]! - literal.nearest);
    }
    case "datetime": {
      const literal = readInstant(value, now);
      return literal === undefined ? undefined : (index) => column.values[index]! - literal;
    }
    case "bool": {
      const literal = readBoolean(value);
      return literal === undefined ? undefined : (index) => column.values[index]! - Number(literal);
    }
    case "experimentState": {
      const literal = readState(value);
      return literal && ((index) => readState(column.values[index]!) === literal ? 0 : 1);
    }
    default:
      return undefined;
  }
};

// A double would round integers beyond 2^53.
const signOfInteger = (value: bigint, { floor, whole }: NumberLiteral): number => {
  if (value === floor) return whole ? 0 : -1;
  return value < floor ? -1 : 1;
};
