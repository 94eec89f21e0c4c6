import assert from "node:assert/strict";
import polars from "nodejs-polars";
import type { AttributeValue } from "../../../src/neptune/Attribute.ts";
import { table, type TableLayout } from "../../../src/neptune/frame/table.ts";
import type { ValueColumn } from "../../../src/neptune/NeptuneSource.ts";
import { columnOf } from "../recordingSource.ts";
import { cellsOf, heightOf, layoutOf, namesOf } from "./inspect.ts";

/** Columns of single values: the path, and the value of each run; `null` for one that lacks it. */
const pieces = (
  path: string,
  ...values: ReadonlyArray<AttributeValue | null>
): ReadonlyArray<ValueColumn> =>
  values.flatMap((value, row) => value === null ? [] : [columnOf(path, value, row)]);

const lay = (
  height: number,
  columns: ReadonlyArray<ValueColumn>,
  layout: Partial<TableLayout> = {},
) =>
  table(polars, height, columns, {
    required: [],
    stringSets: "joined",
    typeSuffix: false,
    ...layout,
  });

const int = (value: number | bigint): AttributeValue => ({ type: "int", value });
const float = (value: number): AttributeValue => ({ type: "float", value });
const string = (value: string): AttributeValue => ({ type: "string", value });
const bool = (value: boolean): AttributeValue => ({ type: "bool", value });
const set = (...value: ReadonlyArray<string>): AttributeValue => ({ type: "stringSet", value });
const datetime = (value: string): AttributeValue => ({
  type: "datetime",
  value: Date.parse(value),
});
const state = (value: string): AttributeValue => ({ type: "experimentState", value });
const file = (path: string) => ({ path, sizeBytes: 1, mimeType: null });
const floatSeries = (last: number | null, lastStep: number | null = 9): AttributeValue => ({
  type: "floatSeries",
  value: { last, lastStep, min: null, max: null, average: null, variance: null },
});
const histogram = { type: "COUNTING", edges: [0, 1, Infinity], values: [3, 4] };

Deno.test("columns below sys/ come first and those below monitoring/ last, each by code point", () => {
  // In UTF-16, U+FF61 would come after U+1F600.
  const ordered = ["sys", "sys/id", "sys/z", "", "Aa", "b", "b/1", "b/10", "b/2", "system/x"];
  ordered.push("ö", "\uff61", "😀", "monitoring", "monitoring/a", "monitoring/b");
  const shuffled = ordered.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));
  const { frame } = lay(1, shuffled.flatMap((path) => pieces(path, int(1))));
  assert.deepEqual(namesOf(frame), ordered);
  assert.deepEqual(namesOf(lay(1, [], { required: shuffled }).frame), ordered);
});

Deno.test("each Neptune type has its Polars type, and a run without the attribute null", () => {
  const { frame, mixed } = lay(3, [
    ...pieces("bool", bool(true), null, bool(false)),
    ...pieces("int", int(7), null, int(-8)),
    ...pieces("float", float(0.5), null, float(-Infinity)),
    ...pieces("string", string("a"), null, string("")),
    ...pieces(
      "datetime",
      datetime("2262-01-01T12:00:00.500Z"),
      null,
      datetime("1677-10-01T00:00Z"),
    ),
    ...pieces("stringSet", set("b", "a,c"), null, set()),
    ...pieces("state", state("running"), null, state("idle")),
    ...pieces("floatSeries", floatSeries(0.25), null, floatSeries(NaN)),
    ...pieces("stringSeries", { type: "stringSeries", value: { last: "x", lastStep: 1 } }, null, {
      type: "stringSeries",
      value: { last: null, lastStep: 2 },
    }),
    ...pieces(
      "histogramSeries",
      {
        type: "histogramSeries",
        value: { last: histogram, lastStep: 1 },
      },
      null,
      { type: "histogramSeries", value: { last: null, lastStep: null } },
    ),
    ...pieces("fileRef", { type: "fileRef", value: file("f/a.txt") }),
    ...pieces("fileSet", null, { type: "fileSet", value: file("f/set") }),
    ...pieces("artifact", null, null, { type: "artifact", value: file("f/art") }),
    ...pieces("fileRefSeries", null, {
      type: "fileRefSeries",
      value: { last: file("f/b.txt"), lastStep: 1 },
    }, { type: "fileRefSeries", value: { last: null, lastStep: null } }),
  ], { required: ["nowhere"] });
  assert.deepEqual([...mixed], []);
  const expected: Record<string, readonly [type: string, cells: ReadonlyArray<unknown>]> = {
    bool: ["Bool", [true, null, false]],
    int: ["Int64", [7n, null, -8n]],
    float: ["Float64", [0.5, null, -Infinity]],
    string: ["String", ["a", null, ""]],
    datetime: ["Datetime(ms,UTC)", [
      new Date("2262-01-01T12:00:00.500Z"),
      null,
      new Date("1677-10-01T00:00Z"),
    ]],
    stringSet: ["String", ["b,a,c", null, ""]],
    state: ["String", ["active", null, "inactive"]],
    floatSeries: ["Float64", [0.25, null, NaN]],
    stringSeries: ["String", ["x", null, null]],
    fileRef: ["String", ["f/a.txt", null, null]],
    fileSet: ["String", [null, "f/set", null]],
    artifact: ["String", [null, null, "f/art"]],
    fileRefSeries: ["String", [null, "f/b.txt", null]],
    nowhere: ["Null", [null, null, null]],
  };
  const types = new Map(layoutOf(frame));
  for (const [name, [type, cells]] of Object.entries(expected)) {
    assert.equal(types.get(name), type, name);
    assert.deepEqual(cellsOf(frame, name), cells, name);
  }
  assert.deepEqual(cellsOf(frame, "histogramSeries")[0], histogram);
  assert.equal(frame.getColumn("histogramSeries").nullCount(), 2);
  assert.equal(types.size, Object.keys(expected).length + 1);
});

