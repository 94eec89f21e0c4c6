/**
 * Smooths a series.
 *
 * @module
 */

/**
 * The exponential moving average, where `weight` is how much of the average before goes into the
 * next one: from 0, which changes nothing, up to but without 1.
 *
 * The first averages are of few points, and corrected for that. A value that is not finite stays as
 * it is, and does not count.
 */
export const smooth = (values: Float64Array, weight: number): Float64Array => {
  let average = 0;
  let sumOfWeights = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    sumOfWeights = weight * sumOfWeights + (1 - weight);
    return average / sumOfWeights;
  });
};
