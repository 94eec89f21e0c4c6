/**
 * Looks into specifications, and at what becomes of them.
 *
 * @module
 */
import { Effect } from "effect";
import * as Chart from "../../src/Chart.ts";

/** A row of the data of a chart. */
export type Row = Readonly<Record<string, number | string | null>>;

/** A chart, or the error that it ends with as a rejection. */
export const drawn = (
  chart: Effect.Effect<Chart.Chart, Chart.ChartError>,
): Promise<Chart.Chart> => Effect.runPromise(chart);

/** The reason for which there is no chart. */
export const refused = async (
  chart: Effect.Effect<unknown, Chart.ChartError>,
): Promise<{ readonly tag: string; readonly message: string }> => {
  const { reason, message } = await Effect.runPromise(Effect.flip(chart));
  return { tag: reason._tag, message };
};

/** What a chart is made of, as plain JSON. */
export const json = (chart: Chart.Chart): {
  readonly datasets: Readonly<Record<string, ReadonlyArray<Row>>>;
  readonly data: { readonly values: ReadonlyArray<Row> };
  readonly params: ReadonlyArray<{ readonly name: string; readonly value: unknown }>;
  readonly encoding: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly layer: ReadonlyArray<Record<string, unknown>>;
} => JSON.parse(JSON.stringify(chart.specification));

/** The names that the numbers of categories stand for. */
export const namesOf = (chart: Chart.Chart): unknown =>
  json(chart).params.find(({ name }) => name === "names")?.value;

/** The title of an axis or a legend. */
export const textOf = (chart: Chart.Chart, name: string): unknown =>
  Object(json(chart).params.find(({ name }) => name === "texts")?.value)[name];

/** The points of a line in a layer of a chart of lines. */
export const pointsOf = (
  chart: Chart.Chart,
  line: number,
  layer: string,
): ReadonlyArray<readonly [x: unknown, y: unknown]> =>
  (json(chart).datasets["points"] ?? [])
    .filter((row) => row["line"] === line && row["layer"] === layer)
    .map((row) => [row["x"], row["y"]]);

/** The SVG of a chart. */
export const svgOf = (chart: Chart.Chart): Promise<string> => Effect.runPromise(Chart.svg(chart));

/** The texts of an SVG, in its order, with entities resolved. */
export const textsOf = (svg: string): ReadonlyArray<string> =>
  [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].flatMap(([, content = ""]) =>
    content.includes("<tspan")
      ? [...content.matchAll(/<tspan[^>]*>(.*?)<\/tspan>/gs)].map(([, line = ""]) => line)
      : [content]
  ).map((text) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'").replaceAll("&amp;", "&")
  );
