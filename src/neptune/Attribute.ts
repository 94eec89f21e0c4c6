/**
 * The types of Neptune attributes: what a source delivers for each of them, and one Schema each that
 * turns it into the TypeScript value.
 *
 * | Schema | Neptune type | value |
 * |---|---|---|
 * | {@link Boolean} | `bool` | `boolean` |
 * | {@link Integer} | `int` | `number`; fails beyond ±(2^53 − 1) |
 * | {@link BigInteger} | `int` | `bigint`, all 64 bits |
 * | {@link Float} | `float` | `number`, NaN and infinities included |
 * | {@link String} | `string` | `string` |
 * | {@link Datetime} | `datetime` | `DateTime.Utc`, milliseconds |
 * | {@link StringSet} | `stringSet` | `ReadonlySet<string>` |
 * | {@link ObjectState} | `experimentState` | `"active"` or `"inactive"` |
 * | {@link FloatSeries} | `floatSeries` | last value, or `null` |
 * | {@link StringSeries} | `stringSeries` | last value, or `null` |
 * | {@link HistogramSeries} | `histogramSeries` | last {@link Histogram}, or `null` |
 * | {@link File} | `fileRef`, `fileSet`, `artifact` | {@link FileRef} |
 * | {@link FileSeries} | `fileRefSeries` | last {@link FileRef}, or `null` |
 *
 * @example
 * ```ts
 * import { Attribute } from "@nereid/nereid/neptune";
 * import { Schema } from "effect";
 *
 * // What a source delivers, and the value that it stands for.
 * const tags = { type: "stringSet", value: ["best", "sgd"] } as const;
 * console.log(Schema.decodeSync(Attribute.StringSet)(tags)); // Set(2) { "best", "sgd" }
 *
 * // A schema made from one of these decodes a field too, with `run.fetch` and `run.decode`.
 * const Rate = Attribute.Float.check(Schema.isBetween({ minimum: 0, maximum: 1 }));
 * console.log(Schema.is(Rate)(0.1), Schema.is(Rate)(50)); // true false
 * ```
 *
 * @module
 */
import { DateTime, Schema, SchemaAST, SchemaTransformation } from "effect";

/**
 * The name of a Neptune type, as NQL and the HTTP API spell it.
 *
 * `fileSet` and `artifact` exist only in exports of Neptune 2.
 */
export type AttributeType = AttributeValue["type"];

/** Counts over ranges of a value: `values[i]` counts what fell between `edges[i]` and `edges[i + 1]`. */
export interface Histogram {
  /** `COUNTING` or `DENSITY`. */
  readonly type: string;
  /** One more than `values`, ascending; the outer ones may be infinite. */
  readonly edges: ReadonlyArray<number>;
  readonly values: ReadonlyArray<number>;
}

/** A logged file: where its bytes are, not the bytes. `run.readFile` reads them. */
export interface FileRef {
  /** The path or storage key under which the source keeps the bytes. */
  readonly path: string;
  /** In bytes; `null` when the source does not know it before reading. */
  readonly sizeBytes: number | null;
  /** `null` when neither the source nor the file's extension tells. */
  readonly mimeType: string | null;
}

/**
 * What a source knows of a float series without its points. A series without a committed point has
 * `lastStep` `null`. `min`, `max`, `average` and `variance` (of the population) leave NaN points out
 * and are `null` without any other point; `average` and `variance` are `null` too when a point is
 * infinite.
 */
export interface FloatSeriesSummary {
  readonly last: number | null;
  readonly lastStep: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly average: number | null;
  readonly variance: number | null;
}

/** What a source knows of any other series without its points. */
export interface SeriesSummary<A> {
  readonly last: A | null;
  readonly lastStep: number | null;
}

interface Of<Type extends string, Value> {
  readonly type: Type;
  readonly value: Value;
}

/** One attribute of one run as a source delivers it: the Neptune type, and the undecoded value. */
export type AttributeValue =
  | Of<"bool", boolean>
  | Of<"int", number | bigint>
  | Of<"float", number>
  | Of<"string", string>
  | Of<"datetime", number>
  | Of<"stringSet", ReadonlyArray<string>>
  | Of<"experimentState", string>
  | Of<"floatSeries", FloatSeriesSummary>
  | Of<"stringSeries", SeriesSummary<string>>
  | Of<"histogramSeries", SeriesSummary<Histogram>>
  | Of<"fileRef", FileRef>
  | Of<"fileSet", FileRef>
  | Of<"artifact", FileRef>
  | Of<"fileRefSeries", SeriesSummary<FileRef>>;

