/**
 * Rules for the frames, series and indexes of pandas since 0.25.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { categoryColumn } from "./Categories.ts";
import { cell, column, heightOf, rowColumns } from "./Column.ts";
import { array, globalName, integer, map, opaque, tagged } from "./Narrow.ts";
import { columnsOf, inZone, onlyColumn } from "./PandasArrays.ts";
import type { PickleValue } from "./PickleValue.ts";
import { ofArgs, ofState, type Rule, under } from "./Rule.ts";
import type { Column, DataFrame, Index, RowLabels, Series } from "./Table.ts";

/** The names of a class of indexes: by its module, and by where it is public. */
const index = (name: string, module: string): ReadonlyArray<string> => [
  `pandas.core.indexes.${module}.${name}`,
  `pandas.${name}`,
];

const RANGES: ReadonlyArray<string | undefined> = index("RangeIndex", "range");

const MULTIS: ReadonlyArray<string | undefined> = index("MultiIndex", "multi");

const INDEXES: ReadonlySet<string | undefined> = new Set([
  ...index("Index", "base"),
  ...index("Int64Index", "numeric"),
  ...index("UInt64Index", "numeric"),
  ...index("Float64Index", "numeric"),
  ...index("NumericIndex", "numeric"),
  ...index("DatetimeIndex", "datetimes"),
  ...index("TimedeltaIndex", "timedeltas"),
  ...index("CategoricalIndex", "category"),
]);

const rangeIndex = (
  attributes: ReadonlyMap<PickleValue, PickleValue>,
): Index | undefined => {
  const [start, stop, step] = ["start", "stop", "step"].map((key) => integer(attributes.get(key)));
  if (start === undefined || stop === undefined || step === undefined || step === 0) {
    return undefined;
  }
  const height = Math.max(0, Math.ceil((stop - start) / step));
  return { _tag: "Index", height, labels: { start, step, label: attributes.get("name") ?? null } };
};

const multiIndex = (
  attributes: ReadonlyMap<PickleValue, PickleValue>,
  budget: Budget,
): Index | undefined => {
  const levels = array(attributes.get("levels"));
  const codes = array(attributes.get("codes") ?? attributes.get("labels"));
  const names = array(attributes.get("names"));
  budget.step(levels?.length ?? 0);
  const columns = levels?.map((level, i): Column | undefined => {
    const categories = onlyColumn(level, budget);
    const numbers = onlyColumn(codes?.[i], budget)?.values;
    if (categories === undefined || numbers?.type !== "int") return undefined;
    const made = categoryColumn(numbers.data, null, categories, false, budget);
    return made && { ...made, label: names?.[i] ?? null };
  });
  if (!columns?.every((made) => made !== undefined) || columns[0] === undefined) return undefined;
  const height = heightOf(columns[0]) ?? 0;
  return columns.some((made) => heightOf(made) !== height)
    ? undefined
    : { _tag: "Index", height, labels: columns };
};

const newIndex: Rule = ofArgs(([type, state, ...rest], { budget }) => {
  const name = globalName(type);
  const attributes = map(state);
  if (attributes === undefined || rest.length > 0) return undefined;
  if (RANGES.includes(name)) return rangeIndex(attributes);
  if (MULTIS.includes(name)) return multiIndex(attributes, budget);
  const values = INDEXES.has(name) ? onlyColumn(attributes.get("data"), budget) : undefined;
  // Until pandas 1 the zone came beside times that had none themselves.
  const isNaive = values?.values.type === "datetime" && values.values.timeZone === null;
  const made = isNaive ? inZone(values, attributes.get("tz")) : values;
  const height = made && heightOf(made);
  if (made === undefined || height === undefined) return undefined;
  return { _tag: "Index", height, labels: [{ ...made, label: attributes.get("name") ?? null }] };
});

/** Columns that are kept together, and where among all columns each of them is. */
interface Block {
  readonly values: PickleValue;
  readonly placement: PickleValue;
}

/** What a frame or series keeps its data in. */
interface Manager {
  readonly axes: ReadonlyArray<PickleValue>;
  readonly blocks: ReadonlyArray<Block>;
}

const MANAGERS: ReadonlySet<string | undefined> = new Set([
  "pandas.core.internals.managers.BlockManager",
  "pandas.core.internals.managers.SingleBlockManager",
  "pandas.core.internals.BlockManager",
  "pandas.core.internals.SingleBlockManager",
]);

const managerOf = (value: PickleValue | undefined, budget: Budget): Manager | undefined => {
  const made = opaque(value);
  if (made === undefined || !MANAGERS.has(made.name)) return undefined;
  const [blockArgs, axesArgs] = made.args;
  // Until pandas 1.2, and in series, all is in the state, under the first version that had it so.
  const [, , , layouts] = array(made.state) ?? [];
  const layout = map(map(layouts)?.get("0.14.1"));
  const axes = array(axesArgs ?? layout?.get("axes"));
  const parts = array(blockArgs ?? layout?.get("blocks"));
  budget.heap(64 * (parts?.length ?? 0));
  const blocks = parts?.map((part): Block | undefined => {
    const [values, placement] = opaque(part)?.args ??
      ["values", "mgr_locs"].map((key) => map(part)?.get(key));
    return values === undefined || placement === undefined ? undefined : { values, placement };
  });
  return axes === undefined || !blocks?.every((block) => block !== undefined)
    ? undefined
    : { axes, blocks };
};

