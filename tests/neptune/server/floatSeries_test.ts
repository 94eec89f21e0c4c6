import assert from "node:assert/strict";
import { Effect, Result } from "effect";
import { decodeFloatSeries } from "../../../src/neptune/wire/floatSeries.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import type { ExpectedPoints } from "../archive/expected.ts";
import { digits, edge, type Fixture } from "../archive/fixtures.ts";
import { recordingSource } from "../recordingSource.ts";
import { assertRefused, type Client, clientOf, clientOfFixture } from "./inProcess.ts";

/** One point as a client sees it. */
type Point = readonly [step: number, value: number, time: number, preview: boolean, ratio: number];

/** Asks once; the points of each request. */
const ask = (
  client: Client,
  body: object,
): Effect.Effect<ReadonlyMap<string, ReadonlyArray<Point>>> =>
  Effect.map(client.send(paths.floatSeries, body), ({ status, bytes }) => {
    assert.equal(status, 200, new TextDecoder().decode(bytes));
    const answer = Result.getOrThrow(decodeFloatSeries(bytes));
    assert.equal(new Set(answer.requestIds).size, answer.requestIds.length);
    return new Map(answer.requestIds.map((id, series) => [
      id,
      Array.from(
        { length: answer.offsets[series + 1]! - answer.offsets[series]! },
        (_, i): Point => {
          const point = answer.offsets[series]! + i;
          return [
            answer.step[point]!,
            answer.value[point]!,
            answer.timestamp[point]!,
            answer.preview?.[point] === 1,
            answer.completionRatio?.[point] ?? 1,
          ];
        },
      ),
    ]));
  });

interface Wanted {
  readonly requestId: string;
  readonly series: object;
}

/** Asks page by page, as clients do, until pages are not full. */
const askForAll = (client: Client, wanted: ReadonlyArray<Wanted>, limit: number, rest: {
  readonly order?: string;
}) =>
  Effect.gen(function* () {
    const found = new Map(wanted.map(({ requestId }) => [requestId, [] as Array<Point>]));
    let requests: ReadonlyArray<Wanted & { readonly afterStep?: number }> = wanted;
    while (requests.length > 0) {
      const page = yield* ask(client, { requests, perSeriesPointsLimit: limit, ...rest });
      assert.deepEqual([...page.keys()].sort(), requests.map(({ requestId }) => requestId).sort());
      for (const [id, points] of page) {
        assert.ok(points.length <= limit);
        found.get(id)!.push(...points);
      }
      requests = requests.filter(({ requestId }) => page.get(requestId)!.length === limit)
        .map((request) => ({ ...request, afterStep: page.get(request.requestId)!.at(-1)![0] }));
    }
    return found;
  });

const seriesOf = (holder: string, attribute: string, changes: object = {}) => ({
  attribute,
  holder: { identifier: holder, type: "experiment" },
  lineage: "FULL",
  lineageEntityType: "EXPERIMENT",
  ...changes,
});

const truthOf = (
  { steps, archivedSteps, values, timestamps, archivedTimestamps }: ExpectedPoints,
) =>
  (archivedSteps ?? steps).map((step, i): Point => {
    const time = archivedTimestamps === undefined ? timestamps[i] : archivedTimestamps[i];
    return [Number(step), Number(values[i]), time ?? 0, false, 1];
  });

/** All float series of a fixture, with the points that they have. */
const allOf = ({ expected, runs }: Fixture, lineage: "FULL" | "NONE") =>
  runs.filter(({ sysId }) => sysId !== null).flatMap((run) =>
    run.series.filter(({ type }) => type === "float_series").map(({ path, own, full }) => ({
      holder: `${expected.project}/${run.sysId}`,
      path,
      points: truthOf(lineage === "FULL" ? full ?? own : own),
    }))
  );

