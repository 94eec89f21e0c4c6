/**
 * The answers that the ground truth of an export gives: what was logged, as `expected.json` tells it,
 * and none of the code under test.
 *
 * @module
 */
import { join } from "node:path";
import { attributesOf, filesOf } from "../../neptune/archive/compare.ts";
import {
  type ExpectedFile,
  type ExpectedHistogram,
  type ExpectedPoints,
  type ExpectedSeries,
  fullPoints,
  number,
} from "../../neptune/archive/expected.ts";
import { filesOf as directoryOfFiles, type Fixture } from "../../neptune/archive/fixtures.ts";
import {
  anyNumber,
  byCodePoint,
  type Cell,
  type Column,
  histogramOf,
  type Table,
} from "./Answer.ts";

/** A field of a run: its type as an export names it, and its value; of a series the last one. */
export interface Field {
  readonly type: string;
  readonly cell: Cell;
}

/** A point of a series. */
export type Point = readonly [step: number, value: Cell, time: number];

export interface TrueRun {
  readonly id: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Own points and those that are inherited. */
  readonly points: ReadonlyMap<string, ReadonlyArray<Point>>;
  readonly ownPoints: ReadonlyMap<string, ReadonlyArray<Point>>;
  /** The runs that it forked from, nearest first, and the last step that it has of each. */
  readonly ancestors: ReadonlyArray<{ readonly runId: string; readonly upToStep: number }>;
}

/** What an export holds of each run. */
export const truthOf = (fixture: Fixture): ReadonlyArray<TrueRun> =>
  fixture.runs.map((run): TrueRun => {
    const points = new Map(
      run.series.map((series) => [series.path, pointsOf(fixture, series, fullPoints)]),
    );
    const fields: Array<readonly [string, Field]> = [
      ...attributesOf(fixture, run).map(({ path, type, value }) =>
        [path, { type, cell: parameter(type, value) }] as const
      ),
      ...filesOf(run).map((file) =>
        [file.path, { type: file.type, cell: fileOf(fixture, file) }] as const
      ),
      ...run.series.map(({ path, type, aggregates }) => {
        const cell = aggregates === undefined
          ? points.get(path)!.at(-1)?.[1] ?? null
          : { float: anyNumber(number(aggregates.last)) };
        return [path, { type, cell }] as const;
      }),
    ];
    return {
      id: run.runId,
      fields: new Map(fields.sort(([a], [b]) => byCodePoint(a, b))),
      points,
      ownPoints: new Map(
        run.series.map((series) => [series.path, pointsOf(fixture, series, ({ own }) => own)]),
      ),
      ancestors: run.lineage ?? [],
    };
  });

const parameter = (type: string, value: unknown): Cell => {
  switch (type) {
    case "int":
      return { int: String(value) };
    case "float":
      return { float: anyNumber(Number(value)) };
    case "datetime":
      return { time: Date.parse(value as string) };
    case "string_set":
      return { set: [...value as ReadonlyArray<string>].sort(byCodePoint) };
    case "bool":
      return value as boolean;
    default:
      return { text: value as string };
  }
};

/**
 * An export has neither the size nor the type of a file, but the file, which can be another one, and
 * its extension.
 */
const fileOf = (fixture: Fixture, { archivePath, mimeType }: ExpectedFile): Cell => {
  if (archivePath === null) return null;
  const { size } = Deno.statSync(
    join(directoryOfFiles(fixture), fixture.expected.projectDirectory, archivePath),
  );
  const isKnown = mimeType !== undefined && !mimeType.includes("unknown");
  return { file: { path: archivePath, size, mimeType: isKnown ? mimeType : null } };
};

const pointsOf = (
  fixture: Fixture,
  series: ExpectedSeries,
  choose: (series: ExpectedSeries) => ExpectedPoints,
): ReadonlyArray<Point> => {
  const { steps, values, timestamps } = choose(series);
  return steps.map((
    step,
    i,
  ) => [number(step), valueOf(fixture, series.type, values[i]!), timestamps[i]!]);
};

const valueOf = (fixture: Fixture, type: ExpectedSeries["type"], value: unknown): Cell => {
  switch (type) {
    case "float_series":
      return { float: anyNumber(Number(value)) };
    case "string_series":
      return { text: value as string };
    case "histogram_series": {
      const { type, edges, values } = value as ExpectedHistogram;
      return {
        histogram: histogramOf({ type, edges: edges.map(number), values: values.map(number) }),
      };
    }
    case "file_series":
      return fileOf(fixture, value as ExpectedFile);
  }
};

/** The points whose step is in a range with both of its ends. */
export const inRange = (
  points: ReadonlyArray<Point>,
  [from, to]: readonly [number | null, number | null],
): ReadonlyArray<Point> =>
  points.filter(([step]) => (from === null || step >= from) && (to === null || step <= to));

