import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { Arbitrary, Effect, Schema } from "effect";
import { Buckets, widened } from "../../../src/neptune/server/buckets.ts";
import {
  LineageEntityType,
  ProtoGetTimeseriesBucketsRequestSchema as BucketsRequest,
  ProtoLineage,
  ProtoScale,
  ProtoTimeseriesBucketsDTOSchema,
  type TimeseriesBucket,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { recordingSource } from "../recordingSource.ts";
import { V5c } from "../wire/vectors.ts";
import { assertRefused, type Client, clientOf } from "./inProcess.ts";

type Steps = ReadonlyArray<readonly [step: number, value: number]>;

const bucketsOf = (points: Steps, count: number, range?: { from: number; to: number }) => {
  const step = Float64Array.from(points, ([step]) => step);
  const value = Float64Array.from(points, ([, value]) => value);
  const buckets = new Buckets(range ?? widened(undefined, step)!, count);
  buckets.add(step, value);
  return buckets.filled;
};

const ends = (points: Steps, count: number, range?: { from: number; to: number }) =>
  bucketsOf(points, count, range).map(({ index, fromX, toX }) => [index, fromX, toX]);

const at = (...steps: ReadonlyArray<number>): Steps => steps.map((step) => [step, step / 2]);

Deno.test("the range is divided evenly after the bucket of its first step", () => {
  assert.deepEqual(ends(at(0, 1, 2, 3, 4), 5), [
    [0, -Infinity, 0],
    [1, 0, 1],
    [2, 1, 2],
    [3, 2, 3],
    [4, 3, 4],
  ]);
  assert.deepEqual(ends(at(0, 10), 3), [[0, -Infinity, 0], [2, 5, 10]]);
  assert.deepEqual(ends(at(12, 14, 16), 2), [[0, -Infinity, 12], [1, 12, 16]]);
});

Deno.test("what is beyond the range is in a bucket of its own", () => {
  assert.deepEqual(ends(at(-5, 0, 3, 9), 3, { from: 0, to: 4 }), [
    [0, -Infinity, 0],
    [2, 2, 4],
    [3, 4, Infinity],
  ]);
});

Deno.test("of a single step there is one bucket, from it on", () => {
  assert.deepEqual(ends(at(7), 100), [[0, 7, Infinity]]);
});

Deno.test("points that are not finite are counted, and are no first or last one", () => {
  const [first, second] = bucketsOf(
    [[0, NaN], [1, Infinity], [2, 5], [3, -1], [4, -Infinity], [5, NaN]],
    2,
  );
  assert.deepEqual([first!.first, first!.nanCount, first!.finitePointCount], [undefined, 1, 0]);
  assert.deepEqual(second, {
    index: 1,
    fromX: 0,
    toX: 5,
    first: { x: 2, y: 5 },
    last: { x: 3, y: -1 },
    localMin: -1,
    localMax: 5,
    localSum: 4,
    finitePointCount: 2,
    nanCount: 1,
    positiveInfCount: 1,
    negativeInfCount: 1,
  });
});

effectTest(
  "each point is in the one bucket between whose ends it is",
  () =>
    Effect.gen(function* () {
      const step = Schema.Int.check(Schema.isBetween({ minimum: -1e6, maximum: 1e6 }));
      const question = Schema.Struct({
        steps: Schema.NonEmptyArray(step),
        count: Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 1001 })),
        divisor: Schema.Literals([1, 3, 7, 1000, 1e6]),
      });
      const result = yield* Arbitrary.checkEffect(
        Arbitrary.schema(question),
        ({ steps, count, divisor }) =>
          Effect.sync(() => {
            const sorted = [...new Set(steps)].sort((a, b) => a - b).map((step) => step / divisor);
            const buckets = bucketsOf(sorted.map((step, i) => [step, i]), count);
            const total = buckets.reduce((sum, { finitePointCount }) => sum + finitePointCount, 0);
            assert.equal(total, sorted.length);
            if (sorted.length === 1) return true;
            let previous = -Infinity;
            for (const { index, fromX, toX, first, last } of buckets) {
              assert.ok(index >= 0 && index < count, `bucket ${index} of ${count}`);
              assert.ok(fromX >= previous && fromX < toX);
              assert.ok(first!.x > fromX && last!.x <= toX);
              previous = toX;
            }
            return true;
          }),
        { runs: 150, size: 1000, seed: 11 },
      );
      assert.equal(Arbitrary.formatCheckFailure(result), undefined);
    }),
);

