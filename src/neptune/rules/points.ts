/**
 * The points of one series: cutting, sorting and inheriting them.
 *
 * @module
 */
import { type Cells, join, slice, take } from "../cells.ts";
import type { Points } from "../NeptuneSource.ts";

/** The points in order of step; those of one step stay in their old order. */
export const sorted = <Values extends Cells>(points: Points<Values>): Points<Values> => {
  const { step } = points;
  let i = 1;
  while (i < step.length && step[i - 1]! <= step[i]!) i++;
  if (i >= step.length) return points;
  const order = Uint32Array.from(step.keys()).sort((a, b) => step[a]! - step[b]! || a - b);
  return pickPoints(points, order);
};

/** The points from position `start` up to but without `end`. */
export const cut = <Values extends Cells>(
  points: Points<Values>,
  start: number,
  end: number,
): Points<Values> => ({
  step: points.step.subarray(start, end),
  timestamp: points.timestamp.subarray(start, end),
  value: slice(points.value, start, end),
});

/** How many points have a step below, or also at, a given one. */
export const countBelow = (points: Points<unknown>, step: number, inclusive: boolean): number => {
  let low = 0;
  let high = points.step.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const below = inclusive ? points.step[middle]! <= step : points.step[middle]! < step;
    if (below) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * A series with the points it inherits: those of an ancestor, except at steps where it has points
 * of its own.
 */
export const inherit = <Values extends Cells>(
  own: Points<Values>,
  inherited: Points<Values>,
): Points<Values> => {
  const kept: Array<number> = [];
  let next = 0;
  inherited.step.forEach((step, i) => {
    while (next < own.step.length && own.step[next]! < step) next++;
    if (own.step[next] !== step) kept.push(i);
  });
  const rest = kept.length === inherited.step.length
    ? inherited
    : pickPoints(inherited, Uint32Array.from(kept));
  return sorted({
    step: join([rest.step, own.step]),
    timestamp: join([rest.timestamp, own.timestamp]),
    value: join([rest.value, own.value]),
  });
};

const pickPoints = <Values extends Cells>(
  points: Points<Values>,
  from: Uint32Array,
): Points<Values> => ({
  step: take(points.step, from),
  timestamp: take(points.timestamp, from),
  value: take(points.value, from),
});
