/**
 * From the tree of a query to its text.
 *
 * @module
 */
import { Result } from "effect";
import type { InvalidArgument } from "../NeptuneError.ts";
import type { AttributeName, Comparison, Condition, Predicate, Query } from "../Nql.ts";
import { invalidPredicate } from "./typing.ts";

/**
 * Writes a query as NQL, in the form in which Neptune's own client writes it.
 *
 * The text parses to the same tree. A tree with a predicate that NQL cannot express is refused: a
 * name with a back-quote in it, an operator that the type has not, a value that the type cannot be.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * const { equals, or, print } = Neptune.Nql;
 *
 * const id: Neptune.Nql.AttributeName = { name: "sys/id", type: "string" };
 * console.log(Result.getOrThrow(print(or([equals(id, "TES-1"), equals(id, "TES-2")]))));
 * // ((`sys/id`:string = "TES-1") OR (`sys/id`:string = "TES-2"))
 * ```
 */
export const print = (query: Query): Result.Result<string, InvalidArgument> => {
  const text: Array<string> = [];
  // What is left to write, the next part last: a query can be nested deeper than calls can be.
  const pending: Array<Condition | string> = query._tag === "Everything" ? [] : [query];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      text.push(next);
      continue;
    }
    switch (next._tag) {
      case "And":
      case "Or": {
        const [first, ...others] = next.conditions;
        pending.push(")");
        for (const condition of others.reverse()) {
          pending.push(condition, ` ${next._tag.toUpperCase()} `);
        }
        pending.push(first, "(");
        break;
      }
      case "Not":
        pending.push(")", next.condition, "(NOT ");
        break;
      default: {
        const invalid = invalidPredicate(next);
        if (invalid !== undefined) return Result.fail(invalid);
        text.push(`(${attributeText(next.attribute)} ${tailText(next)})`);
      }
    }
  }
  return Result.succeed(text.join(""));
};

const attributeText = ({ name, type, aggregate }: AttributeName): string => {
  const attribute = type === undefined ? `\`${name}\`` : `\`${name}\`:${type}`;
  return aggregate === undefined ? attribute : `${aggregate}(${attribute})`;
};

const tailText = (predicate: Predicate): string => {
  switch (predicate._tag) {
    case "Comparison":
      return `${predicate.operator} ${valueText(predicate)}`;
    case "Contains":
      return `${negation(predicate)}CONTAINS ${quoted(predicate.value)}`;
    case "Matches":
      return `${negation(predicate)}MATCHES ${quoted(predicate.pattern)}`;
    case "Exists":
      return `${negation(predicate)}EXISTS`;
  }
};

const negation = ({ negated }: { readonly negated: boolean }): string => negated ? "NOT " : "";

const valueText = ({ attribute, value }: Comparison): string =>
  attribute.type === "bool" && (value === "true" || value === "false") ? value : quoted(value);

const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
