/**
 * Lists of cells, be they numbers in a typed array or anything else in a plain one.
 *
 * @module
 */

/** The cells of a column. */
export type Cells =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Uint32Array
  | Uint8Array
  | ReadonlyArray<unknown>;

// The casts say what each branch proves: the result is of the kind of the argument.

/** The cells at `from`, in that order. */
export const take = <Kind extends Cells>(cells: Kind, from: Uint32Array): Kind => {
  const all: Cells = cells;
  if (all instanceof Float64Array) return gatherFloats(all, from) as Cells as Kind;
  if (all instanceof BigInt64Array) {
    return gather(new BigInt64Array(from.length), all, from) as Kind;
  }
  if (all instanceof Uint32Array) return gather(new Uint32Array(from.length), all, from) as Kind;
  if (all instanceof Uint8Array) return gather(new Uint8Array(from.length), all, from) as Kind;
  return gather(new Array<unknown>(from.length), all, from) as Cells as Kind;
};

// A loop that sees one kind of array is several times faster, and most cells are numbers.
const gatherFloats = (cells: Float64Array, from: Uint32Array): Float64Array => {
  const into = new Float64Array(from.length);
  for (let i = 0; i < from.length; i++) into[i] = cells[from[i]!]!;
  return into;
};

const gather = <Cell, Into extends { [index: number]: Cell }>(
  into: Into,
  cells: ArrayLike<Cell>,
  from: Uint32Array,
): Into => {
  for (let i = 0; i < from.length; i++) into[i] = cells[from[i]!]!;
  return into;
};

/** The cells of several lists of one kind, one list after another. */
export const join = <Kind extends Cells>(lists: ReadonlyArray<Kind>): Kind => {
  if (lists.length === 1) return lists[0]!;
  const length = lists.reduce((sum, list) => sum + list.length, 0);
  const first: Cells | undefined = lists[0];
  if (first instanceof Float64Array) return append(new Float64Array(length), lists) as Kind;
  if (first instanceof Float32Array) return append(new Float32Array(length), lists) as Kind;
  if (first instanceof BigInt64Array) return append(new BigInt64Array(length), lists) as Kind;
  if (first instanceof Uint32Array) return append(new Uint32Array(length), lists) as Kind;
  if (first instanceof Uint8Array) return append(new Uint8Array(length), lists) as Kind;
  return lists.flatMap((list) => Array.from<unknown>(list)) as Cells as Kind;
};

const append = <List extends { readonly length: number; set(list: List, offset: number): void }>(
  into: List,
  lists: ReadonlyArray<Cells>,
): List & Cells => {
  let offset = 0;
  for (const list of lists as ReadonlyArray<unknown> as ReadonlyArray<List>) {
    into.set(list, offset);
    offset += list.length;
  }
  return into as List & Cells;
};

/** The cells from `start` up to but without `end`; a typed array shares its memory. */
export const slice = <Kind extends Cells>(cells: Kind, start: number, end: number): Kind =>
  (ArrayBuffer.isView(cells) ? cells.subarray(start, end) : cells.slice(start, end)) as Kind;
