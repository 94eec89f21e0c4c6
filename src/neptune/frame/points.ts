/**
 * Lays out the points of a series as a table: a row for each point, in order of step.
 *
 * @module
 */
import type { DataFrame, Polars } from "../../Polars.ts";
import type { FileRef, Histogram } from "../Attribute.ts";
import type { FloatPoints, OtherPoints, Points } from "../NeptuneSource.ts";
import { build, type Column } from "./build.ts";

/** Which columns a table of points has beside `step` and those of the value. */
export interface PointsLayout {
  readonly timestamp: boolean;
  /** `preview` and `completion_ratio`. */
  readonly previews: boolean;
}

/** `step`, `value`, `timestamp`, `preview`, `completion_ratio`. */
export const floatPoints = (
  polars: Polars,
  points: FloatPoints,
  layout: PointsLayout,
): DataFrame => {
  return build(polars, points.step.length, [
    { name: "step", dtype: "Float64", cells: points.step },
    { name: "value", dtype: "Float64", cells: points.value },
    ...layout.timestamp ? [timestamps(points)] : [],
    ...layout.previews ? previews(points) : [],
  ]);
};

const previews = ({ step, preview, completionRatio }: FloatPoints): ReadonlyArray<Column> => [
  { name: "preview", dtype: "Bool", cells: preview ?? new Uint8Array(step.length) },
  {
    name: "completion_ratio",
    dtype: "Float64",
    cells: completionRatio === undefined
      ? new Float64Array(step.length).fill(1)
      : Float64Array.from(completionRatio),
  },
];

/** `step`, `value`, `timestamp`. */
export const stringPoints = (
  polars: Polars,
  points: OtherPoints<string>,
  layout: PointsLayout,
): DataFrame =>
  otherPoints(polars, points, layout, [{ name: "value", dtype: "Utf8", cells: points.value }]);

/** `step`, `type`, `edges`, `values`, `timestamp`. */
export const histogramPoints = (
  polars: Polars,
  points: OtherPoints<Histogram>,
  layout: PointsLayout,
): DataFrame =>
  otherPoints(polars, points, layout, [
    { name: "type", dtype: "Utf8", cells: points.value.map((value) => value?.type ?? null) },
    {
      name: "edges",
      dtype: "Float64List",
      cells: points.value.map((value) => value?.edges ?? null),
    },
    {
      name: "values",
      dtype: "Float64List",
      cells: points.value.map((value) => value?.values ?? null),
    },
  ]);

/** `step`, `path`, `size_bytes`, `mime_type`, `timestamp`. */
export const filePoints = (
  polars: Polars,
  points: OtherPoints<FileRef>,
  layout: PointsLayout,
): DataFrame => {
  const sizes = points.value.map((file) => file?.sizeBytes ?? null);
  return otherPoints(polars, points, layout, [
    { name: "path", dtype: "Utf8", cells: points.value.map((file) => file?.path ?? null) },
    {
      name: "size_bytes",
      dtype: "Int64",
      cells: BigInt64Array.from(sizes, (size) => BigInt(size ?? 0)),
      present: Uint8Array.from(sizes, (size) => size === null ? 0 : 1),
    },
    { name: "mime_type", dtype: "Utf8", cells: points.value.map((file) => file?.mimeType ?? null) },
  ]);
};

const otherPoints = (
  polars: Polars,
  points: Points<unknown>,
  layout: PointsLayout,
  values: ReadonlyArray<Column>,
): DataFrame =>
  build(polars, points.step.length, [
    { name: "step", dtype: "Float64", cells: points.step },
    ...values,
    ...layout.timestamp ? [timestamps(points)] : [],
  ]);

// A time that is not known, a NaN, becomes null where it is made a whole number.
const timestamps = ({ timestamp }: Points<unknown>): Column => ({
  name: "timestamp",
  dtype: "Datetime",
  cells: timestamp,
});
