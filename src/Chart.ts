/**
 * Charts of DataFrames: series as lines, tables of parameters and results as points, parallel axes
 * and histograms.
 *
 * A notebook shows a chart by itself; `save` writes it to a file. Each says in its subtitle what it
 * leaves out. Vega-Lite draws, and is loaded when the first chart is drawn.
 *
 * @module
 */
import { Effect } from "effect";
import type { TopLevelSpec } from "vega-lite";
import { ChartError, type ChartErrorReason } from "./chart/ChartError.ts";
import type { Drawing } from "./chart/Drawing.ts";
import type { Frames } from "./chart/frames.ts";
import { histogram as drawHistogram, type HistogramOptions } from "./chart/histogram.ts";
import { lines as drawLines, type LinesOptions } from "./chart/lines.ts";
import { parallel as drawParallel, type ParallelOptions } from "./chart/parallel.ts";
import { toHtml, toJson, toSvg } from "./chart/render.ts";
import { save as saveDrawing } from "./chart/save.ts";
import { scatter as drawScatter, type ScatterOptions } from "./chart/scatter.ts";
import { jupyterDisplay, type MediaBundle } from "./display/jupyter.ts";
import type { DataFrame } from "./Polars.ts";

export { ChartError } from "./chart/ChartError.ts";
export type { ChartErrorReason } from "./chart/ChartError.ts";
export type { Frames } from "./chart/frames.ts";
export type { HistogramOptions } from "./chart/histogram.ts";
export type { Forks, LinesOptions } from "./chart/lines.ts";
export type { Channel, ChannelOptions, ChartOptions } from "./chart/options.ts";
export type { ParallelOptions } from "./chart/parallel.ts";
export type { ScatterOptions } from "./chart/scatter.ts";

/** A chart: what is to be drawn. It is drawn when it is shown, saved or asked for as a text. */
export interface Chart {
  readonly title: string | null;
  /** What was left out, merged or smoothed: the subtitle. */
  readonly notes: ReadonlyArray<string>;
  /** In the language Vega-Lite 6; it holds its data, at full precision. */
  readonly specification: TopLevelSpec;
  /** Shows the chart in a notebook: as Vega-Lite, and as SVG in HTML where that is not known. */
  readonly [jupyterDisplay]: () => Promise<MediaBundle>;
}

/**
 * Draws series as lines: one frame as `fetchValues` gives it, or several by name.
 *
 * At most 2,000 points of a line are drawn, the lowest and the highest of each bucket; where a point
 * is missing, NaN or infinite, the line has a gap. The subtitle says so. Colours differ in lightness
 * too, and repeat with dashes from the sixth line on.
 *
 * Fails with `ColumnNotFound`, `UnusableColumn`, `InvalidOption`, or `TooMuch` for more than 200
 * lines.
 *
 * @example
 * ```ts
 * import { Chart, Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
 *   const parent = yield* project.run({ withId: "DIG-12" });
 *   const fork = yield* project.run({ withId: "DIG-22" });
 *   const forkedAt = yield* fork.fetch("sys/forking/step", Neptune.Attribute.Float);
 *   return yield* Chart.lines({
 *     "DIG-12": yield* parent.fetchValues("val/loss"),
 *     "DIG-22": yield* fork.fetchValues("val/loss"),
 *   }, { x: "step", y: { column: "value", title: "val/loss", scale: "log" }, forks: { "DIG-22": forkedAt } });
 * });
 * const chart = await Effect.runPromise(
 *   Effect.provide(program, Neptune.layerArchive({ data: "examples/data/digits/data" })),
 * );
 * console.log(chart.title); // val/loss over step
 * ```
 */
export const lines = (frames: Frames, options: LinesOptions): Effect.Effect<Chart, ChartError> =>
  operation("lines", drawLines(frames, options));

