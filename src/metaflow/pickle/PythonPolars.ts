/**
 * Rules for the frames and series of Python's Polars.
 *
 * @module
 */
import { array, bytes, tagged } from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import { ofState, type Rule, under } from "./Rule.ts";
import type { PolarsFrame } from "./Table.ts";

/** A stream of Arrow IPC, which begins with a mark. */
const stream = (value: PickleValue | undefined): Uint8Array | undefined => {
  const content = bytes(value);
  return content?.subarray(0, 4).every((byte) => byte === 0xff) ? content : undefined;
};

/** One stream for all columns, or, before Polars 1, a list of series. */
const polars = (kind: PolarsFrame["kind"]): Rule =>
  ofState((_, state, { budget }): PolarsFrame | undefined => {
    budget.heap(16 * (array(state)?.length ?? 0));
    const whole = stream(state);
    if (whole !== undefined) return { _tag: "PolarsFrame", kind, streams: [whole] };
    const parts = array(state)?.map((part) => tagged(part, "PolarsFrame")?.streams);
    return kind === "DataFrame" && parts?.every((part) => part !== undefined)
      ? { _tag: "PolarsFrame", kind, streams: parts.flatMap((part) => part ?? []) }
      : undefined;
  });

/** By the full name of what is called. */
export const POLARS_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ...under(
    ["polars.dataframe.frame.DataFrame", "polars.internals.dataframe.frame.DataFrame"],
    polars("DataFrame"),
  ),
  ...under(
    ["polars.series.series.Series", "polars.internals.series.series.Series"],
    polars("Series"),
  ),
];
