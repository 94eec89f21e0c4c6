/**
 * What tags may be, and what becomes of them when they change.
 *
 * @module
 */
import { Result } from "effect";
import { TaggingError } from "./MetaflowError.ts";
import type { ObjectRecord, TagChange } from "./MetadataProvider.ts";

const MAX_LENGTH = 500;

const refuse = (problem: string): Result.Result<never, TaggingError> =>
  Result.fail(new TaggingError({ problem }));

/** One tag or several; a text is one tag, and not its characters. */
export const toTags = (tags: string | Iterable<string>): Iterable<string> =>
  typeof tags === "string" ? [tags] : tags;

/** The change that a caller asks for, if it is one that can be made anywhere. */
export const checkChange = (
  remove: Iterable<string>,
  add: Iterable<string>,
): Result.Result<TagChange, TaggingError> =>
  Result.gen(function* () {
    const change = {
      remove: yield* checkTags(remove, "tags_to_remove"),
      add: yield* checkTags(add, "tags_to_add"),
    };
    if (change.add.size + change.remove.size > 0) return change;
    return yield* refuse("Must add or remove at least one tag");
  });

const checkTags = (
  tags: Iterable<string>,
  parameter: string,
): Result.Result<ReadonlySet<string>, TaggingError> => {
  if (typeof tags === "string") return refuse(`${parameter} may not be a string`);
  const given: unknown = tags;
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
    return refuse(`${parameter} must be iterable`);
  }
  const checked = new Set(tags);
  const problem = Array.from(checked, problemOf).find((problem) => problem !== undefined);
  return problem === undefined ? Result.succeed(checked) : refuse(problem);
};

const problemOf = (tag: unknown): string | undefined => {
  if (typeof tag !== "string") return `Tags must be strings, got ${typeof tag}`;
  if (tag === "") return "Tags must not be empty string";
  if (!tag.isWellFormed()) return "Tags must be UTF-8 encodable, without lone surrogates";
  const length = [...tag].length;
  return length > MAX_LENGTH ? `Tag is too long ${length} > ${MAX_LENGTH}` : undefined;
};

/**
 * The tags of users after a change: first some are removed, then others added. Tags of Metaflow stay
 * what they are; to add one again changes nothing, to remove one is an error.
 */
export const applyChange = (
  { tags, systemTags }: Pick<ObjectRecord, "tags" | "systemTags">,
  { add, remove }: TagChange,
): Result.Result<ReadonlySet<string>, TaggingError> => {
  const system = new Set(systemTags);
  const fixed = remove.intersection(system);
  if (fixed.size > 0) {
    const list = Array.from(fixed, (tag) => `'${tag}'`).join(", ");
    return refuse(`Cannot remove a tag that is an existing system tag ([${list}])`);
  }
  return Result.succeed(new Set(tags).difference(remove).union(add.difference(system)));
};
