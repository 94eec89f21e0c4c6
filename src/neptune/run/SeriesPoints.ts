/**
 * The points of a run's series, kept only where they were prefetched.
 *
 * @module
 */
import { Effect, Schema, Stream } from "effect";
import type { DataFrame, Polars } from "../../Polars.ts";
import { track, withProgressBar } from "../../Progress.ts";
import * as Arguments from "../arguments.ts";
import { checkOptions, checkPath, pathsOf, refuse } from "../arguments.ts";
import { take } from "../cells.ts";
import { filePoints, floatPoints, histogramPoints, stringPoints } from "../frame/points.ts";
import { usePolars } from "../native.ts";
import { type InvalidArgument, type NeptuneErrorReason, TypeMismatch } from "../NeptuneError.ts";
import type { FloatPoints, OtherSeriesChunk, SeriesRequest } from "../NeptuneSource.ts";
import type {
  FetchValuesOptions,
  PointsOptions,
  PrefetchSeriesOptions,
  StepRange,
} from "../ReadOnlyRun.ts";
import { gatherFloats, gatherOthers } from "../series.ts";
import { integerVariable } from "../variables.ts";
import type { Fields, RunOfSource } from "./Fields.ts";

/** The points of the series of one run. */
export interface SeriesPoints {
  /** Reads the points of a series, unless they are kept, and lays them out. */
  readonly fetch: (
    path: string,
    options: FetchValuesOptions,
  ) => Effect.Effect<DataFrame, NeptuneErrorReason>;
  /** Reads the points of float series and keeps them. */
  readonly prefetch: (
    paths: Iterable<string>,
    options: PrefetchSeriesOptions,
  ) => Effect.Effect<void, NeptuneErrorReason>;
  readonly forget: (path: string) => void;
}

interface Kept {
  readonly selection: Selection;
  readonly points: FloatPoints;
}

const SERIES_A_REQUEST = 300;

/** The points of a run of which none is kept yet. */
export const make = (run: RunOfSource, fields: Fields): SeriesPoints => {
  const { source, project, key } = run;
  const kept = new Map<string, Kept>();

  const request = (
    attributes: ReadonlyArray<string>,
    selection: Selection,
    previews: boolean,
  ): SeriesRequest => ({ project, runs: [key], attributes, ...selection, previews });

  const readFloats = (path: string, selection: Selection, previews: boolean) =>
    counted(
      path,
      source.floatSeries(request([path], selection, previews)),
      gatherFloats,
    );

  const fetchFloats = (path: string, selection: Selection, previews: boolean) => {
    const known = kept.get(path);
    return known !== undefined && isSame(known.selection, selection)
      ? Effect.succeed(previews ? known.points : committed(known.points))
      : readFloats(path, selection, previews);
  };

  const readOthers = <A>(
    chunks: (request: SeriesRequest) => Stream.Stream<OtherSeriesChunk<A>, NeptuneErrorReason>,
    path: string,
    selection: Selection,
  ) =>
    Effect.map(
      counted(path, chunks(request([path], selection, false)), gatherOthers),
      (points) => points ?? NO_OTHERS,
    );

  const fetch: SeriesPoints["fetch"] = (path, options) =>
    Effect.gen(function* () {
      yield* checkPath(path);
      const { includePointPreviews = false, includeTimestamp = true } = options;
      const selection = yield* selectionOf(options);
      const layout = { timestamp: includeTimestamp, previews: includePointPreviews };
      const known = fields.kept.get(path)?.type ?? "floatSeries";
      // A series with points is one; what else it can be is asked only if there are none.
      const floats = known === "floatSeries"
        ? yield* fetchFloats(path, selection, includePointPreviews)
        : undefined;
      const type = floats === undefined ? (yield* fields.get(path)).type : "floatSeries";
      switch (type) {
        case "floatSeries":
          return yield* lay(path, (polars) => floatPoints(polars, floats ?? NO_FLOATS, layout));
        case "stringSeries": {
          const points = yield* readOthers(source.stringSeries, path, selection);
          return yield* lay(path, (polars) => stringPoints(polars, points, layout));
        }
        case "histogramSeries": {
          const points = yield* readOthers(source.histogramSeries, path, selection);
          return yield* lay(path, (polars) => histogramPoints(polars, points, layout));
        }
        case "fileRefSeries": {
          const points = yield* readOthers(source.fileRefSeries, path, selection);
          return yield* lay(path, (polars) => filePoints(polars, points, layout));
        }
        default:
          return yield* new TypeMismatch({
            run: run.name,
            path,
            expected: "a series",
            actual: type,
          });
      }
    });

  const prefetch: SeriesPoints["prefetch"] = (paths, options) =>
    Effect.gen(function* () {
      const wanted = [...yield* pathsOf(paths)];
      const selection = yield* selectionOf(options);
      const workers = yield* integerVariable("NEPTUNE_FETCHER_MAX_WORKERS", 10, 1);
      yield* fields.prefetch(wanted);
      const series = wanted.filter((path) => fields.kept.get(path)?.type === "floatSeries");
      const batches = Array.from(
        { length: Math.ceil(series.length / SERIES_A_REQUEST) },
        (_, i) => series.slice(i * SERIES_A_REQUEST, (i + 1) * SERIES_A_REQUEST),
      );
      yield* track(
        { label: "Fetching metrics", unit: "series", total: wanted.length },
        (advance) =>
          Effect.forEach(batches, (batch) =>
            Effect.gen(function* () {
              const read = yield* gatherFloats(source.floatSeries(request(batch, selection, true)));
              for (const [i, path] of batch.entries()) {
                kept.set(path, { selection, points: read.get(i) ?? NO_FLOATS });
                yield* advance(1);
              }
            }), { concurrency: options.useThreads === true ? workers : 1, discard: true }),
      );
    });

  return {
    fetch: (path, options) =>
      Effect.flatMap(
        checkOptions(FetchValues, options),
        () => withProgressBar(options.progressBar, fetch(path, options)),
      ),
    prefetch: (paths, options) =>
      Effect.flatMap(
        checkOptions(PrefetchSeries, options),
        () => withProgressBar(options.progressBar, prefetch(paths, options)),
      ),
    forget: (path) => void kept.delete(path),
  };
};

