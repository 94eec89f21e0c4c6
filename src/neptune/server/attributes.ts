/**
 * Tells clients which attributes runs have, and the values of them.
 *
 * @module
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Effect, Schema, Stream } from "effect";
import { byCodePoint } from "../byCodePoint.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import {
  type AttributeDefinition,
  type AttributeSelection,
  everyAttribute,
  type NeptuneSource,
} from "../NeptuneSource.ts";
import * as Nql from "../Nql.ts";
import type {
  AttributeNameFilter,
  AttributeQuery,
  QueryAttributeDefinitionsBody,
  QueryAttributeDefinitionsResult,
  QueryAttributesBody,
} from "../wire/attributes.ts";
import {
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  type ProtoQueryAttributesExperimentResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
} from "../wire/gen/neptune_pb.ts";
import { type Identifiers, internalId, type NamedRun } from "./Identifiers.ts";
import { badRequest, Refused } from "./Refused.ts";
import { attributesByRow, textsAt } from "./rows.ts";

type Failure = NeptuneErrorReason | Refused;

const DEFINITIONS_A_PAGE = 10_000;

/** Lists the attributes of runs, each path and type once. */
export const queryAttributeDefinitions = (
  source: NeptuneSource,
  identifiers: Identifiers,
  body: QueryAttributeDefinitionsBody,
): Effect.Effect<QueryAttributeDefinitionsResult, Failure> =>
  Effect.gen(function* () {
    const { projectIdentifiers, experimentIdsFilter, attributeFilter, nextPage } = body;
    const limit = nextPage?.limit ?? DEFINITIONS_A_PAGE;
    if (limit < 1) return yield* badRequest("nextPage.limit must be at least 1.");
    const select = selectionOf(
      body.attributeNameFilter ??
        (body.attributeNameRegex == null ? {} : { mustMatchRegexes: [body.attributeNameRegex] }),
    );
    const types = typesOf(attributeFilter);
    const projects = yield* readableOf(identifiers, projectIdentifiers ?? []);
    const found = yield* Effect.forEach(projects, (project) =>
      Effect.gen(function* () {
        const runs = experimentIdsFilter == null
          ? undefined
          : runsIn(project, yield* identifiers.runs(experimentIdsFilter, project))
            .map(({ key }) => key);
        if (runs?.length === 0) return [];
        return (yield* Stream.runCollect(
          source.definitions({ project, runs, select, types }),
        )).flat();
      }));
    const after = yield* lastOf(nextPage?.nextPageToken);
    const definitions = distinct(found.flat())
      .filter((definition) => after === undefined || inOrder(definition, after) > 0);
    const entries = definitions.slice(0, limit);
    const last = definitions.length > limit ? entries.at(-1) : undefined;
    return {
      entries: entries.map(({ path, type }) => ({ name: path, type })),
      nextPage: {
        limit,
        ...last === undefined ? {} : { nextPageToken: JSON.stringify([last.path, last.type]) },
      },
    };
  });

/** Those of some runs that are in a project, each once. */
const runsIn = (
  project: string,
  runs: ReadonlyArray<NamedRun | undefined>,
): ReadonlyArray<NamedRun> => {
  const found = runs.filter((run) => run?.project === project) as ReadonlyArray<NamedRun>;
  return [...new Map(found.map((run) => [run.key, run])).values()];
};

