/**
 * Puts series into the form in which a source delivers them.
 *
 * @module
 */
import { type Cells, join } from "../cells.ts";
import type { Points, RunKey, SeriesOffsets, SeriesRequest } from "../NeptuneSource.ts";
import { countBelow, cut } from "./points.ts";

/** The points of one attribute of one run. */
export interface SeriesOf<Values> {
  readonly run: RunKey;
  readonly attribute: string;
  readonly points: Points<Values>;
}

/** The points that a request wants of some series; none if it wants none of them. */
export const toChunk = <Values extends Cells>(
  series: ReadonlyArray<SeriesOf<Values>>,
  { runs, attributes, ...part }: Part & Pick<SeriesRequest, "runs" | "attributes">,
): ReadonlyArray<SeriesOffsets & Points<Values>> => {
  const runIndex = new Map(runs.map((run, i) => [run, i]));
  const attributeIndex = new Map(attributes.map((attribute, i) => [attribute, i]));
  const wanted = series
    .map((each) => ({ ...each, points: within(each.points, part) }))
    .filter(({ points }) => points.step.length > 0);
  if (wanted.length === 0) return [];
  const offsets = new Uint32Array(wanted.length + 1);
  wanted.forEach(({ points }, i) => offsets[i + 1] = offsets[i]! + points.step.length);
  return [{
    run: Uint32Array.from(wanted, ({ run }) => runIndex.get(run)!),
    attribute: Uint32Array.from(wanted, ({ attribute }) => attributeIndex.get(attribute)!),
    offsets,
    step: join(wanted.map(({ points }) => points.step)),
    timestamp: join(wanted.map(({ points }) => points.timestamp)),
    value: join(wanted.map(({ points }) => points.value)),
  }];
};

type Part = Pick<SeriesRequest, "range" | "head" | "tail">;

/** The points in a range of steps, and of those the first or the last so many. */
const within = <Values extends Cells>(
  points: Points<Values>,
  { range: { after, from, to, before }, head = Infinity, tail = Infinity }: Part,
): Points<Values> => {
  const start = Math.max(
    after === undefined ? 0 : countBelow(points, after, true),
    from === undefined ? 0 : countBelow(points, from, false),
  );
  const end = Math.max(
    start,
    Math.min(
      to === undefined ? Infinity : countBelow(points, to, true),
      before === undefined ? Infinity : countBelow(points, before, false),
      points.step.length,
    ),
  );
  return cut(points, Math.max(start, end - tail), Math.min(end, start + head));
};
