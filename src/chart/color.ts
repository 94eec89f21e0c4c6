/**
 * What the colour of a row says.
 *
 * @module
 */
import { Effect } from "effect";
import type { DataFrame } from "../Polars.ts";
import type { ChartErrorReason } from "./ChartError.ts";
import { type Column, readColumn } from "./columns.ts";
import {
  categoryEncoding,
  counted,
  namesWithMissing,
  spanOf,
  styleNotes,
  textOf,
  timeFormat,
  titleOf,
} from "./Drawing.ts";
import type { ChannelOptions } from "./options.ts";
import { RAMP } from "./palette.ts";
import { checkScale, hasPlace } from "./position.ts";

/** A colour for each row. */
export interface ColorBy {
  readonly column: Column;
  readonly title: string;
  readonly scale: ChannelOptions["scale"];
  /** Of the categories, the missing one included; none if the column is measured. */
  readonly names: ReadonlyArray<string>;
  /** What stands for the value in the data; `null` for a missing measure, drawn in grey. */
  readonly valueOf: (row: number) => number | null;
  readonly notes: (rows: ReadonlyArray<number>) => ReadonlyArray<string>;
}

/** Reads the column that colours. */
export const colorOf = (
  frame: DataFrame,
  channel: ChannelOptions,
): Effect.Effect<ColorBy, ChartErrorReason> =>
  Effect.gen(function* () {
    const column = yield* readColumn(frame, "color", channel.column);
    yield* checkScale("color", channel, column);
    const names = column.kind === "category"
      ? namesWithMissing(column.names, column.values.includes(-1))
      : [];
    const missing = column.kind === "category" ? column.names.length : null;
    const valueOf = (row: number): number | null =>
      hasPlace(column, channel, row) ? column.values[row] ?? missing : missing;
    const title = titleOf(channel, column);
    return {
      column,
      title,
      scale: channel.scale,
      names,
      valueOf,
      notes: (rows) => {
        if (column.kind === "category") return styleNotes(`values of ${title}`, names.length);
        const grey = rows.filter((row) => valueOf(row) === null).length;
        return grey === 0 ? [] : [`${counted(grey, "row", "rows")} without ${title}: grey.`];
      },
    };
  });

/** The channels that show it, with a legend. */
export const colorEncoding = (field: string, by: ColorBy, mark: "point" | "line" | "bar") => {
  if (by.column.kind === "category") {
    const { color, shape, strokeDash } = categoryEncoding(
      field,
      true,
      by.names,
      mark === "line" ? "stroke" : undefined,
    );
    return {
      color,
      ...mark === "point" ? { shape } : mark === "line" ? { strokeDash } : {},
    };
  }
  return {
    color: {
      field,
      type: "quantitative" as const,
      scale: {
        type: by.scale === "log" ? "log" as const : "linear" as const,
        range: [...RAMP],
        interpolate: "lab" as const,
      },
      legend: {
        title: textOf("color"),
        ...by.column.kind === "time"
          ? { labelExpr: `utcFormat(datum.value, "${timeFormat(spanOf(by.column.values))}")` }
          : {},
      },
    },
  };
};