/**
 * Draws the rows of a table as points.
 *
 * Rows without a place are left out, and the subtitle says how many. Fails as {@link lines} does,
 * with `TooMuch` for more than 20,000 points or 60 texts along an axis.
 *
 * @example
 * ```ts
 * import { Chart } from "@nereid/nereid";
 * import { Effect } from "effect";
 * import pl from "nodejs-polars";
 *
 * const table = pl.DataFrame({ lr: [0.1, 0.01, 0.001], accuracy: [0.91, 0.97, 0.95] });
 * const chart = await Effect.runPromise(
 *   Chart.scatter(table, { x: { column: "lr", scale: "log" }, y: "accuracy" }),
 * );
 * console.log((await Effect.runPromise(Chart.svg(chart))).slice(0, 4)); // <svg
 * ```
 */
export const scatter = (
  frame: DataFrame,
  options: ScatterOptions,
): Effect.Effect<Chart, ChartError> => operation("scatter", drawScatter(frame, options));

/**
 * Draws each row of a table as a line across one axis for each column: parameters from left to
 * right, then results.
 *
 * A row without a value in a column passes below its axis. Fails as {@link lines} does, with
 * `TooMuch` for more than 2,000 rows.
 *
 * @example
 * ```ts
 * import { Chart } from "@nereid/nereid";
 * import { Effect } from "effect";
 * import pl from "nodejs-polars";
 *
 * const table = pl.DataFrame({ optimizer: ["sgd", "adam"], lr: [0.1, 0.01], accuracy: [0.91, 0.97] });
 * const chart = await Effect.runPromise(
 *   Chart.parallel(table, { columns: ["optimizer", "lr", "accuracy"], color: "accuracy" }),
 * );
 * console.log(chart.title); // 2 rows across 3 columns
 * ```
 */
export const parallel = (
  frame: DataFrame,
  options: ParallelOptions,
): Effect.Effect<Chart, ChartError> => operation("parallel", drawParallel(frame, options));

/**
 * Draws how many rows have values in which range, or which text.
 *
 * A bar counts the values from its lower edge up to but without the upper one; the last bar those
 * too. Rows without a value are left out, and the subtitle says how many. Fails as {@link lines}
 * does.
 */
export const histogram = (
  frame: DataFrame,
  options: HistogramOptions,
): Effect.Effect<Chart, ChartError> => operation("histogram", drawHistogram(frame, options));

/** Draws a chart as an SVG document. Fails with `DrawingFailed`. */
export const svg = (chart: Chart): Effect.Effect<string, ChartError> =>
  failingAs("svg", toSvg(chart));

/** Draws a chart as a page that needs no network and no script. Fails with `DrawingFailed`. */
export const html = (chart: Chart): Effect.Effect<string, ChartError> =>
  failingAs("html", toHtml(chart));

/** The specification as JSON, for any program that knows Vega-Lite. */
export const json = (chart: Chart): string => toJson(chart);

/**
 * Writes a chart to a file: `.svg`, `.html` or `.json` by its extension. A file that is there is
 * replaced.
 *
 * Fails with `InvalidOption` for another extension, and with `FileNotWritten`.
 */
export const save = (chart: Chart, path: string): Effect.Effect<void, ChartError> =>
  failingAs("save", saveDrawing(chart, path)).pipe(Effect.withSpan("Chart.save"));

const operation = (
  method: string,
  drawing: Effect.Effect<Drawing, ChartErrorReason>,
): Effect.Effect<Chart, ChartError> =>
  failingAs(method, Effect.map(drawing, make)).pipe(Effect.withSpan(`Chart.${method}`));

const failingAs = <A>(
  method: string,
  effect: Effect.Effect<A, ChartErrorReason>,
): Effect.Effect<A, ChartError> =>
  Effect.mapError(effect, (reason) => new ChartError({ method: `Chart.${method}`, reason }));

const make = (drawing: Drawing): Chart => ({
  ...drawing,
  [jupyterDisplay]: async () => ({
    "application/vnd.vegalite.v6+json": drawing.specification,
    "text/html": await Effect.runPromise(toSvg(drawing)),
    "text/plain": [drawing.title ?? "Chart", ...drawing.notes].join("\n"),
  }),
});
