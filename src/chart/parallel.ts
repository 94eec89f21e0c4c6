/**
 * Rows of a table as lines across one axis for each column.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import type { DataFrame } from "../Polars.ts";
import { type ChartErrorReason, TooMuch } from "./ChartError.ts";
import { colorEncoding, colorOf } from "./color.ts";
import { type Column, readColumn } from "./columns.ts";
import {
  counted,
  type Drawing,
  drawing,
  NAMES,
  parameter,
  titleOf,
  WIDTH,
  wrap,
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
import { checkCategories, checkScale, hasPlace } from "./position.ts";
import { roundEdges, shortNumber } from "./ticks.ts";

/** Options of `Chart.parallel`. */
export interface ParallelOptions extends ChartOptions {
  /** The axes from left to right: two or more columns of numbers, times or texts. */
  readonly columns: ReadonlyArray<Channel>;
  /** The result by which lines are coloured; numbers from dark to light. */
  readonly color?: Channel | undefined;
}

const Options = Schema.Struct(
  {
    ...ChartFields,
    columns: Schema.Array(ChannelSchema).check(
      Schema.isMinLength(2),
      Schema.isMaxLength(20),
    ).annotate({ expected: "a list of 2 to 20 columns" }),
    color: Schema.optional(ChannelSchema),
  } satisfies Record<keyof ParallelOptions, unknown>,
);

const MAX_ROWS = 2000;

/** Where a row is that has no value, below the axis. */
const NOWHERE = -0.14;

/** Draws a line for each row. */
export const parallel = (
  frame: DataFrame,
  options: ParallelOptions,
): Effect.Effect<Drawing, ChartErrorReason> =>
  Effect.gen(function* () {
    yield* checkOptions(Options, options);
    yield* frameOf(frame);
    const channels = options.columns.map(channelOf);
    const axes = yield* Effect.forEach(channels, (channel, i) => readAxis(frame, i, channel));
    const color = options.color === undefined
      ? undefined
      : yield* colorOf(frame, channelOf(options.color));
    const count = axes[0]?.places.length ?? 0;
    if (count > MAX_ROWS) {
      return yield* new TooMuch({
        what: "rows",
        count,
        limit: MAX_ROWS,
        advice: "Filter the frame, for example by its best results.",
      });
    }
    const points = Array.from({ length: count }, (_, row) =>
      axes.map(({ places }, axis) => ({
        row,
        axis,
        place: places[row] ?? NOWHERE,
        ...color === undefined ? {} : { color: color.valueOf(row) },
      }))).flat();
    const ticks = axes.flatMap(({ ticks }, axis) =>
      ticks.map((tick) => ({ axis, ...tick, text: cut(tick.text) }))
    );
    const room = Math.floor((options.width ?? WIDTH) / axes.length / 7);
    const titles = axes.map(({ title }) => [...wrap(title, Math.max(8, room))]);
    const isMissing = points.some(({ place }) => place === NOWHERE);
    const rows = Array.from({ length: count }, (_, row) => row);
    const x = {
      field: "axis",
      type: "quantitative" as const,
      scale: { domain: [-0.25, axes.length - 0.6], nice: false },
      axis: {
        title: null,
        orient: "top" as const,
        values: axes.map((_, i) => i),
        labelExpr: "titles[datum.value]",
        // Further lines of a label go down from the first.
        labelPadding: 8 + 14 * (Math.max(...titles.map(({ length }) => length)) - 1),
        labelFontSize: 12,
        labelLimit: 0,
        labelOverlap: false,
        domain: false,
        ticks: false,
        grid: false,
      },
    };
    const y = {
      field: "place",
      type: "quantitative" as const,
      scale: { domain: [isMissing ? NOWHERE - 0.04 : -0.02, 1.02], nice: false },
      axis: null,
    };
    return drawing(
      options,
      `${counted(count, "row", "rows")} across ${axes.length} columns`,
      [
        ...isMissing ? ["Below an axis, at “none”: no value in that column."] : [],
        ...color?.notes(rows) ?? [],
      ],
      { color: color?.title ?? "" },
      {
        params: [parameter(NAMES, color?.names ?? []), parameter("titles", titles)],
        datasets: { points, ticks, axes: axes.map((_, axis) => ({ axis, low: 0, high: 1 })) },
        layer: [
          {
            data: { name: "points" },
            mark: { type: "line", strokeWidth: 1.5, opacity: 0.75, strokeJoin: "round" },
            encoding: {
              x,
              y,
              detail: { field: "row" },
              ...color === undefined
                ? { color: { value: "#1f3f8f" } }
                : colorEncoding("color", color, "line"),
            },
          },
          {
            data: { name: "axes" },
            mark: { type: "rule", color: "#333333" },
            encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
          },
          {
            data: { name: "ticks" },
            mark: { type: "tick", orient: "horizontal", size: 7, thickness: 1, color: "#333333" },
            encoding: { x, y },
          },
          {
            // A halo, because lines pass below.
            data: { name: "ticks" },
            mark: {
              type: "text",
              align: "left",
              dx: 7,
              fontSize: 11,
              stroke: "white",
              strokeWidth: 3,
            },
            encoding: { x, y, text: { field: "text", type: "nominal" } },
          },
          {
            data: { name: "ticks" },
            mark: {
              type: "text",
              align: "left",
              dx: 7,
              fontSize: 11,
              color: "#222222",
            },
            encoding: { x, y, text: { field: "text", type: "nominal" } },
          },
        ],
      },
    );
  });