/** The value of a field, `undefined` without one of these types. */
export const fieldOf = (
  run: TrueRun,
  path: string,
  ...types: ReadonlyArray<string>
): Cell | undefined => {
  const field = run.fields.get(path);
  return field === undefined || types.length > 0 && !types.includes(field.type)
    ? undefined
    : field.cell;
};

/** The text of a field, or the empty one. */
export const textOf = (run: TrueRun, path: string): string => {
  const cell = fieldOf(run, path);
  return typeof cell === "object" && cell !== null && "text" in cell ? cell.text : "";
};

/** The number of a field, or NaN. */
export const numberOf = (run: TrueRun, path: string): number => {
  const cell = fieldOf(run, path);
  if (typeof cell !== "object" || cell === null) return NaN;
  return "float" in cell ? Number(cell.float) : "int" in cell ? Number(cell.int) : NaN;
};

/** The members of a set, or none. */
export const membersOf = (run: TrueRun, path: string): ReadonlyArray<string> => {
  const cell = fieldOf(run, path);
  return typeof cell === "object" && cell !== null && "set" in cell ? cell.set : [];
};

/** Whether a run is the head of an experiment. */
export const isExperiment = (run: TrueRun): boolean =>
  fieldOf(run, "sys/experiment/is_head") === true;

/** Whether a run is in the trash. */
export const isTrashed = (run: TrueRun): boolean => fieldOf(run, "sys/trashed") === true;

/** Runs in the order of a field: those without it last, ties by the id of the run. */
export const inOrder = (
  runs: ReadonlyArray<TrueRun>,
  path: string,
  ascending: boolean,
): ReadonlyArray<TrueRun> =>
  runs.toSorted((a, b) => {
    const [x, y] = [sortValue(fieldOf(a, path)), sortValue(fieldOf(b, path))];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined) || byCodePoint(a.id, b.id);
    }
    const order = typeof x === "string" && typeof y === "string"
      ? byCodePoint(x, y)
      : Number(x) - Number(y);
    return (ascending ? order : -order) || byCodePoint(a.id, b.id);
  });

const sortValue = (cell: Cell | undefined): string | number | undefined => {
  if (cell === undefined || cell === null) return undefined;
  if (typeof cell === "boolean") return Number(cell);
  if ("text" in cell) return cell.text;
  if ("time" in cell) return cell.time;
  if ("int" in cell) return Number(cell.int);
  if ("float" in cell) return Number(cell.float);
  throw new Error(`no order for ${JSON.stringify(cell)}`);
};

/** A table of fields, in the order of columns of the original. */
export const tableOfRuns = (
  runs: ReadonlyArray<TrueRun>,
  paths: Iterable<string>,
): Table => ({
  height: runs.length,
  columns: [...new Set(paths)]
    .sort((a, b) => groupOf(a) - groupOf(b) || byCodePoint(a, b))
    .map((path): Column => {
      const fields = runs.map((run) => run.fields.get(path));
      const types = new Set(fields.flatMap((field) => field === undefined ? [] : [field.type]));
      if (types.size > 1) throw new Error(`${path} has several types`);
      const [type] = types;
      return {
        name: path,
        kind: type === undefined ? "missing" : KINDS[type] ?? "object",
        cells: fields.map((field) => field === undefined ? null : joined(field.cell)),
      };
    }),
});

const groupOf = (path: string): number => {
  const [first] = path.split("/");
  return first === "sys" ? 0 : first === "monitoring" ? 2 : 1;
};

/** In tables of neptune-fetcher a string set is one text; in ours a file is its path. */
export const joined = (cell: Cell): Cell => {
  if (typeof cell !== "object" || cell === null) return cell;
  if ("set" in cell) return { text: cell.set.join(",") };
  return "file" in cell ? { text: cell.file.path } : cell;
};

export const KINDS: Readonly<Record<string, Column["kind"]>> = {
  int: "int",
  float: "float",
  float_series: "float",
  bool: "bool",
  datetime: "time",
  string: "text",
  string_set: "text",
  string_series: "text",
  file: "text",
  file_series: "text",
};

/** The types of which neptune-fetcher has no value. */
export const UNSUPPORTED: ReadonlySet<string> = new Set([
  "string_series",
  "histogram_series",
  "file",
  "file_series",
]);

/** Why neptune-fetcher 0.9 cannot be asked about some fields of runs; all fields without paths. */
export const whyNotByOld = (
  runs: ReadonlyArray<TrueRun>,
  paths?: ReadonlyArray<string>,
): Readonly<Record<string, string>> => {
  const met = runs.flatMap(({ fields }) =>
    [...fields].filter(([path, { type }]) =>
      UNSUPPORTED.has(type) && (paths === undefined || paths.includes(path))
    ).map(([, { type }]) => type)
  );
  return met.length === 0 ? {} : {
    "neptune-fetcher 0.9": "before 0.13, a type that it does not know is an error: " +
      [...new Set(met)].join(", "),
  };
};
