import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect, Exit, Result } from "effect";
import pl from "nodejs-polars";
import { decode, isTabular, toDataFrame } from "../../../src/metaflow/pickle/Pickle.ts";
import type { DataFrame, PickleValue, Tabular } from "../../../src/metaflow/pickle/Pickle.ts";
import { type Json, type JsonObject, normal } from "./PythonTag.ts";

interface Stream {
  readonly b64: string;
  readonly value: JsonObject;
}

const stacks: Readonly<Record<string, Readonly<Record<string, Stream>>>> = JSON.parse(
  await Deno.readTextFile(new URL("./stacks.json", import.meta.url)),
);

const tabular = ({ b64 }: Stream): Tabular => {
  const value = Result.getOrThrow(decode(Uint8Array.fromBase64(b64)));
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
      const expected = expectedCells(streams[name]!.value);
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
