/**
 * What is drawn of the points of one line.
 *
 * @module
 */
import { reduce } from "../display/reduce.ts";
import { smooth } from "./smooth.ts";

/** How many points of a line are drawn at most. */
export const POINTS_A_LINE = 2000;

/** What to draw of a line, and what cannot be. */
export interface Line {
  readonly points: ReadonlyArray<DrawnPoint>;
  /** Where the line left that of its parent, if it did. */
  readonly fork: { readonly x: number; readonly y: number } | undefined;
  /** How many points the line has that can be drawn. */
  readonly total: number;
  readonly isReduced: boolean;
  /** Points without an x, or one that has no place on the scale. */
  readonly withoutX: number;
  /** Points without a finite y: gaps of the line. */
  readonly withoutY: number;
  /** Points that have no place on a logarithmic scale of y: gaps, too. */
  readonly notPositive: number;
  /** Whether there are inherited points before the fork. */
  readonly hasInherited: boolean;
}

/** A point that is drawn: `main` as the line itself, `faint` as what it came from. */
export interface DrawnPoint {
  readonly x: number;
  readonly y: number;
  /** Points of the same number are connected. */
  readonly segment: number;
  readonly layer: "main" | "faint" | "mainDot" | "faintDot";
}

/** How lines are drawn. */
export interface LineOptions {
  readonly logX: boolean;
  readonly logY: boolean;
  readonly elapsed: boolean;
  readonly smoothing: number | undefined;
  /** The last x of the points that the line inherited. */
  readonly forkedAt: number | undefined;
}

/** Lays out the points of a line, in any order. */
export const layLine = (
  xs: Float64Array,
  ys: Float64Array,
  { logX, logY, elapsed, smoothing, forkedAt }: LineOptions,
): Line => {
  const rows = ascending(xs, logX);
  const start = elapsed ? xs[rows[0] ?? 0] ?? 0 : 0;
  const x = Float64Array.from(rows, (row) => (xs[row] ?? NaN) - start);
  const y = Float64Array.from(rows, (row) => ys[row] ?? NaN);
  const withoutY = y.reduce((count, value) => Number.isFinite(value) ? count : count + 1, 0);
  const notPositive = logY ? y.reduce((count, value) => value <= 0 ? count + 1 : count, 0) : 0;
  // What has no place on a logarithmic scale is a gap, as what is no number.
  const logged = logY ? y.map((value) => value > 0 ? value : NaN) : y;

  const fork = forkedAt === undefined ? undefined : lastUpTo(x, logged, forkedAt - start);
  const layout = { x, segmentOf: segments(logged), fork: fork?.isInherited ? fork.index : -1 };
  const behind = smoothing === undefined ? [] : draw(logged, layout, "faint", 0);
  const drawn = smoothing === undefined ? logged : smooth(logged, smoothing);
  const main = draw(drawn, layout, "main", behind.length);

  const total = logged.reduce((count, value) => Number.isFinite(value) ? count + 1 : count, 0);
  const at = fork && main.find((point) => point.x >= (x[fork.index] ?? 0));
  return {
    points: [...behind, ...main],
    fork: at && { x: at.x, y: at.y },
    total,
    isReduced: total > POINTS_A_LINE,
    withoutX: xs.length - rows.length,
    withoutY,
    notPositive,
    hasInherited: fork?.isInherited ?? false,
  };
};

/** The rows with an x, in its order. */
const ascending = (xs: Float64Array, log: boolean): Uint32Array => {
  const rows = Uint32Array.from(xs.keys()).filter((row) => {
    const x = xs[row] ?? NaN;
    return Number.isFinite(x) && (!log || x > 0);
  });
  const isSorted = rows.every((row, i) => i === 0 || (xs[rows[i - 1] ?? 0] ?? 0) <= (xs[row] ?? 0));
  return isSorted ? rows : rows.sort((a, b) => (xs[a] ?? 0) - (xs[b] ?? 0) || a - b);
};

/** The last inherited point; the first point of all if none is. */
const lastUpTo = (
  x: Float64Array,
  y: Float64Array,
  limit: number,
): { readonly index: number; readonly isInherited: boolean } | undefined => {
  const first = y.findIndex(Number.isFinite);
  if (first < 0) return undefined;
  let last: number | undefined;
  for (let i = first; i < x.length && (x[i] ?? Infinity) <= limit; i++) {
    if (Number.isFinite(y[i])) last = i;
  }
  return { index: last ?? first, isInherited: last !== undefined };
};

/** For each point how many gaps came before: points are connected if none is between them. */
const segments = (y: Float64Array): Uint32Array => {
  let gaps = 0;
  return Uint32Array.from(y, (value) => Number.isFinite(value) ? gaps : ++gaps);
};

interface Layout {
  readonly x: Float64Array;
  readonly segmentOf: Uint32Array;
  /** The index of the last inherited point; -1 if there is none. */
  readonly fork: number;
}

const draw = (
  y: Float64Array,
  { x, segmentOf, fork }: Layout,
  layer: "main" | "faint",
  firstSegment: number,
): ReadonlyArray<DrawnPoint> => {
  const kept = reduce(y, POINTS_A_LINE, fork);
  const pieces: Array<{ readonly layer: "main" | "faint"; readonly indices: Array<number> }> = [];
  const begin = (of: "main" | "faint", index: number) =>
    pieces.push({ layer: of, indices: [index] });
  let before: number | undefined;
  for (const index of kept) {
    const of = index <= fork ? "faint" : layer;
    const last = pieces.at(-1);
    if (
      before === undefined || last === undefined || segmentOf[before] !== segmentOf[index]
    ) {
      begin(of, index);
    } else if (last.layer !== of) {
      // The line goes on from the last point that it inherited.
      begin(of, before);
      pieces.at(-1)?.indices.push(index);
    } else {
      last.indices.push(index);
    }
    before = index;
  }
  return pieces.flatMap(({ layer, indices }, piece) =>
    indices.map((index): DrawnPoint => ({
      x: x[index] ?? NaN,
      y: y[index] ?? NaN,
      segment: firstSegment + piece,
      layer: indices.length === 1 ? `${layer}Dot` : layer,
    }))
  );
};
