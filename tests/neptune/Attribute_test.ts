import assert from "node:assert/strict";
import { Arbitrary, DateTime, Effect, Result, Schema } from "effect";
import * as Attribute from "../../src/neptune/Attribute.ts";

const FILE = { path: "f/a.txt", sizeBytes: 5, mimeType: "text/plain" };
const HISTOGRAM = { type: "COUNTING", edges: [-Infinity, 0.5, Infinity], values: [3, 4] };
const SUMMARY = { last: 0.5, lastStep: 9, min: 0, max: NaN, average: null, variance: Infinity };

/** Wire values, the schema of their type, and the value that they stand for. */
const EXAMPLES: ReadonlyArray<
  readonly [Attribute.AttributeValue, Schema.Codec<unknown, unknown>, unknown]
> = [
  [{ type: "bool", value: true }, Attribute.Boolean, true],
  [{ type: "int", value: -5 }, Attribute.Integer, -5],
  [{ type: "int", value: 5n }, Attribute.Integer, 5],
  [{ type: "int", value: 2 ** 53 - 1 }, Attribute.Integer, 9007199254740991],
  [{ type: "int", value: -5 }, Attribute.BigInteger, -5n],
  [{ type: "int", value: 2n ** 63n - 1n }, Attribute.BigInteger, 9223372036854775807n],
  [{ type: "int", value: -(2n ** 63n) }, Attribute.BigInteger, -9223372036854775808n],
  [{ type: "float", value: NaN }, Attribute.Float, NaN],
  [{ type: "float", value: -Infinity }, Attribute.Float, -Infinity],
  [{ type: "float", value: -0 }, Attribute.Float, -0],
  [{ type: "string", value: "" }, Attribute.String, ""],
  [
    { type: "datetime", value: Date.UTC(2262, 0, 1, 12, 0, 0, 500) },
    Attribute.Datetime,
    DateTime.makeUnsafe("2262-01-01T12:00:00.500Z"),
  ],
  [
    { type: "datetime", value: -1 },
    Attribute.Datetime,
    DateTime.makeUnsafe("1969-12-31T23:59:59.999Z"),
  ],
  [{ type: "stringSet", value: ["b", "a", "b"] }, Attribute.StringSet, new Set(["b", "a"])],
  [{ type: "experimentState", value: "running" }, Attribute.ObjectState, "active"],
  [{ type: "experimentState", value: "idle" }, Attribute.ObjectState, "inactive"],
  [{ type: "floatSeries", value: SUMMARY }, Attribute.FloatSeries, 0.5],
  [{ type: "floatSeries", value: { ...SUMMARY, last: null } }, Attribute.FloatSeries, null],
  [{ type: "floatSeries", value: SUMMARY }, Attribute.FloatSeriesAggregates, SUMMARY],
  [{ type: "stringSeries", value: { last: "x", lastStep: 1 } }, Attribute.StringSeries, "x"],
  [{ type: "stringSeries", value: { last: null, lastStep: null } }, Attribute.StringSeries, null],
  [
    { type: "histogramSeries", value: { last: HISTOGRAM, lastStep: 1 } },
    Attribute.HistogramSeries,
    HISTOGRAM,
  ],
  [{ type: "fileRef", value: FILE }, Attribute.File, FILE],
  [{ type: "fileSet", value: FILE }, Attribute.File, FILE],
  [{ type: "artifact", value: FILE }, Attribute.File, FILE],
  [{ type: "fileRefSeries", value: { last: FILE, lastStep: 1 } }, Attribute.FileSeries, FILE],
];

/** The schemas of single types. */
const SCHEMAS = [...new Set(EXAMPLES.map(([, schema]) => schema))];

const decode = (schema: Schema.Codec<unknown, unknown>, wire: unknown) =>
  Schema.decodeUnknownResult(schema)(wire);

Deno.test("each schema decodes its type to the value", () => {
  for (const [wire, schema, value] of EXAMPLES) {
    assert.deepEqual(Result.getOrThrow(decode(schema, wire)), value);
  }
});

Deno.test("each schema refuses every other type", () => {
  for (const schema of SCHEMAS) {
    const own = Attribute.acceptedTypes(schema);
    for (const [wire] of EXAMPLES) {
      if (!own.includes(wire.type)) assert.ok(Result.isFailure(decode(schema, wire)), wire.type);
    }
  }
});

