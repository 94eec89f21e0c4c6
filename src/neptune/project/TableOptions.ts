/**
 * What can be asked of a table of runs or experiments.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import type { ProgressBar } from "../../Progress.ts";
import * as Arguments from "../arguments.ts";
import { checkOptions, checkRegex, codePoints, many, OneOrMany, refuse } from "../arguments.ts";
import type { InvalidArgument, InvalidRegex } from "../NeptuneError.ts";
import { warn } from "../NeptuneWarning.ts";

/**
 * Options of `fetchRunsDf` and `fetchExperimentsDf`. Filters combine with AND; `null` and `undefined`
 * mean that an option is not given, except for `trashed`.
 */
export interface TableOptions {
  /** Exact paths of attributes; one that no run has becomes a column of nulls. */
  readonly columns?: OneOrMany | null | undefined;
  /** RE2 pattern, found anywhere in the paths of attributes of the returned runs. */
  readonly columnsRegex?: string | null | undefined;
  /** RE2 patterns that must all be found in `sys/name`; a run without a name fulfils none. */
  readonly namesRegex?: OneOrMany | null | undefined;
  /** RE2 patterns of which none may be found in `sys/name`. */
  readonly namesExcludeRegex?: OneOrMany | null | undefined;
  /** RE2 pattern that must be found in `sys/custom_run_id`. */
  readonly customIdRegex?: string | null | undefined;
  /** One of these values of `sys/id`; an empty list is no filter. */
  readonly withIds?: OneOrMany | null | undefined;
  /** One of these values of `sys/custom_run_id`; an empty list is no filter. */
  readonly customIds?: OneOrMany | null | undefined;
  /** One of these states: `active`, `inactive`. */
  readonly states?: OneOrMany | null | undefined;
  /** One of these values of `sys/owner`. */
  readonly owners?: OneOrMany | null | undefined;
  /** All of these members of `sys/tags`. */
  readonly tags?: OneOrMany | null | undefined;
  /**
   * Whether the run is in the trash; `null` for both.
   *
   * @default false
   */
  readonly trashed?: boolean | null | undefined;
  /**
   * At most so many rows, 1 to 5000.
   *
   * @default all
   */
  readonly limit?: number | null | undefined;
  /**
   * The path of the attribute to sort by: a string, number, boolean or datetime. It has a column.
   *
   * @default "sys/creation_time"
   */
  readonly sortBy?: string | null | undefined;
  /** @default false */
  readonly ascending?: boolean | null | undefined;
  /**
   * `false` shows no progress, a function receives it.
   *
   * @default true
   */
  readonly progressBar?: ProgressBar;
  /** An NQL query. It cannot be combined with ids, states, owners and tags unless `combineQuery`. */
  readonly query?: string | null | undefined;
  /**
   * Whether `query` may be combined with every other filter, by AND.
   *
   * @default false
   */
  readonly combineQuery?: boolean | undefined;
  /**
   * How cells of string sets look: the items in one text with commas between them, or a list.
   *
   * @default "joined"
   */
  readonly stringSets?: "joined" | "list" | undefined;
  /**
   * Whether columns are named `path:type`, so that a path with two types has two columns.
   *
   * @default false
   */
  readonly typeSuffix?: boolean | undefined;
  /** @deprecated It never had an effect. */
  readonly matchColumnsToFilters?: boolean | undefined;
}

const Text = Schema.NullOr(Schema.String);
const Texts = Schema.NullOr(OneOrMany);
const Flag = Schema.NullOr(Schema.Boolean);

