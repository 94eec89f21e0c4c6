/**
 * Reads values of attributes.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { MalformedProtobuf, NeptuneErrorReason } from "../NeptuneError.ts";
import type { RunKey, ValueColumn, ValuesRequest } from "../NeptuneSource.ts";
import { reposition } from "../valueColumns.ts";
import type { QueryAttributesResult } from "../wire/attributeColumns.ts";
import type { QueryAttributesBody } from "../wire/attributes.ts";
import { paths } from "../wire/paths.ts";
import { contradiction } from "./decode.ts";
import { filtersOf } from "./names.ts";
import { AT_ONCE, bytesOf, groupsOf, REQUEST_BYTES, RUN_BYTES } from "./requests.ts";
import { keyOf } from "./runKeys.ts";
import type { Service } from "./Service.ts";
import { warnOfTypes } from "./unknownTypes.ts";

type Pieces = Stream.Stream<ReadonlyArray<ValueColumn>, NeptuneErrorReason>;

/** Reads values, in pieces. */
export const values = (service: Service, request: ValuesRequest): Pieces => {
  const { runs, select, types } = request;
  if (runs.length === 0 || types?.length === 0) return Stream.empty;
  const [run] = runs;
  if (runs.length === 1 && "paths" in select && types === undefined) {
    return ofOneRun(service, run!, select.paths);
  }
  return Stream.suspend(() => {
    const rowOf = new Map(runs.map((run, row) => [run, row]));
    return Stream.fromIterable(bodiesOf(service, request)).pipe(
      Stream.flatMap((body) => pagesOf(service, request.project, body, rowOf), {
        concurrency: AT_ONCE,
        bufferSize: 1,
      }),
    );
  });
};

const ofOneRun = (service: Service, run: RunKey, wanted: ReadonlyArray<string>): Pieces => {
  const { paths, pathBytes } = service.limits;
  return Stream.fromIterable(groupsOf([...new Set(wanted)], paths, bytesOf, pathBytes)).pipe(
    Stream.mapEffect(
      (attributePathsFilter) => service.attributesOfRun(run, { attributePathsFilter }),
      { concurrency: AT_ONCE },
    ),
    Stream.mapEffect(({ columns, unknown }) => Effect.as(warnOfTypes(unknown), columns)),
  );
};

/** The requests of a question; runs and paths are cut into what one of them can hold. */
const bodiesOf = (
  { limits }: Service,
  { runs, select, types }: ValuesRequest,
): ReadonlyArray<QueryAttributesBody> => {
  const unique = [...new Set(runs)];
  if (!("paths" in select) || types !== undefined) {
    const groups = groupsOf(unique, Math.min(limits.runs, Math.floor(REQUEST_BYTES / RUN_BYTES)));
    return groups.flatMap((experimentIdsFilter) =>
      filtersOf(select).map((attributeNameFilter) => ({
        experimentIdsFilter,
        ...attributeNameFilter !== null && { attributeNameFilter },
        ...types !== undefined && {
          attributeFilter: types.map((attributeType) => ({ attributeType })),
        },
      }))
    );
  }
  const names = groupsOf([...new Set(select.paths)], limits.values, bytesOf, REQUEST_BYTES / 2);
  return names.flatMap((attributeNamesFilter) => {
    const bytes = attributeNamesFilter.reduce((sum, name) => sum + bytesOf(name), 0);
    const most = Math.max(
      1,
      Math.min(
        limits.runs,
        Math.floor(limits.values / attributeNamesFilter.length),
        Math.floor((REQUEST_BYTES - bytes) / RUN_BYTES),
      ),
    );
    return groupsOf(unique, most).map((experimentIdsFilter) => ({
      experimentIdsFilter,
      attributeNamesFilter,
    }));
  });
};

const pagesOf = (
  service: Service,
  project: string,
  body: QueryAttributesBody,
  rowOf: ReadonlyMap<RunKey, number>,
): Pieces =>
  Stream.paginate(undefined as string | undefined, (token) =>
    Effect.gen(function* () {
      const result = yield* service.queryAttributes(project, {
        ...body,
        nextPage: {
          limit: service.limits.values,
          ...token !== undefined && { nextPageToken: token },
        },
      });
      yield* warnOfTypes(result.unknown);
      const { nextPageToken } = result;
      if (nextPageToken !== "" && nextPageToken === token) {
        return yield* contradiction(
          REQUEST,
          "the page that follows is the same again",
        );
      }
      return [
        [yield* placed(project, result, rowOf)],
        nextPageToken === "" ? Option.none() : Option.some(nextPageToken),
      ] as const;
    }));

/** The columns, their rows those of the runs that were asked for. */
const placed = (
  project: string,
  { shortIds, columns }: QueryAttributesResult,
  rowOf: ReadonlyMap<RunKey, number>,
): Effect.Effect<ReadonlyArray<ValueColumn>, MalformedProtobuf> => {
  const rows = new Int32Array(shortIds.length);
  let isAscending = true;
  for (const [i, id] of shortIds.entries()) {
    const row = rowOf.get(keyOf(project, id));
    if (row === undefined) {
      return Effect.fail(contradiction(REQUEST, `it has run ${JSON.stringify(id)}, unasked`));
    }
    rows[i] = row;
    isAscending &&= i === 0 || rows[i - 1]! < row;
  }
  return Effect.succeed(
    columns.map((column) =>
      isAscending
        ? { ...column, rows: column.rows.map((entry) => rows[entry]!) }
        : reposition(column, rows, rowOf.size)
    ),
  );
};

const REQUEST = `POST ${paths.queryAttributes}`;
