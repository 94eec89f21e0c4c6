/**
 * Series as lines.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import { type ChartErrorReason, InvalidOption, TooMuch, UnusableColumn } from "./ChartError.ts";
import { type Measure, readMeasure, readNames } from "./columns.ts";
import {
  categoryEncoding,
  type Drawing,
  drawing,
  measureEncoding,
  nameOf,
  NAMES,
  namesWithMissing,
  parameter,
  POINTER,
  titleOf,
} from "./Drawing.ts";
import { type Frames, framesOf, type NamedFrame } from "./frames.ts";
import { layLine, type Line } from "./line.ts";
import { lineNotes } from "./lineNotes.ts";
import {
  type Channel,
  channelOf,
  type ChannelOptions,
  ChannelSchema,
  ChartFields,
  type ChartOptions,
  checkOptions,
} from "./options.ts";

/** Where lines leave those of their parents, by the name of the line. */
export type Forks =
  | Readonly<Record<string, number | Date>>
  | ReadonlyMap<string, number | Date>;

/** Options of `Chart.lines`. */
export interface LinesOptions extends ChartOptions {
  /** Numbers or times: `step`, `timestamp`. */
  readonly x: Channel;
  /** Numbers. Several columns are several lines, on one axis. */
  readonly y: Channel | ReadonlyArray<string>;
  /** A line for each value of this column, such as the run. Not where frames have names. */
  readonly color?: Channel | undefined;
  /**
   * The last `x` of the points that a line inherited: the step at which its run was forked, or the
   * time, such as when the run was created, if `x` is one. What is inherited is drawn faintly, and
   * the fork marked.
   */
  readonly forks?: Forks | undefined;
  /**
   * Whether time is counted from the first point of each line; `x` must be a time.
   *
   * @default false
   */
  readonly elapsed?: boolean | undefined;
  /**
   * The weight of an exponential moving average, from 0 up to but without 1; the points are drawn
   * faintly behind it.
   *
   * @default none
   */
  readonly smoothing?: number | undefined;
}

const ForkAt = Schema.Union([Schema.Finite, Schema.Date]).annotate({
  expected: "a number or a Date",
});

const Options = Schema.Struct(
  {
    ...ChartFields,
    x: ChannelSchema,
    y: Schema.Union([ChannelSchema, Schema.NonEmptyArray(Schema.String)]).annotate({
      expected: "a column, or the names of several",
    }),
    color: Schema.optional(ChannelSchema),
    forks: Schema.optional(
      Schema.Union([
        Schema.Record(Schema.String, ForkAt),
        Schema.ReadonlyMap(Schema.String, ForkAt),
      ])
        .annotate({ expected: "an object or a Map of numbers or Dates" }),
    ),
    elapsed: Schema.optional(Schema.Boolean),
    smoothing: Schema.optional(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))
        .annotate({ expected: "a number from 0 up to but without 1" }),
    ),
  } satisfies Record<keyof LinesOptions, unknown>,
);

const MAX_LINES = 200;

/** Draws a line for each frame, each column of `y`, and each value of `color`. */
export const lines = (
  frames: Frames,
  options: LinesOptions,
): Effect.Effect<Drawing, ChartErrorReason> =>
  Effect.gen(function* () {
    yield* checkOptions(Options, options);
    const named = yield* framesOf(frames);
    const x = channelOf(options.x);
    const ys = Array.isArray(options.y)
      ? options.y.map(channelOf)
      : [channelOf(options.y as Channel)];
    const color = options.color === undefined ? undefined : channelOf(options.color);
    if (color !== undefined && named.some(({ name }) => name !== undefined)) {
      return yield* new InvalidOption({
        parameter: "color",
        message: "The frames have names, which are the colours: leave color out.",
      });
    }

    const raw: Array<RawLine> = [];
    for (const frame of named) {
      raw.push(...yield* readLines(frame, x, ys, color, options));
    }
    if (raw.length > MAX_LINES) {
      return yield* new TooMuch({
        what: "lines",
        count: raw.length,
        limit: MAX_LINES,
        advice: "Filter the frame, or draw them in several charts.",
      });
    }
    const [first] = raw;
    const kind = first?.x.kind ?? "number";
    if (raw.some((line) => line.x.kind !== kind)) {
      return yield* new InvalidOption({
        parameter: "x",
        message: `${x.column} is a time in some of the frames, and a number in others.`,
      });
    }
    if (kind === "time" && x.scale === "log") {
      return yield* new InvalidOption({
        parameter: "x.scale",
        message: "Time has no logarithmic scale. Pass elapsed: true to count it from the start.",
      });
    }
    const names = raw.map(({ name }) => name);
    const forks = yield* forksOf(options.forks, names);

    const elapsed = options.elapsed === true;
    const laid = raw.map((line) =>
      layLine(line.x.values, line.y.values, {
        logX: x.scale === "log" && !elapsed,
        logY: ys.some(({ scale }) => scale === "log"),
        elapsed,
        smoothing: options.smoothing,
        forkedAt: forks.get(line.name),
      })
    );
    return draw(options, { x, ys, color, named: named[0]?.name !== undefined }, raw, laid, elapsed);
  });