const recording = recordingSource({
  "DEM-1": {
    floats: {
      "metrics/loss": [[0, 1], [1, 0.5], [2, 0.25]],
      "a{b}$c\\d": [[10, 1], [20, 2]],
      preview: [[0, 1], [4, 2, 0.5]],
    },
  },
});

const request = (
  formulas: ReadonlyArray<string>,
  view: object,
  changes: object = {},
) =>
  toBinary(
    BucketsRequest,
    create(BucketsRequest, {
      expressions: formulas.map((customYFormula, i) => ({
        requestId: `00000000-0000-0000-0000-00000000000${i}`,
        runId: "test/recording/DEM-1",
        customYFormula,
        ...changes,
      })),
      view: { xAxis: { value: { case: "steps", value: {} } }, ...view },
    }),
  );

const send = (client: Client, body: Uint8Array<ArrayBuffer>) =>
  client.send(paths.timeseriesBuckets, undefined, { method: "POST", body });

const ask = (client: Client, body: Uint8Array<ArrayBuffer>) =>
  Effect.map(send(client, body), ({ status, bytes }) => {
    assert.equal(status, 200, new TextDecoder().decode(bytes));
    return fromBinary(ProtoTimeseriesBucketsDTOSchema, bytes).entries;
  });

const endsOf = (buckets: ReadonlyArray<TimeseriesBucket>) =>
  buckets.map(({ index, fromX, toX }) => [Number(index), fromX, toX]);

effectTest("buckets as the reference writes them", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording.source);
    const { bytes } = yield* send(client, request(["${metrics/loss}"], { maxBuckets: 2 }));
    assert.equal(bytes.toHex(), V5c.toHex());
  }));

effectTest(
  "series share the ends of buckets, and each request has an entry",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording.source);
      const formulas = ["${metrics/loss}", "${a\\{b\\}\\$c\\\\d}", "${no such}", "${metrics/loss}"];
      const entries = yield* ask(client, request(formulas, { maxBuckets: 3 }));
      assert.deepEqual(entries.map(({ requestId }) => requestId.at(-1)), ["0", "1", "2", "3"]);
      assert.deepEqual(entries.map(({ bucket }) => endsOf(bucket)), [
        [[0, -Infinity, 0], [1, 0, 10]],
        [[1, 0, 10], [2, 10, 20]],
        [],
        [[0, -Infinity, 0], [1, 0, 10]],
      ]);
      const ranged = yield* ask(
        client,
        request(formulas.slice(0, 1), {
          maxBuckets: 2,
          from: 1,
          to: 1.5,
        }),
      );
      assert.deepEqual(endsOf(ranged[0]!.bucket), [
        [0, -Infinity, 1],
        [2, 1.5, Infinity],
      ]);
    }),
);

effectTest("previews and lineage are those of the request", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording.source);
    const points = (includePreview: boolean) =>
      Effect.map(
        ask(client, request(["${preview}"], { maxBuckets: 2 }, { includePreview })),
        ([entry]) => entry!.bucket.length,
      );
    assert.equal(yield* points(false), 1);
    assert.equal(yield* points(true), 2);
    recording.requests.length = 0;
    yield* ask(
      client,
      request(["${preview}"], { maxBuckets: 2 }, {
        lineage: ProtoLineage.ONLY_OWNED,
        entityType: LineageEntityType.RUN,
      }),
    );
    const read = recording.requests.find((each) => each.method === "floatSeries");
    assert.equal(read?.method === "floatSeries" && read.request.inheritance, "none");
  }));

effectTest("what is not supported is refused", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording.source);
    const cases = [
      [request(["${a} + ${b}"], { maxBuckets: 2 }), /formula/],
      [request(["metrics/loss"], { maxBuckets: 2 }), /formula/],
      [request(["${metrics/loss}"], { maxBuckets: 0 }), /maxBuckets/],
      [request(["${metrics/loss}"], { maxBuckets: 2, yScale: ProtoScale.log }), /scales/],
      [
        request(["${metrics/loss}"], {
          maxBuckets: 2,
          xAxis: { value: { case: "epochMillis", value: {} } },
        }),
        /axis/,
      ],
      [new Uint8Array([0xff, 0xff]), /ProtoGetTimeseriesBucketsRequest/],
    ] as const;
    for (const [body, message] of cases) assertRefused(yield* send(client, body), 400, message);
  }));
