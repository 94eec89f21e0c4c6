/**
 * The requests of both searches, in JSON.
 *
 * @module
 */
import { Schema } from "effect";
import { maybe } from "./json.ts";

/** Which part of an ordered result; `limit` can be 0. */
export interface Pagination {
  readonly limit?: number | null;
  readonly offset?: number | null;
}

const Pagination: Schema.Codec<Pagination> = Schema.Struct({
  limit: maybe(Schema.Int),
  offset: maybe(Schema.Int),
});

/** The order of a result. The aggregation is in two places, depending on the client. */
export interface Sorting {
  readonly sortBy: {
    readonly name: string;
    readonly type: string;
    readonly aggregationMode?: string | null;
  };
  readonly dir?: "ascending" | "descending" | null;
  readonly aggregationMode?: string | null;
}

const Sorting: Schema.Codec<Sorting> = Schema.Struct({
  sortBy: Schema.Struct({
    name: Schema.String,
    type: Schema.String,
    aggregationMode: maybe(Schema.String),
  }),
  dir: maybe(Schema.Literals(["ascending", "descending"])),
  aggregationMode: maybe(Schema.String),
});

/** A search through all projects. */
export interface GlobalSearchParams {
  /** Whether only the heads of experiments are wanted. */
  readonly experimentLeader?: boolean | null;
  readonly pagination?: Pagination | null;
  /** NQL, which may be blank. */
  readonly query?: { readonly query: string } | null;
  readonly sorting?: Sorting | null;
}

/** {@link GlobalSearchParams} */
export const GlobalSearchParams: Schema.Codec<GlobalSearchParams> = Schema.Struct({
  experimentLeader: maybe(Schema.Boolean),
  pagination: maybe(Pagination),
  query: maybe(Schema.Struct({ query: Schema.String })),
  sorting: maybe(Sorting),
});

/** A search through a project. */
export interface SearchParams extends GlobalSearchParams {
  /** The attributes wanted of each run; none if the list is empty, all if it is missing. */
  readonly attributeFilters?: ReadonlyArray<{ readonly path: string }> | null;
  /** Groups of runs instead of runs, which no Python client asks for. */
  readonly grouping?: unknown;
  /** The length to cut texts to, which no Python client asks for. */
  readonly truncateStringTo?: number | null;
}

/** {@link SearchParams} */
export const SearchParams: Schema.Codec<SearchParams> = Schema.Struct({
  attributeFilters: maybe(Schema.Array(Schema.Struct({ path: Schema.String }))),
  experimentLeader: maybe(Schema.Boolean),
  pagination: maybe(Pagination),
  query: maybe(Schema.Struct({ query: Schema.String })),
  sorting: maybe(Sorting),
  grouping: Schema.optionalKey(Schema.Unknown),
  truncateStringTo: maybe(Schema.Int),
});
