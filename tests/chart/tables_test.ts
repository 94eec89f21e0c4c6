import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import pl from "nodejs-polars";
import * as Chart from "../../src/Chart.ts";
import { drawn, json, namesOf, refused, svgOf, textOf, textsOf } from "./specifications.ts";

const table = pl.DataFrame({
  optimizer: ["sgd", "adam", "adam", null],
  lr: [0.1, 0.01, 0.001, 0],
  accuracy: [0.9, 0.95, null, 0.8],
});

const valuesOf = (chart: Chart.Chart) => json(chart).data.values;

Deno.test("scatter: a point a row; rows without a place are left out, and counted", async () => {
  const chart = await drawn(
    Chart.scatter(table, { x: { column: "lr", scale: "log" }, y: "accuracy", color: "optimizer" }),
  );
  deepStrictEqual(valuesOf(chart), [
    { x: 0.1, y: 0.9, color: 0 },
    { x: 0.01, y: 0.95, color: 1 },
  ]);
  deepStrictEqual(namesOf(chart), ["sgd", "adam", "(none)"]);
  strictEqual(chart.title, "accuracy against lr");
  deepStrictEqual(chart.notes, [
    "2 rows are left out, without a value in lr or accuracy, or with one that is not above 0.",
  ]);
});

Deno.test("scatter: colours of numbers, and grey where there is none", async () => {
  const chart = await drawn(Chart.scatter(table, { x: "optimizer", y: "lr", color: "accuracy" }));
  deepStrictEqual(valuesOf(chart), [
    { x: 0, y: 0.1, color: 0.9 },
    { x: 1, y: 0.01, color: 0.95 },
    { x: 1, y: 0.001, color: null },
  ]);
  deepStrictEqual(chart.notes, [
    "1 row is left out, without a value in optimizer or lr.",
    "1 row without accuracy: grey.",
  ]);
  const svg = await svgOf(chart);
  strictEqual((svg.match(/#b0b0b0/g) ?? []).length, 1);
  ok(["sgd", "adam"].every((name) => textsOf(svg).includes(name)));
});

Deno.test("scatter: more than can be seen is refused", async () => {
  const many = pl.DataFrame({ x: Float64Array.from({ length: 20_001 }, (_, i) => i) });
  deepStrictEqual(await refused(Chart.scatter(many, { x: "x", y: "x" })), {
    tag: "TooMuch",
    message:
      "20001 points are too many for a chart; it can have 20000. Filter or sample the frame, " +
      "or draw a histogram.",
  });
  const names = pl.DataFrame({ x: Array.from({ length: 61 }, (_, i) => `n${i}`) });
  strictEqual((await refused(Chart.scatter(names, { x: "x", y: "x" }))).tag, "TooMuch");
  deepStrictEqual(
    await refused(
      Chart.scatter(table, { x: { column: "optimizer", scale: "log" }, y: "lr" }),
    ),
    {
      tag: "InvalidOption",
      message: "optimizer has no logarithmic scale: its values are texts, not numbers.",
    },
  );
});

Deno.test("parallel: a line a row, from 0 to 1 along each axis, below it without a value", async () => {
  const frame = pl.DataFrame({
    kind: ["b", "a", "c"],
    lr: [0.1, 0.01, 0.001],
    score: [0, 5, null],
  });
  const chart = await drawn(Chart.parallel(frame, {
    columns: ["kind", { column: "lr", scale: "log" }, "score"],
    color: "score",
  }));
  const { points = [], ticks = [] } = json(chart).datasets;
  const places = [0, 1, 2].map((row) =>
    points.filter((point) => point["row"] === row).map(({ place }) =>
      Number(Number(place).toFixed(6))
    )
  );
  // The last axis goes up to 6, the next round number.
  deepStrictEqual(places, [[0, 1, 0], [0.5, 0.5, 0.833333], [1, 0, -0.14]]);
  const texts = (axis: number) =>
    ticks.filter((tick) => tick["axis"] === axis).map(({ text }) => text);
  deepStrictEqual(texts(0), ["b", "a", "c"]);
  ok(texts(1).includes("0.001") && texts(1).includes("0.01") && texts(1).includes("0.1"));
  deepStrictEqual(texts(2), ["0", "2", "4", "6", "none"]);
  deepStrictEqual(chart.notes, [
    "Below an axis, at “none”: no value in that column.",
    "1 row without score: grey.",
  ]);
});

Deno.test("parallel: two columns at least, 2,000 rows at most", async () => {
  strictEqual((await refused(Chart.parallel(table, { columns: ["lr"] }))).tag, "InvalidOption");
  const many = pl.DataFrame({ x: Float64Array.from({ length: 2001 }, (_, i) => i) });
  strictEqual((await refused(Chart.parallel(many, { columns: ["x", "x"] }))).tag, "TooMuch");
});

Deno.test("histogram: counts are those of the values between round edges", async () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i * 7919 % 1000) / 10);
  const frame = pl.DataFrame({ ms: [...values, null, NaN] });
  const chart = await drawn(
    Chart.histogram(frame, { x: { column: "ms", unit: "ms" }, bins: 11 }),
  );
  const bars = valuesOf(chart);
  strictEqual(bars.length, 10);
  for (const { from, to, count, base, y } of bars) {
    strictEqual(Number(to) - Number(from), 10);
    const expected = values.filter((value) => value >= Number(from) && value < Number(to)).length;
    deepStrictEqual([count, base, y], [expected, 0, expected]);
  }
  deepStrictEqual(chart.notes, ["2 rows are left out, without a value in ms."]);
  ok(textsOf(await svgOf(chart)).includes("ms (ms)"));
});

