/**
 * How the values of a column are distributed.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import type { DataFrame } from "../Polars.ts";
import { type ChartErrorReason, TooMuch } from "./ChartError.ts";
import { type Category, type Measure, readColumn, readNames } from "./columns.ts";
import {
  categoryEncoding,
  counted,
  type Drawing,
  drawing,
  measureEncoding,
  nameOf,
  NAMES,
  namesWithMissing,
  parameter,
  styleNotes,
  titleOf,
} from "./Drawing.ts";
import { frameOf } from "./frames.ts";
import {
  type Channel,
  channelOf,
  type ChannelOptions,
  ChannelSchema,
  ChartFields,
  type ChartOptions,
  checkOptions,
} from "./options.ts";
import { hasPlace, positionEncoding } from "./position.ts";
import { roundEdges } from "./ticks.ts";

/** Options of `Chart.histogram`. */
export interface HistogramOptions extends ChartOptions {
  /** Numbers, times, or texts, of which each has a bar. */
  readonly x: Channel;
  /** Splits each bar by the values of this column. */
  readonly color?: Channel | undefined;
  /**
   * How many bars at most; their edges are round numbers.
   *
   * @default 30
   */
  readonly bins?: number | undefined;
}

const Options = Schema.Struct(
  {
    ...ChartFields,
    x: ChannelSchema,
    color: Schema.optional(ChannelSchema),
    bins: Schema.optional(
      Schema.Finite.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1000 }))
        .annotate({ expected: "a whole number from 1 to 1000" }),
    ),
  } satisfies Record<keyof HistogramOptions, unknown>,
);

const MAX_COLORS = 20;

/** Draws a bar for each range of values, or for each text. */
export const histogram = (
  frame: DataFrame,
  options: HistogramOptions,
): Effect.Effect<Drawing, ChartErrorReason> =>
  Effect.gen(function* () {
    yield* checkOptions(Options, options);
    yield* frameOf(frame);
    const x = channelOf(options.x);
    const column = yield* readColumn(frame, "x", x.column);
    const axis = yield* positionEncoding("x", x, column);
    const color = options.color === undefined ? undefined : channelOf(options.color);
    const groups = color === undefined ? undefined : yield* readNames(frame, "color", color.column);
    const names = groups === undefined
      ? [""]
      : namesWithMissing(groups.names, groups.values.includes(-1));
    if (names.length > MAX_COLORS) {
      return yield* new TooMuch({
        what: `different values in ${color?.column}`,
        count: names.length,
        limit: MAX_COLORS,
        advice: "Leave color out, or group them under fewer names.",
      });
    }
    const rows = Array.from(column.values.keys()).filter((row) => hasPlace(column, x, row));
    const groupOf = (row: number): number => {
      const code = groups?.values[row] ?? 0;
      return code < 0 ? names.length - 1 : code;
    };
    const left = column.values.length - rows.length;
    const notes = left === 0 ? [] : [
      `${counted(left, "row is", "rows are")} left out, without a value in ${x.column}` +
      (x.scale === "log" ? ", or with one that is not above 0." : "."),
    ];
    const title = titleOf(x, column);
    const legend = color === undefined ? null : titleOf(color, groups);
    const style = categoryEncoding("color", legend !== null, names, "square").color;
    const y = {
      field: "y",
      type: "quantitative" as const,
      axis: { title: "rows", tickMinStep: 1, format: ",d" },
    };
    const bars = column.kind === "category"
      ? countNames(column, rows, groupOf, names.length)
      : countBins(column, rows, groupOf, names.length, options.bins ?? 30, x);
    return drawing(
      options,
      `Distribution of ${nameOf(x)}`,
      [
        ...notes,
        ...rows.length === 0 ? ["There is no value that could be drawn."] : [],
        ...styleNotes("values", names.length),
      ],
      { x: title, color: legend ?? "" },
      {
        params: [
          parameter(NAMES, names),
          parameter("x_names", column.kind === "category" ? column.names : []),
        ],
        data: { values: bars },
        encoding: {
          x: column.kind === "category" ? axis : measureEncoding("x", column, x.scale, "from"),
          y,
          y2: { field: "base" },
        },
        layer: [{
          mark: { type: "bar", stroke: "white", strokeWidth: 0.5 },
          encoding: {
            ...column.kind === "category" ? {} : { x2: { field: "to" } },
            color: legend === null ? { value: "#1f3f8f" } : style,
          },
        }],
      },
    );
  });

interface Bar {
  readonly color: number;
  readonly count: number;
  /** Where the bar begins and ends, on those of the colours before. */
  readonly base: number;
  readonly y: number;
}

const stack = (counts: ReadonlyArray<number>): ReadonlyArray<Bar> => {
  let base = 0;
  return counts.flatMap((count, color) => {
    const bar = { color, count, base, y: base + count };
    base += count;
    return count === 0 ? [] : [bar];
  });
};

const countNames = (
  { values, names }: Category,
  rows: ReadonlyArray<number>,
  groupOf: (row: number) => number,
  groups: number,
) => {
  const counts = names.map(() => new Array<number>(groups).fill(0));
  for (const row of rows) increment(counts[values[row] ?? 0], groupOf(row));
  return counts.flatMap((bar, x) => stack(bar).map((part) => ({ x, ...part })));
};

const countBins = (
  column: Measure,
  rows: ReadonlyArray<number>,
  groupOf: (row: number) => number,
  groups: number,
  bins: number,
  { scale }: ChannelOptions,
) => {
  const values = rows.map((row) => {
    const value = column.values[row] ?? NaN;
    return scale === "log" ? Math.log10(value) : value;
  });
  if (values.length === 0) return [];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  // Rounding outwards can need an edge more at either end.
  const edges = roundEdges(low, high, Math.max(1, bins - 1), column.kind);
  const counts = edges.slice(1).map(() => new Array<number>(groups).fill(0));
  for (const [i, row] of rows.entries()) {
    increment(counts[binOf(edges, values[i] ?? NaN)], groupOf(row));
  }
  const edge = (i: number): number => scale === "log" ? 10 ** (edges[i] ?? 0) : edges[i] ?? 0;
  return counts.flatMap((bar, i) =>
    stack(bar).map((part) => ({ from: edge(i), to: edge(i + 1), ...part }))
  );
};

/** The bin from its lower edge up to but without the upper one; the last one has that too. */
const binOf = (edges: ReadonlyArray<number>, value: number): number => {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
};

const increment = (counts: Array<number> | undefined, group: number): void => {
  if (counts !== undefined) counts[group] = (counts[group] ?? 0) + 1;
};
