import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import pl from "nodejs-polars";
import * as Chart from "../../src/Chart.ts";
import { drawn, json, svgOf, textsOf } from "./specifications.ts";

/** What breaks out where a name is taken for a path, an expression, markup or a key. */
const NAMES = [
  "a.b[0]",
  "a\\.b",
  'it\'s "quoted"',
  '\\" + datum.constructor.constructor("throw 1")() + \\"',
  "<script>alert(1)</script>",
  "</svg><img src=x onerror=alert(1)>",
  "&lt;b&gt;&amp;",
  "__proto__",
  "constructor",
  "toString",
  "columns",
  "height",
  "getColumn",
  "^a.*$",
  "*",
  "${x} #{y}",
  "",
  " ",
  "null",
];

const shown = (name: string): string => name.trim();

const framed = (name: string): pl.DataFrame =>
  pl.DataFrame([
    pl.Series("step", Float64Array.of(0, 1)),
    pl.Series("x", Float64Array.of(1, 2)).alias(name),
  ]);

for (const name of NAMES.filter((name) => name !== "")) {
  Deno.test(`a column called ${JSON.stringify(name)} is drawn, and is only text`, async () => {
    const frame = framed(name);
    const charts = await Promise.all([
      drawn(Chart.lines(frame, { x: "step", y: name })),
      drawn(Chart.lines(frame, { x: name, y: "step", smoothing: 0.5 })),
      drawn(Chart.scatter(frame, { x: name, y: "step", color: name, label: name })),
      drawn(Chart.parallel(frame, { columns: [name, "step"], color: name })),
      drawn(Chart.histogram(frame, { x: name, color: name })),
    ]);
    for (const chart of charts) {
      const svg = await svgOf(chart);
      checkMarkup(svg);
      // Long names are broken over lines.
      const text = textsOf(svg).join("").replaceAll(" ", "");
      ok(text.includes(shown(name).replaceAll(" ", "")), `${chart.title}: ${text}`);
    }
    deepStrictEqual(json(charts[0] as Chart.Chart).datasets["points"]?.map(({ y }) => y), [1, 2]);
  });
}

Deno.test("values of such names are lines, colours, axes and ticks", async () => {
  const names = [...NAMES, "(none)"];
  const frame = pl.DataFrame({
    step: names.flatMap(() => [0, 1]),
    y: names.flatMap((_, i) => [i, i + 1]),
    name: pl.Series("name", names.flatMap((name) => [name, name]), pl.Utf8),
  });
  const charts = await Promise.all([
    drawn(Chart.lines(frame, { x: "step", y: "y", color: "name" })),
    drawn(Chart.scatter(frame, { x: "name", y: "name", color: "name", label: "name" })),
    drawn(Chart.parallel(frame, { columns: ["name", "y"], color: "name" })),
    drawn(Chart.histogram(frame, { x: "name", color: "name" })),
  ]);
  for (const chart of charts) {
    const svg = await svgOf(chart);
    checkMarkup(svg);
    const texts = textsOf(svg);
    for (const name of ["a.b[0]", "__proto__", "constructor", "<script>alert(1)</script>"]) {
      ok(texts.includes(name), `${chart.title}: ${name}`);
    }
  }
  const lines = json(charts[0] as Chart.Chart).datasets["points"] ?? [];
  strictEqual(new Set(lines.map(({ line }) => line)).size, names.length);
});

Deno.test("such names as titles, units and frames", async () => {
  for (const name of NAMES) {
    const chart = await drawn(Chart.lines(
      new Map([[name, framed("y")], ["other", framed("y")]]),
      {
        x: "step",
        y: { column: "y", title: name, unit: name },
        title: name,
        forks: new Map([[name, 0]]),
      },
    ));
    checkMarkup(await svgOf(chart));
    const page = await Effect.runPromise(Chart.html(chart));
    deepStrictEqual(page.match(/<script[^>]*>/g), [
      '<script type="application/vnd.vegalite.v6+json">',
    ]);
    strictEqual(page.match(/<img/g), null);
    const [, inPage = ""] = /<script[^>]*>\n(.*)<\/script>/s.exec(page) ?? [];
    deepStrictEqual(JSON.parse(inPage), JSON.parse(Chart.json(chart)));
  }
});

Deno.test("no name of the data is a field, and none is in the code of an expression", async () => {
  const name = "zz.q[0]\\\"'zz";
  const frame = pl.DataFrame([
    pl.Series("s", Float64Array.of(0, 1)).alias(name),
    pl.Series("n", [name, name]).alias(`${name}2`),
  ]);
  for (
    const chart of await Promise.all([
      drawn(Chart.lines(frame, { x: name, y: name, color: `${name}2` })),
      drawn(Chart.scatter(frame, { x: `${name}2`, y: name, color: `${name}2`, label: `${name}2` })),
      drawn(Chart.parallel(frame, { columns: [name, `${name}2`], color: name })),
      drawn(Chart.histogram(frame, { x: name, color: `${name}2` })),
    ])
  ) {
    const visit = (value: unknown, key: string): void => {
      if (
        typeof value === "string" && /^(field|calculate|filter|.*Expr|as|expr|signal)$/.test(key)
      ) {
        ok(!value.includes("zz"), `${key}: ${value}`);
      } else if (typeof value === "object" && value !== null) {
        for (const [inner, child] of Object.entries(value)) visit(child, inner);
      }
    };
    visit(chart.specification, "");
  }
});

/** Only what Vega draws with, no handler, no script, and every element closed. */
const checkMarkup = (svg: string): void => {
  const open: Array<string> = [];
  for (
    const [tag, close, name = "", rest = ""] of svg.matchAll(/<(\/?)([a-zA-Z!][\w-]*)([^>]*)>/g)
  ) {
    ok(
      /^(svg|g|path|rect|text|tspan|line|defs|clipPath|linearGradient|stop|title|desc)$/.test(name),
      tag,
    );
    ok(!/\son\w+=|javascript:/i.test(rest.replace(/"[^"]*"/g, '""')), tag);
    if (close === "/") strictEqual(open.pop(), name);
    else if (!rest.endsWith("/")) open.push(name);
  }
  deepStrictEqual(open, []);
};
