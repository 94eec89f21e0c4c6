import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Effect, Metric, Stream } from "effect";
import type { SeriesRequest } from "../../../src/neptune/NeptuneSource.ts";
import {
  ProtoFloatSeriesValuesResponseDTOSchema,
  ProtoSeriesValuesResponseDTOSchema,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import type {
  FloatSeriesRequest,
  SeriesRequest as Other,
} from "../../../src/neptune/wire/series.ts";
import { effectTest } from "../../effectTest.ts";
import { type Fake, fake, live, protobuf, type Route } from "./fake.ts";

const REQUEST: SeriesRequest = {
  project: "acme/demo",
  runs: ["acme/demo/D-1"],
  attributes: ["loss"],
  inheritance: "all",
  range: {},
  previews: false,
};

/** How many points each series has, by run and attribute; the steps are 0, 1, 2 and so on. */
type Lengths = { readonly [series: string]: number };

/** The steps that a request of the reference's rules gets of a series. */
const stepsOf = (
  length: number,
  { order, stepRange }: Pick<FloatSeriesRequest, "order" | "stepRange">,
  afterStep: number | null | undefined,
  limit: number,
): ReadonlyArray<number> => {
  const steps = Array.from({ length }, (_, step) => step).filter((step) =>
    step >= (stepRange?.from ?? -Infinity) && step <= (stepRange?.to ?? Infinity)
  );
  const ordered = order === "descending" ? steps.reverse() : steps;
  return ordered.filter((step) =>
    afterStep == null || (order === "descending" ? step < afterStep : step > afterStep)
  ).slice(0, limit);
};

const floats = (lengths: Lengths): Route => ({ body }) => {
  const request: FloatSeriesRequest = body;
  return protobuf(ProtoFloatSeriesValuesResponseDTOSchema, {
    series: request.requests.map(({ requestId, series, afterStep }) => ({
      requestId,
      series: {
        values: stepsOf(
          lengths[`${series.holder.identifier} ${series.attribute}`] ?? 0,
          request,
          afterStep,
          request.perSeriesPointsLimit,
        ).map((step) => ({
          step,
          value: step * 10,
          timestampMillis: BigInt(step + 1000),
          completionRatio: 1,
        })),
      },
      // Servers may answer in any order.
    })).reverse(),
  });
};

/** The points of each series, put together from chunks. */
const reading = (server: Fake, request: Partial<SeriesRequest> = {}) =>
  Effect.gen(function* () {
    const source = yield* live(server);
    const asked = { ...REQUEST, ...request };
    const chunks = yield* Stream.runCollect(source.floatSeries(asked));
    const series: Record<string, Array<number>> = {};
    for (const { run, attribute, offsets, step, value, timestamp } of chunks) {
      run.forEach((each, i) => {
        const key = `${asked.runs[each]} ${asked.attributes[attribute[i]!]}`;
        for (let point = offsets[i]!; point < offsets[i + 1]!; point++) {
          strictEqual(value[point], step[point]! * 10);
          strictEqual(timestamp[point], step[point]! + 1000);
          (series[key] ??= []).push(step[point]!);
        }
      });
    }
    return series;
  });

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const bodiesOf = (server: Fake): ReadonlyArray<FloatSeriesRequest> =>
  server.of("floatSeries").map(({ body }) => body);

effectTest("what is asked for one series", () =>
  Effect.gen(function* () {
    const server = fake({ [paths.floatSeries]: floats({ "acme/demo/D-1 loss": 5 }) });
    deepStrictEqual(yield* reading(server), { "acme/demo/D-1 loss": range(0, 4) });
    deepStrictEqual(bodiesOf(server), [{
      requests: [{
        requestId: "0",
        series: {
          attribute: "loss",
          holder: { identifier: "acme/demo/D-1", type: "experiment" },
          includePreview: false,
          lineage: "FULL",
          lineageEntityType: "RUN",
        },
      }],
      perSeriesPointsLimit: 1_000_000,
      order: "ascending",
      stepRange: {},
    }]);
  }));

for (
  const [inheritance, lineage, lineageEntityType] of [
    ["all", "FULL", "RUN"],
    ["experiment", "NONE", "EXPERIMENT"],
    ["none", "NONE", "RUN"],
  ] as const
) {
  effectTest(
    `inheritance ${inheritance} is ${lineage} and ${lineageEntityType}`,
    () =>
      Effect.gen(function* () {
        const server = fake({ [paths.floatSeries]: floats({}) });
        deepStrictEqual(yield* reading(server, { inheritance, previews: true }), {});
        const { series } = bodiesOf(server)[0]!.requests[0]!;
        deepStrictEqual(
          [series.lineage, series.lineageEntityType, series.includePreview],
          [lineage, lineageEntityType, true],
        );
      }),
  );
}

const LENGTHS: Lengths = {
  "acme/demo/D-1 loss": 10_000,
  "acme/demo/D-1 acc": 3,
  "acme/demo/D-2 loss": 7_000,
  "acme/demo/D-2 acc": 12_500,
};
const MANY = {
  runs: ["acme/demo/D-1", "acme/demo/D-2", ...range(3, 99).map((n) => `acme/demo/D-${n}`)],
  attributes: ["loss", "acc"],
};

effectTest(
  "series that are not at their end are asked on, the others not",
  () =>
    Effect.gen(function* () {
      const server = fake({ [paths.floatSeries]: floats(LENGTHS) });
      deepStrictEqual(yield* reading(server, MANY), {
        "acme/demo/D-1 loss": range(0, 9_999),
        "acme/demo/D-1 acc": range(0, 2),
        "acme/demo/D-2 loss": range(0, 6_999),
        "acme/demo/D-2 acc": range(0, 12_499),
      });
      deepStrictEqual(
        bodiesOf(server).map(({ requests, perSeriesPointsLimit }) => [
          requests.length,
          perSeriesPointsLimit,
        ]),
        [[198, 5050], [3, 333_333]],
      );
      deepStrictEqual(bodiesOf(server)[1]!.requests.map(({ afterStep }) => afterStep), [
        5049,
        5049,
        5049,
      ]);
    }),
);

for (
  const [name, request, expected] of [
    ["after", { range: { after: 3 } }, range(4, 9)],
    ["from", { range: { from: 3 } }, range(3, 9)],
    ["to", { range: { to: 3 } }, range(0, 3)],
    ["before", { range: { before: 3 } }, range(0, 2)],
    ["after and to", { range: { after: 2, to: 5 } }, range(3, 5)],
    ["head", { head: 4 }, range(0, 3)],
    ["head after", { head: 4, range: { after: 2 } }, range(3, 6)],
    ["head before", { head: 4, range: { before: 3 } }, range(0, 2)],
    ["tail", { tail: 4 }, range(6, 9)],
    ["tail before", { tail: 4, range: { before: 9 } }, range(5, 8)],
    ["tail after", { tail: 4, range: { after: 7 } }, range(8, 9)],
    ["tail of exactly what is after", { tail: 2, range: { after: 6, to: 8 } }, range(7, 8)],
    ["more than there are", { tail: 40 }, range(0, 9)],
  ] as const
) {
  effectTest(`of ten points, ${name}`, () =>
    Effect.gen(function* () {
      const server = fake({
        [paths.floatSeries]: floats({ "acme/demo/D-1 loss": 10 }),
        [paths.series]: texts({ "acme/demo/D-1 loss": 10 }, 3),
      });
      deepStrictEqual(yield* reading(server, request), { "acme/demo/D-1 loss": expected });
      deepStrictEqual(
        yield* readingTexts(server, request),
        { "acme/demo/D-1 loss": expected },
        "texts",
      );
    }));
}

for (
  const [name, request] of [
    ["no points", { tail: 0 }],
    ["no points", { head: 0 }],
    ["an empty range", { range: { after: 3, to: 3 } }],
    ["an empty range", { range: { from: 4, to: 3 } }],
    ["no attributes", { attributes: [] }],
  ] as const
) {
  effectTest(`${name} is not asked: ${JSON.stringify(request)}`, () =>
    Effect.gen(function* () {
      const server = fake({});
      deepStrictEqual(yield* reading(server, request), {});
      deepStrictEqual(yield* readingTexts(server, request), {});
      deepStrictEqual(server.calls, []);
    }));
}

effectTest(
  "series are asked in groups of the size that a request can hold",
  () =>
    Effect.gen(function* () {
      const server = fake({ [paths.floatSeries]: floats({}) });
      const attributes = range(1, 500).map((n) => `${n}`.padStart(1000, "a"));
      yield* reading(server, { attributes });
      deepStrictEqual(
        bodiesOf(server).map(({ requests }) => requests.length).sort(),
        [220, 220, 60],
      );
    }),
);

effectTest(
  "an answer that lacks a series, or goes round in circles, is a reason",
  () =>
    Effect.gen(function* () {
      const lacking = yield* Effect.flip(reading(
        fake({ [paths.floatSeries]: () => protobuf(ProtoFloatSeriesValuesResponseDTOSchema, {}) }),
      ));
      strictEqual(lacking._tag, "MalformedProtobuf");
      match(lacking.message, /one answer for each series/);
      const circling = yield* Effect.flip(reading(
        fake({
          [paths.floatSeries]: ({ body }) =>
            protobuf(ProtoFloatSeriesValuesResponseDTOSchema, {
              series: body.requests.map(({ requestId }: { requestId: string }) => ({
                requestId,
                series: {
                  values: range(0, body.perSeriesPointsLimit - 1).map((step) => ({
                    step,
                    value: step * 10,
                    timestampMillis: BigInt(step + 1000),
                  })),
                },
              })),
            }),
        }),
        MANY,
      ));
      strictEqual(circling._tag, "MalformedProtobuf");
      match(circling.message, /points come again/);
    }),
);

effectTest(
  "previews keep what is incomplete about them, also from the end",
  () =>
    Effect.gen(function* () {
      const server = fake({
        [paths.floatSeries]: ({ body }) =>
          protobuf(ProtoFloatSeriesValuesResponseDTOSchema, {
            series: [{
              requestId: "0",
              series: {
                values: [
                  { step: 1, value: 1, completionRatio: 1 },
                  { step: 2, value: 2, completionRatio: 0.5, isPreview: true },
                ].sort((a, b) => body.order === "ascending" ? a.step - b.step : b.step - a.step),
              },
            }],
          }),
      });
      const source = yield* live(server);
      for (const tail of [undefined, 5]) {
        const [chunk] = yield* Stream.runCollect(
          source.floatSeries({ ...REQUEST, previews: true, tail }),
        );
        deepStrictEqual(chunk!.step, Float64Array.of(1, 2));
        deepStrictEqual(chunk!.preview, Uint8Array.of(0, 1));
        deepStrictEqual(chunk!.completionRatio, Float32Array.of(1, 0.5));
      }
      const snapshot = yield* Metric.snapshot;
      strictEqual(snapshot.some(({ id }) => id === "neptune_points_total"), true);
    }),
);

/** Texts by the reference's rules, in pages of so many points of all series together. */
const texts = (lengths: Lengths, page: number): Route => ({ body }) => {
  const request: Other = body;
  let left = page;
  return protobuf(ProtoSeriesValuesResponseDTOSchema, {
    series: request.requests.flatMap(({ requestId, series, searchAfter }) => {
      const length = lengths[`${series.holder.identifier} ${series.attribute}`];
      if (length === undefined) return [];
      if (left === 0) return [{ requestId }];
      const all = stepsOf(length, request, null, request.perSeriesPointsLimit ?? Infinity);
      const start = Number(searchAfter?.token ?? 0);
      const steps = all.slice(start, start + left);
      left -= steps.length;
      const finished = start + steps.length === all.length;
      return [{
        requestId,
        searchAfter: { finished, token: String(start + steps.length) },
        series: {
          case: "seriesValues" as const,
          value: {
            values: steps.map((step) => ({
              step,
              timestampMillis: BigInt(step + 1000),
              completionRatio: 1,
              object: { value: { case: "stringValue" as const, value: `text ${step}` } },
            })),
          },
        },
      }];
    }),
  });
};

const readingTexts = (server: Fake, request: Partial<SeriesRequest> = {}) =>
  Effect.gen(function* () {
    const source = yield* live(server);
    const asked = { ...REQUEST, ...request };
    const series: Record<string, Array<number>> = {};
    for (const chunk of yield* Stream.runCollect(source.stringSeries(asked))) {
      chunk.run.forEach((run, i) => {
        const key = `${asked.runs[run]} ${asked.attributes[chunk.attribute[i]!]}`;
        for (let point = chunk.offsets[i]!; point < chunk.offsets[i + 1]!; point++) {
          const step = chunk.step[point]!;
          strictEqual(chunk.value[point], `text ${step}`);
          strictEqual(chunk.timestamp[point], step + 1000);
          (series[key] ??= []).push(step);
        }
      });
    }
    return series;
  });

effectTest(
  "texts of several series come in the pages that the server makes",
  () =>
    Effect.gen(function* () {
      const server = fake({
        [paths.series]: texts({ "acme/demo/D-1 loss": 50, "acme/demo/D-2 acc": 30 }, 20),
      });
      const request = { ...MANY, runs: MANY.runs.slice(0, 2) };
      deepStrictEqual(yield* readingTexts(server, request), {
        "acme/demo/D-1 loss": range(0, 49),
        "acme/demo/D-2 acc": range(0, 29),
      });
      const [first, second] = server.of("series");
      strictEqual(first!.url.search, "?useDeprecatedStringFields=false");
      strictEqual("perSeriesPointsLimit" in first!.body, false);
      deepStrictEqual(
        second!.body.requests.map((request: Other["requests"][number]) => request.searchAfter),
        [{ finished: false, token: "20" }, undefined],
      );
    }),
);

effectTest("an answer that neither ends nor goes on is a reason", () =>
  Effect.gen(function* () {
    for (const searchAfter of [undefined, { finished: false, token: "" }]) {
      let calls = 0;
      const error = yield* Effect.flip(readingTexts(fake({
        [paths.series]: () => {
          strictEqual(++calls < 10, true);
          return protobuf(ProtoSeriesValuesResponseDTOSchema, {
            series: [{ requestId: "0", ...searchAfter && { searchAfter } }],
          });
        },
      })));
      strictEqual(error._tag, "MalformedProtobuf");
      match(error.message, /does not go on/);
    }
  }));

effectTest("histograms and files, and attributes of another type", () =>
  Effect.gen(function* () {
    const histogram = { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] };
    const server = fake({
      [paths.series]: () =>
        protobuf(ProtoSeriesValuesResponseDTOSchema, {
          series: [{
            requestId: "0",
            searchAfter: { finished: true, token: "x" },
            series: {
              case: "seriesValues",
              value: {
                values: [
                  { step: 1, object: { value: { case: "histogram", value: histogram } } },
                  {
                    step: 2,
                    object: {
                      value: {
                        case: "fileRef",
                        value: { path: "p/a.txt", sizeBytes: 5n, mimeType: "text/plain" },
                      },
                    },
                  },
                ],
              },
            },
          }],
        }),
    });
    const source = yield* live(server);
    const [histograms] = yield* Stream.runCollect(source.histogramSeries(REQUEST));
    deepStrictEqual([...histograms!.step], [1]);
    deepStrictEqual(histograms!.value, [histogram]);
    const [files] = yield* Stream.runCollect(source.fileRefSeries(REQUEST));
    deepStrictEqual(files!.value, [{ path: "p/a.txt", sizeBytes: 5, mimeType: "text/plain" }]);
    deepStrictEqual(yield* Stream.runCollect(source.stringSeries(REQUEST)), []);
  }));
