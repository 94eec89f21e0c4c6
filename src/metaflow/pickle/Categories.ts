/**
 * Columns whose values are numbers of categories.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { column, heightOf, withData } from "./Column.ts";
import { take } from "./Elements.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { Column, IntegerArray } from "./Table.ts";

/**
 * Values by their number among the categories, −1 where there is none; `undefined` for a number
 * that no category has. Categories of categories become those they stand for.
 */
export const categoryColumn = (
  codes: IntegerArray,
  missing: Uint8Array | null,
  categories: Column,
  ordered: boolean,
  budget: Budget,
): Column | undefined => {
  const count = heightOf(categories);
  if (count === undefined) return undefined;
  const inner = categories.values.type === "categories" ? categories.values : undefined;
  const data = new Int32Array(budget.bytes(4 * codes.length).buffer);
  budget.step(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = missing?.[i] === 1 ? -1 : Number(codes[i]);
    if (code < -1 || code >= count) return undefined;
    data[i] = inner === undefined || code === -1 ? code : inner.data[code]!;
  }
  return column({
    type: "categories",
    data,
    categories: inner?.categories ?? categories,
    ordered,
  });
};

/** The category of each row, in a column of the type that the categories are of. */
export const ofCategories = (
  codes: Int32Array,
  { values, missing }: Column,
  budget: Budget,
): Column => {
  budget.step(codes.length);
  const pick = <A>(data: ReadonlyArray<A>): ReadonlyArray<A | null> => {
    budget.heap(16 * codes.length);
    return Array.from(codes, (code) => data[code] ?? null);
  };
  switch (values.type) {
    case "text":
      return column({ type: "text", data: pick(values.data) });
    case "bytes":
      return column({ type: "bytes", data: pick(values.data) });
    case "objects":
      return column({ type: "objects", data: pick(values.data) });
    case "categories":
    case "unknown":
      return column({ type: "objects", data: pick<PickleValue>([]) });
  }
  const made = withData(values, take(values.data, codes, budget));
  const mask = budget.bytes(codes.length);
  for (let i = 0; i < codes.length; i++) {
    mask[i] = Number(codes[i]! < 0 || missing?.[codes[i]!] === 1);
  }
  return column(made ?? { type: "objects", data: pick<PickleValue>([]) }, mask);
};
