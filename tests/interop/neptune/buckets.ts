/**
 * The buckets of points that neptune-query shows: those of the server, and what the client makes of
 * them.
 *
 * @module
 */
import { type AnyNumber, anyNumber, byCodePoint, type Cell } from "./Answer.ts";

/** A series: the label of its experiment, its path, and its points. */
export type Series = readonly [
  label: string,
  path: string,
  points: ReadonlyArray<readonly [step: number, value: number]>,
];

/** A frame of buckets. */
export interface Buckets {
  readonly intervals: ReadonlyArray<readonly [left: AnyNumber, right: AnyNumber, closed: string]>;
  readonly columns: ReadonlyArray<
    readonly [label: string, path: string, axis: "x" | "y", ReadonlyArray<Cell>]
  >;
}

type Point = readonly [step: number, value: number];

/** Puts the points of some series into so many buckets of equal width over all their steps. */
export const bucketsOf = (all: ReadonlyArray<Series>, limit: number): Buckets => {
  const steps = all.flatMap(([, , points]) => points.map(([step]) => step));
  const first = Math.min(...steps);
  const width = (Math.max(...steps) - first) / limit;
  const bucketOf = (step: number) => step <= first ? 0 : Math.ceil((step - first) / width);

  // Of a series, its first bucket shows its first point, and every other one its last.
  const shown = all.map(([, , points]) => {
    const found = new Map<number, Point>();
    let begins: number | undefined;
    for (const point of points.filter(([, value]) => Number.isFinite(value))) {
      const bucket = bucketOf(point[0]);
      begins ??= bucket;
      if (bucket !== begins || !found.has(bucket)) found.set(bucket, point);
    }
    return found;
  });
  const present = [...new Set(shown.flatMap((found) => [...found.keys()]))].sort((a, b) => a - b);
  // The bucket that has the first step alone and the next one are shown as one.
  const isMerged = present[0] === 0 && present[1] === 1;
  const rows = isMerged ? present.slice(1) : present;
  const edge = (bucket: number) => anyNumber(first + width * bucket);
  return {
    intervals: rows.map((bucket, i) =>
      i > 0
        ? [edge(bucket - 1), edge(bucket), "right"]
        : [edge(0), present.length === 1 ? edge(0) : edge(1), "both"]
    ),
    columns: all.map(([label, path], i) => ({ label, path, found: shown[i]! }))
      .sort((a, b) => byCodePoint(a.label, b.label) || byCodePoint(a.path, b.path))
      .flatMap(({ label, path, found }) =>
        (["x", "y"] as const).map((axis, part) =>
          [
            label,
            path,
            axis,
            rows.map((bucket): Cell => {
              const point = (isMerged && bucket === 1 ? found.get(0) : undefined) ??
                found.get(bucket);
              return point === undefined ? null : { float: anyNumber(point[part]!) };
            }),
          ] as const
        )
      ),
  };
};
