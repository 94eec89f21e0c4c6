import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import pl from "nodejs-polars";
import * as Chart from "../../src/Chart.ts";
import {
  drawn,
  json,
  namesOf,
  pointsOf,
  refused,
  svgOf,
  textOf,
  textsOf,
} from "./specifications.ts";

const steps = (values: ReadonlyArray<number>) =>
  pl.DataFrame({ step: Float64Array.from(values.keys()), value: Float64Array.from(values) });

const xy = { x: "step", y: "value" };

Deno.test("a frame is one line, in order of x, whatever the order of its rows", async () => {
  const frame = pl.DataFrame({ step: [2, 0, 1], value: [30, 10, 20] });
  const chart = await drawn(Chart.lines(frame, xy));
  deepStrictEqual(pointsOf(chart, 0, "main"), [[0, 10], [1, 20], [2, 30]]);
  strictEqual(chart.title, "value over step");
  deepStrictEqual(chart.notes, []);
});

Deno.test("color makes a line of each value, and of none at all", async () => {
  const frame = pl.DataFrame({
    step: [0, 0, 1, 1, 0],
    value: [1, 2, 3, 4, 5],
    run: ["b", "a", "b", "a", null],
  });
  const chart = await drawn(Chart.lines(frame, { ...xy, color: "run" }));
  deepStrictEqual(namesOf(chart), ["b", "a", "(none)"]);
  deepStrictEqual(pointsOf(chart, 0, "main"), [[0, 1], [1, 3]]);
  deepStrictEqual(pointsOf(chart, 1, "main"), [[0, 2], [1, 4]]);
  deepStrictEqual(pointsOf(chart, 2, "mainDot"), [[0, 5]]);
});

Deno.test("a missing name never falls together with one that looks like it", async () => {
  const frame = pl.DataFrame({ step: [0, 0], value: [1, 2], run: ["(none)", null] });
  deepStrictEqual(namesOf(await drawn(Chart.lines(frame, { ...xy, color: "run" }))), [
    "(none)",
    "((none))",
  ]);
});

Deno.test("named frames are lines, in their order; numbers as names keep it in a Map", async () => {
  const named = await drawn(Chart.lines({ z: steps([1]), a: steps([2]) }, xy));
  deepStrictEqual(namesOf(named), ["z", "a"]);
  const map = new Map([["10", steps([1])], ["9", steps([2])]]);
  deepStrictEqual(namesOf(await drawn(Chart.lines(map, xy))), ["10", "9"]);
});

Deno.test("several columns are several lines", async () => {
  const frame = pl.DataFrame({ epoch: [1, 2], train: [3, 4], val: [5, 6] });
  const chart = await drawn(Chart.lines(frame, { x: "epoch", y: ["train", "val"] }));
  deepStrictEqual(namesOf(chart), ["train", "val"]);
  deepStrictEqual(pointsOf(chart, 1, "main"), [[1, 5], [2, 6]]);
  const both = await drawn(
    Chart.lines({ A: frame, B: frame }, { x: "epoch", y: ["train", "val"] }),
  );
  deepStrictEqual(namesOf(both), ["A · train", "A · val", "B · train", "B · val"]);
});

Deno.test("a point that is missing, NaN or infinite is a gap, and counted", async () => {
  const frame = pl.DataFrame({
    step: [0, 1, 2, 3, 4, 5, 6, 7],
    value: [1, 2, null, 4, NaN, 6, Infinity, 8],
  });
  const chart = await drawn(Chart.lines(frame, xy));
  deepStrictEqual(pointsOf(chart, 0, "main"), [[0, 1], [1, 2]]);
  deepStrictEqual(pointsOf(chart, 0, "mainDot"), [[3, 4], [5, 6], [7, 8]]);
  deepStrictEqual(chart.notes, ["3 points are missing, NaN or infinite: gaps."]);
});

Deno.test("what is not above zero has no place on a logarithmic scale, and is counted", async () => {
  const frame = pl.DataFrame({ step: [0, 1, 2, 3, 4], value: [1, 0, -5, 10, 100] });
  const chart = await drawn(
    Chart.lines(frame, { x: "step", y: { column: "value", scale: "log" } }),
  );
  deepStrictEqual(pointsOf(chart, 0, "main"), [[3, 10], [4, 100]]);
  deepStrictEqual(chart.notes, [
    "2 points are not above 0 and have no place on a logarithmic scale: gaps.",
  ]);
  deepStrictEqual(json(chart).encoding["y"]?.["scale"], { type: "log", nice: false });
});

