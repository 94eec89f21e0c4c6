import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  create,
  type DescMessage,
  equals,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Result } from "effect";
import {
  LineageEntityType,
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  ProtoFloatSeriesValuesResponseDTOSchema,
  ProtoGetTimeseriesBucketsRequestSchema,
  ProtoLeaderboardEntriesSearchResultDTOSchema,
  ProtoLineage,
  ProtoQueryAttributesResultDTOSchema,
  ProtoSeriesValuesResponseDTOSchema,
  ProtoTimeseriesBucketsDTOSchema,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { decodeFloatSeries, encodeFloatSeries } from "../../../src/neptune/wire/floatSeries.ts";
import * as vectors from "./vectors.ts";

/** Bytes say a message, and the message writes itself as these bytes. */
const vector = <Desc extends DescMessage>(
  name: string,
  schema: Desc,
  bytes: Uint8Array,
  message: MessageInitShape<Desc>,
): void =>
  Deno.test(`vector ${name}`, () => {
    const expected: MessageShape<Desc> = create(schema, message);
    strictEqual(equals(schema, fromBinary(schema, bytes), expected), true);
    strictEqual(toBinary(schema, expected).toHex(), bytes.toHex());
  });

const RUN_UUID = "aaaaaaaa-0000-4000-8000-000000000001";

const text = (name: string, value: string) => ({
  name,
  type: "string",
  stringProperties: { attributeName: name, attributeType: "string", value },
});

const named = (name: string, type: string) => ({ attributeName: name, attributeType: type });

vector("V1, search", ProtoLeaderboardEntriesSearchResultDTOSchema, vectors.V1, {
  matchingItemCount: 1n,
  entries: [{
    experimentId: RUN_UUID,
    type: "run",
    projectId: "22222222-2222-4222-8222-222222222222",
    organizationId: "11111111-1111-4111-8111-111111111111",
    projectName: "demo",
    organizationName: "acme",
    attributes: [text("sys/name", "exp-one"), text("sys/id", "DEM-1")],
  }],
});

vector(
  "V1b, search without hits",
  ProtoLeaderboardEntriesSearchResultDTOSchema,
  new Uint8Array(0),
  {},
);

vector("V2, attributes", ProtoQueryAttributesResultDTOSchema, vectors.V2, {
  entries: [{
    experimentId: RUN_UUID,
    experimentShortId: "DEM-1",
    attributes: [
      { name: "b", type: "bool", boolProperties: { ...named("b", "bool"), value: true } },
      {
        name: "d",
        type: "datetime",
        datetimeProperties: { ...named("d", "datetime"), value: 1700000000000n },
      },
      { name: "f", type: "float", floatProperties: { ...named("f", "float"), value: 0.5 } },
      { name: "i", type: "int", intProperties: { ...named("i", "int"), value: -3n } },
      {
        name: "m",
        type: "floatSeries",
        floatSeriesProperties: {
          ...named("m", "floatSeries"),
          lastStep: 2,
          last: 0.25,
          min: 0.25,
          max: 1,
          average: 0.5,
          variance: 0.125,
          config: {},
        },
      },
      {
        name: "t",
        type: "stringSet",
        stringSetProperties: { ...named("t", "stringSet"), value: ["a", "b"] },
      },
    ],
  }],
  nextPage: { nextPageToken: "p2" },
});

vector("V3, float series", ProtoFloatSeriesValuesResponseDTOSchema, vectors.V3, {
  series: [{
    requestId: "0",
    series: {
      totalItemCount: 2n,
      values: [
        { timestampMillis: 1700000001000n, step: 1, value: 0.5, completionRatio: 1 },
        { timestampMillis: 1700000000000n, value: 1, isPreview: true, completionRatio: 0.25 },
      ],
    },
  }, { requestId: "1", series: {} }],
});

Deno.test("vector V3, float series, in columns", () => {
  const response = {
    requestIds: ["0", "1"],
    offsets: Uint32Array.of(0, 2, 2),
    totals: Float64Array.of(2, 0),
    step: Float64Array.of(1, 0),
    timestamp: Float64Array.of(1700000001000, 1700000000000),
    value: Float64Array.of(0.5, 1),
    preview: Uint8Array.of(0, 1),
    completionRatio: Float32Array.of(1, 0.25),
  };
  deepStrictEqual(decodeFloatSeries(vectors.V3), Result.succeed(response));
  strictEqual(encodeFloatSeries(response).toHex(), vectors.V3.toHex());
});

vector("V4, other series", ProtoSeriesValuesResponseDTOSchema, vectors.V4, {
  series: [{
    requestId: "0",
    searchAfter: { finished: true, token: "2" },
    series: {
      case: "seriesValues",
      value: {
        values: [{
          timestampMillis: 1700000000000n,
          step: 1.5,
          completionRatio: 1,
          object: { value: { case: "stringValue", value: "hi" } },
        }],
      },
    },
  }, {
    requestId: "1",
    searchAfter: { finished: false, token: "1" },
    series: {
      case: "seriesValues",
      value: {
        values: [{
          timestampMillis: 1700000000000n,
          step: 2,
          completionRatio: 1,
          object: {
            value: {
              case: "histogram",
              value: { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] },
            },
          },
        }],
      },
    },
  }, {
    requestId: "2",
    searchAfter: { finished: true, token: "x" },
    series: {
      case: "seriesValues",
      value: {
        values: [{
          timestampMillis: 1700000000000n,
          completionRatio: 1,
          object: {
            value: {
              case: "fileRef",
              value: { path: "p/a.txt", sizeBytes: 5n, mimeType: "text/plain" },
            },
          },
        }],
      },
    },
  }],
});

