/**
 * Finds runs for clients, in one project or in all.
 *
 * @module
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Effect, Stream } from "effect";
import type { InvalidQuery, NeptuneErrorReason } from "../NeptuneError.ts";
import {
  everyAttribute,
  type NeptuneSource,
  type Project,
  type RunPage,
  type SearchRequest,
  type SortBy,
  type ValueColumn,
} from "../NeptuneSource.ts";
import * as Nql from "../Nql.ts";
import { aggregates } from "../nql/typing.ts";
import { inOrderOf } from "../rules/order.ts";
import {
  type ProtoAttributesDTOSchema,
  ProtoLeaderboardEntriesSearchResultDTOSchema,
} from "../wire/gen/neptune_pb.ts";
import type { GlobalSearchParams, SearchParams } from "../wire/search.ts";
import { type Identifiers, internalId } from "./Identifiers.ts";
import { badRequest, type Refused } from "./Refused.ts";
import { attributesByRow, textsAt } from "./rows.ts";

type Answer = Stream.Stream<Uint8Array, NeptuneErrorReason | Refused>;

/** Finds runs in a project. */
export const search = (
  source: NeptuneSource,
  identifiers: Identifiers,
  projectId: string,
  params: SearchParams,
): Answer =>
  Stream.unwrap(Effect.gen(function* () {
    if (params.grouping != null || params.truncateStringTo != null) {
      return yield* badRequest("grouping and truncateStringTo are not supported by this server.");
    }
    const project = yield* identifiers.project(projectId);
    const criteria = yield* criteriaOf(params);
    const attributes = params.attributeFilters?.map(({ path }) => path);
    const request = {
      ...criteria,
      project: project.identifier,
      attributes: [...new Set(attributes)],
    };
    return source.search(request).pipe(
      Stream.mapEffect((page) =>
        attributes === undefined
          ? withEveryAttribute(source, request.project, page)
          : Effect.succeed(page)
      ),
      Stream.map((page) => withNames(page, attributes ?? NAMES)),
      Stream.flatMap((page) => {
        learnIds(identifiers, project, page);
        return Stream.concat(
          Stream.succeed(write([], page.total)),
          Stream.fromIterable(entriesOf(project, page), { chunkSize: 1 }).pipe(
            Stream.map((entries) => write(entries)),
          ),
        );
      }),
    );
  }));

const withEveryAttribute = (source: NeptuneSource, project: string, page: RunPage) =>
  Effect.map(
    Stream.runCollect(source.values({ project, runs: page.runs, select: everyAttribute })),
    (columns) => ({ ...page, columns: columns.flat() }),
  );

/** What every run has that a service knows; clients fail at one that lacks it. */
const NAMES = ["sys/id", "sys/custom_run_id"];

/** A page whose runs all have what clients name them by; an export can lack it. */
const withNames = (page: RunPage, attributes: ReadonlyArray<string>): RunPage => ({
  ...page,
  columns: [
    ...page.columns,
    ...NAMES.filter((name) => attributes.includes(name)).map((path): ValueColumn => {
      const texts = textsAt(page.columns, path, page.runs.length);
      const rows = Uint32Array.from(texts.keys()).filter((row) => texts[row] === undefined);
      return { path, type: "string", rows, values: Array.from(rows, (row) => page.runs[row]!) };
    }),
  ],
});

/** What clients read of each run of a search through all projects. */
const GLOBAL_ATTRIBUTES = ["sys/id", "sys/name", "sys/custom_run_id"];

