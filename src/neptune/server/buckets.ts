/**
 * Puts points into buckets of steps, as charts draw them.
 *
 * The first bucket has what is at the first step or before it, the last one what is beyond the last
 * step, and between them the range is divided evenly; the upper end of a bucket is in it, the lower
 * one is not. If there is only one step, there is only one bucket.
 *
 * @module
 */

/** What is in a bucket; points that are not finite are only counted. */
export interface Bucket {
  readonly index: number;
  /** The lower end, exclusive. */
  readonly fromX: number;
  /** The upper end, inclusive. */
  readonly toX: number;
  first: Point | undefined;
  last: Point | undefined;
  localMin: number;
  localMax: number;
  localSum: number;
  finitePointCount: number;
  nanCount: number;
  positiveInfCount: number;
  negativeInfCount: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the first step to the last one. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The range that holds a range, if there is one, and some steps. */
export const widened = (range: Range | undefined, steps: Float64Array): Range | undefined => {
  let { from, to } = range ?? { from: Infinity, to: -Infinity };
  for (const step of steps) {
    if (step < from) from = step;
    if (step > to) to = step;
  }
  return from <= to ? { from, to } : undefined;
};

/** The buckets of one series, to which points are added in ascending order of step. */
export class Buckets {
  readonly #buckets = new Map<number, Bucket>();
  readonly #range: Range;
  readonly #count: number;

  /** Divides a range into `count` buckets, and one beyond. */
  constructor(range: Range, count: number) {
    this.#range = range;
    this.#count = count;
  }

  /** The buckets that have a point, in order. */
  get filled(): ReadonlyArray<Bucket> {
    return [...this.#buckets.values()].sort((a, b) => a.index - b.index);
  }

  add(steps: Float64Array, values: Float64Array): void {
    let bucket: Bucket | undefined;
    for (let i = 0; i < steps.length; i++) {
      const x = steps[i]!;
      if (bucket === undefined || x > bucket.toX || x <= bucket.fromX) bucket = this.#at(x);
      count(bucket, x, values[i]!);
    }
  }

  #at(x: number): Bucket {
    const index = this.#indexOf(x);
    const known = this.#buckets.get(index);
    if (known !== undefined) return known;
    const bucket: Bucket = {
      index,
      ...this.#ends(index),
      first: undefined,
      last: undefined,
      localMin: Infinity,
      localMax: -Infinity,
      localSum: 0,
      finitePointCount: 0,
      nanCount: 0,
      positiveInfCount: 0,
      negativeInfCount: 0,
    };
    this.#buckets.set(index, bucket);
    return bucket;
  }

  get #width(): number {
    return (this.#range.to - this.#range.from) / (this.#count - 1);
  }

  #ends(index: number): { readonly fromX: number; readonly toX: number } {
    const { from, to } = this.#range;
    if (from === to) return { fromX: from, toX: Infinity };
    const end = (index: number) => index >= this.#count - 1 ? to : from + this.#width * index;
    return {
      fromX: index === 0 ? -Infinity : end(index - 1),
      toX: index === this.#count ? Infinity : end(index),
    };
  }

  #indexOf(x: number): number {
    const { from, to } = this.#range;
    if (from === to || x <= from) return 0;
    if (x > to) return this.#count;
    const last = this.#count - 1;
    let index = Math.min(last, Math.max(1, Math.ceil((x - from) / this.#width)));
    // Where division and multiplication round differently, the ends decide.
    while (index > 1 && x <= this.#ends(index).fromX) index--;
    while (index < last && x > this.#ends(index).toX) index++;
    return index;
  }
}

const count = (bucket: Bucket, x: number, y: number): void => {
  if (Number.isFinite(y)) {
    bucket.first ??= { x, y };
    bucket.last = { x, y };
    bucket.localMin = Math.min(bucket.localMin, y);
    bucket.localMax = Math.max(bucket.localMax, y);
    bucket.localSum += y;
    bucket.finitePointCount++;
  } else if (Number.isNaN(y)) bucket.nanCount++;
  else if (y > 0) bucket.positiveInfCount++;
  else bucket.negativeInfCount++;
};
