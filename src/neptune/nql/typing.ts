/**
 * What a predicate must be to make sense: the operators that each type of attribute has, and the
 * values that it can be compared with.
 *
 * @module
 */
import { InvalidArgument } from "../NeptuneError.ts";
import type { Aggregate, AttributeTypeName, Predicate } from "../Nql.ts";
import { readBoolean, readInstant, readNumber, readState } from "./literal.ts";
import { operatorOf } from "./predicates.ts";

const EQUALITY = ["=", "!=", "EXISTS"];
const ORDER = ["=", "!=", ">", ">=", "<", "<=", "EXISTS"];

const OPERATORS: Readonly<Record<AttributeTypeName, ReadonlyArray<string>>> = {
  float: ORDER,
  int: ORDER,
  string: [...ORDER, "CONTAINS", "MATCHES"],
  bool: EQUALITY,
  datetime: ORDER,
  floatSeries: ORDER,
  stringSeries: [...EQUALITY, "CONTAINS", "MATCHES"],
  stringSet: ["CONTAINS", "EXISTS"],
  fileRef: ["EXISTS"],
  fileRefSeries: ["EXISTS"],
  histogramSeries: ["EXISTS"],
  experimentState: EQUALITY,
};

/** The names of the types that NQL knows. */
export const typeNames: ReadonlyArray<string> = Object.keys(OPERATORS);

/** Whether NQL knows a type of this name. */
export const isTypeName = (name: string): name is AttributeTypeName =>
  Object.hasOwn(OPERATORS, name);

/** Whether attributes of a type, known to NQL or not, have an operator. All of them exist. */
export const supports = (type: string, operator: string): boolean =>
  isTypeName(type) ? OPERATORS[type].includes(operator) : operator === "EXISTS";

/** The aggregates of float series. */
export const aggregates: ReadonlyArray<Aggregate> = ["last", "min", "max", "average", "variance"];

interface Values {
  readonly fits: (text: string) => boolean;
  readonly description: string;
}

const NUMBERS: Values = {
  fits: (text) => readNumber(text) !== undefined,
  description: "a finite number, such as 0.5, 1e-3 or 50MB",
};

const VALUES: Readonly<Partial<Record<AttributeTypeName, Values>>> = {
  int: NUMBERS,
  float: NUMBERS,
  floatSeries: NUMBERS,
  bool: {
    fits: (text) => readBoolean(text) !== undefined,
    description: "true or false",
  },
  datetime: {
    fits: (text) => readInstant(text, 0) !== undefined,
    description: 'a date and time with an offset, such as "2024-02-06T05:00:00Z", or hours, days ' +
      "or months before now, such as -2h, -5d or -1M",
  },
  experimentState: {
    fits: (text) => readState(text) !== undefined,
    description: "running or idle, also called active and inactive",
  },
};

/** Why a predicate makes no sense, and which part of it is to blame. */
export interface Problem {
  readonly part: "name" | "aggregate" | "operator" | "value";
  readonly problem: string;
}

/** Finds what is wrong with a predicate; `undefined` when it is well formed. */
export const problemOf = (predicate: Predicate): Problem | undefined => {
  const { name, aggregate } = predicate.attribute;
  const type = predicate.attribute.type ?? (aggregate === undefined ? undefined : "floatSeries");
  if (name.includes("`")) {
    return {
      part: "name",
      problem: "a name with a back-quote in it cannot be written",
    };
  }
  if (type === undefined) return undefined;
  if (aggregate !== undefined && type !== "floatSeries") {
    return {
      part: "aggregate",
      problem:
        `only a floatSeries has the aggregate ${aggregate}, not an attribute of type ${type}`,
    };
  }
  const operator = operatorOf(predicate);
  if (!supports(type, operator)) {
    return {
      part: "operator",
      problem: `an attribute of type ${type} has no operator ${operator}; ` +
        `it has ${OPERATORS[type].join(", ")}`,
    };
  }
  const values = VALUES[type];
  if (predicate._tag === "Comparison" && values !== undefined && !values.fits(predicate.value)) {
    return {
      part: "value",
      problem: `an attribute of type ${type} is compared with ${values.description}`,
    };
  }
  return undefined;
};

/** The error of a predicate that makes no sense; `undefined` when it is well formed. */
export const invalidPredicate = (predicate: Predicate): InvalidArgument | undefined => {
  const wrong = problemOf(predicate);
  return wrong &&
    new InvalidArgument({
      parameter: "query",
      message: `The condition on ${JSON.stringify(predicate.attribute.name)} is not valid NQL: ` +
        `${wrong.problem}.`,
    });
};