/** Finds runs in all projects. */
export const globalSearch = (
  source: NeptuneSource,
  identifiers: Identifiers,
  params: GlobalSearchParams,
): Answer =>
  Stream.unwrap(Effect.gen(function* () {
    const { offset = 0, limit, ...criteria } = yield* criteriaOf(params);
    const { sortBy } = criteria;
    const end = limit === undefined ? undefined : offset + limit;
    const searchIn = (project: Project) =>
      source.search({
        ...criteria,
        project: project.identifier,
        limit: end,
        attributes: [...new Set([...GLOBAL_ATTRIBUTES, sortBy.attribute])],
      }).pipe(
        Stream.map((page) => ({ project, page: withNames(page, NAMES) })),
        Stream.runCollect,
      );
    const found = yield* Effect.forEach(yield* source.projects, searchIn, { concurrency: 4 });

    // The runs of all projects as those of one, so that one order can be found among them.
    const entries = new Map<string, Uint8Array>();
    const columns: Array<ValueColumn> = [];
    for (const { project, page } of found.flat()) {
      learnIds(identifiers, project, page);
      const first = entries.size;
      for (const column of page.columns) {
        if (column.path !== sortBy.attribute) continue;
        columns.push({ ...column, rows: column.rows.map((row) => first + row) });
      }
      for (const entry of entriesOf(project, page).flatMap((entries) => entries)) {
        entries.set(`${entry.experimentId}/${entry.projectId}`, write([entry]));
      }
    }
    const everyone = new Uint8Array(entries.size).fill(1);
    const ordered = inOrderOf(sortBy, [...entries.keys()], everyone, columns);
    const total = found.reduce((sum, [first]) => sum + (first?.page.total ?? 0), 0);
    return Stream.fromIterable([
      write([], total),
      ...ordered.slice(offset, end).map((key) => entries.get(key)!),
    ]);
  }));

const learnIds = (identifiers: Identifiers, project: Project, { runs, columns }: RunPage): void =>
  identifiers.learn(project.identifier, runs, textsAt(columns, "sys/id", runs.length));

const criteriaOf = (
  { query, pagination, sorting, experimentLeader }: GlobalSearchParams,
): Effect.Effect<Omit<SearchRequest, "project" | "attributes">, InvalidQuery | Refused> =>
  Effect.gen(function* () {
    const offset = pagination?.offset ?? 0;
    const limit = pagination?.limit ?? undefined;
    if (offset < 0 || (limit !== undefined && limit < 0)) {
      return yield* badRequest("pagination.offset and pagination.limit cannot be negative.");
    }
    return {
      kind: experimentLeader === true ? "experiments" : "runs",
      query: yield* Effect.fromResult(Nql.parse(query?.query ?? "")),
      sortBy: sortByOf(sorting),
      offset,
      limit,
    };
  });

const sortByOf = (sorting: GlobalSearchParams["sorting"]): SortBy => {
  if (sorting == null) {
    return { attribute: "sys/creation_time", type: "datetime", direction: "descending" };
  }
  const { sortBy: { name, type, aggregationMode }, dir } = sorting;
  // Clients have the aggregation in either place, or say "none" or "auto".
  const mode = aggregationMode ?? sorting.aggregationMode;
  return {
    attribute: name,
    type,
    aggregate: aggregates.find((aggregate) => aggregate === mode),
    direction: dir ?? "ascending",
  };
};

/** The runs of a page as they are written, some at a time. */
function* entriesOf(project: Project, { runs, columns }: RunPage) {
  const common = {
    type: "run",
    projectId: internalId(project.identifier),
    organizationId: internalId(project.workspace),
    projectName: project.name,
    organizationName: project.workspace,
  };
  for (const { first, attributes } of attributesByRow(runs.length, columns)) {
    yield attributes.map((attributes, i) => ({
      experimentId: internalId(runs[first + i]!),
      ...common,
      attributes: [...attributes],
    }));
  }
}

type Entry = MessageInitShape<typeof ProtoAttributesDTOSchema>;

/** Results that are written one after another read as one with all entries and the last total. */
const write = (entries: ReadonlyArray<Entry>, total = 0): Uint8Array =>
  toBinary(
    ProtoLeaderboardEntriesSearchResultDTOSchema,
    create(ProtoLeaderboardEntriesSearchResultDTOSchema, {
      matchingItemCount: BigInt(total),
      entries: [...entries],
    }),
  );