interface RawLine {
  readonly name: string;
  readonly x: Measure;
  readonly y: Measure;
}

const readLines = (
  { name, frame }: NamedFrame,
  x: ChannelOptions,
  ys: ReadonlyArray<ChannelOptions>,
  color: ChannelOptions | undefined,
  { elapsed }: LinesOptions,
): Effect.Effect<ReadonlyArray<RawLine>, ChartErrorReason> =>
  Effect.gen(function* () {
    const xs = yield* readMeasure(frame, "x", x.column);
    if (elapsed === true && xs.kind !== "time") {
      return yield* new InvalidOption({
        parameter: "elapsed",
        message: `elapsed needs a time, and ${x.column} is a number.`,
      });
    }
    const groups = color === undefined
      ? undefined
      : yield* groupsOf(readNames(frame, "color", color.column));
    const lines: Array<RawLine> = [];
    for (const channel of ys) {
      const y = yield* readMeasure(frame, "y", channel.column);
      if (y.kind === "time") {
        return yield* new UnusableColumn({
          parameter: "y",
          column: channel.column,
          dtype: "Datetime",
          expected: "numbers",
        });
      }
      const named = (...parts: ReadonlyArray<string | undefined>): string => {
        const names = [...parts, ys.length > 1 ? channel.column : undefined];
        return names.filter((part) => part !== undefined).join(" · ") ||
          (channel.title ?? channel.column);
      };
      if (groups === undefined) {
        lines.push({ name: named(name), x: xs, y });
      } else {
        for (const group of groups) {
          lines.push({ name: named(group.name), x: pick(xs, group.rows), y: pick(y, group.rows) });
        }
      }
    }
    return lines;
  });

const groupsOf = Effect.map((
  { values, names: known }: {
    readonly values: Float64Array;
    readonly names: ReadonlyArray<string>;
  },
) => {
  const names = namesWithMissing(known, values.includes(-1));
  const rows = names.map((): Array<number> => []);
  for (const [row, code] of values.entries()) rows[code < 0 ? known.length : code]?.push(row);
  return names.map((name, i) => ({ name, rows: rows[i] ?? [] }));
});

const pick = (measure: Measure, rows: ReadonlyArray<number>): Measure => ({
  ...measure,
  values: Float64Array.from(rows, (row) => measure.values[row] ?? NaN),
});

const forksOf = (
  forks: Forks | undefined,
  names: ReadonlyArray<string>,
): Effect.Effect<ReadonlyMap<string, number>, InvalidOption> => {
  const entries: ReadonlyArray<readonly [string, number | Date]> = forks instanceof Map
    ? [...forks]
    : Object.entries(forks ?? {});
  const unknown = entries.find(([name]) => !names.includes(name));
  return unknown === undefined
    ? Effect.succeed(new Map(entries.map(([name, at]) => [name, Number(at)])))
    : Effect.fail(
      new InvalidOption({
        parameter: "forks",
        message: `There is no line ${JSON.stringify(unknown[0])} that could be forked. There are ` +
          `${names.slice(0, 20).map((name) => JSON.stringify(name)).join(", ")}.`,
      }),
    );
};

interface Channels {
  readonly x: ChannelOptions;
  readonly ys: ReadonlyArray<ChannelOptions>;
  readonly color: ChannelOptions | undefined;
  readonly named: boolean;
}

