/**
 * Reads Python pickles without Python: nothing is imported, called or evaluated.
 *
 * A pickle is a program that builds objects by calling Python functions. Here its instructions build
 * a tree of names and arguments instead, and only what is known by its full name becomes a value of
 * TypeScript; everything else is shown as what it is, a {@link PickleObject}.
 *
 * @module
 */
import { Result } from "effect";
import { Budget, DEFAULT_HEAP_BYTES, type Limits } from "./Budget.ts";
import { Machine } from "./Machine.ts";
import { LimitExceeded, PickleError } from "./PickleError.ts";
import type { PickleValue } from "./PickleValue.ts";
import { Rewriting } from "./Rewrite.ts";

export type { Limit, Limits } from "./Budget.ts";
export { type Frame, isTabular, type Tabular, toDataFrame } from "./Frames.ts";
export * from "./MetaflowTypes.ts";
export * from "./NdArray.ts";
export * from "./PickleError.ts";
export * from "./PickleValue.ts";
export * from "./PythonTypes.ts";
export * from "./Show.ts";
export * from "./Table.ts";

/** How to decode. */
export interface DecodeOptions extends Limits {
  /**
   * Whether values are kept apart that share a type in TypeScript, such as the float 2.0 and the
   * integer 2, or `bytes` and `bytearray`: see `Distinct`.
   *
   * @default {false}
   */
  readonly typed?: boolean | undefined;
  /**
   * Whether every integer is a `bigint`, and not only those beyond ±(2^53 − 1).
   *
   * @default {false}
   */
  readonly bigints?: boolean | undefined;
}

/** What the engine says of dicts, lists, texts and integers larger than it can have. */
const ENGINE_BOUNDS = /maximum size|maximum BigInt size|invalid (array|string) length/i;

/** Steps between two moments at which decoding can pause: some milliseconds. */
const SLICE = 100_000;

/**
 * Decodes a pickle of any protocol from 0 to 5.
 *
 * Bytes after the end of the pickle are ignored, as Python does. The result shares no memory with
 * `bytes`.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * // pickle.dumps({"loss": [0.5, None]})
 * const base64 = "gASVGQAAAAAAAAB9lIwEbG9zc5RdlChHP+AAAAAAAABOZXMu";
 * const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
 * const value = Metaflow.Pickle.decode(bytes);
 * console.log(Result.isSuccess(value) && value.success); // Map(1) { "loss" => [ 0.5, null ] }
 * ```
 */
export const decode = (
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Result.Result<PickleValue, PickleError> => {
  const slices = decodeInSlices(bytes, options);
  for (let slice = slices.next();; slice = slices.next()) if (slice.done) return slice.value;
};

/**
 * Decodes as {@link decode} does, with a pause after every few milliseconds of work, in which the
 * caller can let others run, or give up.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const decodeFairly = (bytes: Uint8Array) =>
 *   Effect.gen(function* () {
 *     const slices = Metaflow.Pickle.decodeInSlices(bytes);
 *     let slice = slices.next();
 *     for (; !slice.done; slice = slices.next()) yield* Effect.yieldNow;
 *     return yield* Effect.fromResult(slice.value);
 *   });
 * console.log(await Effect.runPromise(decodeFairly(new TextEncoder().encode("I7\n.")))); // 7
 * ```
 */
export function* decodeInSlices(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Generator<void, Result.Result<PickleValue, PickleError>> {
  try {
    const budget = new Budget(options, bytes.length);
    const machine = new Machine(bytes, budget);
    let tree = machine.run(SLICE);
    for (; tree === undefined; tree = machine.run(SLICE)) yield;
    const rewriting = new Rewriting(tree, budget, {
      typed: options.typed ?? false,
      bigints: options.bigints ?? false,
    });
    let root = rewriting.run(SLICE);
    for (; root === undefined; root = rewriting.run(SLICE)) yield;
    return Result.succeed(root.value);
  } catch (error) {
    if (error instanceof PickleError) return Result.fail(error);
    if (error instanceof RangeError && ENGINE_BOUNDS.test(error.message)) {
      const max = options.maxHeapBytes ?? DEFAULT_HEAP_BYTES;
      return Result.fail(
        new PickleError({ reason: new LimitExceeded({ limit: "maxHeapBytes", max }) }),
      );
    }
    throw error;
  }
}