Deno.test("histogram: the highest value belongs to the last bar, and one value has one bar", async () => {
  const edge = await drawn(
    Chart.histogram(pl.DataFrame({ x: [0, 1, 2, 3, 4] }), { x: "x", bins: 5 }),
  );
  deepStrictEqual(valuesOf(edge).map(({ from, to, count }) => [from, to, count]), [
    [0, 1, 1],
    [1, 2, 1],
    [2, 3, 1],
    [3, 4, 2],
  ]);
  const same = await drawn(Chart.histogram(pl.DataFrame({ x: [7, 7] }), { x: "x" }));
  deepStrictEqual(valuesOf(same).map(({ count }) => count), [2]);
});

Deno.test("histogram: colours are stacked; texts have a bar each", async () => {
  const frame = pl.DataFrame({ kind: ["a", "b", "a", "a"], run: ["x", "x", "y", "x"] });
  const chart = await drawn(Chart.histogram(frame, { x: "kind", color: "run" }));
  deepStrictEqual(valuesOf(chart), [
    { x: 0, color: 0, count: 2, base: 0, y: 2 },
    { x: 0, color: 1, count: 1, base: 2, y: 3 },
    { x: 1, color: 0, count: 1, base: 0, y: 1 },
  ]);
});

Deno.test("histogram: on a logarithmic scale, bins are even in decades", async () => {
  const frame = pl.DataFrame({ x: [0.001, 0.01, 0.011, 1, -1] });
  const chart = await drawn(
    Chart.histogram(frame, { x: { column: "x", scale: "log" }, bins: 4 }),
  );
  deepStrictEqual(valuesOf(chart).map(({ count }) => count), [1, 2, 1]);
  deepStrictEqual(chart.notes, [
    "1 row is left out, without a value in x, or with one that is not above 0.",
  ]);
});

Deno.test("columns of every type that can be drawn are read as what they are", async () => {
  const day = 86_400_000;
  const frame = pl.DataFrame({
    i: pl.Series("i", [1, 2]).cast(pl.Int64),
    d: pl.Series("d", Float64Array.of(0, day)).cast(pl.Int64).cast(pl.Datetime("ms")),
    b: [true, false],
  }).withColumns(
    pl.col("d").cast(pl.Date).alias("date"),
    pl.col("d").cast(pl.Datetime("us", "Europe/Warsaw")).alias("zoned"),
    pl.col("b").cast(pl.Utf8).cast(pl.Categorical).alias("cat"),
  );
  const xs = async (column: string) =>
    valuesOf(await drawn(Chart.scatter(frame, { x: column, y: "i" }))).map(({ x }) => x);
  deepStrictEqual(await xs("i"), [1, 2]);
  deepStrictEqual(await xs("d"), [0, day]);
  deepStrictEqual(await xs("date"), [0, day]);
  deepStrictEqual(await xs("zoned"), [0, day]);
  deepStrictEqual(await xs("b"), [0, 1]);
  deepStrictEqual(await xs("cat"), [0, 1]);
  const zoned = await drawn(Chart.scatter(frame, { x: "zoned", y: "i" }));
  strictEqual(textOf(zoned, "x"), "zoned (UTC)");
});
