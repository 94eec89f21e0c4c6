import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Arbitrary, Effect, Result, Schema } from "effect";
import type { ValueColumn } from "../../../src/neptune/NeptuneSource.ts";
import {
  type AttributeColumns,
  decodeAttributes,
  decodeQueryAttributesResult,
  decodeSearchResult,
} from "../../../src/neptune/wire/attributeColumns.ts";
import {
  type ProtoAttributeDTO,
  type ProtoAttributeDTOSchema,
  ProtoAttributesDTOSchema,
  type ProtoFileRef,
  ProtoLeaderboardEntriesSearchResultDTOSchema as SearchResult,
  ProtoQueryAttributesResultDTOSchema as QueryResult,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { effectTest } from "../../effectTest.ts";
import * as vectors from "./vectors.ts";

const rows = (...rows: ReadonlyArray<number>): Uint32Array => Uint32Array.from(rows);

Deno.test("vector V1 in columns", () => {
  const { count, columns, matchingItemCount } = Result.getOrThrow(decodeSearchResult(vectors.V1));
  strictEqual(matchingItemCount, 1);
  strictEqual(count, 1);
  deepStrictEqual(columns, [
    { path: "sys/name", type: "string", rows: rows(0), values: ["exp-one"] },
    { path: "sys/id", type: "string", rows: rows(0), values: ["DEM-1"] },
  ]);
});

Deno.test("vector V2 in columns", () => {
  const result = Result.getOrThrow(decodeQueryAttributesResult(vectors.V2));
  strictEqual(result.nextPageToken, "p2");
  deepStrictEqual(result.shortIds, ["DEM-1"]);
  const one = (value: number) => Float64Array.of(value);
  deepStrictEqual(result.columns, [
    { path: "b", type: "bool", rows: rows(0), values: Uint8Array.of(1) },
    { path: "d", type: "datetime", rows: rows(0), values: one(1700000000000) },
    { path: "f", type: "float", rows: rows(0), values: one(0.5) },
    { path: "i", type: "int", rows: rows(0), values: BigInt64Array.of(-3n) },
    {
      path: "m",
      type: "floatSeries",
      rows: rows(0),
      lastStep: one(2),
      last: one(0.25),
      min: one(0.25),
      max: one(1),
      average: one(0.5),
      variance: one(0.125),
    },
    { path: "t", type: "stringSet", rows: rows(0), values: [["a", "b"]] },
  ]);
});

Deno.test("vector V8 in columns", () => {
  deepStrictEqual(Result.getOrThrow(decodeAttributes(vectors.V8)).columns, [
    { path: "config/note", type: "string", rows: rows(0), values: ["hi"] },
  ]);
});

type Init = MessageInitShape<typeof ProtoAttributeDTOSchema>;

const HISTOGRAM = { type: "COUNTING", edges: [0, 0.5, Infinity], values: [2, 7] };
const FILE = { path: "p/ä.bin", sizeBytes: 2n ** 40n, mimeType: "" };

/** Payloads of each type, among them those of another type, several, and none. */
const PAYLOADS: ReadonlyArray<Omit<Init, "name" | "$typeName">> = [
  { type: "int", intProperties: { attributeName: "a", value: -(2n ** 63n) } },
  { type: "int", intProperties: { value: 2n ** 53n + 1n } },
  { type: "int" },
  { type: "int", floatProperties: { value: 1 } },
  { type: "int", floatProperties: { value: 1 }, intProperties: { value: 5n } },
  { type: "int", intProperties: { value: 6n }, boolProperties: { value: true } },
  { type: "float", floatProperties: { attributeType: "float", value: NaN } },
  { type: "float", floatProperties: {} },
  { type: "float", floatProperties: { value: -0.1 } },
  { type: "string", stringProperties: { value: "\ufeffünï 🚀 \u0000" } },
  { type: "string", stringProperties: { value: "x".repeat(300) } },
  { type: "string" },
  { type: "bool", boolProperties: { value: true } },
  { type: "bool", boolProperties: {} },
  { type: "datetime", datetimeProperties: { value: -1n } },
  { type: "datetime", datetimeProperties: { value: 1700000000123n } },
  { type: "stringSet", stringSetProperties: { value: ["b", "", "ä"] } },
  { type: "stringSet" },
  { type: "experimentState", stringProperties: { value: "idle" } },
  { type: "experimentState" },
  {
    type: "floatSeries",
    floatSeriesProperties: { lastStep: 0, last: 0, config: { unit: "x" }, hasPreview: true },
  },
  { type: "floatSeries", floatSeriesProperties: { lastStep: 3.5, last: NaN, min: -1, average: 0 } },
  { type: "floatSeries", floatSeriesProperties: { hasPreview: true } },
  { type: "fileRef", fileRefProperties: { ...FILE, mimeType: "text/plain" } },
  { type: "artifact", fileRefProperties: FILE },
  { type: "stringSeries", stringSeriesProperties: { lastStep: 1e11, last: "" } },
  { type: "stringSeries", stringSeriesProperties: {} },
  { type: "fileRefSeries", fileRefSeriesProperties: { lastStep: 2, last: FILE } },
  { type: "fileRefSeries" },
  { type: "histogramSeries", histogramSeriesProperties: { lastStep: 2, last: HISTOGRAM } },
  { type: "gitRef" },
  { type: "newType", intProperties: { value: 1n } },
];

const RandomEntries = Schema.Array(Schema.Array(Schema.Struct({
  name: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 })),
  payload: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: PAYLOADS.length - 1 })),
})));

