/**
 * Projects as plain data, as a test writes them down.
 *
 * @module
 */
import { DateTime } from "effect";
import mime from "mime";
import type { AttributeValue, FileRef, Histogram } from "../Attribute.ts";
import type { Points, RunKey } from "../NeptuneSource.ts";
import { sorted } from "../rules/points.ts";

/** Projects by `workspace/name`, and the runs of each by `sys/id`. */
export interface TestProjects {
  readonly [project: string]: { readonly [id: string]: TestRun };
}

/**
 * The fields of a run by path; `null` for one that it lacks.
 *
 * Unless they say otherwise, runs have a `sys/id` and a `sys/custom_run_id`, which are both the key
 * under which the run is written down; a `sys/creation_time`, one minute after that of the run before
 * it; and are not in the trash. The run of a name that says so by `sys/experiment/is_head`, else the
 * newest, is the head of that experiment. `sys/forking/parent` and `sys/forking/step` make a run a
 * fork of another one, named by either id, from which its series inherit.
 */
export interface TestRun {
  readonly [path: string]: TestField;
}

/**
 * A field as a test writes it down.
 *
 * | written | Neptune type |
 * |---|---|
 * | `boolean`, `string` | `bool`, `string` |
 * | `number` | `float`, whole or not |
 * | `bigint` | `int` |
 * | `Date`, `DateTime.Utc` | `datetime` |
 * | a list or set of texts | `stringSet` |
 * | {@link TestFile} | `fileRef` |
 * | {@link TestSeries} | `floatSeries`, `stringSeries`, `histogramSeries`, `fileRefSeries` |
 * | `AttributeValue` | its own |
 */
export type TestField =
  | boolean
  | string
  | number
  | bigint
  | Date
  | DateTime.Utc
  | ReadonlyArray<string>
  | ReadonlySet<string>
  | TestFile
  | TestSeries
  | AttributeValue
  | null;

/** A logged file. */
export interface TestFile {
  /** What is in it; of a text its UTF-8. */
  readonly bytes: string | Uint8Array;
  /** @default that of the extension of its path */
  readonly mimeType?: string | undefined;
}

/** A series; without any point it is one of numbers. */
export type TestSeries =
  | { readonly points: ReadonlyArray<TestPoint<number>> }
  | { readonly points: ReadonlyArray<TestPoint<string>> }
  | { readonly points: ReadonlyArray<TestPoint<Histogram>> }
  | { readonly points: ReadonlyArray<TestPoint<TestFile>> };

/** A point of a series, in any order of steps. */
export type TestPoint<A> = readonly [step: number, value: A, options?: TestPointOptions];

/** What a point has beside step and value. */
export interface TestPointOptions {
  /** @default so many seconds after `sys/creation_time` as the step says */
  readonly timestamp?: Date | undefined;
  /** From 0 to 1 for a point that may still change, if it is a number: a preview. */
  readonly completionRatio?: number | undefined;
}

/** The values of the points of each type of series. */
export interface SeriesValues {
  readonly floatSeries: number;
  readonly stringSeries: string;
  readonly histogramSeries: Histogram;
  readonly fileRefSeries: FileRef;
}

/** A value, and how complete it is unless it is committed. */
export interface Cell<A> {
  readonly value: A;
  readonly completionRatio: number | undefined;
}

/** Whether a value may not change any more. */
export const isCommitted = ({ completionRatio }: Cell<unknown>): boolean =>
  completionRatio === undefined;

/** The points that may not change any more. */
export const committed = <A>(
  { step, timestamp, value }: Points<ReadonlyArray<Cell<A>>>,
): Points<ReadonlyArray<Cell<A>>> => {
  const isWanted = (_: unknown, i: number) => isCommitted(value[i]!);
  return {
    step: step.filter(isWanted),
    timestamp: timestamp.filter(isWanted),
    value: value.filter(isWanted),
  };
};

/** A series of a run; of a fork without what it inherits. */
export interface ReadSeries<Type extends keyof SeriesValues = keyof SeriesValues> {
  readonly path: string;
  readonly type: Type;
  readonly points: Points<ReadonlyArray<Cell<SeriesValues[Type]>>>;
}

