/**
 * What decoding one pickle may use: bounds that keep hostile bytes from exhausting the process.
 *
 * @module
 */
import { LimitExceeded, PickleError } from "./PickleError.ts";

/** The bounds on decoding; each has a default, and a pickle that exceeds one fails. */
export interface Limits {
  /**
   * How deep values may be nested.
   *
   * @default {100_000}
   */
  readonly maxDepth?: number | undefined;
  /**
   * How many values the pickle may put aside to refer to again.
   *
   * @default {50_000_000}
   */
  readonly maxMemo?: number | undefined;
  /**
   * Estimated bytes of JavaScript objects: lists, dicts, strings, numbers. The default leaves room
   * under the 4 GiB at which the engine ends the process.
   *
   * @default {2 ** 31}
   */
  readonly maxHeapBytes?: number | undefined;
  /**
   * Bytes of typed arrays: bytes, NumPy arrays, columns of frames.
   *
   * @default 64 MiB and 8 times the length of the pickle
   */
  readonly maxBufferBytes?: number | undefined;
  /**
   * Instructions executed, values visited and elements converted one by one.
   *
   * @default {1_000_000_000}
   */
  readonly maxSteps?: number | undefined;
}

/** {@link Limits.maxHeapBytes}, unless another is given. */
export const DEFAULT_HEAP_BYTES: number = 2 ** 31;

/** The name of a bound. */
export type Limit = keyof Limits;

const fail = (limit: Limit, max: number): never => {
  throw new PickleError({ reason: new LimitExceeded({ limit, max }) });
};

/** What is left of the bounds; every allocation of the decoder is charged here before it is made. */
export class Budget {
  readonly maxDepth: number;
  readonly maxMemo: number;
  readonly #maxHeap: number;
  readonly #maxBuffers: number;
  readonly #maxSteps: number;
  #heap = 0;
  #buffers = 0;
  #steps = 0;

  constructor(limits: Limits, inputLength: number) {
    this.maxDepth = limits.maxDepth ?? 100_000;
    this.maxMemo = limits.maxMemo ?? 50_000_000;
    this.#maxHeap = limits.maxHeapBytes ?? DEFAULT_HEAP_BYTES;
    this.#maxBuffers = limits.maxBufferBytes ?? 2 ** 26 + 8 * inputLength;
    this.#maxSteps = limits.maxSteps ?? 1_000_000_000;
  }

  /** Charges work. */
  step(count: number): void {
    this.#steps += count;
    if (this.#steps > this.#maxSteps) fail("maxSteps", this.#maxSteps);
  }

  /** Charges objects of about so many bytes. */
  heap(bytes: number): void {
    this.#heap += bytes;
    if (this.#heap > this.#maxHeap) fail("maxHeapBytes", this.#maxHeap);
  }

  /** Makes the zeroed memory of a typed array. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    this.#buffers += length;
    if (!(this.#buffers <= this.#maxBuffers)) fail("maxBufferBytes", this.#maxBuffers);
    try {
      return new Uint8Array(length);
    } catch {
      // The bound allows more memory than there is.
      return fail("maxBufferBytes", this.#maxBuffers);
    }
  }

  /** Fails if values are nested deeper than allowed. */
  depth(depth: number): void {
    if (depth > this.maxDepth) fail("maxDepth", this.maxDepth);
  }

  /** Fails if more values are put aside than allowed. */
  memo(count: number): void {
    if (count > this.maxMemo) fail("maxMemo", this.maxMemo);
  }
}
