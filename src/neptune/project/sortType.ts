/**
 * Finds the type of the attribute that a table is sorted by.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { refuse } from "../arguments.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource } from "../NeptuneSource.ts";
import { warn } from "../NeptuneWarning.ts";

const SIMPLE_TYPES = ["bool", "datetime", "float", "int", "string"];

const KNOWN_TYPES: ReadonlyMap<string, string> = new Map([
  ["sys/creation_time", "datetime"],
  ["sys/id", "string"],
]);

/**
 * The type to sort by: that which the attribute has in the project, in whatever run.
 *
 * Whole and other numbers sort as numbers. An attribute that no run has, or that is text in one run
 * and something else in another, sorts as text, with a warning; series, sets and files are refused.
 */
export const sortType = (
  source: NeptuneSource,
  project: string,
  path: string,
): Effect.Effect<string, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const known = KNOWN_TYPES.get(path);
    if (known !== undefined) return known;
    const typesAmong = (types: ReadonlyArray<string> | undefined) =>
      source.definitions({ project, runs: undefined, select: { paths: [path] }, types }).pipe(
        Stream.runCollect,
        Effect.map((pages) => pages.flat().map(({ type }) => type)),
      );
    const simple = yield* typesAmong(SIMPLE_TYPES);
    const [type, ...others] = simple.length > 0 ? simple : yield* typesAmong(undefined);
    if (type === undefined) {
      yield* warn({
        kind: "SortType",
        message:
          `Could not find sorting column type for ${JSON.stringify(path)}: no run has this ` +
          "attribute, and the rows are in no useful order.",
        attribute: path,
      });
      return "string";
    }
    if (!SIMPLE_TYPES.includes(type)) {
      return yield* refuse(
        "sortBy",
        `sortBy ${JSON.stringify(path)} is of the complex type ${type}; only ` +
          `${SIMPLE_TYPES.join(", ")} can be sorted by.`,
      );
    }
    if (others.length === 0) return type;
    if (simple.every((each) => each === "int" || each === "float")) return "float";
    yield* warn({
      kind: "SortType",
      message: `Found multiple types for ${JSON.stringify(path)}: ${simple.join(", ")}. The rows ` +
        "are sorted by those of type string; the others come last.",
      attribute: path,
    });
    return "string";
  });