Deno.test("a line keeps its first, last, lowest and highest points, of 2,000 at most", async () => {
  const count = 100_001;
  const values = Array.from({ length: count }, (_, i) => Math.sin(i / 500));
  values[12_345] = 50;
  values[77_777] = -60;
  values[50_000] = NaN;
  const chart = await drawn(Chart.lines(steps(values), xy));
  const points = pointsOf(chart, 0, "main") as ReadonlyArray<readonly [number, number]>;
  ok(points.length <= 2000 && points.length > 1500, `${points.length}`);
  deepStrictEqual(points[0], [0, 0]);
  deepStrictEqual(points.at(-1), [100_000, values[100_000]]);
  ok(points.some(([x, y]) => x === 12_345 && y === 50));
  ok(points.some(([x, y]) => x === 77_777 && y === -60));
  // Every point drawn was logged, and nothing between two of them goes beyond their bucket.
  for (const [x, y] of points) strictEqual(y, values[x]);
  const width = Math.ceil(count / ((2000 - 3) / 2 - 1));
  for (const [i, value] of values.entries()) {
    if (i % 997 !== 0 || Number.isNaN(value)) continue;
    const near = points.filter(([x]) => Math.abs(x - i) <= width).map(([, y]) => y);
    ok(Math.min(...near) <= value && value <= Math.max(...near), `step ${i}`);
  }
  deepStrictEqual(chart.notes, [
    "Of 100,000 points, at most 2,000 are drawn: the lowest and the highest of each bucket.",
    "1 point is missing, NaN or infinite: gaps.",
  ]);
  const segments = new Set(json(chart).datasets["points"]?.map(({ segment }) => segment));
  strictEqual(segments.size, 2);
});

Deno.test("2,000 points are all drawn, and nothing is said", async () => {
  const chart = await drawn(Chart.lines(steps(Array.from({ length: 2000 }, (_, i) => i % 7)), xy));
  strictEqual(pointsOf(chart, 0, "main").length, 2000);
  deepStrictEqual(chart.notes, []);
});

Deno.test("a fork goes on from the last inherited point, which is marked", async () => {
  const chart = await drawn(Chart.lines(
    { parent: steps([9, 8, 7, 6]), child: steps([9, 8, 7, 5, 4]) },
    { ...xy, forks: { child: 2 } },
  ));
  deepStrictEqual(pointsOf(chart, 0, "main"), [[0, 9], [1, 8], [2, 7], [3, 6]]);
  deepStrictEqual(pointsOf(chart, 1, "faint"), [[0, 9], [1, 8], [2, 7]]);
  deepStrictEqual(pointsOf(chart, 1, "main"), [[2, 7], [3, 5], [4, 4]]);
  deepStrictEqual(json(chart).datasets["forks"], [{ line: 1, x: 2, y: 7 }]);
  deepStrictEqual(chart.notes, [
    "● where a run was forked from another one; what it inherited is drawn faintly.",
  ]);
});

Deno.test("a fork between two points, and one without inherited points", async () => {
  const late = pl.DataFrame({ step: [10, 20, 30], value: [1, 2, 3] });
  const forkOf = async (at: number) =>
    json(await drawn(Chart.lines({ late }, { ...xy, forks: { late: at } }))).datasets["forks"];
  deepStrictEqual(await forkOf(25), [{ line: 0, x: 20, y: 2 }]);
  deepStrictEqual(await forkOf(5), [{ line: 0, x: 10, y: 1 }]);
});

Deno.test("time is an axis, absolute or from the start of each line", async () => {
  const at = (...minutes: ReadonlyArray<number>) =>
    pl.DataFrame({
      timestamp: pl.Series("", Float64Array.from(minutes, (m) => m * 60_000)).cast(pl.Int64)
        .cast(pl.Datetime("ms", "UTC")),
      value: minutes.map((m) => m * 2),
    });
  const frames = { a: at(100, 105), b: at(700, 730) };
  const absolute = await drawn(Chart.lines(frames, { x: "timestamp", y: "value" }));
  deepStrictEqual(pointsOf(absolute, 1, "main"), [[42_000_000, 1400], [43_800_000, 1460]]);
  strictEqual(textOf(absolute, "x"), "timestamp (UTC)");
  deepStrictEqual(json(absolute).encoding["x"]?.["scale"], { type: "utc", nice: false });

  const elapsed = await drawn(Chart.lines(frames, {
    x: "timestamp",
    y: "value",
    elapsed: true,
    forks: { b: new Date(700 * 60_000) },
  }));
  deepStrictEqual(pointsOf(elapsed, 0, "main"), [[0, 200], [5, 210]]);
  deepStrictEqual(pointsOf(elapsed, 1, "main"), [[0, 1400], [30, 1460]]);
  strictEqual(textOf(elapsed, "x"), "elapsed time (min)");
  deepStrictEqual(json(elapsed).datasets["forks"], [{ line: 1, x: 0, y: 1400 }]);
});

