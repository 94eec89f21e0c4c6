/**
 * The values that stand for series in tables, queries and orders.
 *
 * They are computed from the points, inherited ones included, when they are first wanted, and kept
 * for as long as the index of the project.
 *
 * @module
 */
import { Effect, Semaphore, Stream } from "effect";
import type { FileRef, FloatSeriesSummary, Histogram } from "../Attribute.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { Points, RunKey, ValueColumn } from "../NeptuneSource.ts";
import { collectWarnings } from "../NeptuneWarning.ts";
import { ancestorsOf, readInherited } from "./Inheritance.ts";
import * as KeptWarnings from "./KeptWarnings.ts";
import type { ProjectIndex } from "./ProjectIndex.ts";
import { type Series, SERIES_TYPES, type SeriesType } from "./Series.ts";
import { summarise } from "../rules/summarise.ts";

/**
 * Gives the columns of the series among some paths. Rows are positions in the list of runs, in which
 * each is named once.
 */
export type Summaries = (
  paths: ReadonlyArray<string>,
  runs: ReadonlyArray<RunKey>,
) => Effect.Effect<ReadonlyArray<ValueColumn>, NeptuneErrorReason>;

interface Summary {
  readonly type: SeriesType;
  readonly lastStep: number;
  readonly last: unknown;
  readonly aggregates: FloatSeriesSummary | undefined;
}

/** Summaries of a project of which nothing is known yet. */
export const make = (index: ProjectIndex): Summaries => {
  // By path and run; `undefined` for a run that has no such series.
  const known = new Map<string, Map<RunKey, Summary | undefined>>();
  const warnings = KeptWarnings.make(index.listing);
  const turn = Semaphore.makeUnsafe(1);

  const unknown = (paths: ReadonlyArray<string>, runs: ReadonlyArray<RunKey>) => {
    const isNew = (path: string) => (run: RunKey) => !known.get(path)?.has(run);
    const attributes = paths.filter((path) => runs.some(isNew(path)));
    return { attributes, runs: runs.filter((run) => attributes.some((path) => isNew(path)(run))) };
  };

  const read = (
    { attributes, runs }: ReturnType<typeof unknown>,
    types: ReadonlyArray<SeriesType>,
  ) =>
    readInherited(index, { runs, attributes, types }, "all").pipe(
      Stream.runForEach((batch) =>
        Effect.sync(() => {
          for (const series of batch) {
            if (series.points.step.length > 0) {
              learn(series.attribute, series.run, summaryOf(series));
            }
          }
        })
      ),
    );

  const learn = (path: string, run: RunKey, summary: Summary | undefined) => {
    const summaries = known.get(path) ?? new Map<RunKey, Summary | undefined>();
    known.set(path, summaries.set(run, summary));
  };

  const learnAll = (paths: ReadonlyArray<string>, runs: ReadonlyArray<RunKey>) =>
    Effect.gen(function* () {
      // Most series are of numbers, and reading those alone is many times faster.
      for (const types of [["float_series"], OTHER_TYPES] as const) {
        const still = unknown(paths, runs);
        if (still.runs.length > 0) yield* read(still, types);
      }
      const none = unknown(paths, runs);
      for (const path of none.attributes) {
        for (const run of none.runs) {
          if (!known.get(path)?.has(run)) learn(path, run, undefined);
        }
      }
    });

  const withAncestors = (runs: ReadonlyArray<RunKey>) =>
    Effect.map(collectWarnings(ancestorsOf(index, runs, "all")), ([ancestors]) => [
      ...runs,
      ...[...ancestors.values()].flat().map(({ run }) => run),
    ]);

  return (paths, runs) =>
    turn.withPermit(warnings.keep(learnAll(paths, runs))).pipe(
      Effect.andThen(warnings.repeat(withAncestors(runs))),
      Effect.map(() =>
        paths.flatMap((path) => {
          const summaries = runs.map((run) => known.get(path)?.get(run));
          return SERIES_TYPES.map((type) => column(path, type, summaries)).filter(({ rows }) =>
            rows.length > 0
          );
        })
      ),
    );
};

const OTHER_TYPES = SERIES_TYPES.filter((type) => type !== "float_series");

const summaryOf = ({ type, points }: Series): Summary => {
  const aggregates = isFloat(points) ? summarise(points) : undefined;
  return { type, lastStep: points.step.at(-1) ?? NaN, last: points.value.at(-1), aggregates };
};

const isFloat = (points: Points<unknown>): points is Points<Float64Array> =>
  points.value instanceof Float64Array;

const column = (
  path: string,
  type: SeriesType,
  summaries: ReadonlyArray<Summary | undefined>,
): ValueColumn => {
  const rows = Uint32Array.from(summaries.keys()).filter((row) => summaries[row]?.type === type);
  const numbers = (number: (summary: Summary) => number | null | undefined) =>
    Float64Array.from(rows, (row) => number(summaries[row]!) ?? NaN);
  const lastStep = numbers((summary) => summary.lastStep);
  const last = Array.from(rows, (row) => summaries[row]!.last);
  switch (type) {
    case "float_series":
      return {
        path,
        type: "floatSeries",
        rows,
        lastStep,
        last: numbers(({ aggregates }) => aggregates?.last),
        min: numbers(({ aggregates }) => aggregates?.min),
        max: numbers(({ aggregates }) => aggregates?.max),
        average: numbers(({ aggregates }) => aggregates?.average),
        variance: numbers(({ aggregates }) => aggregates?.variance),
      };
    case "string_series":
      return { path, type: "stringSeries", rows, lastStep, last: last as ReadonlyArray<string> };
    case "histogram_series":
      return {
        path,
        type: "histogramSeries",
        rows,
        lastStep,
        last: last as ReadonlyArray<Histogram>,
      };
    case "file_series":
      return { path, type: "fileRefSeries", rows, lastStep, last: last as ReadonlyArray<FileRef> };
  }
};
