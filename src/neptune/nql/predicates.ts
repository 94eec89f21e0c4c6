/**
 * What a query says about single attributes.
 *
 * @module
 */
import type { AttributeName, Condition, Operator, Predicate, Query } from "../Nql.ts";

/** The predicates of a query, in the order of its text. */
export const predicatesOf = (query: Query): ReadonlyArray<Predicate> => {
  const predicates: Array<Predicate> = [];
  const pending: Array<Condition> = query._tag === "Everything" ? [] : [query];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    switch (next._tag) {
      case "And":
      case "Or":
        for (const condition of next.conditions.toReversed()) pending.push(condition);
        break;
      case "Not":
        pending.push(next.condition);
        break;
      default:
        predicates.push(next);
    }
  }
  return predicates;
};

/** The attributes that a query is about, each once. */
export const attributesOf = (query: Query): ReadonlyArray<AttributeName> => {
  const attributes = new Map<string, AttributeName>();
  for (const { attribute } of predicatesOf(query)) {
    attributes.set(
      JSON.stringify([attribute.name, attribute.type, attribute.aggregate]),
      attribute,
    );
  }
  return [...attributes.values()];
};

/** The operator of a predicate as it is written. */
export const operatorOf = (
  predicate: Predicate,
): Operator | "CONTAINS" | "MATCHES" | "EXISTS" => {
  switch (predicate._tag) {
    case "Comparison":
      return predicate.operator;
    case "Contains":
      return "CONTAINS";
    case "Matches":
      return "MATCHES";
    case "Exists":
      return "EXISTS";
  }
};
