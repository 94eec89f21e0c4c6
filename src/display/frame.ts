/**
 * A frame as a table: its first and last rows, types, and shape.
 *
 * @module
 */
import { Effect } from "effect";
import { columnNames, columnOf, type DataFrame, polars, type Series } from "../Polars.ts";
import { element, type Html, join } from "./html.ts";
import type { MediaBundle } from "./jupyter.ts";
import { shortValue } from "./value.ts";

/** Up to so many rows are shown; of more, the first and the last few. */
const ROWS = 24;
const FEW = 6;
const COLUMNS = 30;

const CELL = "text-align:left;white-space:nowrap;max-width:26em;overflow:hidden;" +
  "text-overflow:ellipsis";
const NUMBER = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums";
const QUIET = "opacity:0.55";

/** Shows 24 rows and 30 columns, of longer ones the ends, and says how many there are. */
export const frameDisplay = async (frame: DataFrame): Promise<MediaBundle> => {
  const { Utf8 } = await Effect.runPromise(polars);
  const names = columnNames(frame);
  const shown = names.slice(0, COLUMNS).map((name) => ({ name, series: columnOf(frame, name) }));
  const height = shown[0]?.series.length ?? 0;
  const isCut = height > ROWS;
  const columns = shown.map(({ name, series }) => {
    const dtype: string = series.dtype.variant;
    // As numbers, integers of 64 bits would be rounded.
    const cells = (part: Series): ReadonlyArray<unknown> =>
      (/^U?Int64$/.test(dtype) ? part.cast(Utf8) : part).toArray();
    return {
      name,
      dtype,
      style: /^(Float|U?Int)\d+$|^Decimal$/.test(dtype) ? NUMBER : CELL,
      cells: isCut ? [...cells(series.head(FEW)), ...cells(series.tail(FEW))] : cells(series),
    };
  });
  const rest = names.length - shown.length;
  const row = (i: number): Html =>
    element(
      "tr",
      {},
      ...columns.map(({ cells, dtype, style }) => {
        const cell: unknown = cells[i];
        return cell === null
          ? element("td", { style: `${style};${QUIET}` }, "null")
          : element("td", { style }, dtype === "Date" ? shortDay(cell) : shortValue(cell));
      }),
      ...rest > 0 ? [element("td", {}, "…")] : [],
    );
  const rows = Array.from({ length: isCut ? 2 * FEW : height }, (_, i) => row(i));
  if (isCut) {
    const dots = columns.map(({ style }) => element("td", { style }, "…"));
    rows.splice(FEW, 0, element("tr", {}, ...dots, ...rest > 0 ? [element("td", {}, "…")] : []));
  }
  const shape = `${counted(height, "row")} × ${counted(names.length, "column")}`;
  return {
    "text/html": join(
      element("div", { style: QUIET }, shape),
      element(
        "table",
        { style: "display:block;overflow-x:auto" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...columns.map(({ name, dtype, style }) =>
              element(
                "th",
                { style: style === NUMBER ? NUMBER : CELL, title: name },
                name,
                element("div", { style: `font-weight:normal;${QUIET}` }, dtype),
              )
            ),
            ...rest > 0 ? [element("th", {}, `and ${count(rest)} more`)] : [],
          ),
        ),
        element("tbody", {}, ...rows),
      ),
    ).html,
    "text/plain": columnNames(frame).includes("toString") ? shape : frame.toString(),
  };
};

const shortDay = (day: unknown): string => shortValue(day).slice(0, 10);

const count = (number: number): string => number.toLocaleString("en-US");

const counted = (number: number, unit: string): string =>
  `${count(number)} ${unit}${number === 1 ? "" : "s"}`;
