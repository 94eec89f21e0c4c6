/**
 * Where the values of a column are along an axis.
 *
 * @module
 */
import { Effect } from "effect";
import { InvalidOption, TooMuch } from "./ChartError.ts";
import type { Column } from "./columns.ts";
import { measureEncoding, textOf } from "./Drawing.ts";
import type { ChannelOptions } from "./options.ts";

const MAX_CATEGORIES = 60;

/** Whether the value of a row has a place. */
export const hasPlace = (column: Column, { scale }: ChannelOptions, row: number): boolean => {
  const value = column.values[row] ?? NaN;
  return column.kind === "category"
    ? value >= 0
    : Number.isFinite(value) && (scale !== "log" || value > 0);
};

/** Fails if a logarithmic scale is wanted where there is none. */
export const checkScale = (
  parameter: string,
  { scale, column: name }: ChannelOptions,
  column: Column,
): Effect.Effect<void, InvalidOption> =>
  scale === "log" && column.kind !== "number"
    ? Effect.fail(
      new InvalidOption({
        parameter: `${parameter}.scale`,
        message: `${name} has no logarithmic scale: its values are ${
          column.kind === "time" ? "times" : "texts"
        }, not numbers.`,
      }),
    )
    : Effect.void;

/** Fails if there are more categories than fit an axis. */
export const checkCategories = (
  { column: name }: ChannelOptions,
  count: number,
): Effect.Effect<void, TooMuch> =>
  count > MAX_CATEGORIES
    ? Effect.fail(
      new TooMuch({
        what: `different texts in ${name}`,
        count,
        limit: MAX_CATEGORIES,
        advice: "Filter the frame, or group them under fewer names.",
      }),
    )
    : Effect.void;

/** The axis of a column that is in the field of its parameter's name. */
export const positionEncoding = (
  parameter: "x" | "y",
  channel: ChannelOptions,
  column: Column,
) =>
  Effect.gen(function* () {
    yield* checkScale(parameter, channel, column);
    if (column.kind !== "category") {
      return measureEncoding(parameter, column, channel.scale);
    }
    yield* checkCategories(channel, column.names.length);
    return {
      field: parameter,
      type: "ordinal" as const,
      scale: { domain: column.names.map((_, i) => i) },
      axis: {
        title: textOf(parameter),
        labelExpr: `${parameter}_names[datum.value]`,
        labelAngle: parameter === "x" && column.names.length > 8 ? -40 : 0,
      },
    };
  });