/** The positions of the columns of a block; a slice can end anywhere behind the last. */
const positions = (
  placement: PickleValue,
  count: number | undefined,
  limit: number,
): ReadonlyArray<number> | undefined => {
  const slice = tagged(placement, "Slice");
  if (slice === undefined) {
    const list = tagged(placement, "NdArray")?.data;
    return list === undefined || !ArrayBuffer.isView(list) || list.length > limit
      ? undefined
      : Array.from<number | bigint, number>(list, Number);
  }
  const [start, stop, step] = [slice.start, slice.stop, slice.step].map(integer);
  if (start === undefined || stop === undefined || step === undefined || step === 0) {
    return undefined;
  }
  const length = count ?? Math.ceil((stop - start) / step);
  return length > limit ? undefined : Array.from({ length }, (_, i) => start + i * step);
};

/** All columns, by position; `undefined` unless there is exactly one for each. */
const columnsByPosition = (
  blocks: ReadonlyArray<Block>,
  width: number,
  height: number,
  budget: Budget,
): ReadonlyArray<Column> | undefined => {
  const columns = new Array<Column | undefined>(width).fill(undefined);
  for (const { values, placement } of blocks) {
    const found = columnsOf(values, budget);
    const places = positions(placement, found?.length, width);
    if (places === undefined || found !== undefined && found.length !== places.length) {
      return undefined;
    }
    for (const [i, place] of places.entries()) {
      const made = found?.[i] ?? column({ type: "unknown", data: values });
      const rows = heightOf(made);
      if (!(place in columns) || columns[place] !== undefined) return undefined;
      if (rows !== undefined && rows !== height) return undefined;
      columns[place] = made;
    }
  }
  return columns.every((made) => made !== undefined) ? columns : undefined;
};

/** How many rows there are, and their labels; those of a class that is not known as a whole. */
const rowsOf = (
  axis: PickleValue | undefined,
  blocks: ReadonlyArray<Block>,
  budget: Budget,
): { readonly height: number; readonly index: RowLabels } | undefined => {
  const known = tagged(axis, "Index");
  if (known !== undefined) return { height: known.height, index: known.labels };
  const made = opaque(axis);
  const [first] = columnsOf(blocks[0]?.values, budget) ?? [];
  const height = first && heightOf(first);
  if (made === undefined || height === undefined) return undefined;
  const label = map(made.args[1])?.get("name") ?? null;
  return { height, index: [{ ...column({ type: "unknown", data: made }), label }] };
};

/** The labels of columns, one level or several. */
const labelsOf = (
  { height, labels }: Index,
  budget: Budget,
): { readonly labels: ReadonlyArray<PickleValue>; readonly levels: ReadonlyArray<PickleValue> } => {
  const columns = rowColumns(labels, height, budget);
  budget.heap(64 * height * (columns.length + 2));
  const rows = Array.from({ length: height }, (_, row) => columns.map((level) => cell(level, row)));
  return {
    labels: rows.map((row) => columns.length === 1 ? row[0] ?? null : Object.freeze(row)),
    levels: columns.map(({ label }) => label),
  };
};

const dataFrame: Rule = ofState((_, state, { budget }): DataFrame | undefined => {
  const attributes = map(state);
  const manager = managerOf(attributes?.get("_mgr") ?? attributes?.get("_data"), budget);
  const [columnAxis, rowAxis] = manager?.axes ?? [];
  const names = tagged(columnAxis, "Index");
  if (manager === undefined || names === undefined) return undefined;
  const rows = rowsOf(rowAxis, manager.blocks, budget);
  if (rows === undefined) return undefined;
  const { height, index } = rows;
  const { labels, levels } = labelsOf(names, budget);
  const columns = columnsByPosition(manager.blocks, labels.length, height, budget);
  if (columns === undefined) return undefined;
  return {
    _tag: "DataFrame",
    height,
    columns: columns.map((made, i) => ({ ...made, label: labels[i] ?? null })),
    columnLevels: levels,
    index,
    attrs: attributes?.get("attrs") ?? new Map(),
  };
});

const series: Rule = ofState((_, state, { budget }): Series | undefined => {
  const attributes = map(state);
  const manager = managerOf(attributes?.get("_mgr") ?? attributes?.get("_data"), budget);
  const [block, ...rest] = manager?.blocks ?? [];
  if (manager === undefined || block === undefined || rest.length > 0) return undefined;
  const rows = rowsOf(manager.axes[0], manager.blocks, budget);
  if (rows === undefined) return undefined;
  const made = onlyColumn(block.values, budget) ?? column({ type: "unknown", data: block.values });
  const height = heightOf(made);
  if (height !== undefined && height !== rows.height) return undefined;
  const label = attributes?.get("_name") ?? attributes?.get("name") ?? null;
  return { _tag: "Series", height: rows.height, column: { ...made, label }, index: rows.index };
});

/** By the full name of what is called. */
export const PANDAS_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ...under(
    [
      "pandas.core.indexes.base._new_Index",
      "pandas.core.indexes.datetimes._new_DatetimeIndex",
      "pandas.core.indexes.timedeltas._new_TimedeltaIndex",
    ],
    newIndex,
  ),
  ...under(["pandas.DataFrame", "pandas.core.frame.DataFrame"], dataFrame),
  ...under(["pandas.Series", "pandas.core.series.Series"], series),
];
