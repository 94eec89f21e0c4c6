import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect, Exit, Result } from "effect";
import pl from "nodejs-polars";
import { decode, isTabular, toDataFrame } from "../../../src/metaflow/pickle/Pickle.ts";
import type { DataFrame, PickleValue, Tabular } from "../../../src/metaflow/pickle/Pickle.ts";
import { bytesOf, stacks, type Stream } from "./Pickles.ts";
import { type Json, type JsonObject, normal } from "./PythonTag.ts";

const tabular = (stream: Stream): Tabular => {
  const value = Result.getOrThrow(decode(bytesOf(stream)));
  ok(isTabular(value));
  return value;
};

const frameOf = (value: Tabular) => Effect.runPromise(toDataFrame(value));

/** A stream that the newest pandas of the fixture pickled. */
const newest = (name: string): Stream => Object.values(stacks).at(-1)![name]!;

// ---------------------------------------------------------------- what Python says of a frame

type Cells = readonly [name: string, cells: ReadonlyArray<Json>];

const list = (json: Json | undefined): ReadonlyArray<Json> => Array.isArray(json) ? json : [];

const object = (json: Json | undefined): JsonObject =>
  typeof json === "object" && json !== null && !("length" in json) ? json : {};

const labelText = (label: Json, otherwise: string): string => {
  const { t, v } = object(label);
  return t === "none" ? otherwise : t === "tuple" ? "('a', 1)" : String(v);
};

const indexCells = (index: JsonObject): ReadonlyArray<Cells> => {
  const rows = list(index.v);
  if (index.t === "multiindex") {
    return list(index.names).map((name, level) => [
      labelText(name, `level_${level}`),
      rows.map((row) => list(row)[level] ?? null),
    ]);
  }
  const isCounted = object(index.name).t === "none" &&
    rows.every((row, i) => object(row).t === "int" && object(row).v === String(i));
  return isCounted ? [] : [[labelText(index.name ?? null, "index"), rows]];
};

const expectedCells = (value: JsonObject): ReadonlyArray<Cells> => {
  const python = object(normal(value));
  if (python.t === "series") {
    const series: Cells = [labelText(python.name ?? null, "value"), list(python.v)];
    return python.index === null ? [series] : [...indexCells(object(python.index)), series];
  }
  const names = list(object(python.columns).v);
  const columns = list(python.data).map((cells, i): Cells => [
    Array.isArray(names[i])
      ? `('${object(names[i][0]).v}', ${object(names[i][1]).v})`
      : labelText(names[i] ?? null, `column_${i}`),
    list(cells),
  ]);
  return python.index === null ? columns : [...indexCells(object(python.index)), ...columns];
};

// ------------------------------------------------------------------- what Polars says of it

const NANOS: Readonly<Record<string, bigint>> = { ms: 1_000_000n, "μs": 1000n, ns: 1n };

const floatCell = (value: number): JsonObject => ({
  t: "float",
  v: Object.is(value, -0) ? "-0" : String(value),
});

const NONE: JsonObject = { t: "none" };

const digits = (series: pl.Series): ReadonlyArray<string | null> =>
  series.cast(pl.Int64).cast(pl.Utf8).toArray();

const polarsCells = (series: pl.Series): ReadonlyArray<Json> => {
  const cells = (
    values: ReadonlyArray<string | number | bigint | boolean | null>,
    cell: (value: string | number | bigint | boolean) => JsonObject,
  ) => values.map((value) => value === null ? NONE : cell(value));
  switch (series.dtype.variant) {
    case "Bool":
      return cells(series.toArray(), (v) => ({ t: "bool", v: v === true }));
    case "Float32":
    case "Float64":
      return cells(series.toArray(), (v) => floatCell(Number(v)));
    case "String":
      return cells(series.toArray(), (v) => ({ t: "str", v: String(v) }));
    case "Date":
      return cells(series.cast(pl.Utf8).toArray(), (iso) => ({ t: "date", iso: String(iso) }));
    case "Datetime": {
      // Only what is printed names the zone.
      const printed = pl.DataFrame([series]).toString();
      const [, unit = "", zone] = /datetime\[(..)(?:, (.*?))?\]/.exec(printed) ?? [];
      return cells(digits(series), (ticks) => ({
        t: "timestamp",
        ns: String(BigInt(ticks) * NANOS[unit]!),
        // Polars has another name for the offset of two hours.
        tz: zone === "Etc/GMT-2" ? "+02:00" : zone ?? null,
      }));
    }
    case "Duration":
      // The unit that a series of durations names is not always its own.
      return cells(
        digits(series.cast(pl.Duration("ns"))),
        (ns) => ({ t: "timedelta_ns", ns: String(ns) }),
      );
    default:
      return cells(series.cast(pl.Utf8).toArray(), (v) => ({ t: "int", v: String(v) }));
  }
};

const frameCells = (frame: pl.DataFrame): ReadonlyArray<Cells> =>
  frame.getColumns().map((series) => [series.name, polarsCells(series)]);

const UNKNOWN_KINDS = /^series_(periods|intervals)/;

