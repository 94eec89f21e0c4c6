/**
 * The requests for definitions and values of attributes, and the definitions, in JSON.
 *
 * @module
 */
import { Schema } from "effect";
import { maybe } from "./json.ts";

/** The part of a result that is wanted, or that follows. */
export interface NextPage {
  readonly limit?: number | null;
  readonly nextPageToken?: string | null;
}

const NextPage: Schema.Codec<NextPage> = Schema.Struct({
  limit: maybe(Schema.Int),
  nextPageToken: maybe(Schema.String),
});

/** Patterns that RE2 must all find in a path, and patterns that it must not find. */
export interface AttributeNameClause {
  readonly mustMatchRegexes?: ReadonlyArray<string> | null;
  readonly mustNotMatchRegexes?: ReadonlyArray<string> | null;
}

const clause = {
  mustMatchRegexes: maybe(Schema.Array(Schema.String)),
  mustNotMatchRegexes: maybe(Schema.Array(Schema.String)),
};

/** A single clause, or several of which one must hold; an empty list of clauses fits nothing. */
export interface AttributeNameFilter extends AttributeNameClause {
  readonly mustMatchAny?: ReadonlyArray<AttributeNameClause> | null;
}

const AttributeNameFilter: Schema.Codec<AttributeNameFilter> = Schema.Struct({
  mustMatchAny: maybe(Schema.Array(Schema.Struct(clause))),
  ...clause,
});

const typeFilter = maybe(Schema.Array(Schema.Struct({ attributeType: Schema.String })));

/** A request for the attributes that runs have. */
export interface QueryAttributeDefinitionsBody {
  readonly projectIdentifiers?: ReadonlyArray<string> | null;
  /** All runs if missing; none if empty. */
  readonly experimentIdsFilter?: ReadonlyArray<string> | null;
  readonly attributeNameFilter?: AttributeNameFilter | null;
  /** One pattern, as older clients give it; ignored beside a filter. */
  readonly attributeNameRegex?: string | null;
  readonly attributeFilter?: ReadonlyArray<{ readonly attributeType: string }> | null;
  readonly nextPage?: NextPage | null;
}

/** {@link QueryAttributeDefinitionsBody} */
export const QueryAttributeDefinitionsBody: Schema.Codec<QueryAttributeDefinitionsBody> = Schema
  .Struct({
    projectIdentifiers: maybe(Schema.Array(Schema.String)),
    experimentIdsFilter: maybe(Schema.Array(Schema.String)),
    attributeNameFilter: maybe(AttributeNameFilter),
    attributeNameRegex: maybe(Schema.String),
    attributeFilter: typeFilter,
    nextPage: maybe(NextPage),
  });

/** Attributes that runs have: each path and type once. */
export interface QueryAttributeDefinitionsResult {
  readonly entries: ReadonlyArray<{ readonly name: string; readonly type: string }>;
  readonly nextPage: NextPage;
}

/** {@link QueryAttributeDefinitionsResult} */
export const QueryAttributeDefinitionsResult: Schema.Codec<QueryAttributeDefinitionsResult> = Schema
  .Struct({
    entries: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
    nextPage: NextPage,
  });

/** A request for the values of attributes of runs. */
export interface QueryAttributesBody {
  readonly experimentIdsFilter?: ReadonlyArray<string> | null;
  /** Exact paths. */
  readonly attributeNamesFilter?: ReadonlyArray<string> | null;
  readonly attributeNameFilter?: AttributeNameFilter | null;
  readonly attributeFilter?: ReadonlyArray<{ readonly attributeType: string }> | null;
  /** `limit` counts values. */
  readonly nextPage?: NextPage | null;
}

/** {@link QueryAttributesBody} */
export const QueryAttributesBody: Schema.Codec<QueryAttributesBody> = Schema.Struct({
  experimentIdsFilter: maybe(Schema.Array(Schema.String)),
  attributeNamesFilter: maybe(Schema.Array(Schema.String)),
  attributeNameFilter: maybe(AttributeNameFilter),
  attributeFilter: typeFilter,
  nextPage: maybe(NextPage),
});

/** A request for attributes of one run: those of these paths, or all. */
export interface AttributeQuery {
  readonly attributePathsFilter?: ReadonlyArray<string> | null;
}

/** {@link AttributeQuery} */
export const AttributeQuery: Schema.Codec<AttributeQuery> = Schema.Struct({
  attributePathsFilter: maybe(Schema.Array(Schema.String)),
});
