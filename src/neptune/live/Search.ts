/**
 * Finds runs and experiments.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { MalformedProtobuf, NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey, RunPage, SearchRequest, ValueColumn } from "../NeptuneSource.ts";
import { check } from "../nql/check.ts";
import * as Nql from "../Nql.ts";
import type { SearchResult } from "../wire/attributeColumns.ts";
import { paths } from "../wire/paths.ts";
import type { SearchParams } from "../wire/search.ts";
import { contradiction } from "./decode.ts";
import { AT_ONCE, groupsOf } from "./requests.ts";
import { keyOf } from "./runKeys.ts";
import type { Service } from "./Service.ts";
import { warnOfTypes } from "./unknownTypes.ts";
import { values } from "./Values.ts";

/** As many runs has a page, unless they have so many attributes that it would become too large. */
const PAGE_RUNS = 10_000;
const PAGE_VALUES = 500_000;

/** As many attributes can be delivered by a search itself. */
const SEARCHED_ATTRIBUTES = 1000;

/** A part of the result. */
interface Part {
  readonly offset: number;
  readonly limit: number;
}

/**
 * Finds runs, in order.
 *
 * The first page tells how many there are; then several are under way. If that was not true, pages are
 * asked for one after another until one is not full.
 */
export const search = (
  service: Service,
  request: SearchRequest,
): Stream.Stream<RunPage, NeptuneErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    yield* Effect.fromResult(check(request.query));
    const query = yield* Effect.fromResult(Nql.print(request.query));
    const [searched = [], ...others] = groupsOf(request.attributes, SEARCHED_ATTRIBUTES);
    const size = Math.min(PAGE_RUNS, Math.max(1, Math.floor(PAGE_VALUES / (searched.length + 1))));
    const start = request.offset ?? 0;
    const end = start + (request.limit ?? Infinity);

    const params: SearchParams = {
      attributeFilters: [...new Set([SYS_ID, ...searched])].map((path) => ({ path })),
      experimentLeader: request.kind === "experiments",
      ...query !== "" && { query: { query } },
      sorting: {
        sortBy: {
          name: request.sortBy.attribute,
          type: request.sortBy.type,
          ...request.sortBy.aggregate !== undefined && {
            aggregationMode: request.sortBy.aggregate,
          },
        },
        dir: request.sortBy.direction,
      },
    };

    const read = ({ offset, limit }: Part): Effect.Effect<RunPage, NeptuneErrorReason> =>
      Effect.gen(function* () {
        const result = yield* service.search(request.project, {
          ...params,
          pagination: { offset, limit },
        });
        yield* warnOfTypes(result.unknown);
        const runs = yield* keysOf(request.project, result);
        const found = searched.includes(SYS_ID)
          ? result.columns
          : result.columns.filter(({ path }) => path !== SYS_ID);
        const columns = others.length === 0
          ? found
          : [...found, ...yield* valuesOf(service, request.project, runs, others.flat())];
        // Some servers may not count; what is there they have then at least.
        const least = runs.length === 0 ? 0 : offset + runs.length;
        return { total: Math.max(result.matchingItemCount, least), runs, columns };
      });

    const part = (offset: number): Part => ({ offset, limit: Math.min(size, end - offset) });

    /** The pages from one that follows a full one. */
    const following = (offset: number): Stream.Stream<RunPage, NeptuneErrorReason> =>
      Stream.paginate(offset, (offset) =>
        Effect.map(read(part(offset)), (page) => {
          const next = offset + page.runs.length;
          const isLast = page.runs.length < size || next >= end;
          return [page.runs.length === 0 ? [] : [page], isLast ? Option.none() : Option.some(next)];
        }));

    const first = yield* read(part(start));
    if (first.runs.length < size || start + size >= end) return Stream.succeed(first);

    const known = Math.min(end, first.total);
    const parts: Array<Part> = [];
    for (let offset = start + size; offset < known; offset += size) parts.push(part(offset));
    let last = first.runs.length;
    return Stream.succeed(first).pipe(
      Stream.concat(
        Stream.fromIterable(parts).pipe(
          Stream.mapEffect(read, { concurrency: AT_ONCE }),
          Stream.map((page) => {
            last = page.runs.length;
            return page;
          }),
        ),
      ),
      Stream.concat(Stream.suspend(() => {
        const next = start + size * (parts.length + 1);
        return last < size || next >= end ? Stream.empty : following(next);
      })),
    );
  }));

const SYS_ID = "sys/id";

/** The keys of runs that were found. */
const keysOf = (
  project: string,
  { count, columns }: SearchResult,
): Effect.Effect<ReadonlyArray<RunKey>, MalformedProtobuf> => {
  const ids = columns.find((column) => column.path === SYS_ID && column.type === "string");
  if (ids?.type === "string" && ids.rows.length === count) {
    const prefix = keyOf(project, "");
    return Effect.succeed(ids.values.map((id) => prefix + id));
  }
  if (count === 0) return Effect.succeed([]);
  return Effect.fail(contradiction(`POST ${paths.search}`, "a run has no sys/id"));
};

const valuesOf = (
  service: Service,
  project: string,
  runs: ReadonlyArray<RunKey>,
  paths: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<ValueColumn>, NeptuneErrorReason> =>
  Effect.map(
    Stream.runCollect(values(service, { project, runs, select: { paths } })),
    (pieces) => pieces.flat(),
  );
