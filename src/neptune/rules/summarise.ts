/**
 * What a server tells of a series without its points.
 *
 * @module
 */
import type { FloatSeriesSummary } from "../Attribute.ts";
import type { Points } from "../NeptuneSource.ts";

/**
 * The aggregates of a float series with at least one point.
 *
 * A NaN can be the last value, and is left out of everything else; `average` and `variance` of
 * infinite values, or beyond the range of numbers, are `null`. The variance is the population's.
 */
export const summarise = ({ step, value }: Points<Float64Array>): FloatSeriesSummary => {
  let count = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const y of value) {
    if (Number.isNaN(y)) continue;
    count++;
    sum += y;
    if (y < min) min = y;
    if (y > max) max = y;
  }
  // The sum of equal values is rounded, and they would differ from their average.
  const average = min === max ? min : sum / count;
  let squares = 0;
  for (const y of value) if (!Number.isNaN(y)) squares += (y - average) ** 2;
  const variance = squares / count;
  const last = { last: value.at(-1) ?? null, lastStep: step.at(-1) ?? null };
  return count === 0 ? { ...last, min: null, max: null, average: null, variance: null } : {
    ...last,
    min,
    max,
    average: Number.isFinite(average) ? average : null,
    variance: Number.isFinite(variance) ? variance : null,
  };
};
