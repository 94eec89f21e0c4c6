/**
 * Which attributes runs have, and the values of them.
 *
 * @module
 */
import { Effect } from "effect";
import { byCodePoint } from "../byCodePoint.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type {
  AttributeDefinition,
  AttributesRequest,
  RunKey,
  ValueColumn,
  ValuesRequest,
} from "../NeptuneSource.ts";
import type { CatalogueEntry } from "./Catalogue.ts";
import { measureAll } from "./Files.ts";
import { ancestorsOf } from "./Inheritance.ts";
import type { Parameters } from "./Parameters.ts";
import type { Project } from "./Project.ts";
import { compile } from "../rules/selection.ts";
import { SERIES_NAMES } from "./Series.ts";
import { reposition } from "../valueColumns.ts";

/** Reads the values of selected attributes of some runs; rows are positions of runs. */
export const values = (
  project: Project,
  { runs, select, types }: ValuesRequest,
): Effect.Effect<ReadonlyArray<ValueColumn>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const isWanted = typeFilter(types);
    if ("paths" in select) {
      const columns = yield* columnsOf(project, runs, [...new Set(select.paths)]);
      return columns.filter(isWanted);
    }
    const test = yield* compile(select);
    const parameters = yield* parametersOf(project, runs);
    const paths = [...parameters.columns.keys()].filter(test);
    const series = (yield* seriesOf(project, runs))
      .filter((definition) => isWanted(definition) && test(definition.path));
    const columns = [
      ...parameterColumns(parameters, runs, paths),
      ...yield* project.summaries([...new Set(series.map(({ path }) => path))], runs),
    ];
    return yield* measureFiles(project, columns.filter(isWanted));
  });

/** Reads the values of attributes by exact path; of those in `maybeSeries` also as series. */
export const columnsOf = (
  project: Project,
  runs: ReadonlyArray<RunKey>,
  paths: ReadonlyArray<string>,
  maybeSeries: ReadonlyArray<string> = paths,
): Effect.Effect<ReadonlyArray<ValueColumn>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const parameters = parameterColumns(yield* parametersOf(project, runs), runs, paths);
    // A run has one type under a path, so that only runs without a parameter there can have a
    // series, and no system attribute is a series.
    const byPath = Map.groupBy(parameters, ({ path }) => path);
    const lacking = new Set<number>();
    const seriesPaths = maybeSeries.filter((path) => {
      const columns = byPath.get(path) ?? [];
      const present = columns.reduce((sum, { rows }) => sum + rows.length, 0);
      if (path.startsWith("sys/") || present >= runs.length) return false;
      const positions = new Set(columns.flatMap(({ rows }) => [...rows]));
      runs.forEach((_, position) => positions.has(position) || lacking.add(position));
      return true;
    });
    const positions = [...lacking].sort((a, b) => a - b);
    const series = yield* project.summaries(
      seriesPaths,
      positions.map((position) => runs[position]!),
    );
    const columns = series.map((column) => ({
      ...column,
      rows: column.rows.map((row) => positions[row]!),
    }));
    return yield* measureFiles(project, [...parameters, ...columns]);
  });

/** Lists the attributes that at least one of some runs has. */
export const definitions = (
  project: Project,
  { runs, select, types }: AttributesRequest,
): Effect.Effect<ReadonlyArray<AttributeDefinition>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const isWanted = typeFilter(types);
    const test = yield* compile(select);
    const parameters =
      yield* (runs === undefined ? project.parameters : parametersOf(project, runs));
    const wanted = runs ?? parameters.runs;
    const columns = parameterColumns(
      parameters,
      wanted,
      [...parameters.columns.keys()].filter(test),
    );
    const series = Object.values(SERIES_NAMES).some((type) => isWanted({ type }))
      ? yield* seriesOf(project, wanted)
      : [];
    return [...columns.map(({ path, type }) => ({ path, type })), ...series]
      .filter((definition) => isWanted(definition) && test(definition.path))
      .sort((a, b) => byCodePoint(a.path, b.path) || byCodePoint(a.type, b.type));
  });

const typeFilter = (types: ReadonlyArray<string> | undefined) => {
  const wanted = new Set(types);
  return ({ type }: { readonly type: string }) => types === undefined || wanted.has(type);
};

const parametersOf = (project: Project, runs: ReadonlyArray<RunKey>) =>
  runs.length === 1 ? project.parametersOf(runs[0]!) : project.parameters;

const parameterColumns = (
  { rowOf, ...parameters }: Parameters,
  runs: ReadonlyArray<RunKey>,
  paths: ReadonlyArray<string>,
): ReadonlyArray<ValueColumn> => {
  const positions = new Int32Array(parameters.runs.length).fill(-1);
  runs.forEach((run, position) => {
    const row = rowOf.get(run);
    if (row !== undefined) positions[row] = position;
  });
  return paths.flatMap((path) => parameters.columns.get(path) ?? [])
    .map((column) => reposition(column, positions, runs.length))
    .filter(({ rows }) => rows.length > 0);
};

/** The series that at least one of some runs has, inherited ones included. */
const seriesOf = (
  project: Project,
  runs: ReadonlyArray<RunKey>,
): Effect.Effect<ReadonlyArray<AttributeDefinition>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const ancestors = yield* ancestorsOf(project, runs, "all");
    const inherited = [...ancestors.values()].flat();
    const catalogue = yield* project.catalogue(
      [...new Set([...runs, ...inherited.map(({ run }) => run)])],
    );
    const found = new Map<string, AttributeDefinition>();
    const add = ({ path, type }: CatalogueEntry) =>
      found.set(`${type} ${path}`, { path, type: SERIES_NAMES[type] });
    for (const run of runs) catalogue.get(run)?.forEach(add);
    for (const { run, upToStep } of inherited) {
      catalogue.get(run)
        ?.filter(({ type, firstStep }) => type !== "file_series" && firstStep <= upToStep)
        .forEach(add);
    }
    return [...found.values()];
  });

const measureFiles = (
  { files }: Project,
  columns: ReadonlyArray<ValueColumn>,
): Effect.Effect<ReadonlyArray<ValueColumn>> =>
  Effect.forEach(columns, (column) => {
    switch (column.type) {
      case "fileRef":
      case "fileSet":
      case "artifact":
        return Effect.map(
          measureAll(files, column.values),
          (values): ValueColumn => ({ ...column, values }),
        );
      case "fileRefSeries":
        return Effect.map(
          measureAll(files, column.last),
          (last): ValueColumn => ({ ...column, last }),
        );
      default:
        return Effect.succeed(column);
    }
  });