for (const fixture of [digits, edge]) {
  for (const lineage of ["FULL", "NONE"] as const) {
    for (const order of ["ascending", "descending"] as const) {
      effectTest(
        `${fixture.name}: all points, ${lineage}, ${order}, in pages of any size`,
        () =>
          Effect.gen(function* () {
            const client = yield* clientOfFixture(fixture);
            const all = allOf(fixture, lineage);
            const wanted = all.map(({ holder, path }, i) => ({
              requestId: String(i).padStart(6, "0"),
              series: seriesOf(holder, path, { lineage, lineageEntityType: "RUN" }),
            }));
            for (const limit of [37, 1000]) {
              const found = yield* askForAll(client, wanted, limit, { order });
              for (const [i, { requestId }] of wanted.entries()) {
                const { holder, path, points } = all[i]!;
                assert.deepEqual(
                  found.get(requestId),
                  order === "ascending" ? points : points.toReversed(),
                  `${holder} ${path}`,
                );
              }
            }
          }),
      );
    }
  }
}

const floats = (count: number) => Array.from({ length: count }, (_, i) => [i, i / 7] as const);

const recording = () =>
  recordingSource({
    "REC-1": { floats: { long: floats(100), short: floats(3) } },
    "REC-2": { floats: { long: floats(10), preview: [[0, 1], [1, 2, 0.25], [2, 3, 0.5]] } },
  });

const rec = (run: string, attribute: string, changes: object = {}) =>
  seriesOf(`test/recording/${run}`, attribute, changes);

effectTest(
  "each request has an answer, whether or not there is such a series",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording().source);
      const answers = yield* ask(client, {
        requests: [
          { requestId: "3", series: rec("REC-1", "short") },
          { requestId: "1", series: rec("REC-1", "no such") },
          { requestId: "2", series: rec("REC-9", "short") },
          { requestId: "0", series: rec("REC-2", "short") },
          { requestId: "4", series: rec("REC-1", "short") },
        ],
        perSeriesPointsLimit: 10,
        order: "ascending",
        stepRange: { from: null, to: null },
      });
      const lengths = [...answers].map(([id, points]) => [id, points.length]).sort();
      assert.deepEqual(lengths, [["0", 0], ["1", 0], ["2", 0], ["3", 3], ["4", 3]]);
    }),
);

effectTest("no requests, and no points wanted", () =>
  Effect.gen(function* () {
    const { source, requests } = recording();
    const client = yield* clientOf(source);
    assert.equal((yield* ask(client, { requests: [], perSeriesPointsLimit: 10 })).size, 0);
    requests.length = 0;
    const none = yield* ask(client, {
      requests: [{ requestId: "a", series: rec("REC-1", "long") }],
      perSeriesPointsLimit: 0,
    });
    assert.deepEqual([...none], [["a", []]]);
    assert.deepEqual(requests.filter(({ method }) => method === "floatSeries"), []);
    const negative = yield* client.send(paths.floatSeries, {
      requests: [],
      perSeriesPointsLimit: -1,
    });
    assertRefused(negative, 400, /negative/);
  }));

effectTest(
  "both ends of a range are in it, and a step after is not",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording().source);
      const steps = (order: string, stepRange: object, afterStep: number | null, limit = 100) =>
        Effect.map(
          ask(client, {
            requests: [{ requestId: "0", series: rec("REC-1", "long"), afterStep }],
            perSeriesPointsLimit: limit,
            order,
            stepRange,
          }),
          (found) => found.get("0")!.map(([step]) => step),
        );
      assert.deepEqual(yield* steps("ascending", { from: 3, to: 5 }, null), [3, 4, 5]);
      assert.deepEqual(yield* steps("descending", { from: 3, to: 5 }, null), [5, 4, 3]);
      assert.deepEqual(yield* steps("ascending", { from: 3, to: 5 }, 3), [4, 5]);
      assert.deepEqual(yield* steps("descending", { from: 3, to: 5 }, 5), [4, 3]);
      assert.deepEqual(yield* steps("descending", { from: 97.5, to: null }, null), [99, 98]);
      assert.deepEqual(yield* steps("ascending", {}, null, 2), [0, 1]);
      assert.deepEqual(yield* steps("descending", {}, null, 2), [99, 98]);
    }),
);

