/**
 * The series of runs with the points that they inherit.
 *
 * @module
 */
import { Cache, Effect, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { Inheritance, RunKey } from "../NeptuneSource.ts";
import { warn } from "../NeptuneWarning.ts";
import { type Ancestor, type Fork, lineage } from "../rules/lineage.ts";
import { numberOf, type Parameters, textOf } from "./Parameters.ts";
import { countBelow, cut, inherit } from "../rules/points.ts";
import type { ProjectIndex } from "./ProjectIndex.ts";
import { readSeries, type Series, type SeriesSelection, type SeriesType } from "./Series.ts";

type Ancestors = ReadonlyMap<RunKey, ReadonlyArray<Ancestor>>;

const NO_ANCESTORS: Ancestors = new Map();

/** The ancestors from which runs inherit, nearest first, for each run that has any. */
export const ancestorsOf = (
  index: ProjectIndex,
  runs: ReadonlyArray<RunKey>,
  inheritance: Inheritance,
): Effect.Effect<Ancestors, NeptuneErrorReason> =>
  Effect.gen(function* () {
    if (inheritance === "none") return NO_ANCESTORS;
    const all = runs.length > 1 ? yield* index.parameters : undefined;
    const forks = new Map<RunKey, Fork | "unknown" | undefined>();
    const names = new Map<RunKey, string | undefined>();
    const pending = [...runs];
    for (let run = pending.pop(); run !== undefined; run = pending.pop()) {
      if (forks.has(run)) continue;
      const parameters = all ?? (yield* index.parametersOf(run));
      const fork = parameters.rowOf.has(run) ? forkOf(parameters, run) : "unknown";
      forks.set(run, fork);
      names.set(run, textOf(parameters, run, "sys/name"));
      if (fork !== undefined && fork !== "unknown") pending.push(fork.parent);
    }
    yield* Effect.forEach(forks.keys(), (run) => warnOfMissing(run, forks), { discard: true });
    const ofSameExperiment = (run: RunKey) => ({ run: ancestor }: Ancestor) =>
      inheritance === "all" || names.get(ancestor) === names.get(run);
    return new Map(
      runs.map((run) =>
        [run, lineage(run, (run) => forks.get(run)).filter(ofSameExperiment(run))] as const
      ).filter(([, ancestors]) => ancestors.length > 0),
    );
  });

const forkOf = (parameters: Parameters, run: RunKey): Fork | undefined => {
  const parent = textOf(parameters, run, "sys/forking/parent");
  const step = numberOf(parameters, run, "sys/forking/step") ?? -Infinity;
  // To six decimals, as the exporter rounds the steps of points but not this one.
  return parent === undefined ? undefined : { parent, step: Number(step.toFixed(6)) };
};

const warnOfMissing = (
  run: RunKey,
  forks: ReadonlyMap<RunKey, Fork | "unknown" | undefined>,
): Effect.Effect<void> => {
  const fork = forks.get(run);
  if (fork === undefined || fork === "unknown") return Effect.void;
  const isMissing = forks.get(fork.parent) === "unknown";
  if (!isMissing && fork.step !== -Infinity) return Effect.void;
  return warn({
    kind: "MissingParent",
    message: `Run ${run} was forked from run ${fork.parent}, ` +
      (isMissing ? "which is not in the export" : "but the export does not say at which step") +
      ". Its series, and those of its own forks, lack what it inherits.",
    run,
  });
};

/** Reads series with what they inherit, in batches that hold all of a run's. */
export const readInherited = <Type extends SeriesType>(
  index: ProjectIndex,
  selection: SeriesSelection<Type>,
  inheritance: Inheritance,
): Stream.Stream<ReadonlyArray<Series<Type>>, NeptuneErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    const ancestors = yield* ancestorsOf(index, selection.runs, inheritance);
    const read = (runs: ReadonlyArray<RunKey>) =>
      readSeries(index.listing, { ...selection, runs }, index.settings);
    if (ancestors.size === 0) return read(selection.runs);

    const ancestral = yield* Cache.make({
      capacity: 64,
      lookup: (run: RunKey) => Effect.map(Stream.runCollect(read([run])), (all) => all.flat()),
    });
    const withInherited = (run: RunKey, own: ReadonlyArray<Series<Type>>) =>
      Effect.map(
        Effect.forEach(ancestors.get(run) ?? [], (ancestor) =>
          Effect.map(Cache.get(ancestral, ancestor.run), (series) =>
            series.filter(({ type }) =>
              type !== "file_series"
            ).map((inherited) => ({
              ...inherited,
              run,
              points: cut(
                inherited.points,
                0,
                countBelow(inherited.points, ancestor.upToStep, true),
              ),
            })))),
        (inherited) =>
          merge([own, ...inherited]),
      );
    const forks = new Set(ancestors.keys());
    return Stream.concat(
      read(selection.runs).pipe(Stream.mapEffect((batch) => {
        const byRun = Map.groupBy(batch, (series) => series.run);
        return Effect.map(
          Effect.forEach(byRun, ([run, own]) => {
            forks.delete(run);
            return withInherited(run, own);
          }),
          (all) => all.flat(),
        );
      })),
      // Those without a point of their own.
      Stream.suspend(() =>
        Stream.fromIterable(forks).pipe(Stream.mapEffect((run) => withInherited(run, [])))
      ),
    );
  }));

/** The series of a run and its ancestors, nearest first, as those of the run. */
const merge = <Type extends SeriesType>(
  generations: ReadonlyArray<ReadonlyArray<Series<Type>>>,
): ReadonlyArray<Series<Type>> => {
  const merged = new Map<string, Series<Type>>();
  for (const series of generations.flat()) {
    const key = JSON.stringify([series.attribute, series.type]);
    const nearer = merged.get(key);
    merged.set(
      key,
      nearer === undefined ? series : { ...nearer, points: inherit(nearer.points, series.points) },
    );
  }
  return [...merged.values()];
};