/** The undecoded form of one type. */
export type AttributeValueOf<Type extends AttributeType> = Extract<
  AttributeValue,
  { readonly type: Type }
>;

const attribute = <Type extends string, Wire, WireEncoded, A>(
  types: ReadonlyArray<Type>,
  wire: Schema.Codec<Wire, WireEncoded>,
  target: Schema.Codec<A>,
  decode: (wire: Wire) => A,
  encode: (value: A) => Wire,
) =>
  Schema.Struct({ type: Schema.Literals(types), value: wire }).pipe(
    Schema.decodeTo(
      target,
      SchemaTransformation.transform({
        decode: ({ value }) => decode(value),
        encode: (value) => ({ type: types[0]!, value: encode(value) }),
      }),
    ),
  );

const same = <A>(value: A): A => value;

/** Decodes an attribute of type `bool`. */
export const Boolean: Schema.Codec<boolean, Of<"bool", boolean>> = attribute(
  ["bool"],
  Schema.Boolean,
  Schema.Boolean,
  same,
  same,
);

const Int64: Schema.Codec<number | bigint> = Schema.Union([Schema.Int, Schema.BigInt]);

const ExactInteger: Schema.Codec<number | bigint> = Int64.check(
  Schema.makeFilter((value: number | bigint) => Number.isSafeInteger(Number(value)), {
    expected: "an integer of at most ±(2^53 − 1); BigInteger reads larger ones",
  }),
);

/**
 * Decodes an attribute of type `int` to a `number`.
 *
 * A value that a `number` would round, beyond ±(2^53 − 1), fails; {@link BigInteger} reads those.
 */
export const Integer: Schema.Codec<number, Of<"int", number | bigint>> = attribute(
  ["int"],
  ExactInteger,
  Schema.Int,
  Number,
  same,
);

/** Decodes an attribute of type `int` to a `bigint`, with all its 64 bits. */
export const BigInteger: Schema.Codec<bigint, Of<"int", number | bigint>> = attribute(
  ["int"],
  Int64,
  Schema.BigInt,
  BigInt,
  same,
);

/** Decodes an attribute of type `float`; NaN and infinities are values. */
export const Float: Schema.Codec<number, Of<"float", number>> = attribute(
  ["float"],
  Schema.Number,
  Schema.Number,
  same,
  same,
);

/** Decodes an attribute of type `string`. */
export const String: Schema.Codec<string, Of<"string", string>> = attribute(
  ["string"],
  Schema.String,
  Schema.String,
  same,
  same,
);

// Beyond, JavaScript has no time.
const Milliseconds: Schema.Codec<number> = Schema.Int.check(
  Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }),
);

/** Decodes an attribute of type `datetime`, which has milliseconds, to an instant. */
export const Datetime: Schema.Codec<DateTime.Utc, Of<"datetime", number>> = attribute(
  ["datetime"],
  Milliseconds,
  Schema.DateTimeUtc,
  DateTime.makeUnsafe,
  DateTime.toEpochMillis,
);

/** Decodes an attribute of type `stringSet` to a set. */
export const StringSet: Schema.Codec<ReadonlySet<string>, Of<"stringSet", ReadonlyArray<string>>> =
  attribute(
    ["stringSet"],
    Schema.Array(Schema.String),
    Schema.ReadonlySet(Schema.String),
    (items) => new Set(items),
    (items) => [...items],
  );

/** Whether a process is logging to the run. */
export type ObjectStateValue = "active" | "inactive";

const ServerState = Schema.Literals(["running", "idle"]);

/**
 * Decodes an attribute of type `experimentState`, such as `sys/state`.
 *
 * The server's `running` and `idle` read as `active` and `inactive`, the words of the documentation.
 * Exports do not hold this type.
 */
export const ObjectState: Schema.Codec<ObjectStateValue, Of<"experimentState", string>> = attribute(
  ["experimentState"],
  ServerState as Schema.Codec<typeof ServerState.Type, string>,
  Schema.Literals(["active", "inactive"]),
  (state) => state === "running" ? "active" : "inactive",
  (state) => state === "active" ? "running" : "idle",
);

const Nullable = Schema.NullOr(Schema.Number);

