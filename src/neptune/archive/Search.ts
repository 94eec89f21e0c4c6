/**
 * Finds runs and experiments.
 *
 * @module
 */
import { Clock, Effect, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey, RunPage, SearchRequest } from "../NeptuneSource.ts";
import { check } from "../nql/check.ts";
import type { Query } from "../Nql.ts";
import { attributesAskedBy, findAmong } from "../rules/search.ts";
import { partsOf } from "./Listing.ts";
import type { Project } from "./Project.ts";
import { SERIES_NAMES } from "./Series.ts";
import { columnsOf } from "./Values.ts";

const PAGE_RUNS = 10_000;

/** Finds the runs that a request asks for, in order. */
export const search = (
  project: Project,
  request: SearchRequest,
): Stream.Stream<RunPage, NeptuneErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    yield* Effect.fromResult(check(request.query));
    const found = (yield* findByKey(project, request)) ??
      (yield* select(project, (yield* project.parameters).runs, request));
    const { offset = 0, limit = Infinity, attributes } = request;
    const runs = found.slice(offset, offset + limit);
    const pages = Array.from(
      { length: Math.max(1, Math.ceil(runs.length / PAGE_RUNS)) },
      (_, page) => runs.slice(page * PAGE_RUNS, (page + 1) * PAGE_RUNS),
    );
    return Stream.fromIterable(pages).pipe(
      Stream.mapEffect((runs) =>
        Effect.map(
          columnsOf(project, runs, attributes),
          (columns) => ({ total: found.length, runs, columns }),
        )
      ),
    );
  }));

/**
 * The run whose key the query names, without opening the files of any other. Undefined if the query
 * names none, or no run of that key fulfils it: then all have to be looked at.
 */
const findByKey = (
  project: Project,
  request: SearchRequest,
): Effect.Effect<ReadonlyArray<RunKey> | undefined, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const { listing } = project;
    const key = idIn(request.query);
    if (request.kind !== "runs" || key === undefined || listing.shared.length > 0) return undefined;
    if (partsOf(listing, key).length === 0) return undefined;
    const found = yield* select(project, [key], request);
    return found.length === 1 ? found : undefined;
  });

/** The value that a query asks of an attribute that tells runs apart. */
const idIn = (query: Query): string | undefined => {
  const conditions = query._tag === "And" ? query.conditions : [query];
  for (const condition of conditions) {
    if (condition._tag === "And") {
      const id = idIn(condition);
      if (id !== undefined) return id;
    }
    if (
      condition._tag === "Comparison" && condition.operator === "=" &&
      ["sys/custom_run_id", "sys/id"].includes(condition.attribute.name)
    ) return condition.value;
  }
  return undefined;
};

/** Those of some runs that fulfil a request, in its order. */
const select = (
  project: Project,
  runs: ReadonlyArray<RunKey>,
  request: SearchRequest,
): Effect.Effect<ReadonlyArray<RunKey>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    // Neptune 2 has no experiments.
    if (request.kind === "experiments" && (yield* project.parameters).flavour === "neptune2") {
      return [];
    }
    const asked = attributesAskedBy(request);
    const paths = new Set(asked.map(({ name }) => name));
    const seriesPaths = new Set(asked.filter(mayBeSeries).map(({ name }) => name));
    const columns = Map.groupBy(
      yield* columnsOf(project, runs, [...paths], [...seriesPaths]),
      ({ path }) => path,
    );
    const now = yield* Clock.currentTimeMillis;
    return findAmong(runs, request, now, (path) => columns.get(path) ?? []);
  });

const mayBeSeries = ({ type }: { readonly type?: string | undefined }): boolean =>
  type === undefined || Object.values<string>(SERIES_NAMES).includes(type);
