/**
 * The series of runs with the points that they inherit.
 *
 * @module
 */
import { Effect, Stream } from "effect";
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
    const isInheritable = selection.types.some((type) => type !== "file_series");
    const ancestors = yield* ancestorsOf(
      index,
      selection.runs,
      isInheritable ? inheritance : "none",
    );
    const read = (runs: ReadonlyArray<RunKey>) =>
      readSeries(index.listing, { ...selection, runs }, index.settings);
    if (ancestors.size === 0) return read(selection.runs);

    const withInherited = (runs: ReadonlyArray<RunKey>, batch: ReadonlyArray<Series<Type>>) => {
      const byRun = Map.groupBy(batch, ({ run }) => run);
      return Stream.fromIterable(slices(runs, ancestors)).pipe(
        Stream.mapEffect((slice) =>
          Effect.gen(function* () {
            const all = slice.flatMap((run) => ancestors.get(run) ?? []).map(({ run }) => run);
            const others = [...new Set(all)].filter((run) => !byRun.has(run));
            const more = others.length === 0 ? [] : yield* Stream.runCollect(read(others));
            const ofOthers = Map.groupBy(more.flat(), ({ run }) => run);
            return slice.flatMap((run) =>
              merge([
                byRun.get(run) ?? [],
                ...(ancestors.get(run) ?? []).map((ancestor) => {
                  const series = byRun.get(ancestor.run) ?? ofOthers.get(ancestor.run) ?? [];
                  return inheritedBy(run, series, ancestor.upToStep);
                }),
              ])
            );
          })
        ),
      );
    };
    const forks = new Set(ancestors.keys());
    return Stream.concat(
      read(selection.runs).pipe(Stream.flatMap((batch) => {
        const runs = new Set(batch.map(({ run }) => run));
        for (const run of runs) forks.delete(run);
        return withInherited([...runs], batch);
      })),
      // Those without a point of their own.
      Stream.suspend(() => withInherited([...forks], [])),
    );
  }));

// How many ancestors are read at once, and held until the runs that inherit from them are complete.
const ANCESTORS = 64;

/** Runs in groups that have few ancestors between them. */
const slices = (
  runs: ReadonlyArray<RunKey>,
  ancestors: Ancestors,
): ReadonlyArray<ReadonlyArray<RunKey>> => {
  const all: Array<Array<RunKey>> = [];
  let known = new Set<RunKey>();
  for (const run of runs) {
    const own = new Set(ancestors.get(run)?.map(({ run }) => run));
    const together = known.union(own);
    const last = all.at(-1);
    if (last !== undefined && together.size <= ANCESTORS) {
      last.push(run);
      known = together;
    } else {
      all.push([run]);
      known = own;
    }
  }
  return all;
};

/** What a run has of the series of an ancestor. */
const inheritedBy = <Type extends SeriesType>(
  run: RunKey,
  series: ReadonlyArray<Series<Type>>,
  upToStep: number,
): ReadonlyArray<Series<Type>> =>
  series.filter(({ type }) => type !== "file_series").map((inherited) => ({
    ...inherited,
    run,
    points: cut(inherited.points, 0, countBelow(inherited.points, upToStep, true)),
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
