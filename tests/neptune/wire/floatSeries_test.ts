import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Arbitrary, Effect, Result, Schema } from "effect";
import { effectTest } from "../../effectTest.ts";
import {
  decodeFloatSeries,
  encodeFloatSeries,
  type FloatSeriesResponse,
} from "../../../src/neptune/wire/floatSeries.ts";
import {
  ProtoFloatSeriesValuesResponseDTOSchema as Response,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { V3 } from "./vectors.ts";

const NUMBERS = [0, -0, 1, NaN, Infinity, -Infinity, 0.1, -1.5e300, 5e-324, 123456];
const number = Schema.Literals(NUMBERS.keys().toArray());
const RATIOS = [0, 1, 1, 1, 0.25, NaN];

const RandomResponse = Schema.Array(Schema.Struct({
  requestId: Schema.String,
  total: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 53 })),
  hasValues: Schema.Boolean,
  points: Schema.Array(Schema.Struct({
    timestamp: Schema.Union([
      Schema.Literals([
        0n,
        -1n,
        127n,
        128n,
        1700000000000n,
        2n ** 53n,
        -(2n ** 63n),
        2n ** 63n - 1n,
      ]),
      Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -(2n ** 40n), maximum: 2n ** 50n })),
    ]),
    step: number,
    value: number,
    isPreview: Schema.Boolean,
    completionRatio: Schema.Literals(RATIOS.keys().toArray()),
  })),
}));

/** What protobuf-es reads, in columns. */
const reference = (bytes: Uint8Array): FloatSeriesResponse => {
  const { series } = fromBinary(Response, bytes);
  const points = series.flatMap(({ series }) => series?.values ?? []);
  const offsets = [0];
  for (const each of series) offsets.push(offsets.at(-1)! + (each.series?.values.length ?? 0));
  return {
    requestIds: series.map(({ requestId }) => requestId),
    offsets: Uint32Array.from(offsets),
    totals: Float64Array.from(series, ({ series }) => Number(series?.totalItemCount ?? 0n)),
    step: Float64Array.from(points, ({ step }) => step),
    timestamp: Float64Array.from(points, ({ timestampMillis }) => Number(timestampMillis)),
    value: Float64Array.from(points, ({ value }) => value),
    preview: points.some(({ isPreview }) => isPreview)
      ? Uint8Array.from(points, ({ isPreview }) => Number(isPreview))
      : undefined,
    completionRatio: points.some(({ completionRatio }) => completionRatio !== 1)
      ? Float32Array.from(points, ({ completionRatio }) => completionRatio)
      : undefined,
  };
};

effectTest(
  "random messages are read as protobuf-es reads them, and written as it writes",
  () =>
    Effect.gen(function* () {
      let points = 0;
      const result = yield* Arbitrary.checkEffect(
        Arbitrary.schema(RandomResponse),
        (series) =>
          Effect.sync(() => {
            const bytes = toBinary(
              Response,
              create(Response, {
                series: series.map(({ requestId, total, hasValues, points }) => ({
                  requestId,
                  ...hasValues && {
                    series: {
                      totalItemCount: BigInt(total),
                      values: points.map(({ timestamp, ...point }) => ({
                        ...point,
                        timestampMillis: timestamp,
                      })),
                    },
                  },
                })),
              }),
            );
            const read = Result.getOrThrow(decodeFloatSeries(bytes));
            deepStrictEqual(read, reference(bytes));
            points += read.step.length;
            if (
              series.every(({ hasValues, points }) =>
                hasValues &&
                points.every(({ timestamp }) => Number.isSafeInteger(Number(timestamp)))
              )
            ) strictEqual(encodeFloatSeries(read).toHex(), bytes.toHex());
            return true;
          }),
        { runs: 300, size: 30, seed: 7 },
      );
      strictEqual(Arbitrary.formatCheckFailure(result), undefined);
      strictEqual(points > 1000, true, `only ${points} points were compared`);
    }),
);

Deno.test("unknown fields of every wire type are skipped, at every level", () => {
  const unknown = (writer: BinaryWriter): BinaryWriter =>
    writer.tag(100, 0).uint64(2n ** 63n).tag(101, 1).double(1).tag(102, 2).string("x")
      .tag(103, 5).float(1).tag(104, 3).tag(1, 0).int32(-1).tag(105, 3).tag(105, 4).tag(104, 4);
  const message = (number: number, body: BinaryWriter) => (writer: BinaryWriter): BinaryWriter =>
    unknown(writer).tag(number, 2).bytes(unknown(body).finish());
  const point = unknown(new BinaryWriter()).tag(2, 1).double(3).tag(3, 1).double(4);
  const values = message(2, point)(new BinaryWriter());
  const series = message(2, values)(new BinaryWriter().tag(1, 2).string("7"));
  const bytes = message(1, series)(new BinaryWriter()).finish();
  const read = Result.getOrThrow(decodeFloatSeries(bytes));
  deepStrictEqual(read, reference(bytes));
  deepStrictEqual([...read.step, ...read.value, ...read.requestIds], [3, 4, "7"]);
});

Deno.test("a message that is cut off anywhere is malformed, unless it ends between series", () => {
  const second = V3.length - 7;
  for (let length = 1; length < V3.length; length++) {
    if (length === second) continue;
    const result = decodeFloatSeries(V3.subarray(0, length));
    strictEqual(Result.isFailure(result), true, `${length} bytes`);
  }
});

const problemOf = (hex: string): string => {
  const result = decodeFloatSeries(Uint8Array.fromHex(hex));
  return Result.isFailure(result) ? result.failure.message : "none";
};

Deno.test("what is wrong with bytes is told, and where", () => {
  strictEqual(
    problemOf("80808080808080808080808001"),
    "a number is longer than ten bytes at byte 0",
  );
  strictEqual(problemOf("0aff"), "a number is cut off at byte 1");
  strictEqual(problemOf("0a05"), "a field of 5 bytes is cut off: there are 0 at byte 2");
  strictEqual(
    problemOf("0affffffffffffffff7f"),
    "a field of 9223372036854776000 bytes is cut off: there are 0 at byte 10",
  );
  strictEqual(problemOf("00"), "field tag 0 is not valid at byte 1");
  strictEqual(problemOf("0c"), "wire type 4 is not valid at byte 1");
  strictEqual(problemOf("0f"), "wire type 7 is not valid at byte 1");
  strictEqual(problemOf("0b14"), "a group ends that was not begun at byte 2");
  strictEqual(problemOf("0b".repeat(101)), "groups are nested too deeply at byte 101");
  // The point says that it has one byte more than the message around it.
  strictEqual(problemOf("0a0612041202" + "0801"), "none");
  strictEqual(
    problemOf("0a0612041203" + "0801"),
    "a field of 3 bytes is cut off: there are 2 at byte 6",
  );
  strictEqual(problemOf("0a030a01ff"), "a text is not UTF-8 at byte 4");
});

Deno.test("a time that is not known is not written", () => {
  const bytes = encodeFloatSeries({
    requestIds: ["0"],
    offsets: Uint32Array.of(0, 1),
    totals: Float64Array.of(1),
    step: Float64Array.of(2),
    timestamp: Float64Array.of(NaN),
    value: Float64Array.of(NaN),
  });
  const [point] = fromBinary(Response, bytes).series[0]!.series!.values;
  deepStrictEqual(
    [point!.timestampMillis, point!.step, point!.value, point!.completionRatio],
    [0n, 2, NaN, 1],
  );
});
