/**
 * A chart before anything is drawn: a Vega-Lite specification, and what all of them have in common.
 *
 * Vega-Lite takes names of fields for paths (`a.b[0]`), and puts titles and categories into the code
 * of its expressions, where a backslash ends a string, and `constructor` is a thing of its own. So
 * what comes from data is only ever a value of a parameter or of the data: fields are called by names
 * of ours, categories are numbers, and titles, labels and tooltips refer to the parameters.
 *
 * @module
 */
import type { Config, TopLevelSpec } from "vega-lite";
import type { Column, Measure } from "./columns.ts";
import type { ChannelOptions, ChartOptions } from "./options.ts";
import { areaColorsOf, colorsOf, dashesOf, shapesOf, STYLES } from "./palette.ts";

/** What a chart says about itself, and how it is drawn. */
export interface Drawing {
  readonly title: string | null;
  /** What a reader has to know to trust the picture: what was left out, merged or smoothed. */
  readonly notes: ReadonlyArray<string>;
  readonly specification: TopLevelSpec;
}

/** Of the drawing area, in pixels. */
export const WIDTH = 640;
const HEIGHT = 320;

type Body = Omit<Extract<TopLevelSpec, { layer: unknown }>, "$schema" | "config" | "title">;

/** The titles of axes and legends, by a name of ours; {@link textOf} refers to them. */
export type Texts = Readonly<Record<string, string>>;

/** Puts the frame around the layers of a chart. */
export const drawing = (
  { title: wanted, width = WIDTH, height = HEIGHT }: ChartOptions,
  defaultTitle: string,
  notes: ReadonlyArray<string>,
  texts: Texts,
  { params = [], ...body }: Body,
): Drawing => {
  const title = wanted === undefined ? defaultTitle : wanted;
  const subtitle = notes.flatMap((note) => wrap(note, Math.floor(width / 6)));
  const legend = wrap(texts["color"] ?? "", 32);
  return {
    title,
    notes,
    specification: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      description: [...title === null ? [] : [title], ...notes].join(" "),
      params: [
        parameter("texts", {
          ...texts,
          color: legend.join("\n"),
          title: title ?? "",
          subtitle: subtitle.join("\n"),
        }),
        ...params,
      ],
      ...title === null && notes.length === 0
        ? {}
        : { title: { text: textOf("title"), subtitle: textOf("subtitle") } },
      width,
      height,
      ...body,
      config: CONFIG,
    },
  };
};

/**
 * A text of the chart, by its name; in lines where it has any.
 *
 * The types of Vega-Lite know that it may be a signal only for axes, its compiler everywhere.
 */
export const textOf = (name: string): string =>
  ({ signal: `split(texts.${name}, "\\n")` }) as never as string;

const GREY = "#555555";

const CONFIG: Config = {
  background: "white",
  padding: 12,
  font: "DejaVu Sans, Helvetica, Arial, sans-serif",
  // Descriptions of single marks would be made of titles and data in the code of expressions.
  aria: false,
  view: { stroke: null },
  // What has no place is sorted out before; what is left without a colour is grey.
  mark: { invalid: "show" },
  scale: { invalid: { color: { value: "#b0b0b0" } } },
  title: {
    anchor: "start",
    fontSize: 14,
    subtitleColor: GREY,
    subtitleFontSize: 11,
    subtitlePadding: 4,
    offset: 12,
  },
  axis: {
    gridColor: "#e6e6e6",
    domainColor: GREY,
    tickColor: GREY,
    labelColor: "#333333",
    titleFontWeight: "normal",
    titleFontSize: 12,
    labelFontSize: 11,
    labelLimit: 160,
  },
  legend: {
    titleFontWeight: "normal",
    titleFontSize: 12,
    labelFontSize: 11,
    // Without a canvas, Vega takes a character for wider than it is.
    labelLimit: 440,
    titleLimit: 0,
    symbolOpacity: 1,
    symbolStrokeWidth: 2,
    symbolSize: 120,
  },
};