/** Reads one series, and reports how many of its points have come. */
const counted = <Chunk extends { readonly step: Float64Array }, Points>(
  path: string,
  chunks: Stream.Stream<Chunk, NeptuneErrorReason>,
  gather: (
    chunks: Stream.Stream<Chunk, NeptuneErrorReason>,
  ) => Effect.Effect<ReadonlyMap<number, Points>, NeptuneErrorReason>,
): Effect.Effect<Points | undefined, NeptuneErrorReason> =>
  track({ label: `Fetching ${path}`, unit: "points" }, (advance) =>
    Effect.map(
      gather(Stream.tap(chunks, ({ step }) => advance(step.length))),
      (series) => series.get(0),
    ));

const lay = (path: string, build: (polars: Polars) => DataFrame) =>
  usePolars(`building the table of ${path}`, build);

const NO_NUMBERS = new Float64Array();
const NO_FLOATS: FloatPoints = { step: NO_NUMBERS, timestamp: NO_NUMBERS, value: NO_NUMBERS };
const NO_OTHERS = { step: NO_NUMBERS, timestamp: NO_NUMBERS, value: [] };

const committed = ({ preview, ...points }: FloatPoints): FloatPoints => {
  if (preview === undefined) return points;
  const rows = Uint32Array.from(preview.keys()).filter((row) => preview[row] === 0);
  return {
    step: take(points.step, rows),
    timestamp: take(points.timestamp, rows),
    value: take(points.value, rows),
  };
};

/** Which points of a series; what tells kept ones from others. */
type Selection = Pick<SeriesRequest, "inheritance" | "range">;

const isSame = (a: Selection, b: Selection): boolean =>
  a.inheritance === b.inheritance && a.range.after === b.range.after && a.range.to === b.range.to;

const selectionOf = (
  { includeInherited = true, stepRange = [null, null] }: PointsOptions,
): Effect.Effect<Selection, InvalidArgument> => {
  const [after = null, to = null] = stepRange;
  return after !== null && to !== null && !(after <= to)
    ? refuse("stepRange", `stepRange must not end before it begins: [${after}, ${to}].`)
    : Effect.succeed({
      inheritance: includeInherited ? "all" : "none",
      range: { after: after ?? undefined, to: to ?? undefined },
    });
};

const Flag = Schema.optional(Schema.Boolean);

const Range: Schema.Codec<StepRange> = Schema.declare((value): value is StepRange =>
  Array.isArray(value) && value.length === 2 &&
  value.every((step) => step == null || (typeof step === "number" && !Number.isNaN(step)))
).annotate({ expected: "[after, upTo], each a step or null" });

const Points = {
  includeInherited: Flag,
  stepRange: Schema.optional(Range),
  progressBar: Schema.optional(Arguments.ProgressBar),
};
const FetchValues = Schema.Struct({
  ...Points,
  includeTimestamp: Flag,
  includePointPreviews: Flag,
});
const PrefetchSeries = Schema.Struct({ ...Points, useThreads: Flag });