/** What a test wrote down of a run. */
export interface ReadRun {
  readonly key: RunKey;
  /** The attributes that are not series, by path. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly series: ReadonlyArray<ReadSeries>;
  /** The bytes of files by the path of their reference. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const FIRST_CREATED = Date.UTC(2024, 0, 1);

/** Reads what a test wrote down of a run, the so many-th of its project. */
export const readRun = (key: RunKey, run: TestRun, position: number): ReadRun => {
  const files = new Map<string, Uint8Array>();
  const keep = (path: string, { bytes, mimeType }: TestFile): FileRef => {
    const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    files.set(path, content);
    return { path, sizeBytes: content.length, mimeType: mimeType ?? mime.getType(path) };
  };

  const attributes = new Map<string, AttributeValue>();
  const written: Array<readonly [path: string, series: TestSeries]> = [];
  const fields: TestRun = {
    "sys/id": key,
    "sys/custom_run_id": key,
    "sys/creation_time": new Date(FIRST_CREATED + position * 60_000),
    "sys/trashed": false,
    ...run,
  };
  for (const [path, field] of Object.entries(fields)) {
    if (field === null) continue;
    if (isSeries(field)) written.push([path, field]);
    else if (isFile(field)) {
      attributes.set(path, { type: "fileRef", value: keep(`${key}/${path}`, field) });
    } else attributes.set(path, attributeOf(field));
  }

  const created = attributes.get("sys/creation_time");
  const start = created?.type === "datetime" ? created.value : FIRST_CREATED;
  const series = written.map(([path, { points }]): ReadSeries => {
    if (areOf(points, isFile)) {
      const keepOf = (step: number, file: TestFile) => keep(`${key}/${path}/${step}`, file);
      return { path, type: "fileRefSeries", points: pointsOf(points, start, keepOf) };
    }
    if (areOf(points, isHistogram)) {
      return { path, type: "histogramSeries", points: pointsOf(points, start, theValue) };
    }
    return areOf(points, isText)
      ? { path, type: "stringSeries", points: pointsOf(points, start, theValue) }
      : { path, type: "floatSeries", points: pointsOf(points, start, (_, value) => Number(value)) };
  });
  return { key, attributes, series, files };
};

const isObject = (field: unknown): field is object => typeof field === "object" && field !== null;

const isSeries = (field: TestField): field is TestSeries => isObject(field) && "points" in field;

const isFile = (field: unknown): field is TestFile => isObject(field) && "bytes" in field;

const isHistogram = (value: unknown): value is Histogram => isObject(value) && "edges" in value;

const isText = (value: unknown): value is string => typeof value === "string";

const areOf = <A>(
  points: ReadonlyArray<TestPoint<unknown>>,
  is: (value: unknown) => value is A,
): points is ReadonlyArray<TestPoint<A>> =>
  points.length > 0 && points.every(([, value]) => is(value));

const theValue = <A>(_step: number, value: A): A => value;

const pointsOf = <A, B>(
  points: ReadonlyArray<TestPoint<A>>,
  start: number,
  valueOf: (step: number, value: A) => B,
): Points<ReadonlyArray<Cell<B>>> =>
  sorted({
    step: Float64Array.from(points, ([step]) => step),
    timestamp: Float64Array.from(
      points,
      ([step, , options]) => options?.timestamp?.getTime() ?? start + 1000 * step,
    ),
    value: points.map(([step, value, options]) => ({
      value: valueOf(step, value),
      completionRatio: options?.completionRatio,
    })),
  });

const attributeOf = (field: Exclude<TestField, TestSeries | TestFile | null>): AttributeValue => {
  switch (typeof field) {
    case "boolean":
      return { type: "bool", value: field };
    case "string":
      return { type: "string", value: field };
    case "number":
      return { type: "float", value: field };
    case "bigint":
      return { type: "int", value: field };
  }
  if (field instanceof Date) return { type: "datetime", value: field.getTime() };
  if (DateTime.isDateTime(field)) {
    return { type: "datetime", value: DateTime.toEpochMillis(field) };
  }
  return "type" in field ? field : { type: "stringSet", value: [...field] };
};