/** Lines of at most so many characters, broken after a space, `/` or `_` where there is one. */
export const wrap = (text: string, limit: number): ReadonlyArray<string> => {
  const lines: Array<string> = [];
  let rest = text;
  while (rest.length > limit) {
    const start = rest.slice(0, limit + 1);
    const end = /^.*[ /_](?=.)/su.exec(start)?.[0].length ?? limit;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest];
};

/** What a column is, in words: its title, or its name. */
export const nameOf = ({ title, column }: ChannelOptions): string => title ?? column;

/** `title (unit)`, and what kind of scale it is, if not a linear one. */
export const titleOf = (channel: ChannelOptions, column?: Column): string => {
  const unit = channel.unit ?? (column?.kind === "number" ? column.unit : undefined) ??
    (column?.kind === "time" && column.zoned ? "UTC" : undefined);
  return nameOf(channel) + (unit === undefined ? "" : ` (${unit})`) +
    (channel.scale === "log" ? ", log scale" : "");
};

/** The position of a measure along an axis, from a field of ours. */
export const measureEncoding = (
  axis: "x" | "y",
  { kind, values }: Measure,
  scale: ChannelOptions["scale"],
  field: string = axis,
) =>
  kind === "time"
    ? {
      field,
      type: "temporal" as const,
      scale: { type: "utc" as const, nice: false },
      axis: {
        title: textOf(axis),
        format: timeFormat(spanOf(values)),
        labelOverlap: true as const,
      },
    }
    : {
      field,
      type: "quantitative" as const,
      scale: scale === "log" ? { type: "log" as const, nice: false } : { zero: false, nice: true },
      axis: {
        title: textOf(axis),
        ...scale === "log" ? { format: ".4~g", labelOverlap: true as const } : {},
      },
    };

/** From the lowest to the highest value. */
export const spanOf = (values: Float64Array): number => {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
};

/** As much of a time as tells the ticks of a span apart, with nothing that a reader has to guess. */
export const timeFormat = (spanMs: number): string =>
  spanMs < 10_000
    ? "%H:%M:%S.%L"
    : spanMs < 3_600_000
    ? "%H:%M:%S"
    : spanMs < 86_400_000
    ? "%H:%M"
    : spanMs < 5 * 86_400_000
    ? "%b %-d, %H:%M"
    : "%Y-%m-%d";

/** Names of categories; the missing one has a name that no other has. */
export const namesWithMissing = (
  names: ReadonlyArray<string>,
  isMissing: boolean,
): ReadonlyArray<string> => {
  if (!isMissing) return names;
  let missing = "(none)";
  while (names.includes(missing)) missing = `(${missing})`;
  return [...names, missing];
};

/** The colour of a category, and its dash or shape, in one legend. */
export const categoryEncoding = (
  field: string,
  hasLegend: boolean,
  names: ReadonlyArray<string>,
  symbolType?: "stroke" | "square",
) => {
  const domain = names.map((_, i) => i);
  const legend = !hasLegend ? null : {
    title: textOf("color"),
    labelExpr: `${NAMES}[datum.value]`,
    ...symbolType === undefined ? {} : { symbolType },
  };
  const by = <Range>(range: Range) => ({
    field,
    type: "nominal" as const,
    legend,
    scale: { domain, range },
  });
  return {
    color: by(symbolType === "square" ? areaColorsOf(names.length) : colorsOf(names.length)),
    strokeDash: by(dashesOf(names.length)),
    shape: by(shapesOf(names.length)),
  };
};

/** The layer that only a pointer finds; a picture needs none. */
export const POINTER = "pointer";

/** The parameter with the names of the categories that are colours. */
export const NAMES = "names";

/** A parameter that holds data. */
export const parameter = (name: string, value: unknown) => ({ name, value });

/** Says so if categories look alike. */
export const styleNotes = (what: string, count: number): ReadonlyArray<string> =>
  count > STYLES ? [`Of ${count} ${what}, some look alike: there are ${STYLES} styles.`] : [];

/** `1 point is`, `1,234 points are` */
export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