const BUCKETS_ID = "00000000-0000-0000-0000-000000000000";

vector("V5, buckets wanted", ProtoGetTimeseriesBucketsRequestSchema, vectors.V5, {
  expressions: [{
    requestId: BUCKETS_ID,
    runId: "acme/demo/DEM-1",
    customYFormula: "${metrics/loss}",
    includePreview: false,
    lineage: ProtoLineage.FULL,
    entityType: LineageEntityType.EXPERIMENT,
  }],
  view: { maxBuckets: 6, xAxis: { value: { case: "steps", value: {} } } },
});

vector("V5b, buckets of a range wanted", ProtoGetTimeseriesBucketsRequestSchema, vectors.V5b, {
  expressions: [{
    requestId: BUCKETS_ID.replace(/0$/, "1"),
    runId: "acme/demo/DEM-2",
    customYFormula: "${a\\{b\\}\\$c\\\\d}",
    includePreview: true,
    lineage: ProtoLineage.ONLY_OWNED,
    entityType: LineageEntityType.RUN,
  }],
  view: { from: 0, to: 10, maxBuckets: 2, xAxis: { value: { case: "steps", value: {} } } },
});

vector("V5c, buckets", ProtoTimeseriesBucketsDTOSchema, vectors.V5c, {
  entries: [{
    requestId: BUCKETS_ID,
    bucket: [{
      fromX: -Infinity,
      first: { y: 1 },
      last: { y: 1 },
      localMin: 1,
      localMax: 1,
      finitePointCount: 1n,
      localSum: 1,
    }, {
      index: 1n,
      toX: 2,
      first: { x: 1, y: 0.5 },
      last: { x: 2, y: 0.25 },
      localMin: 0.25,
      localMax: 0.5,
      finitePointCount: 2n,
      localSum: 0.75,
    }],
  }],
});

vector("V7, definitions of a run", ProtoAttributesSearchResultDTOSchema, vectors.V7, {
  entries: [{ name: "sys/id", type: "string" }, { name: "metrics/loss", type: "floatSeries" }],
});

vector("V8, attributes of a run", ProtoAttributesDTOSchema, vectors.V8, {
  experimentId: RUN_UUID,
  type: "run",
  attributes: [text("config/note", "hi")],
});