const file = ({ path, sizeBytes, mimeType }: ProtoFileRef) => ({
  path,
  sizeBytes: Number(sizeBytes),
  mimeType: mimeType || null,
});

/** The value of an attribute, as protobuf-es reads it; undefined if there is none. */
const valueOf = (attribute: ProtoAttributeDTO): unknown => {
  const series = <A>(
    properties: { lastStep?: number | undefined; last?: A | undefined } | undefined,
  ) =>
    properties?.last === undefined
      ? { lastStep: NaN, last: null }
      : { lastStep: properties.lastStep ?? NaN, last: properties.last };
  switch (attribute.type) {
    case "int":
      return attribute.intProperties?.value ?? 0n;
    case "float":
      return attribute.floatProperties?.value ?? 0;
    case "string":
      return attribute.stringProperties?.value ?? "";
    case "bool":
      return Number(attribute.boolProperties?.value ?? false);
    case "datetime":
      return Number(attribute.datetimeProperties?.value ?? 0n);
    case "stringSet":
      return attribute.stringSetProperties?.value ?? [];
    case "experimentState":
      return attribute.stringProperties?.value;
    case "floatSeries": {
      const { last, lastStep, min, max, average, variance } = attribute.floatSeriesProperties!;
      return {
        lastStep: last === undefined ? NaN : lastStep ?? NaN,
        last: last ?? NaN,
        min: min ?? NaN,
        max: max ?? NaN,
        average: average ?? NaN,
        variance: variance ?? NaN,
      };
    }
    case "fileRef":
    case "artifact": {
      const { path, sizeBytes, mimeType } = attribute.fileRefProperties!;
      return { path, sizeBytes: Number(sizeBytes), mimeType: mimeType || null };
    }
    case "stringSeries":
      return series(attribute.stringSeriesProperties);
    case "fileRefSeries": {
      const { lastStep, last } = series(attribute.fileRefSeriesProperties);
      return { lastStep, last: last && file(last) };
    }
    case "histogramSeries": {
      const { lastStep, last } = series(attribute.histogramSeriesProperties);
      return {
        lastStep,
        last: last && { type: last.type, edges: last.edges, values: last.values },
      };
    }
  }
};

const cellOf = ({ path: _, type: __, rows: ___, ...cells }: ValueColumn, cell: number): unknown =>
  "values" in cells
    ? cells.values[cell]
    : Object.fromEntries(Object.entries(cells).map(([name, column]) => [name, column[cell]]));

