/**
 * Says which attributes are wanted, as definitions and values are asked for.
 *
 * @module
 */
import type { AttributeSelection } from "../NeptuneSource.ts";
import type { AttributeNameFilter } from "../wire/attributes.ts";
import { bytesOf, groupsOf } from "./requests.ts";

/** How many bytes of paths one pattern can have. */
const PATTERN_BYTES = 60_000;

/** The filters that together fit what is selected; `null` for all attributes, none for none. */
export const filtersOf = (
  select: AttributeSelection,
): ReadonlyArray<AttributeNameFilter | null> => {
  if ("paths" in select) {
    return groupsOf(select.paths.map(escaped), Infinity, bytesOf, PATTERN_BYTES).map((names) => ({
      mustMatchAny: [{
        mustMatchRegexes: [names.length === 1 ? `^${names[0]}$` : `^(${names.join("|")})$`],
      }],
    }));
  }
  const { anyOf } = select;
  if (anyOf.length === 0) return [];
  if (anyOf.some(({ all, none }) => all.length === 0 && none.length === 0)) return [null];
  return [{
    mustMatchAny: anyOf.map(({ all, none }) => ({
      ...all.length > 0 && { mustMatchRegexes: all },
      ...none.length > 0 && { mustNotMatchRegexes: none },
    })),
  }];
};

/** A text as a pattern of it, as Python writes it and RE2 reads it. */
const escaped = (path: string): string =>
  path.replaceAll(/[ \t\n\r\v\f#$&()*+\-.?[\\\]^{|}~]/g, "\\$&");