Deno.test("a NaN is a value and not null; a series without a point is null and not 0", () => {
  const { frame } = lay(3, [
    ...pieces("a", float(NaN), null, float(1)),
    ...pieces("b", floatSeries(NaN), floatSeries(null, null), floatSeries(0)),
  ]);
  for (const name of ["a", "b"]) {
    const [nan, missing, number] = cellsOf(frame, name);
    assert.ok(Number.isNaN(nan));
    assert.equal(missing, null);
    assert.equal(number, name === "a" ? 1 : 0);
    assert.equal(frame.getColumn(name).nullCount(), 1);
  }
});

Deno.test("integers keep their 64 bits, beside rows without one too", () => {
  const values = [
    9007199254740993n,
    -9007199254740993n,
    9223372036854775807n,
    -9223372036854775808n,
    0n,
  ];
  const { frame } = lay(6, [
    ...pieces("all", ...values.map(int), int(1)),
    ...pieces("some", ...values.map(int), null),
  ]);
  assert.deepEqual(layoutOf(frame), [["all", "Int64"], ["some", "Int64"]]);
  assert.deepEqual(cellsOf(frame, "all"), [...values, 1n]);
  assert.deepEqual(cellsOf(frame, "some"), [...values, null]);
});

Deno.test("an empty table has the columns that were asked for, system ones with their types", () => {
  const required = ["sys/id", "sys/creation_time", "sys/trashed", "sys/size", "sys/tags", "x"];
  required.push("sys/running_time_seconds", "sys/experiment/is_head", "sys/unknown");
  const expected = (tags: string) => [
    ["sys/creation_time", "Datetime(ms,UTC)"],
    ["sys/experiment/is_head", "Bool"],
    ["sys/id", "String"],
    ["sys/running_time_seconds", "Float64"],
    ["sys/size", "Int64"],
    ["sys/tags", tags],
    ["sys/trashed", "Bool"],
    ["sys/unknown", "Null"],
    ["x", "Null"],
  ];
  for (const height of [0, 2]) {
    const { frame } = lay(height, [], { required });
    assert.deepEqual(layoutOf(frame), expected("String"));
    assert.equal(heightOf(frame), height);
    for (const [name] of layoutOf(frame)) {
      assert.deepEqual(cellsOf(frame, name), Array(height).fill(null), name);
    }
    const lists = lay(height, [], { required, stringSets: "list" });
    assert.deepEqual(layoutOf(lists.frame), expected("List((String))"));
  }
});