Deno.test("smoothing is said in the legend, with the points behind it", async () => {
  const chart = await drawn(Chart.lines(steps([4, 8, 8]), { ...xy, smoothing: 0.5 }));
  // 4; (0.25·4 + 0.5·8) / 0.75; (0.125·4 + 0.25·8 + 0.5·8) / 0.875
  deepStrictEqual(pointsOf(chart, 0, "main").map(([, y]) => Number(y).toFixed(9)), [
    "4.000000000",
    (5 / 0.75).toFixed(9),
    (6.5 / 0.875).toFixed(9),
  ]);
  deepStrictEqual(pointsOf(chart, 0, "faint"), [[0, 4], [1, 8], [2, 8]]);
  const texts = textsOf(await svgOf(chart)).join(" ");
  ok(texts.includes("smoothed: moving average, weight 0.5"), texts);
  const lines = String(textOf(chart, "color")).split("\n");
  ok(lines.length > 1 && lines.every((line) => line.length <= 32), lines.join("|"));
});

Deno.test("smoothing and a fork keep what is faint apart", async () => {
  const chart = await drawn(
    Chart.lines({ c: steps([1, 1, 3, 3]) }, { ...xy, smoothing: 0, forks: { c: 1 } }),
  );
  const faint = json(chart).datasets["points"]?.filter(({ layer }) => layer === "faint") ?? [];
  // The points as logged, and the inherited part of the smoothed line.
  deepStrictEqual(faint.map(({ x, y }) => [x, y]), [[0, 1], [1, 1], [2, 3], [3, 3], [0, 1], [
    1,
    1,
  ]]);
  strictEqual(new Set(faint.map(({ segment }) => segment)).size, 2);
});

Deno.test("units and titles stand at the axes", async () => {
  const chart = await drawn(Chart.lines(steps([1, 2]), {
    x: { column: "step", title: "Step" },
    y: { column: "value", title: "Memory", unit: "MiB" },
    title: "How much",
  }));
  const texts = textsOf(await svgOf(chart));
  for (const text of ["How much", "Step", "Memory (MiB)"]) ok(texts.includes(text), text);
});

Deno.test("lines look different: 5 colours by 4 dashes, and more are said to look alike", async () => {
  const frames = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, steps([i, i + 1])]));
  const twenty = await drawn(Chart.lines(frames(20), xy));
  deepStrictEqual(twenty.notes, []);
  const lines = (await svgOf(twenty)).match(
    /<path [^>]*d="M[^"]*L[^"]*"[^>]*stroke-width="1.8"[^>]*>/g,
  );
  const styles = lines?.map((path) =>
    `${/stroke="([^"]*)"/.exec(path)?.[1]} ${/stroke-dasharray="([^"]*)"/.exec(path)?.[1]}`
  );
  strictEqual(new Set(styles).size, 20);
  deepStrictEqual((await drawn(Chart.lines(frames(21), xy))).notes, [
    "Of 21 lines, some look alike: there are 20 styles.",
  ]);
});

Deno.test("nothing to draw is a chart that says so", async () => {
  const empty = pl.DataFrame({}, { schema: { step: pl.Float64, value: pl.Float64 } });
  const chart = await drawn(Chart.lines(empty, xy));
  deepStrictEqual(chart.notes, ["There is no point that could be drawn."]);
  ok(textsOf(await svgOf(chart)).includes("There is no point that could be drawn."));
});

Deno.test("what cannot be drawn is refused, with a way out", async () => {
  const frame = steps([1, 2]);
  const text = pl.DataFrame({ step: ["a"], value: [1], list: [[1]] });
  deepStrictEqual(await refused(Chart.lines(frame, { x: "stpe", y: "value" })), {
    tag: "ColumnNotFound",
    message: 'x: the frame has no column "stpe". It has "step", "value".',
  });
  deepStrictEqual(await refused(Chart.lines(text, xy)), {
    tag: "UnusableColumn",
    message: 'x: column "step" is of type String, and must be numbers or times. Cast it, or name ' +
      "another column.",
  });
  deepStrictEqual(await refused(Chart.lines(text, { x: "value", y: "value", color: "list" })), {
    tag: "UnusableColumn",
    message:
      'color: column "list" is of type List, and must be numbers, times or texts. Cast it, ' +
      "or name another column.",
  });
  deepStrictEqual(await refused(Chart.lines(frame, { ...xy, smoothing: 1 })), {
    tag: "InvalidOption",
    message: "smoothing must be a number from 0 up to but without 1, not 1.",
  });
  deepStrictEqual(await refused(Chart.lines(frame, { ...xy, colour: "run" } as never)), {
    tag: "InvalidOption",
    message: 'There is no option "colour"; there are title, width, height, x, y, color, forks, ' +
      "elapsed, smoothing.",
  });
  deepStrictEqual(await refused(Chart.lines({ a: frame }, { ...xy, forks: { b: 1 } })), {
    tag: "InvalidOption",
    message: 'There is no line "b" that could be forked. There are "a".',
  });
  strictEqual((await refused(Chart.lines(frame, { ...xy, elapsed: true }))).tag, "InvalidOption");
  strictEqual((await refused(Chart.lines([] as never, xy))).tag, "InvalidOption");
  strictEqual(
    (await refused(Chart.lines({ a: frame }, { ...xy, color: "run" }))).tag,
    "InvalidOption",
  );
});
