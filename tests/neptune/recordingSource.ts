/**
 * A source over plain objects in memory, which records what it is asked and can change.
 *
 * It does what no export can: its runs change, points may be previews, answers come in as many
 * pieces as there can be, requests wait, and requests fail.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { RE2JS } from "re2js";
import { Neptune } from "@nereid/nereid";
import type { AttributeValue, FileRef, Histogram } from "../../src/neptune/Attribute.ts";
import type {
  AttributeSelection,
  FloatSeriesChunk,
  NeptuneSource,
  OtherSeriesChunk,
  Points,
  RunKey,
  SearchRequest,
  SeriesRequest,
  ValueColumn,
} from "../../src/neptune/NeptuneSource.ts";
import { type NeptuneErrorReason, ProjectNotFound } from "../../src/neptune/NeptuneError.ts";
import { columnsOf as columnsOfAttributes } from "../../src/neptune/testing/columns.ts";
import { evaluate } from "../../src/neptune/rules/evaluate.ts";
import { inOrderOf } from "../../src/neptune/rules/order.ts";

/** A point: step, value, and how complete it is unless it is committed. */
export type Point<A = number> = readonly [step: number, value: A, completion?: number];

/** Series by path; each list of points is in order of step. */
interface SeriesOf<A> {
  [path: string]: ReadonlyArray<Point<A>>;
}

/** A run as plain data; `sys/id` is the key, and it is not in the trash, unless it says so. */
export interface RecordedRun {
  readonly attributes?: { [path: string]: AttributeValue };
  readonly floats?: SeriesOf<number>;
  readonly strings?: SeriesOf<string>;
  readonly histograms?: SeriesOf<Histogram>;
  readonly files?: SeriesOf<FileRef>;
}

/** What the source was asked. */
export type Recorded = {
  [Method in keyof NeptuneSource]-?: NeptuneSource[Method] extends
    (request: infer Request) => unknown ? { readonly method: Method; readonly request: Request }
    : { readonly method: Method };
}[keyof NeptuneSource];

/** A {@link NeptuneSource}, and the ends by which a test holds it. */
export interface RecordingSource {
  readonly source: NeptuneSource;
  readonly project: Neptune.ReadOnlyProject;
  /** The runs by key. */
  readonly runs: Map<RunKey, RecordedRun>;
  /** Requests since `requests` was emptied last; opening the project is not among them. */
  readonly requests: Array<Recorded>;
  /** What happens before a request is answered: nothing, a failure, or waiting. */
  before: (recorded: Recorded) => Effect.Effect<unknown, NeptuneErrorReason>;
}

/** The time of step 0; a second passes with each step. */
export const EPOCH: number = Date.UTC(2024, 4, 1);

const PROJECT = { identifier: "test/recording", workspace: "test", name: "recording", key: "REC" };

