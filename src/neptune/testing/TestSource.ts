/**
 * A source for tests: projects as plain data, in memory, answered as an export of them would be.
 *
 * @module
 */
import { Clock, Effect, Layer, Stream } from "effect";
import type { FileRef } from "../Attribute.ts";
import { byCodePoint } from "../byCodePoint.ts";
import { FileUnavailable, type NeptuneErrorReason, ProjectNotFound } from "../NeptuneError.ts";
import {
  type AttributesRequest,
  type FloatSeriesChunk,
  NeptuneSource,
  type OtherSeriesChunk,
  type Points,
  type Project,
  type RunPage,
  type SearchRequest,
  type SeriesOffsets,
  type SeriesRequest,
  type ValueColumn,
} from "../NeptuneSource.ts";
import { warn } from "../NeptuneWarning.ts";
import { check } from "../nql/check.ts";
import { toChunk } from "../rules/chunk.ts";
import { findAmong } from "../rules/search.ts";
import { compile } from "../rules/selection.ts";
import { columnsOf } from "./columns.ts";
import type { Cell, SeriesValues, TestProjects } from "./TestData.ts";
import { committed, isCommitted } from "./TestData.ts";
import { make as makeProject, type TestProject } from "./TestProject.ts";

/** A request to a source: which method, and what it was asked. */
export type TestRequest = {
  [Method in TestMethod]: NeptuneSource[Method] extends (request: infer Request) => unknown
    ? { readonly method: Method; readonly request: Request }
    : { readonly method: Method };
}[TestMethod];

type TestMethod = Exclude<keyof NeptuneSource, "defaultProject">;

/** How a source for tests behaves. */
export interface TestOptions {
  /**
   * Runs before each request is answered: it can fail with a reason, wait, or take note.
   *
   * @default every request is answered at once
   */
  readonly before?:
    | ((request: TestRequest) => Effect.Effect<unknown, NeptuneErrorReason>)
    | undefined;
}

/** A source of projects that a test wrote down. */
export const make = (written: TestProjects, options: TestOptions = {}): NeptuneSource => {
  const before = (request: TestRequest): Effect.Effect<unknown, NeptuneErrorReason> =>
    Effect.suspend(() => options.before?.(request) ?? Effect.void);
  const projects = new Map(
    Object.entries(written).map(([identifier, runs]) => [identifier, makeProject(runs)] as const),
  );

  const find = (identifier: string): Effect.Effect<TestProject, ProjectNotFound> => {
    const project = projects.get(identifier);
    return project === undefined
      ? Effect.fail(
        new ProjectNotFound({ project: identifier, available: [...projects.keys()].sort() }),
      )
      : Effect.succeed(project);
  };

  /** Answers a request about a project. */
  const answer = <A>(
    asked: TestRequest,
    identifier: string,
    answerOf: (project: TestProject) => Effect.Effect<ReadonlyArray<A>, NeptuneErrorReason>,
  ): Stream.Stream<A, NeptuneErrorReason> =>
    Stream.unwrap(
      before(asked).pipe(
        Effect.andThen(find(identifier)),
        Effect.flatMap(answerOf),
        Effect.map(Stream.fromIterable),
      ),
    );

  const pointsOf = <Type extends keyof SeriesValues>(type: Type, request: SeriesRequest) =>
    answer({ method: type, request }, request.project, (project) => {
      const series = request.runs
        .flatMap((run) => project.seriesOf(run, type, request.inheritance))
        .filter(({ attribute }) => request.attributes.includes(attribute));
      const wanted = request.previews ? series : series.map((each) => ({
        ...each,
        points: committed(each.points),
      }));
      return Effect.succeed(toChunk(wanted, request));
    });

  return {
    projects: Effect.as(before({ method: "projects" }), [...projects.keys()].map(toProject)),
    project: (identifier) =>
      before({ method: "project", request: identifier }).pipe(
        Effect.andThen(find(identifier)),
        Effect.tap(({ warnings }) => Effect.forEach(warnings, warn)),
        Effect.as(toProject(identifier)),
      ),
    search: (request) =>
      answer({ method: "search", request }, request.project, (project) => search(project, request)),
    definitions: (request) =>
      answer(
        { method: "definitions", request },
        request.project,
        (project) =>
          Effect.map(selected(project, request.runs ?? project.runs, request), (columns) => [
            columns.map(({ path, type }) => ({ path, type }))
              .sort((a, b) => byCodePoint(a.path, b.path) || byCodePoint(a.type, b.type)),
          ]),
      ),
    values: (request) =>
      answer(
        { method: "values", request },
        request.project,
        (project) => Effect.map(selected(project, request.runs, request), (columns) => [columns]),
      ),
    floatSeries: (request) => Stream.map(pointsOf("floatSeries", request), floats),
    stringSeries: (request) => Stream.map(pointsOf("stringSeries", request), others),
    histogramSeries: (request) => Stream.map(pointsOf("histogramSeries", request), others),
    fileRefSeries: (request) => Stream.map(pointsOf("fileRefSeries", request), others),
    fileSize: (request) =>
      before({ method: "fileSize", request }).pipe(
        Effect.andThen(find(request.project)),
        Effect.flatMap((project) => bytesOf(project, request.file)),
        Effect.map((bytes) => bytes.length),
      ),
    readFile: (request) =>
      answer({ method: "readFile", request }, request.project, (project) => {
        const { file, from = 0, length = Infinity } = request;
        return Effect.map(bytesOf(project, file), (bytes) => [bytes.subarray(from, from + length)]);
      }),
    diagnose: (identifier) =>
      before({ method: "diagnose", request: identifier }).pipe(
        Effect.andThen(find(identifier)),
        Effect.map(({ warnings }) => warnings),
      ),
  };
};

