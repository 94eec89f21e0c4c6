/**
 * Writes large exports as `neptune-exporter` lays them out: for each run a Parquet file with one row
 * group of parameters and one of points, step by step with the metrics interleaved, decimals as
 * fixed-length bytes, Snappy, statistics and no page index.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { fileName } from "../src/neptune/archive/Layout.ts";

/** How large an export is. */
export interface Size {
  readonly runs: number;
  readonly parameters: number;
  readonly metrics: number;
  readonly steps: number;
}

/** The name of the generated project. */
export const PROJECT = "bench/project";

/** Writes an export below a directory, and returns the path of its project. */
export const generate = (root: string, { runs, parameters, metrics, steps }: Size): string => {
  const directory = join(root, fileName(PROJECT));
  mkdirSync(directory, { recursive: true });
  const random = randomNumbers(1);
  for (let i = 0; i < runs; i++) {
    const run = `run-${String(i).padStart(5, "0")}`;
    const rows = [...systemAttributes(run, i, runs), ...parametersOf(parameters, random)];
    const buffer = parquetWriteBuffer({
      columnData: columnsOf(run, rows, metrics, steps, random),
      schema: SCHEMA,
      rowGroupSize: metrics === 0 ? rows.length : [rows.length, metrics * steps],
    });
    writeFileSync(join(directory, `${fileName(run)}_part_0.parquet`), new Uint8Array(buffer));
  }
  return directory;
};

type Row = readonly [path: string, type: string, value: unknown];

const systemAttributes = (run: string, i: number, runs: number): ReadonlyArray<Row> => [
  ["sys/creation_time", "datetime", new Date(Date.UTC(2024, 0, 1) + i * 1000)],
  ["sys/custom_run_id", "string", run],
  ["sys/experiment/is_head", "bool", i >= runs / 2],
  ["sys/id", "string", `BEN-${i + 1}`],
  ["sys/name", "string", `experiment-${i % Math.ceil(runs / 2)}`],
  ["sys/owner", "string", "bench"],
  ["sys/tags", "string_set", ["a", "b"]],
  ["sys/trashed", "bool", false],
];

const parametersOf = (count: number, random: () => number): ReadonlyArray<Row> =>
  Array.from({ length: count }, (_, i): Row => {
    const path = `parameters/p${i}`;
    switch (i % 4) {
      case 0:
        return [path, "float", random()];
      case 1:
        return [path, "int", BigInt(Math.floor(random() * 1000))];
      case 2:
        return [path, "string", `value-${Math.floor(random() * 20)}`];
      default:
        return [path, "bool", random() < 0.5];
    }
  });

const columnsOf = (
  run: string,
  rows: ReadonlyArray<Row>,
  metrics: number,
  steps: number,
  random: () => number,
): Array<ColumnSource> => {
  const points = metrics * steps;
  const column = (ofRow: (row: Row) => unknown, ofPoint: (point: number) => unknown) => [
    ...rows.map(ofRow),
    ...Array.from({ length: points }, (_, point) => ofPoint(point)),
  ];
  const nothing = () => null;
  const typed = (type: string) => column((row) => row[1] === type ? row[2] : null, nothing);
  const stepOf = (point: number) => Math.floor(point / metrics);
  const start = Date.UTC(2024, 0, 1);
  return [
    { name: "project_id", data: column(() => PROJECT, () => PROJECT) },
    { name: "run_id", data: column(() => run, () => run) },
    {
      name: "attribute_path",
      data: column((row) => row[0], (point) => `metrics/m${point % metrics}`),
    },
    { name: "attribute_type", data: column((row) => row[1], () => "float_series") },
    { name: "step", data: column(nothing, (point) => BigInt(stepOf(point)) * 1_000_000n) },
    { name: "timestamp", data: column(nothing, (point) => new Date(start + stepOf(point) * 1000)) },
    { name: "int_value", data: typed("int") },
    {
      name: "float_value",
      data: column((row) => row[1] === "float" ? row[2] : null, () => random()),
    },
    { name: "string_value", data: typed("string") },
    { name: "bool_value", data: typed("bool") },
    { name: "datetime_value", data: typed("datetime") },
    { name: "string_set_value", data: typed("string_set") },
    { name: "file_value", data: column(nothing, nothing) },
    { name: "histogram_value", data: column(nothing, nothing) },
  ];
};

const text = (name: string): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
  repetition_type: "OPTIONAL",
});

const milliseconds = (name: string): SchemaElement => ({
  name,
  type: "INT64",
  converted_type: "TIMESTAMP_MILLIS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  repetition_type: "OPTIONAL",
});

const group = (name: string, children: number): SchemaElement => ({
  name,
  num_children: children,
  repetition_type: "OPTIONAL",
});

const list = (name: string, element: SchemaElement): ReadonlyArray<SchemaElement> => [
  { ...group(name, 1), converted_type: "LIST", logical_type: { type: "LIST" } },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  element,
];

const double = (name: string): SchemaElement => ({
  name,
  type: "DOUBLE",
  repetition_type: "OPTIONAL",
});

const SCHEMA: Array<SchemaElement> = [
  { name: "schema", num_children: 14 },
  ...["project_id", "run_id", "attribute_path", "attribute_type"].map(text),
  {
    name: "step",
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 8,
    converted_type: "DECIMAL",
    logical_type: { type: "DECIMAL", precision: 18, scale: 6 },
    precision: 18,
    scale: 6,
    repetition_type: "OPTIONAL",
  },
  milliseconds("timestamp"),
  { name: "int_value", type: "INT64", repetition_type: "OPTIONAL" },
  double("float_value"),
  text("string_value"),
  { name: "bool_value", type: "BOOLEAN", repetition_type: "OPTIONAL" },
  milliseconds("datetime_value"),
  ...list("string_set_value", text("element")),
  group("file_value", 1),
  text("path"),
  group("histogram_value", 3),
  text("type"),
  ...list("edges", double("element")),
  ...list("values", double("element")),
];

/** Numbers from 0 to 1 that are the same in every run. */
const randomNumbers = (seed: number) => (): number => {
  seed = (seed * 1664525 + 1013904223) % 2 ** 32;
  return seed / 2 ** 32;
};
