/**
 * Writes the filters of a table as a query.
 *
 * @module
 */
import { Array as Arr, Effect, Result } from "effect";
import { codePoints, many, refuse } from "../arguments.ts";
import type { InvalidArgument, InvalidQuery, InvalidRegex } from "../NeptuneError.ts";
import { check } from "../nql/check.ts";
import * as Nql from "../Nql.ts";
import type { TableOptions } from "./TableOptions.ts";

const text = (name: string): Nql.AttributeName => ({ name, type: "string" });

/** Runs that are in the trash, or not; `null` for both. */
export const inTrash = (trashed: boolean | null): Nql.Query =>
  trashed === null
    ? Nql.everything
    : Nql.equals({ name: "sys/trashed", type: "bool" }, String(trashed));

/** Runs whose attribute has one of these values; all if there are none. */
export const isOneOf = (
  attribute: Nql.AttributeName,
  values: ReadonlyArray<string>,
): Nql.Query =>
  Arr.isReadonlyArrayNonEmpty(values)
    ? Nql.or(Arr.map(values, (value) => Nql.equals(attribute, value)))
    : Nql.everything;

export const withIds = (ids: ReadonlyArray<string>): Nql.Query => isOneOf(text("sys/id"), ids);

export const withCustomIds = (ids: ReadonlyArray<string>): Nql.Query =>
  isOneOf(text("sys/custom_run_id"), ids);

export const withNames = (names: ReadonlyArray<string>): Nql.Query =>
  isOneOf(text("sys/name"), names);

const MAX_QUERY = 250_000;

/** The query that stands for all filters of a table. */
export const filtersOf = (
  options: TableOptions,
): Effect.Effect<Nql.Query, InvalidArgument | InvalidQuery | InvalidRegex> =>
  Effect.gen(function* () {
    const states = yield* Effect.forEach(many(options.states), stateOf);
    const tags = { name: "sys/tags", type: "stringSet" } as const;
    const name = text("sys/name");
    const filters = Nql.and([
      inTrash(options.trashed === undefined ? false : options.trashed),
      withIds(many(options.withIds)),
      isOneOf({ name: "sys/state", type: "experimentState" }, states),
      isOneOf(text("sys/owner"), many(options.owners)),
      ...many(options.tags).map((tag) => Nql.contains(tags, tag)),
      withCustomIds(many(options.customIds)),
      ...many(options.namesRegex).map((pattern) => Nql.matches(name, pattern)),
      ...many(options.namesExcludeRegex).map((pattern) => Nql.not(Nql.matches(name, pattern))),
      ...options.customIdRegex == null
        ? []
        : [Nql.matches(text("sys/custom_run_id"), options.customIdRegex)],
    ]);
    const length = codePoints(yield* Effect.fromResult(Nql.print(filters)));
    if (length > MAX_QUERY) {
      return yield* refuse(
        "filters",
        `The filters are ${length} characters of NQL, and ${MAX_QUERY} are allowed; please ` +
          "narrow down the filtering rules.",
      );
    }
    const query = options.query == null
      ? Nql.everything
      : yield* Effect.fromResult(Result.flatMap(Nql.parse(options.query), check));
    return Nql.and([filters, query]);
  });

/** What the server calls a state. */
const stateOf = (state: string): Effect.Effect<string, InvalidArgument> => {
  switch (state.toLowerCase()) {
    case "active":
      return Effect.succeed("running");
    case "inactive":
      return Effect.succeed("idle");
    default:
      return refuse(
        "states",
        `Can't map RunState to API: states must be "active" or "inactive", not ${
          JSON.stringify(state)
        }.`,
      );
  }
};
