/**
 * Writes parts as an exporter would have, of rows that no fixture has.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import pl from "nodejs-polars";
import { Effect, type Scope } from "effect";
import type { Histogram } from "../../../src/neptune/Attribute.ts";
import { Neptune } from "@nereid/nereid";
import { fileName } from "../../../src/neptune/archive/Layout.ts";
import { temporaryDirectory } from "./fixtures.ts";

/** A row of an export; what is left out is null. */
export interface Row {
  readonly run_id?: string;
  readonly attribute_path?: string;
  readonly attribute_type: string;
  readonly project_id?: string;
  /** A decimal, which is kept to its six digits. */
  readonly step?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp?: number;
  readonly int_value?: number | bigint;
  readonly float_value?: number;
  readonly string_value?: string;
  readonly bool_value?: boolean;
  readonly datetime_value?: number;
  readonly string_set_value?: ReadonlyArray<string>;
  readonly file_value?: { readonly path: string };
  readonly histogram_value?: Histogram;
}

/** The project of rows that name none. */
export const PROJECT = "made/up";

/** The directories of an export of {@link PROJECT} that has no part yet. */
export const emptyExport: Effect.Effect<
  { readonly root: string; readonly data: string; readonly parts: string; readonly files: string },
  never,
  Scope.Scope
> = Effect.gen(function* () {
  const root = yield* temporaryDirectory;
  const data = join(root, "data");
  const [parts, files] = [join(data, fileName(PROJECT)), join(root, "files", fileName(PROJECT))];
  yield* Effect.promise(() =>
    Promise.all([parts, files].map((path) => mkdir(path, { recursive: true })))
  );
  return { root, data, parts, files };
});

/** Opens {@link PROJECT} in an export. */
export const openMade = (
  data: string,
): Effect.Effect<Neptune.ReadOnlyProject, Neptune.NeptuneError> =>
  Effect.provide(Neptune.ReadOnlyProject.open(PROJECT), Neptune.layerArchive({ data }));

/** The name of a part of a run. */
export const partName = (run: string, number = 0): string =>
  `${fileName(run)}_part_${number}.parquet`;

/** Writes a Parquet file that has the columns of an export. */
export const writePart = (path: string, rows: ReadonlyArray<Row>): Effect.Effect<void> =>
  Effect.promise(async () => {
    const json = `${path}.json`;
    const lines = rows.map((row) =>
      JSON.stringify({ project_id: PROJECT, ...row, ...numbersOf(row) })
    );
    await Deno.writeTextFile(json, lines.join("\n"));
    const time = pl.Datetime("ms", "UTC");
    await pl.scanJson(json, { schema: SCHEMA })
      .withColumns(
        pl.col("step").cast(pl.Decimal(18, 6)),
        pl.col("int_value").cast(pl.Int64),
        pl.col("float_value").cast(pl.Float64),
        pl.col("timestamp").cast(time),
        pl.col("datetime_value").cast(time),
      )
      .sinkParquet(path).collect();
    await Deno.remove(json);
  });

/** Numbers that JSON does not have, as text; a NaN is null, as exporters write it. */
const numbersOf = ({ int_value, float_value }: Row) => ({
  int_value: int_value === undefined ? null : String(int_value),
  float_value: float_value === undefined || Number.isNaN(float_value)
    ? null
    : Object.is(float_value, -0)
    ? "-0"
    : String(float_value).replace("Infinity", "inf"),
});

const floats = pl.List(pl.Float64);

const SCHEMA = {
  project_id: pl.Utf8,
  run_id: pl.Utf8,
  attribute_path: pl.Utf8,
  attribute_type: pl.Utf8,
  step: pl.Utf8,
  timestamp: pl.Int64,
  int_value: pl.Utf8,
  float_value: pl.Utf8,
  string_value: pl.Utf8,
  bool_value: pl.Bool,
  datetime_value: pl.Int64,
  string_set_value: pl.List(pl.Utf8),
  file_value: pl.Struct([new pl.Field("path", pl.Utf8)]),
  histogram_value: pl.Struct([
    new pl.Field("type", pl.Utf8),
    new pl.Field("edges", floats),
    new pl.Field("values", floats),
  ]),
};

/** The parameters that Neptune 3 has of every run, and others. */
export const parametersOf = (
  run_id: string,
  others: Readonly<Record<string, string>> = {},
): ReadonlyArray<Row> =>
  Object.entries({ "sys/custom_run_id": run_id, "sys/id": `MADE-${run_id}`, ...others }).map(
    ([attribute_path, string_value]) => ({
      run_id,
      attribute_path,
      attribute_type: "string",
      string_value,
    }),
  );

/** Points of a float series, whose values are their steps. */
export const pointsOf = (
  run_id: string,
  attribute_path: string,
  steps: ReadonlyArray<string>,
): ReadonlyArray<Row> =>
  steps.map((step, i) => ({
    run_id,
    attribute_path,
    attribute_type: "float_series",
    step,
    timestamp: 1_700_000_000_000 + i,
    float_value: Number(step),
  }));