Deno.test("string sets are joined by commas, or lists", () => {
  const columns = pieces("tags", set("b", "a"), set(), null, set("a,b"));
  const joined = lay(4, columns).frame;
  assert.deepEqual(layoutOf(joined), [["tags", "String"]]);
  assert.deepEqual(cellsOf(joined, "tags"), ["b,a", "", null, "a,b"]);
  const lists = lay(4, columns, { stringSets: "list" }).frame;
  assert.deepEqual(layoutOf(lists), [["tags", "List((String))"]]);
  assert.deepEqual(
    cellsOf(lists, "tags").map((cell) => cell && [...cell as Iterable<unknown>]),
    [["b", "a"], [], null, ["a,b"]],
  );
  const empty = lay(2, pieces("tags", set(), null), { stringSets: "list" }).frame;
  assert.deepEqual(layoutOf(empty), [["tags", "List((String))"]]);
});

Deno.test("whole and other numbers under one path share a column of numbers, and are told", () => {
  const { frame, mixed } = lay(4, pieces("x", int(3), float(0.5), floatSeries(-1), null));
  assert.deepEqual([...mixed], [["x", ["int", "float", "floatSeries"]]]);
  assert.deepEqual(layoutOf(frame), [["x", "Float64"]]);
  assert.deepEqual(cellsOf(frame, "x"), [3, 0.5, -1, null]);
});

Deno.test("an integer that a number would round turns mixed numbers to texts", () => {
  const { frame } = lay(2, pieces("x", int(9007199254740993n), float(0.5)));
  assert.deepEqual(layoutOf(frame), [["x", "String"]]);
  assert.deepEqual(cellsOf(frame, "x"), ["9007199254740993", "0.5"]);
});

Deno.test("other types under one path share a column of texts, and are told", () => {
  const { frame, mixed } = lay(
    11,
    pieces(
      "x",
      string("a"),
      int(-3),
      float(NaN),
      bool(true),
      datetime("2024-05-01T01:00:00.123Z"),
      set("a", "b"),
      state("idle"),
      floatSeries(0.25),
      floatSeries(null, null),
      { type: "histogramSeries", value: { last: { ...histogram, edges: [0, 1, 2] }, lastStep: 1 } },
      { type: "fileRef", value: file("a.txt") },
    ),
  );
  assert.deepEqual([...mixed.keys()], ["x"]);
  assert.deepEqual(cellsOf(frame, "x"), [
    "a",
    "-3",
    "NaN",
    "true",
    "2024-05-01T01:00:00.123Z",
    "a,b",
    "inactive",
    "0.25",
    null,
    '{"type":"COUNTING","edges":[0,1,2],"values":[3,4]}',
    "a.txt",
  ]);
});

Deno.test("with a type suffix, each type has its column, and nothing is mixed", () => {
  const { frame, mixed } = lay(2, pieces("x", int(3), string("a")), {
    typeSuffix: true,
    required: ["x", "y", "sys/id"],
  });
  assert.deepEqual([...mixed], []);
  assert.deepEqual(layoutOf(frame), [
    ["sys/id", "String"],
    ["x:int", "Int64"],
    ["x:string", "String"],
    ["y", "Null"],
  ]);
  assert.deepEqual(cellsOf(frame, "x:int"), [3n, null]);
  assert.deepEqual(cellsOf(frame, "x:string"), [null, "a"]);
});

Deno.test("with a type suffix, a path that looks like one with a suffix is another column", () => {
  const columns = [...pieces("x", int(1)), ...pieces("x:int", int(2))];
  const { frame } = lay(1, columns, { typeSuffix: true, required: ["x", "x:int"] });
  assert.deepEqual(namesOf(frame), ["x:int", "x:int:int"]);
  assert.deepEqual(cellsOf(frame, "x:int:int"), [2n]);
  // Nothing has the path, and its column would have the name of another one.
  const absent = lay(1, pieces("x", int(1)), { typeSuffix: true, required: ["x", "x:int"] });
  assert.deepEqual(namesOf(absent.frame), ["x:int"]);
  assert.deepEqual(cellsOf(absent.frame, "x:int"), [1n]);
});

Deno.test("a state that is neither running nor idle stays as it is", () => {
  const { frame } = lay(3, pieces("sys/state", state("running"), state("idle"), state("paused")));
  assert.deepEqual(cellsOf(frame, "sys/state"), ["active", "inactive", "paused"]);
});

Deno.test("a value that comes twice counts once", () => {
  const { frame } = lay(2, [...pieces("x", int(1), int(2)), ...pieces("x", null, int(2))]);
  assert.deepEqual(cellsOf(frame, "x"), [1n, 2n]);
});
