/**
 * The one error of charts: every operation fails with a {@link ChartError}, whose `reason` says what
 * happened.
 *
 * @module
 */
import { type Cause, Data } from "effect";
import { errorDisplay } from "../display/error.ts";
import { jupyterDisplay, type MediaBundle } from "../display/jupyter.ts";
import { type ReasonClass, reasonClass } from "../Reason.ts";

const quote = (text: string): string => JSON.stringify(text);

const InvalidOptionBase: ReasonClass<"InvalidOption", { parameter: string; message: string }> =
  reasonClass("InvalidOption");

/** An option has a value that cannot be drawn by. */
export class InvalidOption extends InvalidOptionBase {}

const ColumnNotFoundBase: ReasonClass<
  "ColumnNotFound",
  { parameter: string; column: string; columns: ReadonlyArray<string> }
> = reasonClass("ColumnNotFound");

/** The frame has no such column; `columns` are those that it has. */
export class ColumnNotFound extends ColumnNotFoundBase {
  override get message(): string {
    const shown = this.columns.slice(0, 20).map(quote).join(", ");
    return `${this.parameter}: the frame has no column ${quote(this.column)}. It has ` +
      (this.columns.length === 0
        ? "none at all."
        : `${shown}${this.columns.length > 20 ? ", …" : ""}.`);
  }
}

const UnusableColumnBase: ReasonClass<
  "UnusableColumn",
  { parameter: string; column: string; dtype: string; expected: string }
> = reasonClass("UnusableColumn");

/** The values of a column are of a type that cannot be drawn there. */
export class UnusableColumn extends UnusableColumnBase {
  override get message(): string {
    return `${this.parameter}: column ${
      quote(this.column)
    } is of type ${this.dtype}, and must be ` +
      `${this.expected}. Cast it, or name another column.`;
  }
}

const TooMuchBase: ReasonClass<
  "TooMuch",
  { what: string; count: number; limit: number; advice: string }
> = reasonClass("TooMuch");

/** There is more to draw than a person could see. */
export class TooMuch extends TooMuchBase {
  override get message(): string {
    return `${this.count} ${this.what} are too many for a chart; it can have ${this.limit}. ` +
      this.advice;
  }
}

const DrawingFailedBase: ReasonClass<"DrawingFailed", { cause: unknown }> = reasonClass(
  "DrawingFailed",
);

/** Polars could not read the frame, or Vega could not draw. */
export class DrawingFailed extends DrawingFailedBase {
  override get message(): string {
    return `The chart could not be drawn: ${describe(this.cause)}. Its frame needs what Polars ` +
      "needs: --allow-ffi --allow-sys --allow-read.";
  }
}

const FileNotWrittenBase: ReasonClass<"FileNotWritten", { path: string; cause: unknown }> =
  reasonClass("FileNotWritten");

/** The file of a chart could not be written. */
export class FileNotWritten extends FileNotWrittenBase {
  override get message(): string {
    return `${quote(this.path)} could not be written: ${describe(this.cause)}.`;
  }
}

/** What can go wrong with a chart. */
export type ChartErrorReason =
  | InvalidOption
  | ColumnNotFound
  | UnusableColumn
  | TooMuch
  | DrawingFailed
  | FileNotWritten;

const ChartErrorBase: new (
  fields: { readonly method: string; readonly reason: ChartErrorReason },
) => Cause.YieldableError & {
  readonly _tag: "ChartError";
  readonly method: string;
  readonly reason: ChartErrorReason;
} = Data.TaggedError("ChartError");

/**
 * The error of every operation on charts.
 *
 * `method` is the operation that failed, such as `Chart.lines`; `reason` is one of the classes of
 * this module, told apart by its `_tag`.
 */
export class ChartError extends ChartErrorBase {
  override get message(): string {
    return this.reason.message;
  }

  override get cause(): unknown {
    return this.reason.cause;
  }

  /** Shows the reason in a notebook. */
  [jupyterDisplay](): MediaBundle {
    return errorDisplay(this);
  }
}

const describe = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause);
