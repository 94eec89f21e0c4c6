/**
 * A query as a list of steps, one for each predicate.
 *
 * A step says where a run goes when the predicate holds for it and where when not: to a later step,
 * or to the answer. So every predicate is decided for all runs at once, AND, OR and NOT are no work
 * at all, and what memory the decision takes does not depend on how deep the query is nested.
 *
 * @module
 */
import type { AttributeName, Condition, Or, Predicate } from "../Nql.ts";

/** A predicate without its negation, and the places to which a run goes from it. */
export interface Step {
  readonly predicate: Predicate | OneOf;
  readonly whenTrue: number;
  readonly whenFalse: number;
}

/** `attribute = value` for any of the values, of type `string`. */
export interface OneOf {
  readonly _tag: "OneOf";
  readonly attribute: AttributeName;
  readonly values: ReadonlySet<string>;
}

/** The place of the runs that fulfil the query. */
export const FULFILLED: number = -1;

const NOT_FULFILLED = -2;

// The step that was made last, which is where the condition on the right begins.
const NEXT = -3;

/** The steps of a condition, the first one last: each is made after those that it leads to. */
export const stepsOf = (condition: Condition): ReadonlyArray<Step> => {
  const steps: Array<Step> = [];
  const pending: Array<Omit<Step, "predicate"> & { readonly condition: Condition | OneOf }> = [];
  const push = (condition: Condition | OneOf, whenTrue: number, whenFalse: number) =>
    pending.push({ condition, whenTrue, whenFalse });
  const place = (target: number) => target === NEXT ? steps.length - 1 : target;

  push(condition, FULFILLED, NOT_FULFILLED);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { condition } = next;
    const whenTrue = place(next.whenTrue);
    const whenFalse = place(next.whenFalse);
    switch (condition._tag) {
      case "And":
        condition.conditions.forEach((part, index, { length }) =>
          push(part, index === length - 1 ? whenTrue : NEXT, whenFalse)
        );
        break;
      case "Or":
        alternatives(condition).forEach((part, index, { length }) =>
          push(part, whenTrue, index === length - 1 ? whenFalse : NEXT)
        );
        break;
      case "Not":
        push(condition.condition, whenFalse, whenTrue);
        break;
      default:
        steps.push(
          isNegated(condition)
            ? { predicate: condition, whenTrue: whenFalse, whenFalse: whenTrue }
            : { predicate: condition, whenTrue, whenFalse },
        );
    }
  }
  return steps;
};

// Clients ask for thousands of runs by one comparison with the id of each.
const alternatives = ({ conditions }: Or): ReadonlyArray<Condition | OneOf> => {
  const others: Array<Condition> = [];
  const values = new Map<string, Set<string>>();
  for (const condition of conditions) {
    if (
      condition._tag === "Comparison" && condition.operator === "=" &&
      condition.attribute.type === "string"
    ) {
      const { name } = condition.attribute;
      values.set(name, (values.get(name) ?? new Set()).add(condition.value));
    } else {
      others.push(condition);
    }
  }
  const oneOf = [...values].map(([name, values]): OneOf => ({
    _tag: "OneOf",
    attribute: { name, type: "string" },
    values,
  }));
  return [...oneOf, ...others];
};

const isNegated = (predicate: Predicate | OneOf): boolean => {
  switch (predicate._tag) {
    case "Comparison":
      return predicate.operator === "!=";
    case "OneOf":
      return false;
    default:
      return predicate.negated;
  }
};
