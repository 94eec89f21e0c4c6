/**
 * Round numbers along an axis.
 *
 * @module
 */

/** Round steps of time, in milliseconds. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * 86_400_000),
];

/** The smallest round step that covers a span in at most `count` of them. */
export const roundStep = (span: number, count: number, kind: "number" | "time"): number => {
  const least = span / count;
  if (kind === "time") {
    const step = TIME_STEPS.find((step) => step >= least);
    if (step !== undefined) return step;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((step) =>
    step >= least * 0.999999
  ) ??
    10 * power;
};

/**
 * Round numbers in even steps from at or below `low` to at or above `high`, at most `count` steps
 * and two. A span of nothing gets one step around it.
 */
export const roundEdges = (
  low: number,
  high: number,
  count: number,
  kind: "number" | "time" = "number",
): ReadonlyArray<number> => {
  const span = high - low;
  const step = span > 0
    ? roundStep(span, count, kind)
    : kind === "time"
    ? 1000
    : Math.abs(low) > 0
    ? Math.abs(low) / 10
    : 1;
  const first = span > 0 ? Math.floor(low / step) : low / step - 0.5;
  const last = span > 0 ? Math.ceil(high / step) : first + 1;
  // Multiples, because a sum of steps drifts; cut, because 3 * 0.1 is not 0.3.
  return Array.from(
    { length: Math.round(last - first) + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(14)),
  );
};

/** A number as short as it can be told apart. */
export const shortNumber = (value: number): string => {
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(4));
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? rounded.toExponential().replace("e+", "e")
    : String(rounded);
};
