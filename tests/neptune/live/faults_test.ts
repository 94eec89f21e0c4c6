import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Clock, Effect, Result, Stream } from "effect";
import * as FetchHttpClient from "effect/http/FetchHttpClient";
import * as Live from "../../../src/neptune/live/Live.ts";
import type { NeptuneErrorReason } from "../../../src/neptune/NeptuneError.ts";
import {
  everyAttribute,
  NeptuneSource,
  type SeriesRequest,
} from "../../../src/neptune/NeptuneSource.ts";
import { CurrentWarningHandler } from "../../../src/neptune/NeptuneWarning.ts";
import * as Nql from "../../../src/neptune/Nql.ts";
import * as Server from "../../../src/neptune/server/Server.ts";
import * as TestSource from "../../../src/neptune/testing/TestSource.ts";
import { gatherFloats } from "../../../src/neptune/series.ts";
import { effectTest } from "../../effectTest.ts";
import { fastClock, type Fault, withFaults } from "./faults.ts";

const RUNS = Object.fromEntries(
  Array.from({ length: 30 }, (_, run) => [`VIS-${run}`, {
    "sys/name": `run ${run}`,
    "config/lr": run / 10,
    "config/steps": run,
    "loss": { points: Array.from({ length: 40 }, (_, step) => [step, run + step / 40] as const) },
    "log": { points: Array.from({ length: 5 }, (_, step) => [step, `line ${step}`] as const) },
  }]),
);

const project = "team/vision";

const SERIES: Omit<SeriesRequest, "runs"> = {
  project,
  attributes: ["loss", "acc"],
  inheritance: "all",
  range: {},
  previews: false,
};

/** Questions to a source; runs go by their place in it, for sources call them differently. */
const QUESTIONS: Readonly<
  Record<string, (source: NeptuneSource) => Effect.Effect<unknown, NeptuneErrorReason>>
> = {
  search: (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(source.search({
        project,
        kind: "runs",
        query: Nql.everything,
        sortBy: { attribute: "config/lr", type: "float", direction: "ascending" },
        attributes: ["sys/name", "config/lr", "config/steps"],
      })),
      (pages) =>
        pages.map(({ columns, total }) => [
          total,
          columns.toSorted((a, b) => a.path < b.path ? -1 : 1),
        ]),
    ),
  definitions: (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(source.definitions({ project, runs: undefined, select: everyAttribute })),
      (pages) => pages.flat().map(({ path, type }) => `${path} ${type}`).sort(),
    ),
  values: (source: NeptuneSource) =>
    Effect.flatMap(keys(source), (runs) =>
      Effect.map(
        Stream.runCollect(
          source.values({ project, runs, select: { anyOf: [{ all: ["^config/"], none: [] }] } }),
        ),
        (pieces) => pieces.flat().toSorted((a, b) => a.path < b.path ? -1 : 1),
      )),
  points: (source: NeptuneSource) =>
    Effect.flatMap(keys(source), (runs) =>
      Effect.map(
        Effect.forEach(
          runs.slice(0, 3),
          (run) => gatherFloats(source.floatSeries({ ...SERIES, runs: [run] })),
        ),
        (series) => series.map((points) => [...points.get(0)!.step, ...points.get(0)!.value]),
      )),
  texts: (source: NeptuneSource) =>
    Effect.flatMap(keys(source), (runs) =>
      Effect.map(
        Stream.runCollect(source.stringSeries({ ...SERIES, attributes: ["log"], runs })),
        (chunks) => chunks.flatMap(({ value }) => value),
      )),
};

const keys = (source: NeptuneSource): Effect.Effect<ReadonlyArray<string>, NeptuneErrorReason> =>
  Effect.map(
    Stream.runCollect(source.search({
      project,
      kind: "runs",
      query: Nql.everything,
      sortBy: { attribute: "config/lr", type: "float", direction: "ascending" },
      attributes: [],
    })),
    (pages) => pages.flatMap(({ runs }) => runs),
  );

/** Numbers from 0 to 1 that are the same each time. */
const drawing = (seed: number) => () => {
  seed = (seed * 1664525 + 1013904223) % 2 ** 32;
  return seed / 2 ** 32;
};

const SPEED = 200;
const ROUNDS = 24;

const suffering = (faults: ReadonlyArray<Fault>, seed: number) =>
  Effect.gen(function* () {
    const direct = TestSource.make({ [project]: RUNS });
    const server = yield* Server.make().pipe(Effect.provideService(NeptuneSource, direct));
    const clock = yield* Clock.Clock;
    const state = withFaults(
      server.fetch,
      faults,
      drawing(seed),
      () => clock.currentTimeMillisUnsafe(),
    );
    const results = yield* Effect.scoped(Effect.gen(function* () {
      const source = yield* Live.make({
        apiToken: server.apiToken,
        requestTimeout: "40 seconds",
        retryFor: "100 hours",
      }).pipe(Effect.provideService(FetchHttpClient.Fetch, state.fetch));
      const names = Object.keys(QUESTIONS);
      const truths = new Map(
        yield* Effect.forEach(names, (name) =>
          Effect.map(QUESTIONS[name]!(direct), (truth) => [name, truth] as const)),
      );
      return yield* Effect.forEach(
        Array.from({ length: ROUNDS }, () =>
          names).flat(),
        (name) =>
          Effect.map(Effect.result(QUESTIONS[name]!(source)), (result) => {
            if (Result.isSuccess(result)) deepStrictEqual(result.success, truths.get(name), name);
            return result;
          }),
        { concurrency: 8 },
      );
    }));
    strictEqual(state.pending, 0);
    return { results, happened: state.happened };
  }).pipe(
    Effect.provideService(CurrentWarningHandler, () => Effect.void),
    Effect.provideService(Clock.Clock, fastClock(SPEED)),
  );

effectTest(
  "whatever is over soon leaves every answer whole and right",
  () =>
    Effect.gen(function* () {
      const faults: ReadonlyArray<Fault> = [
        "unavailable",
        "limited, seconds",
        "limited, date",
        "reset before",
        "reset within",
        "silence before",
        "silence within",
      ];
      const { results, happened } = yield* suffering(faults, 7);
      deepStrictEqual(
        results.flatMap((result) => Result.isFailure(result) ? [result.failure] : []),
        [],
      );
      strictEqual(results.length, ROUNDS * 5);
      deepStrictEqual([...happened.keys()].sort(), faults.toSorted());
    }),
);

effectTest(
  "what is not over soon is a reason, and never a part of an answer",
  () =>
    Effect.gen(function* () {
      const { results } = yield* suffering(["garbage", "refused token", "reset within"], 11);
      const reasons = results.flatMap((result) =>
        Result.isFailure(result) ? [result.failure._tag] : []
      );
      const known = new Set(["MalformedProtobuf", "MalformedJson", "Unauthorized"]);
      deepStrictEqual([...new Set(reasons).difference(known)], []);
      strictEqual(reasons.length > 5 && reasons.length < results.length - 5, true);
    }),
);
