/**
 * Lists the attributes that runs have.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { AttributeDefinition, AttributesRequest } from "../NeptuneSource.ts";
import type { QueryAttributeDefinitionsBody } from "../wire/attributes.ts";
import { filtersOf } from "./names.ts";
import { AT_ONCE, bytesOf, groupsOf, REQUEST_BYTES, RUN_BYTES } from "./requests.ts";
import type { Service } from "./Service.ts";

const PAGE = 10_000;

/** Lists each path and type once; paths that are longer than the longest one are left out. */
export const definitions = (
  service: Service,
  request: AttributesRequest,
): Stream.Stream<ReadonlyArray<AttributeDefinition>, NeptuneErrorReason> => {
  const { runs, select, types } = request;
  const [first, ...others] = runs ?? [];
  const pages = first !== undefined && others.length === 0 && isEverything(request)
    ? Stream.fromEffect(service.definitionsOfRun(first))
    : Stream.fromIterable(bodiesOf(request)).pipe(
      Stream.flatMap((body) => pagesOf(service, body), { concurrency: AT_ONCE }),
    );
  if (types?.length === 0 || "anyOf" in select && select.anyOf.length === 0) return Stream.empty;
  return Stream.suspend(() => {
    const seen = new Set<string>();
    return Stream.map(pages, (entries) =>
      entries.flatMap(({ name, type }) => {
        const key = JSON.stringify([name, type]);
        if (seen.has(key) || bytesOf(name) > service.limits.longestPath) return [];
        seen.add(key);
        return [{ path: name, type }];
      }));
  });
};

const isEverything = ({ select, types }: AttributesRequest): boolean =>
  types === undefined && filtersOf(select)[0] === null;

/** The requests of a question; runs and paths are cut into what one of them can hold. */
const bodiesOf = (
  { project, runs, select, types }: AttributesRequest,
): ReadonlyArray<QueryAttributeDefinitionsBody> => {
  const filters = filtersOf(select);
  const groups = runs === undefined
    ? [null]
    : groupsOf([...new Set(runs)], Math.floor(REQUEST_BYTES / RUN_BYTES));
  return groups.flatMap((experimentIdsFilter) =>
    filters.map((attributeNameFilter) => ({
      projectIdentifiers: [project],
      ...experimentIdsFilter !== null && { experimentIdsFilter },
      ...attributeNameFilter !== null && { attributeNameFilter },
      ...types !== undefined && {
        attributeFilter: types.map((attributeType) => ({ attributeType })),
      },
    }))
  );
};

const pagesOf = (service: Service, body: QueryAttributeDefinitionsBody) =>
  Stream.paginate(undefined as string | undefined, (nextPageToken) =>
    Effect.map(
      service.queryAttributeDefinitions({
        ...body,
        nextPage: { limit: PAGE, ...nextPageToken !== undefined && { nextPageToken } },
      }),
      ({ entries, nextPage: { nextPageToken } }) => [
        [entries],
        nextPageToken && entries.length === PAGE ? Option.some(nextPageToken) : Option.none(),
      ],
    ));
