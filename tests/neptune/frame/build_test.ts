import assert from "node:assert/strict";
import polars from "nodejs-polars";
import { build, type Column } from "../../../src/neptune/frame/build.ts";
import { cellsOf, heightOf, layoutOf, namesOf } from "./inspect.ts";

const NAMES = [
  "height",
  "columns",
  "select",
  "drop",
  "rename",
  "withColumns",
  "lazy",
  "toString",
  "toRecords",
  "constructor",
  "__proto__",
  "prototype",
  "then",
  "length",
  "^a.*$",
  "^.*$",
  "*",
  "",
  " ",
  "a:int",
  ":rows",
  ":rows:",
  ":0",
  ":1",
  "0",
  "literal",
  "a\nb",
  'quote"d',
  "日本語",
  "😀",
];

Deno.test("any name can be that of a column, filled or missing", () => {
  const columns = NAMES.map((name, i): Column =>
    i % 3 === 0
      ? { name, dtype: "Missing" }
      : i % 3 === 1
      ? { name, dtype: "Int64", cells: BigInt64Array.of(BigInt(i), 0n) }
      : { name, dtype: "Utf8", cells: [String(i), null] }
  );
  for (const order of [columns, columns.toReversed()]) {
    const frame = build(polars, 2, order);
    assert.deepEqual(namesOf(frame), order.map(({ name }) => name));
    NAMES.forEach((name, i) =>
      assert.deepEqual(
        cellsOf(frame, name),
        i % 3 === 0 ? [null, null] : i % 3 === 1 ? [BigInt(i), 0n] : [String(i), null],
        name,
      )
    );
  }
});

Deno.test("frames without rows, and with missing columns only, have the right height", () => {
  for (const height of [0, 1, 3]) {
    const frame = build(polars, height, [
      { name: "a", dtype: "Missing" },
      { name: "b", dtype: "Missing", as: "Utf8" },
      { name: "c", dtype: "Missing", as: "Datetime" },
      { name: "d", dtype: "Missing", as: "Utf8List" },
    ]);
    assert.equal(heightOf(frame), height);
    assert.deepEqual(layoutOf(frame), [
      ["a", "Null"],
      ["b", "String"],
      ["c", "Datetime(ms,UTC)"],
      ["d", "List((String))"],
    ]);
  }
});

Deno.test("columns without a row have their types", () => {
  const frame = build(polars, 0, [
    { name: "Float64", dtype: "Float64", cells: new Float64Array() },
    { name: "Int64", dtype: "Int64", cells: new BigInt64Array() },
    { name: "Bool", dtype: "Bool", cells: new Uint8Array() },
    { name: "Datetime(ms,UTC)", dtype: "Datetime", cells: new Float64Array() },
    { name: "String", dtype: "Utf8", cells: [] },
    { name: "List((String))", dtype: "Utf8List", cells: [] },
    { name: "List((Float64))", dtype: "Float64List", cells: [] },
  ]);
  for (const [name, type] of layoutOf(frame)) assert.equal(type, name);
  assert.equal(heightOf(frame), 0);
});

Deno.test("columns of which every cell is null have their types", () => {
  const present = Uint8Array.of(0, 0);
  const frame = build(polars, 2, [
    { name: "Float64", dtype: "Float64", cells: new Float64Array(2), present },
    { name: "Int64", dtype: "Int64", cells: new BigInt64Array(2), present },
    { name: "Bool", dtype: "Bool", cells: new Uint8Array(2), present },
    { name: "Datetime(ms,UTC)", dtype: "Datetime", cells: new Float64Array(2), present },
    { name: "String", dtype: "Utf8", cells: [null, null] },
    { name: "List((String))", dtype: "Utf8List", cells: [null, null] },
    { name: "List((Float64))", dtype: "Float64List", cells: [null, null] },
  ]);
  for (const [name, type] of layoutOf(frame)) {
    assert.equal(type, name);
    assert.deepEqual(cellsOf(frame, name), [null, null], name);
  }
});

Deno.test("histograms are structs of type, edges and values, infinite edges included", () => {
  const histogram = {
    type: "DENSITY",
    edges: [-Infinity, 0.1, 0.30000000000000004, Infinity],
    values: [1, 0, 2.5],
  };
  const empty = { type: "COUNTING", edges: [], values: [] };
  const frame = build(polars, 3, [
    { name: "h", dtype: "Histogram", cells: [histogram, null, empty] },
    { name: "none", dtype: "Histogram", cells: [null, null, null] },
  ]);
  const [first, , last] = cellsOf(frame, "h");
  assert.deepEqual([first, last], [histogram, empty]);
  assert.deepEqual(frame.getColumn("h").isNull().toArray(), [false, true, false]);
  assert.equal(frame.getColumn("none").nullCount(), 3);
  const struct = polars.col("h").struct;
  const types = layoutOf(
    frame.select(struct.field("type"), struct.field("edges"), struct.field("values")),
  );
  assert.deepEqual(types, [
    ["type", "String"],
    ["edges", "List((Float64))"],
    ["values", "List((Float64))"],
  ]);
});

Deno.test("a frame of 2,000 columns has them in order with their cells", () => {
  const columns = Array.from({ length: 2000 }, (_, i): Column => ({
    name: `metrics/${i}`,
    dtype: "Float64",
    cells: Float64Array.of(i, i + 0.5, NaN),
    present: Uint8Array.of(1, 1, 0),
  }));
  const frame = build(polars, 3, columns);
  const all = frame.getColumns();
  assert.equal(all.length, 2000);
  all.forEach(({ name }, i) => assert.equal(name, `metrics/${i}`));
  for (const i of [0, 999, 1999]) assert.deepEqual(all[i]!.toArray(), [i, i + 0.5, null]);
});
