/**
 * A project that a test wrote down: its runs, what forks inherit, and the values of attributes.
 *
 * @module
 */
import type { AttributeValue, FloatSeriesSummary } from "../Attribute.ts";
import type { Inheritance, Points, RunKey } from "../NeptuneSource.ts";
import type { NeptuneWarning } from "../NeptuneWarning.ts";
import type { SeriesOf } from "../rules/chunk.ts";
import { type Fork, lineage } from "../rules/lineage.ts";
import { countBelow, cut, inherit } from "../rules/points.ts";
import { summarise } from "../rules/summarise.ts";
import type { AttributeOfRun } from "./columns.ts";
import {
  type Cell,
  committed,
  type ReadRun,
  readRun,
  type ReadSeries,
  type SeriesValues,
  type TestRun,
} from "./TestData.ts";

/** A project that a test wrote down. */
export interface TestProject {
  readonly runs: ReadonlyArray<RunKey>;
  /** The attributes of some runs, series by what stands for them; in order of the runs. */
  readonly attributesOf: (runs: ReadonlyArray<RunKey>) => ReadonlyArray<AttributeOfRun>;
  /** The series of one type of a run, with what it inherits. */
  readonly seriesOf: <Type extends keyof SeriesValues>(
    run: RunKey,
    type: Type,
    inheritance: Inheritance,
  ) => ReadonlyArray<SeriesOf<ReadonlyArray<Cell<SeriesValues[Type]>>>>;
  /** The bytes of a file. */
  readonly file: (path: string) => Uint8Array | undefined;
  /** Forks whose parent is none of the runs. */
  readonly warnings: ReadonlyArray<NeptuneWarning>;
}

/** Reads what a test wrote down. */
export const make = (written: { readonly [id: string]: TestRun }): TestProject => {
  const runs = new Map(
    Object.entries(written).map(([key, run], i) => [key, readRun(key, run, i)] as const),
  );
  const keys = new Map<string, RunKey>();
  // The custom id, by which Neptune names parents, comes last and wins.
  for (const path of ["sys/id", "sys/custom_run_id"]) {
    for (const run of runs.values()) keys.set(textAt(run, path) ?? run.key, run.key);
  }

  const forkOf = (key: RunKey): Fork | "unknown" | undefined => {
    const run = runs.get(key);
    if (run === undefined) return "unknown";
    const parent = textAt(run, "sys/forking/parent");
    const step = run.attributes.get("sys/forking/step");
    if (parent === undefined) return undefined;
    const isNumber = step?.type === "float" || step?.type === "int";
    return { parent: keys.get(parent) ?? parent, step: isNumber ? Number(step.value) : -Infinity };
  };
  const nameOf = (key: RunKey) => textAt(runs.get(key), "sys/name");
  const ancestorsOf = (key: RunKey, inheritance: Inheritance) =>
    inheritance === "none"
      ? []
      : lineage(key, forkOf).filter(({ run }) =>
        inheritance === "all" || nameOf(run) === nameOf(key)
      );

  const seriesOf: TestProject["seriesOf"] = (key, type, inheritance) => {
    const found = new Map(own(runs.get(key), type).map(({ path, points }) => [path, points]));
    // Files belong to the run that logged them.
    for (const { run, upToStep } of type === "fileRefSeries" ? [] : ancestorsOf(key, inheritance)) {
      for (const { path, points } of own(runs.get(run), type)) {
        const inherited = cut(points, 0, countBelow(points, upToStep, true));
        const nearer = found.get(path);
        if (nearer !== undefined) found.set(path, inherit(nearer, inherited));
        else if (inherited.step.length > 0) found.set(path, inherited);
      }
    }
    return Array.from(found, ([attribute, points]) => ({ run: key, attribute, points }));
  };

  const attributesOfRun = (
    key: RunKey,
  ): ReadonlyArray<readonly [path: string, attribute: AttributeValue]> => [
    ...runs.get(key)?.attributes ?? [],
    ...seriesOf(key, "floatSeries", "all").map(({ attribute, points }) =>
      [attribute, { type: "floatSeries", value: summaryOf(points) }] as const
    ),
    ...seriesOf(key, "stringSeries", "all").map(({ attribute, points }) =>
      [attribute, { type: "stringSeries", value: lastOf(points) }] as const
    ),
    ...seriesOf(key, "histogramSeries", "all").map(({ attribute, points }) =>
      [attribute, { type: "histogramSeries", value: lastOf(points) }] as const
    ),
    ...seriesOf(key, "fileRefSeries", "all").map(({ attribute, points }) =>
      [attribute, { type: "fileRefSeries", value: lastOf(points) }] as const
    ),
  ];

  return {
    runs: [...runs.keys()],
    attributesOf: (keys) =>
      keys.flatMap((key, row) =>
        attributesOfRun(key).map(([path, attribute]) => ({ row, path, attribute }))
      ),
    seriesOf,
    file: (path) => {
      for (const { files } of runs.values()) {
        const bytes = files.get(path);
        if (bytes !== undefined) return bytes;
      }
      return undefined;
    },
    warnings: [...runs.keys()].flatMap((run) => {
      const fork = forkOf(run);
      return fork === undefined || fork === "unknown" || runs.has(fork.parent) ? [] : [{
        kind: "MissingParent",
        message: `Run ${run} was forked from run ${fork.parent}, which is not among the runs of ` +
          "the test. Its series lack what it inherits.",
        run,
      }];
    }),
  };
};

const textAt = (run: ReadRun | undefined, path: string): string | undefined => {
  const attribute = run?.attributes.get(path);
  return attribute?.type === "string" ? attribute.value : undefined;
};

const own = <Type extends keyof SeriesValues>(run: ReadRun | undefined, type: Type) =>
  run?.series.filter((series): series is ReadSeries<Type> => series.type === type) ?? [];

const summaryOf = (points: Points<ReadonlyArray<Cell<number>>>): FloatSeriesSummary => {
  const { value, ...times } = committed(points);
  return summarise({ ...times, value: Float64Array.from(value, ({ value }) => value) });
};

const lastOf = <A>(points: Points<ReadonlyArray<Cell<A>>>) => {
  const { step, value } = committed(points);
  return { last: value.at(-1)?.value ?? null, lastStep: step.at(-1) ?? null };
};