effectTest(
  "previews come if they are wanted, and say how complete they are",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording().source);
      const ask_ = (includePreview: boolean) =>
        Effect.map(
          ask(client, {
            requests: [{ requestId: "0", series: rec("REC-2", "preview", { includePreview }) }],
            perSeriesPointsLimit: 10,
          }),
          (found) => found.get("0")!.map(([step, , , preview, ratio]) => [step, preview, ratio]),
        );
      assert.deepEqual(yield* ask_(true), [[0, false, 1], [1, true, 0.25], [2, true, 0.5]]);
      assert.deepEqual(yield* ask_(false), [[0, false, 1]]);
    }),
);

effectTest("what is read once is not read again for the next page", () =>
  Effect.gen(function* () {
    const { source, requests } = recording();
    const client = yield* clientOf(source);
    const reads = () => requests.filter(({ method }) => method === "floatSeries").length;
    for (const order of ["ascending", "descending"]) {
      requests.length = 0;
      const wanted = [{ requestId: "0", series: rec("REC-1", "long") }];
      const found = yield* askForAll(client, wanted, 10, { order });
      assert.equal(found.get("0")!.length, 100);
      assert.equal(reads(), 1);
    }
    // A page that is asked for again is read again.
    const again = { requests: [{ requestId: "0", series: rec("REC-1", "long"), afterStep: 9 }] };
    for (const _ of [1, 2]) {
      const page = yield* ask(client, { ...again, perSeriesPointsLimit: 10, order: "ascending" });
      assert.equal(page.get("0")![0]![0], 10);
    }
  }));

effectTest(
  "runs of which other attributes are wanted are asked for apart, all others at once",
  () =>
    Effect.gen(function* () {
      const { source, requests } = recording();
      const client = yield* clientOf(source);
      const pairs = [["REC-1", "long"], ["REC-1", "short"], ["REC-2", "long"], ["REC-2", "short"]];
      const wanted = (some: typeof pairs) =>
        some.map(([run, attribute], i) => ({ requestId: `${i}`, series: rec(run!, attribute!) }));
      const body = { perSeriesPointsLimit: 100, order: "ascending" };
      requests.length = 0;
      yield* ask(client, { ...body, requests: wanted(pairs) });
      assert.equal(requests.filter(({ method }) => method === "floatSeries").length, 1);
      requests.length = 0;
      const found = yield* ask(client, { ...body, requests: wanted(pairs.slice(0, 3)) });
      assert.equal(requests.filter(({ method }) => method === "floatSeries").length, 2);
      assert.deepEqual([...found.values()].map(({ length }) => length).sort(), [10, 100, 3]);
    }),
);

effectTest("an experiment inherits from runs of its own name only", () =>
  Effect.gen(function* () {
    const { source, requests } = recording();
    const client = yield* clientOf(source);
    const cases = [
      [{ lineage: "FULL", lineageEntityType: "RUN" }, "all"],
      [{ lineage: "FULL", lineageEntityType: null }, "all"],
      [{ lineage: "NONE", lineageEntityType: "EXPERIMENT" }, "experiment"],
      [{ lineage: "NONE", lineageEntityType: "RUN" }, "none"],
      [{ lineage: "NONE", lineageEntityType: null }, "none"],
    ] as const;
    for (const [lineage, inheritance] of cases) {
      requests.length = 0;
      yield* ask(client, {
        requests: [{ requestId: "0", series: rec("REC-1", "long", lineage) }],
        perSeriesPointsLimit: 1,
      });
      const read = requests.find((each) => each.method === "floatSeries");
      assert.equal(read?.method === "floatSeries" && read.request.inheritance, inheritance);
    }
  }));
