/**
 * Columns of frames about objects. These are small: a row for each object that was read.
 *
 * @module
 */
import { Effect } from "effect";
import type pl from "nodejs-polars";
import { type DataFrame, type Polars, polars } from "../../Polars.ts";
import { type MetaflowErrorReason, NativeFailure } from "../MetaflowError.ts";

/** A column by its type, with a cell for each row. */
export type Column =
  | { readonly type: "text"; readonly cells: ReadonlyArray<string | null> }
  | { readonly type: "integer"; readonly cells: ReadonlyArray<number | null> }
  | { readonly type: "boolean"; readonly cells: ReadonlyArray<boolean | null> }
  /** Milliseconds since the epoch. */
  | { readonly type: "instant"; readonly cells: ReadonlyArray<number | null> }
  | { readonly type: "texts"; readonly cells: ReadonlyArray<ReadonlyArray<string>> };

/** The frame that has these columns in this order. */
export const frame = (
  operation: string,
  columns: Readonly<Record<string, Column>>,
): Effect.Effect<DataFrame, MetaflowErrorReason> =>
  Effect.flatMap(polars, (pl) =>
    Effect.try({
      try: () =>
        pl.DataFrame(
          Object.entries(columns).map(([name, column]) => seriesOf(pl, column).alias(name)),
        ),
      catch: (cause) => cause,
    })).pipe(Effect.mapError((cause) => new NativeFailure({ operation, cause })));

const seriesOf = (pl: Polars, { type, cells }: Column): pl.Series => {
  switch (type) {
    case "text":
      return pl.Series("", [...cells], pl.Utf8);
    case "integer":
      return pl.Series("", [...cells], pl.Float64).cast(pl.Int64);
    case "boolean":
      return pl.Series("", [...cells], pl.Bool);
    case "instant":
      return pl.Series("", [...cells], pl.Float64).cast(pl.Int64).cast(pl.Datetime("ms", "UTC"));
    case "texts": {
      const texts = pl.List(pl.Utf8);
      // Without any list, Polars takes no type of lists; without any item, it does not believe it.
      if (cells.length === 0) return pl.Series("", [[""]], texts).slice(0, 0);
      return pl.Series("", cells.map((cell) => [...cell]), texts).cast(texts);
    }
  }
};
