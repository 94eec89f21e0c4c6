/**
 * Schemas for values of artifacts that are no plain values of TypeScript.
 *
 * Plain ones have schemas in Effect: `Schema.Int`, `Schema.Array(Schema.Number)`,
 * `Schema.ReadonlyMap(Schema.String, Schema.Finite)` for a dict, and so on.
 *
 * @module
 */
import { Effect, Result, Schema } from "effect";
import type { DataFrame as PolarsFrame } from "../Polars.ts";
import type { ArtifactValue } from "./artifact/value.ts";
import { describe, TypeMismatch } from "./MetaflowError.ts";
import type { NdArray as PickledArray } from "./pickle/NdArray.ts";
import type { ExceptionWrapper as Wrapper } from "./pickle/MetaflowTypes.ts";

/** A frame: what a frame, series or index of pandas, PyArrow or Polars becomes. */
export const DataFrame: Schema.Codec<PolarsFrame> = Schema.declare(
  // Frames are proxies; this is how Polars itself tells them.
  (value): value is PolarsFrame => symbolOf(value) === "DataFrame",
  { identifier: "DataFrame" },
);

/** An array of NumPy: a typed array and its shape. */
export const NdArray: Schema.Codec<PickledArray> = Schema.declare(
  (value): value is PickledArray => tagOf(value) === "NdArray",
  { identifier: "NdArray" },
);

/** The exception of a task as Metaflow keeps it. */
export const ExceptionWrapper: Schema.Codec<Wrapper> = Schema.declare(
  (value): value is Wrapper => tagOf(value) === "ExceptionWrapper",
  { identifier: "ExceptionWrapper" },
);

const symbolOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, Symbol.toStringTag) : undefined;

const tagOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && symbolOf(value) !== "DataFrame" && "_tag" in value
    ? value._tag
    : undefined;

/** The value of an artifact as a schema has it. */
export const decodeValue = <A>(
  artifact: string,
  schema: Schema.Decoder<A>,
  value: ArtifactValue,
): Effect.Effect<A, TypeMismatch> =>
  Effect.fromResult(Result.mapError(
    Schema.decodeUnknownResult(schema)(value),
    (cause) => new TypeMismatch({ artifact, problem: describe(cause), cause }),
  ));