const lastOf = <Type extends string, A>(type: Type, last: Schema.Codec<A>) =>
  attribute(
    [type],
    Schema.Struct({ last: Schema.NullOr(last), lastStep: Nullable }),
    Schema.NullOr(last),
    (summary) => summary.last,
    (last) => ({ last, lastStep: null }),
  );

const Summary: Schema.Codec<FloatSeriesSummary> = Schema.Struct({
  last: Nullable,
  lastStep: Nullable,
  min: Nullable,
  max: Nullable,
  average: Nullable,
  variance: Nullable,
});

/** Decodes an attribute of type `floatSeries` to its last committed value, `null` without one. */
export const FloatSeries: Schema.Codec<number | null, Of<"floatSeries", FloatSeriesSummary>> =
  attribute(
    ["floatSeries"],
    Summary,
    Nullable,
    (summary) => summary.last,
    (last) => ({ last, lastStep: null, min: null, max: null, average: null, variance: null }),
  );

/** Decodes an attribute of type `floatSeries` to all that is known of it without its points. */
export const FloatSeriesAggregates: Schema.Codec<
  FloatSeriesSummary,
  Of<"floatSeries", FloatSeriesSummary>
> = attribute(["floatSeries"], Summary, Summary, same, same);

/** Decodes an attribute of type `stringSeries` to its last value, `null` without one. */
export const StringSeries: Schema.Codec<
  string | null,
  Of<"stringSeries", SeriesSummary<string>>
> = lastOf("stringSeries", Schema.String);

const HistogramValue: Schema.Codec<Histogram> = Schema.Struct({
  type: Schema.String,
  edges: Schema.Array(Schema.Number),
  values: Schema.Array(Schema.Number),
});

/** Decodes an attribute of type `histogramSeries` to its last histogram, `null` without one. */
export const HistogramSeries: Schema.Codec<
  Histogram | null,
  Of<"histogramSeries", SeriesSummary<Histogram>>
> = lastOf("histogramSeries", HistogramValue);

const FileRefValue: Schema.Codec<FileRef> = Schema.Struct({
  path: Schema.String,
  sizeBytes: Nullable,
  mimeType: Schema.NullOr(Schema.String),
});

/**
 * Decodes an attribute of type `fileRef` to a reference.
 *
 * Exports of Neptune 2 have two more kinds: a `fileSet` is a directory that holds a ZIP, an
 * `artifact` a JSON list of files.
 */
export const File: Schema.Codec<FileRef, Of<"fileRef" | "fileSet" | "artifact", FileRef>> =
  attribute(["fileRef", "fileSet", "artifact"], FileRefValue, FileRefValue, same, same);

/** Decodes an attribute of type `fileRefSeries` to its last file, `null` without one. */
export const FileSeries: Schema.Codec<
  FileRef | null,
  Of<"fileRefSeries", SeriesSummary<FileRef>>
> = lastOf("fileRefSeries", FileRefValue);

/** A decoded attribute of any type. */
export type AnyValue =
  | boolean
  | number
  | bigint
  | string
  | DateTime.Utc
  | ReadonlySet<string>
  | Histogram
  | FileRef
  | null;

/**
 * Decodes an attribute of any type as the schema of its type does, except that an `int` is a
 * `number` where that is exact and a `bigint` beyond.
 */
export const Any: Schema.Codec<AnyValue, AttributeValue> = Schema.Union([
  Boolean,
  attribute(["int"], Int64, Int64, same, same),
  Float,
  String,
  Datetime,
  StringSet,
  ObjectState,
  FloatSeries,
  StringSeries,
  HistogramSeries,
  File,
  FileSeries,
]);

/**
 * The Neptune types that a schema over an {@link AttributeValue} accepts; empty when it does not
 * say. A schema made from those of this module, by piping or in a union, accepts what they do.
 */
export const acceptedTypes = (schema: Schema.Constraint): ReadonlyArray<string> =>
  acceptedTypesOf(SchemaAST.toEncoded(schema.ast));

/** The same for the encoded side of a part of a schema. */
export const acceptedTypesOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(acceptedTypesOf);
  if (SchemaAST.isLiteral(ast)) return typeof ast.literal === "string" ? [ast.literal] : [];
  if (!SchemaAST.isObjects(ast)) return [];
  const type = ast.propertySignatures.find((property) => property.name === "type");
  return type === undefined ? [] : acceptedTypesOf(type.type);
};
