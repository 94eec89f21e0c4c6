/**
 * Rearranges the cells of value columns, whatever their type.
 *
 * @module
 */
import type { ValueColumn } from "./NeptuneSource.ts";
import { type Cells, join, take } from "./cells.ts";

/** The cells at `from`, in that order, as a column of the runs `rows`. */
export const pick = <Column extends ValueColumn>(
  column: Column,
  from: Uint32Array,
  rows: Uint32Array,
): Column => ({ ...mapCells(column, (cells) => take(cells, from)), rows });

/** The column with its rows in ascending order; of several cells for one run the last one counts. */
export const inOrder = <Column extends ValueColumn>(column: Column): Column => {
  const { rows } = column;
  if (rows.every((row, i) => i === 0 || rows[i - 1]! < row)) return column;
  const last = new Map<number, number>();
  rows.forEach((row, i) => last.set(row, i));
  const sorted = Uint32Array.from(last.keys()).sort();
  return pick(column, sorted.map((row) => last.get(row)!), sorted);
};

/**
 * The cells of some runs, as those of their positions in another list: `positions` has the position
 * of each run there, -1 for one that is not wanted; there are `count` of them.
 */
export const reposition = <Column extends ValueColumn>(
  column: Column,
  positions: Int32Array,
  count: number,
): Column => {
  const cellAt = new Int32Array(count).fill(-1);
  column.rows.forEach((row, cell) => {
    const position = positions[row]!;
    if (position >= 0) cellAt[position] = cell;
  });
  const rows = new Uint32Array(count);
  let found = 0;
  for (let position = 0; position < count; position++) {
    if (cellAt[position]! >= 0) rows[found++] = position;
  }
  const present = rows.slice(0, found);
  return pick(column, present.map((position) => cellAt[position]!), present);
};

/** Columns of one path and type as one, their cells one after another. */
export const concatenate = <Column extends ValueColumn>(columns: ReadonlyArray<Column>): Column =>
  columns.length === 1
    ? columns[0]!
    : mapCells(columns[0]!, (_, name) => join(columns.map((column) => column[name] as Cells)));

// A cast, for each field keeps its type: `change` returns cells of the kind that it is given.
const mapCells = <Column extends ValueColumn>(
  column: Column,
  change: (cells: Cells, name: keyof Column) => Cells,
): Column =>
  Object.fromEntries(
    Object.entries(column).map(([name, field]) => [
      name,
      typeof field === "string" ? field : change(field, name as keyof Column),
    ]),
  ) as unknown as Column;