const Options = Schema.Struct(
  {
    columns: Schema.optional(Texts),
    columnsRegex: Schema.optional(Text),
    namesRegex: Schema.optional(Texts),
    namesExcludeRegex: Schema.optional(Texts),
    customIdRegex: Schema.optional(Text),
    withIds: Schema.optional(Texts),
    customIds: Schema.optional(Texts),
    states: Schema.optional(Texts),
    owners: Schema.optional(Texts),
    tags: Schema.optional(Texts),
    trashed: Schema.optional(Flag),
    limit: Schema.optional(Schema.NullOr(Schema.Number)),
    sortBy: Schema.optional(Text),
    ascending: Schema.optional(Flag),
    progressBar: Schema.optional(Arguments.ProgressBar),
    query: Schema.optional(Text),
    combineQuery: Schema.optional(Flag),
    stringSets: Schema.optional(Schema.Literals(["joined", "list"])),
    typeSuffix: Schema.optional(Flag),
    matchColumnsToFilters: Schema.optional(Flag),
  } satisfies Record<keyof TableOptions, unknown>,
);

const MAX_LIMIT = 5000;
const MAX_ITEMS = 5000;
const MAX_CHARACTERS = 100_000;
const MAX_QUERY = 250_000;

/** Checks options by themselves, in the order of the original. */
export const checkTableOptions = (
  options: TableOptions,
): Effect.Effect<void, InvalidArgument | InvalidRegex> =>
  Effect.gen(function* () {
    yield* checkOptions(Options, options);
    yield* checkNames("namesRegex", options.namesRegex);
    yield* checkNames("namesExcludeRegex", options.namesExcludeRegex);
    const { query, limit } = options;
    const exclusive = ["withIds", "customIds", "states", "owners", "tags"] as const;
    const beside = exclusive.filter((name) => many(options[name]).length > 0);
    if (query != null && beside.length > 0 && options.combineQuery !== true) {
      return yield* refuse(
        "query",
        `You can't use the 'query' argument together with ${beside.join(", ")}. Write them into ` +
          "the query, or pass combineQuery: true to combine them by AND.",
      );
    }
    if (limit != null && !Number.isInteger(limit)) {
      return yield* refuse("limit", `limit must be a whole number, not ${limit}.`);
    }
    if (limit != null && limit <= 0) {
      return yield* refuse(
        "limit",
        `limit must be greater than 0, not ${limit}. Leave it out for all rows.`,
      );
    }
    if (limit != null && limit > MAX_LIMIT) {
      return yield* refuse(
        "limit",
        `limit can't be higher than ${MAX_LIMIT}, not ${limit}. Leave it out for all rows.`,
      );
    }
    if (query != null && codePoints(query) > MAX_QUERY) {
      return yield* refuse(
        "query",
        `The query is too long: it has more than ${MAX_QUERY} characters.`,
      );
    }
    for (const name of ["withIds", "customIds", "owners", "tags"] as const) {
      yield* checkSize(name, many(options[name]));
    }
    for (const name of ["columnsRegex", "customIdRegex"] as const) {
      const pattern = options[name];
      if (pattern != null) yield* checkRegex(name, pattern);
    }
    if (options.matchColumnsToFilters != null) {
      yield* warn({
        kind: "Deprecated",
        message: "matchColumnsToFilters has no effect, and never had: leave it out.",
      });
    }
  });

const checkNames = (parameter: string, patterns: OneOrMany | null | undefined) =>
  Effect.gen(function* () {
    if (patterns == null) return;
    if (patterns === "") {
      return yield* refuse(
        parameter,
        `${parameter} is an empty string. Leave it out for any name.`,
      );
    }
    if (patterns.length === 0) {
      return yield* refuse(parameter, `${parameter} cannot be empty. Leave it out for any name.`);
    }
    for (const pattern of many(patterns)) {
      if (pattern === "") return yield* refuse(parameter, `${parameter} contains empty strings.`);
      yield* checkRegex(parameter, pattern);
    }
  });

const checkSize = (parameter: string, items: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if (items.length > MAX_ITEMS) {
      return yield* refuse(
        parameter,
        `Too many ${parameter}: ${items.length}, and ${MAX_ITEMS} are allowed. Ask in several calls.`,
      );
    }
    const characters = items.reduce((sum, item) => sum + codePoints(item), 0);
    if (characters > MAX_CHARACTERS) {
      return yield* refuse(
        parameter,
        `Too many characters in the ${parameter}: ${characters}, and ${MAX_CHARACTERS} are allowed. ` +
          "Ask in several calls.",
      );
    }
  });