Deno.test("each schema refuses values that its type cannot have", () => {
  const wrong: ReadonlyArray<readonly [Schema.Codec<unknown, unknown>, string, unknown]> = [
    [Attribute.Boolean, "bool", 1],
    [Attribute.Integer, "int", 1.5],
    [Attribute.Integer, "int", "1"],
    [Attribute.BigInteger, "int", NaN],
    [Attribute.Float, "float", "0.5"],
    [Attribute.Float, "float", 1n],
    [Attribute.String, "string", null],
    [Attribute.Datetime, "datetime", NaN],
    [Attribute.Datetime, "datetime", 8.64e15 + 2],
    [Attribute.Datetime, "datetime", -1e300],
    [Attribute.Datetime, "datetime", "2024-05-01"],
    [Attribute.StringSet, "stringSet", "a,b"],
    [Attribute.StringSet, "stringSet", [1]],
    [Attribute.ObjectState, "experimentState", "paused"],
    [Attribute.FloatSeries, "floatSeries", 0.5],
    [Attribute.FloatSeries, "floatSeries", { last: 0.5 }],
    [Attribute.StringSeries, "stringSeries", { last: 1, lastStep: 0 }],
    [Attribute.HistogramSeries, "histogramSeries", { last: [1], lastStep: 0 }],
    [Attribute.File, "fileRef", "a.txt"],
    [Attribute.FileSeries, "fileRefSeries", FILE],
  ];
  for (const [schema, type, value] of wrong) {
    for (const each of [schema, Attribute.Any]) {
      assert.ok(Result.isFailure(decode(each, { type, value })), `${type} ${value}`);
    }
  }
  for (const wire of [null, 5, "a", {}, { type: "gitRef", value: "x" }, { value: 5 }]) {
    for (const schema of [...SCHEMAS, Attribute.Any]) {
      assert.ok(Result.isFailure(decode(schema, wire)));
    }
  }
});

Deno.test("an integer that a number would round fails with Integer, and BigInteger is named", () => {
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 63n - 1n]) {
    const result = decode(Attribute.Integer, { type: "int", value });
    assert.match(Result.getOrThrow(Result.flip(result)).message, /BigInteger/);
    assert.equal(Result.getOrThrow(decode(Attribute.BigInteger, { type: "int", value })), value);
    assert.equal(Result.getOrThrow(decode(Attribute.Any, { type: "int", value })), value);
  }
});

Deno.test("Any decodes every type as the schema of the type does, and integers to what is exact", () => {
  for (const [wire, schema, value] of EXAMPLES) {
    if (schema === Attribute.BigInteger || schema === Attribute.FloatSeriesAggregates) continue;
    const expected = wire.type === "int" ? wire.value : value;
    assert.deepEqual(Result.getOrThrow(decode(Attribute.Any, wire)), expected);
  }
});

/** Checks a property of generated values. */
const check = async <A>(
  schema: Schema.Constraint & { readonly Type: A },
  property: (value: A) => boolean,
): Promise<void> => {
  const result = await Effect.runPromise(
    Arbitrary.checkEffect(Arbitrary.schema(schema), property, { runs: 100, size: 40, seed: 7 }),
  );
  assert.equal(Arbitrary.formatCheckFailure(result), undefined);
};

const isSame = (a: unknown, b: unknown): boolean => {
  assert.deepEqual(plain(a), plain(b));
  return true;
};

// Generated objects have no prototype, and equal instants can differ in what they remember.
const plain = (value: unknown): unknown =>
  DateTime.isDateTime(value) ? DateTime.formatIso(value) : structuredClone(value);

Deno.test("a value that is encoded decodes to itself, whatever it is", async () => {
  for (const schema of [...SCHEMAS, Attribute.Float]) {
    await check(Schema.toType(schema), (value) => {
      const wire = Schema.encodeUnknownResult(schema)(value);
      return isSame(Result.getOrThrow(decode(schema, Result.getOrThrow(wire))), value);
    });
  }
});

Deno.test("what is decoded encodes to the wire value, where nothing is left out", async () => {
  const whole = [
    Attribute.Boolean,
    Attribute.Integer,
    Attribute.Float,
    Attribute.String,
    Attribute.Datetime,
    Attribute.ObjectState,
    Attribute.FloatSeriesAggregates,
  ];
  for (const schema of whole) {
    await check(Schema.toEncoded(schema), (wire) => {
      const value = decode(schema, wire);
      // The wire has integers that a number has not.
      if (Result.isFailure(value)) return schema === Attribute.Integer;
      const encoded = Result.getOrThrow(Schema.encodeUnknownResult(schema)(value.success));
      return isSame(withNumber(encoded), withNumber(wire));
    });
  }
});

const withNumber = (wire: unknown): unknown =>
  typeof wire === "object" && wire !== null && "value" in wire && typeof wire.value === "bigint"
    ? { ...wire, value: Number(wire.value) }
    : wire;

Deno.test("the types that a schema accepts are those of the schemas it is made from", () => {
  const { Integer, Float, String, File, Any } = Attribute;
  assert.deepEqual(Attribute.acceptedTypes(Integer), ["int"]);
  assert.deepEqual(Attribute.acceptedTypes(File), ["fileRef", "fileSet", "artifact"]);
  assert.deepEqual(
    Attribute.acceptedTypes(Schema.Union([Integer.check(Schema.isGreaterThan(0)), Float])),
    ["int", "float"],
  );
  assert.deepEqual(Attribute.acceptedTypes(Schema.NullOr(String)), ["string"]);
  assert.equal(new Set(Attribute.acceptedTypes(Any)).size, 14);
  assert.deepEqual(Attribute.acceptedTypes(Schema.Number), []);
  assert.deepEqual(Attribute.acceptedTypes(Schema.Struct({ type: Schema.String })), []);
});