const draw = (
  options: LinesOptions,
  { x, ys, color, named }: Channels,
  raw: ReadonlyArray<RawLine>,
  laid: ReadonlyArray<Line>,
  elapsed: boolean,
): Drawing => {
  const names = raw.map(({ name }) => name);
  const duration = elapsed ? durationOf(laid) : { unit: undefined, ms: 1 };
  const xTitle = elapsed
    ? `${x.title ?? "elapsed time"} (${duration.unit})`
    : titleOf(x, raw[0]?.x);
  const yTitle = ys.map((y) => titleOf(y, raw[0]?.y)).join(", ");
  const { smoothing } = options;
  const legend = color === undefined
    ? named ? "" : ys.length > 1 ? "" : yTitle
    : titleOf({ ...color, scale: undefined });
  const smoothed = smoothing === undefined
    ? ""
    : `smoothed: moving average, weight ${smoothing}; faint: as logged`;
  const legendTitle = [legend, smoothed].filter((part) => part !== "").join(", ");
  const hasLegend = names.length > 1 || color !== undefined || named || smoothing !== undefined;
  const style = categoryEncoding("line", hasLegend, names, "stroke");

  const points = laid.flatMap((line, i) =>
    line.points.map(({ x, y, segment, layer }) => ({
      line: i,
      x: x / duration.ms,
      y,
      segment,
      layer,
    }))
  );
  const forks = laid.flatMap(({ fork }, i) =>
    fork === undefined ? [] : [{ line: i, x: fork.x / duration.ms, y: fork.y }]
  );
  const of = (layer: string) => [{ filter: `datum.layer === "${layer}"` }];
  const along: Measure = elapsed
    ? { kind: "number", values: new Float64Array() }
    : { ...raw[0]?.x ?? { kind: "number" }, values: Float64Array.from(points, ({ x }) => x) };
  const tooltip = {
    calculate: `${NAMES}[datum.line] + ", " + texts.x + " " + ${
      along.kind === "time" ? 'utcFormat(datum.x, "%Y-%m-%d %H:%M:%S")' : "datum.x"
    } + ", " + texts.y + " " + datum.y`,
    as: "about",
  };
  return drawing(
    options,
    `${ys.map(nameOf).join(", ")} over ${elapsed ? "elapsed time" : nameOf(x)}`,
    lineNotes(laid, forks.length, names.length),
    { x: xTitle, y: yTitle, color: legendTitle },
    {
      params: [parameter(NAMES, names)],
      datasets: { points, forks },
      data: { name: "points" },
      encoding: {
        x: measureEncoding("x", along, elapsed ? undefined : x.scale),
        y: measureEncoding(
          "y",
          { kind: "number", values: new Float64Array() },
          ys.some(({ scale }) => scale === "log") ? "log" : undefined,
        ),
        color: style.color,
      },
      layer: [
        {
          transform: of("faint"),
          mark: { type: "line", strokeWidth: 1.2, opacity: 0.35, strokeJoin: "round" },
          encoding: { detail: { field: "segment" } },
        },
        {
          transform: of("main"),
          mark: { type: "line", strokeWidth: 1.8, strokeJoin: "round" },
          encoding: { detail: { field: "segment" }, strokeDash: style.strokeDash },
        },
        {
          transform: of("faintDot"),
          mark: { type: "point", filled: true, size: 14, opacity: 0.35 },
        },
        { transform: of("mainDot"), mark: { type: "point", filled: true, size: 20, opacity: 1 } },
        {
          data: { name: "forks" },
          mark: {
            type: "point",
            filled: true,
            size: 90,
            opacity: 1,
            stroke: "white",
            strokeWidth: 1.5,
          },
        },
        {
          name: POINTER,
          transform: [{ filter: 'datum.layer === "main" || datum.layer === "mainDot"' }, tooltip],
          mark: { type: "point", filled: true, size: 40, opacity: 0 },
          encoding: { tooltip: { field: "about", type: "nominal" } },
        },
      ],
    },
  );
};

const DURATIONS = [
  { unit: "days", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1000 },
] as const;

/** The largest unit of which the longest line has two. */
const durationOf = (laid: ReadonlyArray<Line>) => {
  const longest = Math.max(0, ...laid.map(({ points }) => points.at(-1)?.x ?? 0));
  return DURATIONS.find(({ ms }) => longest >= 2 * ms) ?? { unit: "s", ms: 1000 } as const;
};