/** A source of some runs by key. Pages have two runs, chunks three points, columns one value. */
export const recordingSource = (
  runs: { readonly [key: RunKey]: RecordedRun },
): RecordingSource => {
  const byKey = new Map(Object.entries(runs));
  const requests: Array<Recorded> = [];

  const ask = <A>(recorded: Recorded, answer: () => Stream.Stream<A, NeptuneErrorReason>) =>
    Stream.unwrap(Effect.suspend(() => {
      requests.push(recorded);
      return Effect.map(recording.before(recorded), answer);
    }));

  const columnsOf = (keys: ReadonlyArray<RunKey>, isWanted: (path: string) => boolean) =>
    keys.flatMap((key, row) =>
      valuesOf(key, byKey.get(key) ?? {}).filter(([path]) => isWanted(path))
        .map(([path, value]) => columnOf(path, value, row))
    );

  const search = (request: SearchRequest) => {
    const { kind, query, sortBy, offset = 0, limit = Infinity, attributes } = request;
    const keys = [...byKey.keys()];
    const all = columnsOf(keys, () => true);
    const columns = (path: string) => all.filter((column) => column.path === path);
    const fulfilled = evaluate(query, { runs: keys.length, now: EPOCH, columns });
    const isIncluded = fulfilled.map((is, row) => {
      const head = byKey.get(keys[row]!)?.attributes?.["sys/experiment/is_head"]?.value === true;
      return kind === "runs" || head ? is : 0;
    });
    const found = inOrderOf(sortBy, keys, isIncluded, columns(sortBy.attribute));
    const pages = pagesOf(found.slice(offset, offset + limit), 2);
    return Stream.fromIterable(pages.length > 0 ? pages : [[]]).pipe(Stream.map((page) => ({
      total: found.length,
      runs: page,
      columns: columnsOf(page, (path) => attributes.includes(path)),
    })));
  };

  const series = <A, Chunk>(
    seriesIn: (run: RecordedRun) => SeriesOf<A> | undefined,
    chunkOf: (points: ReadonlyArray<Point<A>>, run: number, attribute: number) => Chunk,
    {
      runs,
      attributes,
      range: { after = -Infinity, from = -Infinity, to = Infinity, before = Infinity },
      head,
      tail,
      previews,
    }: SeriesRequest,
  ) =>
    Stream.fromIterable(runs.flatMap((key, run) =>
      attributes.flatMap((path, attribute) => {
        const points = (seriesIn(byKey.get(key) ?? {})?.[path] ?? []).filter(
          ([step, , completion]) =>
            step > after && step >= from && step <= to && step < before &&
            (previews || completion === undefined),
        ).slice(0, head).slice(tail === undefined ? 0 : -tail);
        return pagesOf(points, 3).map((page) => chunkOf(page, run, attribute));
      })
    ));

  const source: NeptuneSource = {
    projects: Effect.succeed([PROJECT]),
    project: (identifier) =>
      identifier === PROJECT.identifier ? Effect.succeed(PROJECT) : Effect.fail(
        new ProjectNotFound({ project: identifier, available: [PROJECT.identifier] }),
      ),
    search: (request) => ask({ method: "search", request }, () => search(request)),
    definitions: (request) =>
      ask({ method: "definitions", request }, () => {
        const { runs = [...byKey.keys()], select, types } = request;
        const found = columnsOf(runs, testOf(select))
          .filter(({ type }) => types === undefined || types.includes(type))
          .map(({ path, type }) => [`${type}:${path}`, { path, type }] as const);
        return Stream.fromIterable(new Map(found).values()).pipe(Stream.map((each) => [each]));
      }),
    values: (request) =>
      ask(
        { method: "values", request },
        () =>
          Stream.fromIterable(columnsOf(request.runs, testOf(request.select))).pipe(
            Stream.filter(({ type }) =>
              request.types === undefined || request.types.includes(type)
            ),
            Stream.map((column) => [column]),
          ),
      ),
    floatSeries: (request) =>
      ask(
        { method: "floatSeries", request },
        () => series(({ floats }) => floats, floatChunk, request),
      ),
    stringSeries: (request) =>
      ask(
        { method: "stringSeries", request },
        () => series(({ strings }) => strings, otherChunk, request),
      ),
    histogramSeries: (request) =>
      ask(
        { method: "histogramSeries", request },
        () => series(({ histograms }) => histograms, otherChunk, request),
      ),
    fileRefSeries: (request) =>
      ask(
        { method: "fileRefSeries", request },
        () => series(({ files }) => files, otherChunk, request),
      ),
    fileSize: ({ file }) => Effect.succeed(`bytes of ${file.path}`.length),
    readFile: (request) =>
      ask(
        { method: "readFile", request },
        () => {
          const { file, from = 0, length = Infinity } = request;
          const bytes = new TextEncoder().encode(`bytes of ${file.path}`);
          return Stream.make(bytes.subarray(from, from + length));
        },
      ),
    diagnose: () => Effect.succeed([]),
  };

  const project = Effect.runSync(
    Effect.provideService(
      Neptune.ReadOnlyProject.open(PROJECT.identifier),
      Neptune.NeptuneSource,
      source,
    ),
  );
  const recording: RecordingSource = {
    source,
    project,
    runs: byKey,
    requests,
    before: () => Effect.void,
  };
  return recording;
};

const pagesOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from(
    { length: Math.ceil(items.length / size) },
    (_, i) => items.slice(i * size, (i + 1) * size),
  );

const testOf = (select: AttributeSelection): (path: string) => boolean => {
  if ("paths" in select) {
    const paths = new Set(select.paths);
    return (path) => paths.has(path);
  }
  const clauses = select.anyOf.map(({ all, none }) => ({
    all: all.map((pattern) => RE2JS.compile(pattern)),
    none: none.map((pattern) => RE2JS.compile(pattern)),
  }));
  return (path) =>
    clauses.some(({ all, none }) =>
      all.every((pattern) => pattern.test(path)) && !none.some((pattern) => pattern.test(path))
    );
};

/** All attributes of a run, series by what is known without their points. */
const valuesOf = (
  key: RunKey,
  { attributes = {}, floats = {}, strings = {}, histograms = {}, files = {} }: RecordedRun,
): ReadonlyArray<readonly [path: string, value: AttributeValue]> => [
  ...Object.entries(
    {
      "sys/id": { type: "string", value: key },
      "sys/trashed": { type: "bool", value: false },
      ...attributes,
    } as const,
  ),
  ...Object.entries(floats).map(([path, points]) => {
    const { last, lastStep } = lastOf(points);
    const none = { min: null, max: null, average: null, variance: null };
    return [path, { type: "floatSeries", value: { last, lastStep, ...none } }] as const;
  }),
  ...Object.entries(strings)
    .map(([path, points]) => [path, { type: "stringSeries", value: lastOf(points) }] as const),
  ...Object.entries(histograms)
    .map(([path, points]) => [path, { type: "histogramSeries", value: lastOf(points) }] as const),
  ...Object.entries(files)
    .map(([path, points]) => [path, { type: "fileRefSeries", value: lastOf(points) }] as const),
];

const lastOf = <A>(points: ReadonlyArray<Point<A>>) => {
  const [lastStep, last] = points.findLast(([, , completion]) => completion === undefined) ?? [];
  return { last: last ?? null, lastStep: lastStep ?? null };
};

/** The column of one value. */
export const columnOf = (path: string, attribute: AttributeValue, row: number): ValueColumn =>
  columnsOfAttributes([{ row, path, attribute }])[0]!;

const pointsOf = <A, Values>(
  points: ReadonlyArray<Point<A>>,
  value: Values,
): Points<Values> => ({
  step: Float64Array.from(points, ([step]) => step),
  timestamp: Float64Array.from(points, ([step]) => EPOCH + 1000 * step),
  value,
});

const offsetsOf = (points: ReadonlyArray<unknown>, run: number, attribute: number) => ({
  run: Uint32Array.of(run),
  attribute: Uint32Array.of(attribute),
  offsets: Uint32Array.of(0, points.length),
});

const floatChunk = (
  points: ReadonlyArray<Point>,
  run: number,
  attribute: number,
): FloatSeriesChunk => ({
  ...offsetsOf(points, run, attribute),
  ...pointsOf(points, Float64Array.from(points, ([, value]) => value)),
  // A source leaves these out of a chunk without previews.
  ...points.some(([, , completion]) => completion !== undefined) && {
    preview: Uint8Array.from(points, ([, , completion]) => completion === undefined ? 0 : 1),
    completionRatio: Float32Array.from(points, ([, , completion]) => completion ?? 1),
  },
});

const otherChunk = <A>(
  points: ReadonlyArray<Point<A>>,
  run: number,
  attribute: number,
): OtherSeriesChunk<A> => ({
  ...offsetsOf(points, run, attribute),
  ...pointsOf(points, points.map(([, value]) => value)),
});