const byRow = ({ columns }: AttributeColumns, row: number) => {
  const values: Record<string, unknown> = {};
  for (const column of columns) {
    const cell = column.rows.indexOf(row);
    if (cell >= 0) values[`${column.path}:${column.type}`] = cellOf(column, cell);
  }
  return values;
};

effectTest("random attributes are read as protobuf-es reads them", () =>
  Effect.gen(function* () {
    let attributes = 0;
    const result = yield* Arbitrary.checkEffect(
      Arbitrary.schema(RandomEntries),
      (random) =>
        Effect.sync(() => {
          const entries = random.map((entry, i) => ({
            experimentShortId: `R-${i}`,
            // Of one name, a run has one attribute.
            attributes: [...new Map(entry.map((each) => [each.name, each])).values()].map((
              { name, payload },
            ) => ({ ...PAYLOADS[payload]!, name: `attribute/${name}`.repeat(name + 1) })),
          }));
          const bytes = toBinary(QueryResult, create(QueryResult, { entries }));
          const read = Result.getOrThrow(decodeQueryAttributesResult(bytes));
          fromBinary(QueryResult, bytes).entries.forEach((entry, row) => {
            strictEqual(read.shortIds[row], entry.experimentShortId);
            const values = entry.attributes.map((attribute) =>
              [`${attribute.name}:${attribute.type}`, valueOf(attribute)] as const
            ).filter(([, value]) => value !== undefined);
            deepStrictEqual(byRow(read, row), Object.fromEntries(values));
            attributes += values.length;
          });
          const unknown = random.flat().map(({ payload }) => PAYLOADS[payload]!.type);
          for (const type of read.unknown.keys()) strictEqual(unknown.includes(type), true);
          return true;
        }),
      { runs: 300, size: 30, seed: 7 },
    );
    strictEqual(Arbitrary.formatCheckFailure(result), undefined);
    strictEqual(attributes > 3000, true, `only ${attributes} attributes were compared`);
  }));

Deno.test("thousands of runs, some without an attribute, keep their rows", () => {
  const entries = Array.from({ length: 3000 }, (_, run) => ({
    experimentId: `id-${run}`,
    attributes: [
      { name: "a", type: "int", intProperties: { value: BigInt(run) - 1500n } },
      ...run % 3 === 0 ? [{ name: "b", type: "float", floatProperties: { value: run / 2 } }] : [],
      { name: "c", type: "string", stringProperties: { value: `value ${run}` } },
    ],
  }));
  const bytes = toBinary(SearchResult, create(SearchResult, { entries, matchingItemCount: 9n }));
  const { columns, matchingItemCount } = Result.getOrThrow(decodeSearchResult(bytes));
  const all = Uint32Array.from({ length: 3000 }, (_, run) => run);
  const third = all.filter((run) => run % 3 === 0);
  strictEqual(matchingItemCount, 9);
  deepStrictEqual(columns, [
    {
      path: "a",
      type: "int",
      rows: all,
      values: BigInt64Array.from(all, (run) => BigInt(run) - 1500n),
    },
    { path: "b", type: "float", rows: third, values: Float64Array.from(third, (run) => run / 2) },
    { path: "c", type: "string", rows: all, values: Array.from(all, (run) => `value ${run}`) },
  ]);
});

Deno.test("a result that is cut off anywhere within a run is malformed", () => {
  for (let length = 3; length < vectors.V1.length; length++) {
    strictEqual(Result.isFailure(decodeSearchResult(vectors.V1.subarray(0, length))), true);
  }
  strictEqual(Result.isFailure(decodeAttributes(vectors.V8.subarray(0, 92))), true);
});

Deno.test("an empty answer is an empty message", () => {
  deepStrictEqual(Result.getOrThrow(decodeSearchResult(new Uint8Array(0))), {
    count: 0,
    columns: [],
    unknown: new Map(),
    matchingItemCount: 0,
  });
  strictEqual(toBinary(ProtoAttributesDTOSchema, create(ProtoAttributesDTOSchema)).length, 0);
});
