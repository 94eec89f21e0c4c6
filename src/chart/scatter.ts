/**
 * Rows of a table as points.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import type { DataFrame } from "../Polars.ts";
import { type ChartErrorReason, TooMuch } from "./ChartError.ts";
import { type Column, readColumn, readNames } from "./columns.ts";
import { type ColorBy, colorEncoding, colorOf } from "./color.ts";
import {
  counted,
  type Drawing,
  drawing,
  nameOf,
  NAMES,
  parameter,
  POINTER,
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

/** Options of `Chart.scatter`. */
export interface ScatterOptions extends ChartOptions {
  /** Numbers, times or texts. */
  readonly x: Channel;
  /** Numbers, times or texts. */
  readonly y: Channel;
  /** Numbers and times are colours from dark to light, texts have one and a shape each. */
  readonly color?: Channel | undefined;
  /** Names the point under the pointer, where the chart is interactive. */
  readonly label?: string | undefined;
}

const Options = Schema.Struct(
  {
    ...ChartFields,
    x: ChannelSchema,
    y: ChannelSchema,
    color: Schema.optional(ChannelSchema),
    label: Schema.optional(Schema.String),
  } satisfies Record<keyof ScatterOptions, unknown>,
);

const MAX_POINTS = 20_000;

/** Draws a point for each row. */
export const scatter = (
  frame: DataFrame,
  options: ScatterOptions,
): Effect.Effect<Drawing, ChartErrorReason> =>
  Effect.gen(function* () {
    yield* checkOptions(Options, options);
    yield* frameOf(frame);
    const x = channelOf(options.x);
    const y = channelOf(options.y);
    const xs = yield* readColumn(frame, "x", x.column);
    const ys = yield* readColumn(frame, "y", y.column);
    const color = options.color === undefined
      ? undefined
      : yield* colorOf(frame, channelOf(options.color));
    const labels = options.label === undefined
      ? undefined
      : yield* readNames(frame, "label", options.label);
    const [xAxis, yAxis] = yield* Effect.all([
      positionEncoding("x", x, xs),
      positionEncoding("y", y, ys),
    ]);
    const rows = Array.from(xs.values.keys()).filter((row) =>
      hasPlace(xs, x, row) && hasPlace(ys, y, row)
    );
    if (rows.length > MAX_POINTS) {
      return yield* new TooMuch({
        what: "points",
        count: rows.length,
        limit: MAX_POINTS,
        advice: "Filter or sample the frame, or draw a histogram.",
      });
    }
    const points = rows.map((row) => ({
      x: xs.values[row],
      y: ys.values[row],
      ...color === undefined ? {} : { color: color.valueOf(row) },
      ...labels === undefined ? {} : { label: labels.names[labels.values[row] ?? -1] ?? null },
    }));
    const texts = { x: titleOf(x, xs), y: titleOf(y, ys), color: color?.title ?? "" };
    return drawing(
      options,
      `${nameOf(y)} against ${nameOf(x)}`,
      [
        ...placeNotes(xs.values.length - rows.length, x, y),
        ...color?.notes(rows) ?? [],
      ],
      texts,
      {
        params: [
          parameter(NAMES, color?.names ?? []),
          parameter("x_names", xs.kind === "category" ? xs.names : []),
          parameter("y_names", ys.kind === "category" ? ys.names : []),
        ],
        data: { values: points },
        encoding: { x: xAxis, y: yAxis },
        layer: [
          {
            mark: { type: "point", filled: true, size: 70, opacity: 0.85 },
            encoding: color === undefined
              ? { color: { value: "#1f3f8f" } }
              : colorEncoding("color", color, "point"),
          },
          {
            name: POINTER,
            transform: [{ calculate: about(xs, ys, color, labels !== undefined), as: "about" }],
            mark: { type: "point", filled: true, size: 90, opacity: 0 },
            encoding: { tooltip: { field: "about", type: "nominal" } },
          },
        ],
      },
    );
  });

const placeNotes = (
  count: number,
  x: ChannelOptions,
  y: ChannelOptions,
): ReadonlyArray<string> =>
  count === 0 ? [] : [
    `${
      counted(count, "row is", "rows are")
    } left out, without a value in ${x.column} or ${y.column}` +
    (x.scale === "log" || y.scale === "log" ? ", or with one that is not above 0." : "."),
  ];

/** The code of a tooltip; what is data in it comes from parameters. */
const about = (x: Column, y: Column, color: ColorBy | undefined, hasLabel: boolean): string => {
  const value = (column: Column, field: string, names: string): string =>
    column.kind === "category"
      ? `${names}[datum.${field}]`
      : column.kind === "time"
      ? `utcFormat(datum.${field}, "%Y-%m-%d %H:%M:%S")`
      : `datum.${field}`;
  return [
    ...hasLabel ? ["datum.label"] : [],
    `texts.x + ": " + ${value(x, "x", "x_names")}`,
    `texts.y + ": " + ${value(y, "y", "y_names")}`,
    ...color === undefined ? [] : [`texts.color + ": " + ${value(color.column, "color", NAMES)}`],
  ].join(' + ", " + ');
};