/** The projects that exist among some; at least one must. */
const readableOf = (
  identifiers: Identifiers,
  ids: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<string>, Failure> =>
  Effect.gen(function* () {
    const [missing, found] = yield* Effect.map(
      Effect.partition(ids, identifiers.project),
      ([found, missing]) => [missing, found] as const,
    );
    if (found.length > 0) return found.map(({ identifier }) => identifier);
    return yield* missing[0] ?? badRequest("projectIdentifiers must name a project.");
  });

/** Each path and type once, in order. */
const distinct = (definitions: ReadonlyArray<AttributeDefinition>) => {
  const found = new Map(definitions.map((each) => [`${each.type} ${each.path}`, each]));
  return [...found.values()].sort(inOrder);
};

const inOrder = (a: AttributeDefinition, b: AttributeDefinition): number =>
  byCodePoint(a.path, b.path) || byCodePoint(a.type, b.type);

/** The definition that the last page has ended with, which is what its token says. */
const lastOf = (
  token: string | null | undefined,
): Effect.Effect<AttributeDefinition | undefined, Refused> =>
  token == null || token === "" ? Effect.succeed(undefined) : Effect.map(
    Effect.mapError(decodeToken(token), () => notAToken),
    ([path, type]) => ({ path, type }),
  );

const decodeToken = Schema.decodeEffect(
  Schema.fromJsonString(Schema.Tuple([Schema.String, Schema.String])),
);

const notAToken = badRequest("nextPage.nextPageToken is not one that this server has given.");

/** Lists the attributes of one run. */
export const attributeDefinitionsOfRun = (
  source: NeptuneSource,
  identifiers: Identifiers,
  runId: string,
  types: ReadonlyArray<string>,
): Effect.Effect<Uint8Array, Failure> =>
  Effect.gen(function* () {
    const { project, key } = yield* oneRun(identifiers, runId);
    const found = yield* Stream.runCollect(source.definitions({
      project,
      runs: [key],
      select: everyAttribute,
      types: types.length === 0 ? undefined : types,
    }));
    const entries = distinct(found.flat()).map(({ path, type }) => ({ name: path, type }));
    const schema = ProtoAttributesSearchResultDTOSchema;
    return toBinary(schema, create(schema, { entries }));
  });

/** Reads attributes of one run. */
export const attributesOfRun = (
  source: NeptuneSource,
  identifiers: Identifiers,
  runId: string,
  { attributePathsFilter }: AttributeQuery,
): Effect.Effect<Uint8Array, Failure> =>
  Effect.gen(function* () {
    const { project, key } = yield* oneRun(identifiers, runId);
    const { workspace, name } = yield* identifiers.project(project);
    const select = attributePathsFilter == null ? everyAttribute : { paths: attributePathsFilter };
    const columns = yield* Stream.runCollect(source.values({ project, runs: [key], select }));
    const [rows] = attributesByRow(1, columns.flat());
    return toBinary(
      ProtoAttributesDTOSchema,
      create(ProtoAttributesDTOSchema, {
        experimentId: internalId(key),
        type: "run",
        projectId: internalId(project),
        organizationId: internalId(workspace),
        projectName: name,
        organizationName: workspace,
        attributes: [...rows!.attributes[0]!],
      }),
    );
  });

const oneRun = (identifiers: Identifiers, id: string): Effect.Effect<NamedRun, Failure> =>
  Effect.flatMap(
    identifiers.runs([id]),
    ([run]) =>
      run === undefined
        ? Effect.fail(
          new Refused({ status: 404, message: `There is no run ${JSON.stringify(id)}.` }),
        )
        : Effect.succeed(run),
  );

const VALUES_A_PAGE = 10_000;

// What is read ahead of what a page needs.
const RUNS_AT_ONCE = 128;

/** Reads attributes of runs. A page ends with the run that makes it full. */
export const queryAttributes = (
  source: NeptuneSource,
  identifiers: Identifiers,
  projectId: string,
  body: QueryAttributesBody,
): Effect.Effect<Uint8Array, Failure> =>
  Effect.gen(function* () {
    const { experimentIdsFilter, attributeNamesFilter, attributeNameFilter, nextPage } = body;
    const { identifier: project } = yield* identifiers.project(projectId);
    const limit = nextPage?.limit ?? VALUES_A_PAGE;
    if (limit < 1) return yield* badRequest("nextPage.limit must be at least 1.");
    const runs = experimentIdsFilter == null
      ? yield* everyRun(source, project)
      : runsIn(project, yield* identifiers.runs(experimentIdsFilter, project));
    const select = attributeNamesFilter == null
      ? selectionOf(attributeNameFilter ?? {})
      : { paths: attributeNamesFilter };
    const types = typesOf(body.attributeFilter);
    const runsAtOnce = "paths" in select
      ? Math.ceil(limit / Math.max(1, select.paths.length))
      : RUNS_AT_ONCE;

    const entries: Array<MessageInitShape<typeof ProtoQueryAttributesExperimentResultDTOSchema>> =
      [];
    let size = 0;
    let next = Number(nextPage?.nextPageToken || 0);
    if (!Number.isInteger(next) || next < 0) return yield* notAToken;
    while (next < runs.length && size < limit) {
      const some = runs.slice(next, next + runsAtOnce);
      const keys = some.map(({ key }) => key);
      const columns = (yield* Stream.runCollect(
        source.values({ project, runs: keys, select, types }),
      )).flat();
      const sysIds = yield* sysIdsOf(source, project, some);
      for (const { first, attributes } of attributesByRow(some.length, columns)) {
        for (const [i, ofRun] of attributes.entries()) {
          if (size >= limit) break;
          next++;
          if (ofRun.length === 0) continue;
          size += ofRun.length;
          entries.push({
            experimentId: internalId(keys[first + i]!),
            experimentShortId: sysIds[first + i] ?? keys[first + i]!,
            attributes: [...ofRun],
          });
        }
      }
    }
    const isLast = next >= runs.length;
    const schema = ProtoQueryAttributesResultDTOSchema;
    return toBinary(
      schema,
      create(schema, {
        entries,
        nextPage: isLast ? { limit } : { limit, nextPageToken: String(next) },
      }),
    );
  });

const everyRun = (source: NeptuneSource, project: string) =>
  source.search({
    project,
    kind: "runs",
    query: Nql.everything,
    sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "ascending" },
    attributes: ["sys/id"],
  }).pipe(
    Stream.runCollect,
    Effect.map((pages) =>
      pages.flatMap(({ runs, columns }): ReadonlyArray<NamedRun> => {
        const sysIds = textsAt(columns, "sys/id", runs.length);
        return runs.map((key, row) => ({ project, key, sysId: sysIds[row] }));
      })
    ),
  );

/** The system ids of some runs, most of which are known from what the client has sent. */
const sysIdsOf = (source: NeptuneSource, project: string, runs: ReadonlyArray<NamedRun>) =>
  runs.every(({ sysId }) => sysId !== undefined)
    ? Effect.succeed(runs.map(({ sysId }) => sysId))
    : Effect.map(
      Stream.runCollect(
        source.values({
          project,
          runs: runs.map(({ key }) => key),
          select: { paths: ["sys/id"] },
        }),
      ),
      (columns) => textsAt(columns.flat(), "sys/id", runs.length),
    );

const selectionOf = (filter: AttributeNameFilter): AttributeSelection => ({
  anyOf: (filter.mustMatchAny ?? [filter]).map(({ mustMatchRegexes, mustNotMatchRegexes }) => ({
    all: mustMatchRegexes ?? [],
    none: mustNotMatchRegexes ?? [],
  })),
});

const typesOf = (filter: QueryAttributesBody["attributeFilter"]) =>
  filter?.map(({ attributeType }) => attributeType);
