/**
 * A line as small as a word.
 *
 * @module
 */
import { element, type Html } from "./html.ts";
import { reduce } from "./reduce.ts";

const WIDTH = 160;
const HEIGHT = 28;
const MARGIN = 3;
const POINTS = 2 * WIDTH;

/** Draws points, in order of `x`, with a dot at the last one; points that are not finite are gaps. */
export const sparkline = (x: Float64Array, y: Float64Array): Html => {
  const kept = reduce(y, POINTS);
  const first = x[kept[0] ?? 0] ?? 0;
  const last = x[kept.at(-1) ?? 0] ?? 0;
  let low = Infinity;
  let high = -Infinity;
  for (const i of kept) {
    low = Math.min(low, y[i] ?? low);
    high = Math.max(high, y[i] ?? high);
  }
  const across = (i: number): string =>
    position(last > first ? ((x[i] ?? 0) - first) / (last - first) : 0.5, WIDTH);
  const up = (i: number): string =>
    position(high > low ? (high - (y[i] ?? 0)) / (high - low) : 0.5, HEIGHT);

  let path = "";
  let before: number | undefined;
  for (const i of kept) {
    path += `${before === undefined || hasGap(y, before, i) ? "M" : "L"}${across(i)} ${up(i)}`;
    before = i;
  }
  return element(
    "svg",
    {
      width: String(WIDTH),
      height: String(HEIGHT),
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      style: "vertical-align:middle",
    },
    element("path", {
      d: path,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "1.2",
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
    before === undefined
      ? ""
      : element("circle", { cx: across(before), cy: up(before), r: "2.2", fill: "currentColor" }),
  );
};

const position = (fraction: number, size: number): string =>
  (MARGIN + fraction * (size - 2 * MARGIN)).toFixed(1);

const hasGap = (y: Float64Array, from: number, to: number): boolean => {
  for (let i = from + 1; i < to; i++) if (!Number.isFinite(y[i])) return true;
  return false;
};