/**
 * A layer that gives a program projects of plain data instead of an export or a server, to test the
 * program.
 *
 * Queries, orders, forks and aggregates are decided by the code that decides them for an export.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * // The program under test: the best validation loss of an experiment.
 * const best = (name: string) =>
 *   Effect.gen(function* () {
 *     const project = yield* Neptune.ReadOnlyProject.open("team/vision");
 *     const run = yield* project.run({ experimentName: name });
 *     return (yield* run.fetch("val/loss", Neptune.Attribute.FloatSeriesAggregates)).min;
 *   });
 *
 * const runs = Neptune.layerTest({
 *   "team/vision": {
 *     "VIS-1": { "sys/name": "first", "val/loss": { points: [[0, 0.9], [1, 0.5], [2, 0.7]] } },
 *     // A fork inherits the points of its parent up to its fork step.
 *     "VIS-2": {
 *       "sys/name": "second",
 *       "sys/forking/parent": "VIS-1",
 *       "sys/forking/step": 0,
 *       "val/loss": { points: [[1, 0.8]] },
 *     },
 *   },
 * });
 * assert.equal(await Effect.runPromise(best("first").pipe(Effect.provide(runs))), 0.5);
 * assert.equal(await Effect.runPromise(best("second").pipe(Effect.provide(runs))), 0.8);
 * ```
 *
 * @example A request that fails
 * ```ts
 * import assert from "node:assert/strict";
 * import { Neptune } from "@nereid/nereid";
 * import { FileUnavailable } from "@nereid/nereid/neptune/NeptuneError";
 * import { Effect, Stream } from "effect";
 *
 * const broken = Neptune.layerTest(
 *   { "team/vision": { "VIS-1": { "model/card": { bytes: "# Model" } } } },
 *   {
 *     before: ({ method }) =>
 *       method === "readFile"
 *         ? Effect.fail(new FileUnavailable({ path: "model/card", problem: "out of order" }))
 *         : Effect.void,
 *   },
 * );
 * const card = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("team/vision");
 *   const run = yield* project.run({ withId: "VIS-1" });
 *   return yield* Stream.mkString(Stream.decodeText(run.readFile("model/card")));
 * });
 * const error = await Effect.runPromise(Effect.flip(card).pipe(Effect.provide(broken)));
 * assert.equal(error.message, 'File "model/card" is not available: out of order.');
 * ```
 */
export const layer = (
  projects: TestProjects,
  options: TestOptions = {},
): Layer.Layer<NeptuneSource> => Layer.sync(NeptuneSource, () => make(projects, options));

const toProject = (identifier: string): Project => {
  const [workspace, ...name] = identifier.split("/");
  return name.length === 0
    ? { identifier, workspace: "", name: identifier, key: null }
    : { identifier, workspace: workspace!, name: name.join("/"), key: null };
};

const search = (
  project: TestProject,
  request: SearchRequest,
): Effect.Effect<ReadonlyArray<RunPage>, NeptuneErrorReason> =>
  Effect.gen(function* () {
    yield* Effect.fromResult(check(request.query));
    const columns = Map.groupBy(
      columnsOf(project.attributesOf(project.runs)),
      ({ path }) => path,
    );
    const now = yield* Clock.currentTimeMillis;
    const found = findAmong(project.runs, request, now, (path) => columns.get(path) ?? []);
    const { offset = 0, limit = Infinity } = request;
    const runs = found.slice(offset, offset + limit);
    const select = { paths: request.attributes };
    return [{ total: found.length, runs, columns: yield* selected(project, runs, { select }) }];
  });

/** The columns of the attributes that a request selects. */
const selected = (
  project: TestProject,
  runs: ReadonlyArray<string>,
  { select, types }: Pick<AttributesRequest, "select" | "types">,
): Effect.Effect<ReadonlyArray<ValueColumn>, NeptuneErrorReason> =>
  Effect.map(compile(select), (test) =>
    columnsOf(
      project.attributesOf(runs).filter(({ path, attribute }) =>
        test(path) && (types === undefined || types.includes(attribute.type))
      ),
    ));

const bytesOf = (
  project: TestProject,
  { path }: FileRef,
): Effect.Effect<Uint8Array, FileUnavailable> => {
  const bytes = project.file(path);
  return bytes === undefined
    ? Effect.fail(new FileUnavailable({ path, problem: "the test has no such file" }))
    : Effect.succeed(bytes);
};

type CellChunk<A> = SeriesOffsets & Points<ReadonlyArray<Cell<A>>>;

const others = <A>({ value, ...chunk }: CellChunk<A>): OtherSeriesChunk<A> => ({
  ...chunk,
  value: value.map(({ value }) => value),
});

const floats = ({ value, ...chunk }: CellChunk<number>): FloatSeriesChunk => ({
  ...chunk,
  value: Float64Array.from(value, ({ value }) => value),
  ...value.every(isCommitted) ? {} : {
    preview: Uint8Array.from(value, (cell) => isCommitted(cell) ? 0 : 1),
    completionRatio: Float32Array.from(value, ({ completionRatio = 1 }) => completionRatio),
  },
});
