/**
 * Draws metrics of several runs as SVG, by Vega-Lite.
 *
 * @module
 */
import type pl from "nodejs-polars";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** The points of a metric in one run, as `fetchValues` gives them. */
export interface Line {
  readonly name: string;
  readonly points: pl.DataFrame;
  /** The step after which the points begin, if the run was forked from another one. */
  readonly forkStep?: number | undefined;
}

/** An SVG with a line for each run, and a dot where a fork begins. */
export const drawLines = (metric: string, lines: ReadonlyArray<Line>): Promise<string> =>
  new vega.View(vega.parse(compile(specOf(metric, lines)).spec)).toSVG();

const specOf = (metric: string, lines: ReadonlyArray<Line>): TopLevelSpec => {
  const values = lines.flatMap(({ name, points, forkStep }) => {
    const cells = points.getColumn("value").toArray();
    return points.getColumn("step").toArray().map((step, i) => ({
      run: name,
      step,
      value: cells[i],
      isFork: i === 0 && forkStep !== undefined,
    }));
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: 720,
    height: 360,
    background: "white",
    padding: 16,
    data: { values },
    encoding: {
      x: { field: "step", type: "quantitative", title: "step", axis: { grid: false } },
      y: { field: "value", type: "quantitative", title: metric, scale: { type: "log" } },
      color: {
        field: "run",
        type: "nominal",
        title: null,
        sort: lines.map(({ name }) => name),
        // Okabe and Ito's colours can be told apart by everybody, and in grey.
        scale: { range: ["#000000", "#0072B2", "#D55E00", "#009E73"] },
        legend: { orient: "top-right", labelLimit: 400 },
      },
    },
    layer: [
      { mark: { type: "line", strokeWidth: 2, interpolate: "monotone" } },
      { transform: [{ filter: "datum.isFork" }], mark: { type: "point", filled: true, size: 90 } },
    ],
    config: { view: { stroke: null }, font: "sans-serif" },
  };
};