for (const [stack, streams] of Object.entries(stacks)) {
  Deno.test(`frames pickled by ${stack} have their columns, types and values in Polars`, async () => {
    const names = Object.keys(streams)
      .filter((name) => /^(df|series|arrow)_/.test(name) && !UNKNOWN_KINDS.test(name));
    ok(names.length > 40);
    for (const name of names) {
      const { frame, asText, omitted } = await frameOf(tabular(streams[name]!));
      const isText = ([column]: Cells) => asText.includes(column);
      const expected = expectedCells(object(streams[name]!.value));
      deepStrictEqual(
        frameCells(frame).filter((cells) => !isText(cells)),
        expected.filter((cells) => !isText(cells)),
        name,
      );
      deepStrictEqual(frame.columns, expected.map(([column]) => column), name);
      deepStrictEqual(omitted, []);
    }
  });
}

for (const [stack, streams] of Object.entries(stacks)) {
  const names = Object.keys(streams).filter((name) => name.startsWith("polars_"));
  if (names.length === 0) continue;
  Deno.test(`frames of Python's Polars pickled by ${stack} are read as they are`, async () => {
    for (const name of names) {
      const { frame } = await frameOf(tabular(streams[name]!));
      const columns = list(streams[name]!.value?.columns).map((column) => list(column));
      deepStrictEqual(frame.columns, columns.map(([label]) => label));
      for (const [label, , cells] of columns) {
        const expected = normal({ t: "series", name: null, index: null, v: cells ?? [] });
        deepStrictEqual(
          polarsCells(frame.getColumn(String(label))),
          // NaN is no missing value to Polars.
          list(cells).map((cell, row) =>
            object(cell).t === "float" ? normal(cell) : list(object(expected).v)[row]
          ),
        );
      }
    }
  });
}

Deno.test("objects of several types, and of types without a column, become texts, and it is said", async () => {
  const { frame, asText } = await frameOf(tabular(newest("df_objects.p4")));
  deepStrictEqual(asText, ["o", "t", "n"]);
  deepStrictEqual(frame.getColumn("o").toArray(), ["1", "a", null]);
  deepStrictEqual(frame.getColumn("t").toArray(), ["(1, 2)", "[3]", "{'k': 1}"]);
  deepStrictEqual(frame.getColumn("n").toArray(), ["1.10", "2", null]);
});

Deno.test("columns of periods and intervals are left out of a frame, and it is said", async () => {
  for (const name of ["series_periods.p4", "series_intervals.p4"]) {
    const { frame, omitted } = await frameOf(tabular(newest(name)));
    deepStrictEqual(frame.columns, []);
    deepStrictEqual(omitted, ["value"]);
  }
});

const withLabels = (...labels: ReadonlyArray<PickleValue>): DataFrame => ({
  _tag: "DataFrame",
  height: 1,
  columns: labels.map((label, i) => ({
    label,
    values: { type: "int", data: new Int32Array([i]) },
    missing: null,
  })),
  columnLevels: [null],
  index: { start: 0, step: 1, label: null },
  attrs: null,
});

Deno.test("columns may be called like a member of a frame, like a number, or nothing at all", async () => {
  const labels = ["height", "columns", "select", "2", "1", "", "v0", "__proto__"];
  const { frame } = await frameOf(withLabels(...labels));
  deepStrictEqual(frame.getColumns().map((series) => series.name), labels);
  deepStrictEqual(frame.row(0), [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("two columns of one name are refused, and named", async () => {
  const exit = await Effect.runPromiseExit(toDataFrame(withLabels("a", "b", "a")));
  ok(Exit.isFailure(exit));
  const { reason } = await Effect.runPromise(Effect.flip(toDataFrame(withLabels("1", 1))));
  ok(reason._tag === "DuplicateColumns");
  deepStrictEqual(reason.names, ["1"]);
});

Deno.test("a matrix has a column for each place in its rows, in either order of its memory", async () => {
  const dtype = Result.getOrThrow(
    decode(bytesOf(newest("nd_f8.p4"))),
  );
  ok(isTabular(dtype) && dtype._tag === "NdArray");
  const matrix = { ...dtype, shape: [2, 3], data: new Float64Array([1, 2, 3, 4, 5, 6]) };
  const { frame } = await frameOf({ ...matrix, order: "C" });
  deepStrictEqual(frame.rows(), [[1, 2, 3], [4, 5, 6]]);
  const { frame: turned } = await frameOf({ ...matrix, order: "F" });
  deepStrictEqual(turned.rows(), [[1, 3, 5], [2, 4, 6]]);
  const texts = { ...matrix, data: ["a", "b", "c", "d", "e", "f"] };
  const { frame: textFrame } = await frameOf({ ...texts, order: "F" });
  deepStrictEqual(textFrame.rows(), [["a", "c", "e"], ["b", "d", "f"]]);
});

Deno.test("what no frame can hold is refused", async () => {
  const { reason } = await Effect.runPromise(
    Effect.flip(toDataFrame(tabular(newest("nd_struct_nested.p4")))),
  );
  strictEqual(reason._tag, "NotTabular");
});