interface Axis {
  readonly title: string;
  /** For each row from 0 to 1; NaN where it has no value. */
  readonly places: Float64Array;
  readonly ticks: ReadonlyArray<{ readonly place: number; readonly text: string }>;
}

const readAxis = (
  frame: DataFrame,
  index: number,
  channel: ChannelOptions,
): Effect.Effect<Axis, ChartErrorReason> =>
  Effect.gen(function* () {
    const parameter = `columns.${index}`;
    const column = yield* readColumn(frame, parameter, channel.column);
    yield* checkScale(parameter, channel, column);
    if (column.kind === "category") yield* checkCategories(channel, column.names.length);
    const values = column.values.map((value, row) => hasPlace(column, channel, row) ? value : NaN);
    const marks = marksOf(column, values, channel.scale);
    const log = channel.scale === "log";
    const first = marks[0]?.value ?? 0;
    const last = marks.at(-1)?.value ?? 0;
    const place = (value: number): number =>
      last === first
        ? 0.5
        : log
        ? Math.log(value / first) / Math.log(last / first)
        : (value - first) / (last - first);
    return {
      title: titleOf(channel, column),
      places: values.map((value) => Number.isNaN(value) ? NOWHERE : place(value)),
      ticks: [
        ...marks.map(({ value, text }) => ({ place: place(value), text })),
        ...values.some(Number.isNaN) ? [{ place: NOWHERE, text: "none" }] : [],
      ],
    };
  });

const cut = (text: string): string => text.length > 20 ? `${text.slice(0, 19)}…` : text;

interface Mark {
  readonly value: number;
  readonly text: string;
}

/** The ticks of an axis, from its lower to its upper end. */
const marksOf = (
  column: Column,
  values: Float64Array,
  scale: ChannelOptions["scale"],
): ReadonlyArray<Mark> => {
  if (column.kind === "category") return column.names.map((text, value) => ({ value, text }));
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return [];
  const low = present.reduce((a, b) => Math.min(a, b));
  const high = present.reduce((a, b) => Math.max(a, b));
  const number = (value: number): Mark => ({ value, text: shortNumber(value) });
  if (low === high) return [column.kind === "time" ? time(low, 0) : number(low)];
  if (column.kind === "time") {
    return roundEdges(low, high, 4, "time").map((value) => time(value, high - low));
  }
  if (scale !== "log") return roundEdges(low, high, 4).map(number);
  const decades = roundEdges(Math.log10(low), Math.log10(high), 4);
  return decades.map((power) => number(10 ** power));
};

const time = (value: number, span: number): Mark => {
  const text = new Date(value).toISOString();
  return {
    value,
    text: span > 3 * 86_400_000 ? text.slice(0, 10) : text.slice(5, 19).replace("T", " "),
  };
};
