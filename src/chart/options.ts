/**
 * What a caller says about a chart, and the check of it.
 *
 * @module
 */
import { Effect, Schema } from "effect";
import { findProblem } from "../Options.ts";
import { InvalidOption } from "./ChartError.ts";

/** A column that is drawn along an axis or as a colour, and how. */
export interface ChannelOptions {
  readonly column: string;
  /**
   * What a reader is told that it is.
   *
   * @default the name of the column
   */
  readonly title?: string | undefined;
  /** Stands in parentheses after the title: `s`, `MiB`, `%`. */
  readonly unit?: string | undefined;
  /** @default "linear" */
  readonly scale?: "linear" | "log" | undefined;
}

/** The name of a column, or more about it. */
export type Channel = string | ChannelOptions;

/** Options of every chart. */
export interface ChartOptions {
  /**
   * `null` for none.
   *
   * @default which columns it shows
   */
  readonly title?: string | null | undefined;
  /**
   * Of the drawing area, in pixels.
   *
   * @default 640
   */
  readonly width?: number | undefined;
  /** @default 320 */
  readonly height?: number | undefined;
}

/** The schema of {@link Channel}. */
export const ChannelSchema: Schema.Codec<Channel> = Schema.Union([
  Schema.String,
  Schema.Struct({
    column: Schema.String,
    title: Schema.optional(Schema.String),
    unit: Schema.optional(Schema.String),
    scale: Schema.optional(Schema.Literals(["linear", "log"])),
  }),
]).annotate({ expected: "the name of a column, or { column, title, unit, scale }" });

const Size = Schema.optional(Schema.Finite.check(Schema.isBetween({ minimum: 50, maximum: 5000 })));

/** The schema of {@link ChartOptions}. */
export const ChartFields = {
  title: Schema.optional(Schema.NullOr(Schema.String)),
  width: Size,
  height: Size,
};

/** Checks options by name and type. */
export const checkOptions = (
  schema: Schema.ConstraintDecoder<unknown> & { readonly fields: object },
  options: unknown,
): Effect.Effect<void, InvalidOption> => {
  const problem = findProblem(schema, options);
  return problem === undefined ? Effect.void : Effect.fail(new InvalidOption(problem));
};

/** A channel, told in full. */
export const channelOf = (channel: Channel): ChannelOptions =>
  typeof channel === "string" ? { column: channel } : channel;
