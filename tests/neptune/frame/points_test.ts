import assert from "node:assert/strict";
import polars from "nodejs-polars";
import {
  filePoints,
  floatPoints,
  histogramPoints,
  stringPoints,
} from "../../../src/neptune/frame/points.ts";
import { cellsOf, heightOf, layoutOf } from "./inspect.ts";

const step = Float64Array.of(-1.5, 0, 1e11);
const timestamp = Float64Array.of(Date.UTC(2024, 4, 1), -1, 1714528802123);
const dates = [...timestamp].map((time) => new Date(time));

const ALL = { timestamp: true, previews: true };
const BARE = { timestamp: false, previews: false };
const TIMED = { timestamp: true, previews: false };

Deno.test("float points: step, value, timestamp, preview, completion_ratio, as far as wanted", () => {
  const value = Float64Array.of(NaN, Infinity, 5e-324);
  const points = { step, timestamp, value };
  const frame = floatPoints(polars, points, ALL);
  assert.deepEqual(layoutOf(frame), [
    ["step", "Float64"],
    ["value", "Float64"],
    ["timestamp", "Datetime(ms,UTC)"],
    ["preview", "Bool"],
    ["completion_ratio", "Float64"],
  ]);
  assert.deepEqual(cellsOf(frame, "step"), [...step]);
  assert.deepEqual(cellsOf(frame, "value"), [...value]);
  assert.deepEqual(cellsOf(frame, "timestamp"), dates);
  assert.deepEqual(cellsOf(frame, "preview"), [false, false, false]);
  assert.deepEqual(cellsOf(frame, "completion_ratio"), [1, 1, 1]);
  const names = (layout: typeof ALL) =>
    layoutOf(floatPoints(polars, points, layout)).map(([name]) => name).join();
  assert.equal(names(BARE), "step,value");
  assert.equal(names(TIMED), "step,value,timestamp");
  assert.equal(
    names({ timestamp: false, previews: true }),
    "step,value,preview,completion_ratio",
  );
});

Deno.test("the completion ratio is the 32-bit number that the server sends", () => {
  const frame = floatPoints(polars, {
    step,
    timestamp,
    value: step,
    preview: Uint8Array.of(0, 1, 1),
    completionRatio: Float32Array.of(1, 0.1, 0.11),
  }, ALL);
  assert.deepEqual(cellsOf(frame, "preview"), [false, true, true]);
  assert.deepEqual(
    cellsOf(frame, "completion_ratio"),
    [1, 0.10000000149011612, 0.10999999940395355],
  );
});

Deno.test("a time that is not known is null", () => {
  const unknown = Float64Array.of(0, NaN, 1);
  const frame = floatPoints(polars, { step, timestamp: unknown, value: step }, TIMED);
  assert.deepEqual(cellsOf(frame, "timestamp"), [new Date(0), null, new Date(1)]);
});

Deno.test("string points: step, value, timestamp; a lost value is null", () => {
  const points = { step, timestamp, value: ["", null, "a\nb"] };
  const frame = stringPoints(polars, points, ALL);
  assert.deepEqual(layoutOf(frame), [
    ["step", "Float64"],
    ["value", "String"],
    ["timestamp", "Datetime(ms,UTC)"],
  ]);
  assert.deepEqual(cellsOf(frame, "value"), points.value);
  assert.deepEqual(layoutOf(stringPoints(polars, points, BARE)).map(([name]) => name), [
    "step",
    "value",
  ]);
});

Deno.test("histogram points: step, type, edges, values, timestamp; a lost one is null", () => {
  const frame = histogramPoints(polars, {
    step,
    timestamp,
    value: [
      { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] },
      null,
      { type: "DENSITY", edges: [], values: [] },
    ],
  }, ALL);
  assert.deepEqual(layoutOf(frame), [
    ["step", "Float64"],
    ["type", "String"],
    ["edges", "List((Float64))"],
    ["values", "List((Float64))"],
    ["timestamp", "Datetime(ms,UTC)"],
  ]);
  assert.deepEqual(cellsOf(frame, "type"), ["COUNTING", null, "DENSITY"]);
  const lists = (name: string) =>
    cellsOf(frame, name).map((cell) => cell && [...cell as Iterable<unknown>]);
  assert.deepEqual(lists("edges"), [[0, 1, 2], null, []]);
  assert.deepEqual(lists("values"), [[3, 4], null, []]);
});

Deno.test("file points: step, path, size_bytes, mime_type, timestamp; what is not known is null", () => {
  const frame = filePoints(polars, {
    step,
    timestamp,
    value: [
      { path: "a.png", sizeBytes: 2 ** 52, mimeType: "image/png" },
      null,
      { path: "b", sizeBytes: null, mimeType: null },
    ],
  }, ALL);
  assert.deepEqual(layoutOf(frame), [
    ["step", "Float64"],
    ["path", "String"],
    ["size_bytes", "Int64"],
    ["mime_type", "String"],
    ["timestamp", "Datetime(ms,UTC)"],
  ]);
  assert.deepEqual(cellsOf(frame, "path"), ["a.png", null, "b"]);
  assert.deepEqual(cellsOf(frame, "size_bytes"), [2n ** 52n, null, null]);
  assert.deepEqual(cellsOf(frame, "mime_type"), ["image/png", null, null]);
});

Deno.test("without points there are the same columns of the same types", () => {
  const none = { step: new Float64Array(), timestamp: new Float64Array() };
  const floats = { step, timestamp, value: step };
  const pairs = [
    [
      floatPoints(polars, { ...none, value: new Float64Array() }, ALL),
      floatPoints(polars, floats, ALL),
    ],
    [
      stringPoints(polars, { ...none, value: [] }, ALL),
      stringPoints(polars, { step, timestamp, value: ["", "", ""] }, ALL),
    ],
    [
      histogramPoints(polars, { ...none, value: [] }, ALL),
      histogramPoints(polars, { step, timestamp, value: [null, null, null] }, ALL),
    ],
    [
      filePoints(polars, { ...none, value: [] }, ALL),
      filePoints(polars, { step, timestamp, value: [null, null, null] }, ALL),
    ],
  ] as const;
  for (const [empty, full] of pairs) {
    assert.equal(heightOf(empty), 0);
    assert.deepEqual(layoutOf(empty), layoutOf(full));
  }
});
