import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import pl from "nodejs-polars";
import * as Chart from "../../src/Chart.ts";
import { COLORS, RAMP } from "../../src/chart/palette.ts";
import { drawn, refused, svgOf } from "./specifications.ts";

const chart = (title = "Loss & <gain>") =>
  drawn(
    Chart.lines(pl.DataFrame({ step: [0, 1], value: [1, 2] }), { x: "step", y: "value", title }),
  );

Deno.test("a notebook gets Vega-Lite, SVG in HTML, and text", async () => {
  const drawing = await chart();
  const display = Object.getOwnPropertySymbols(drawing).find((symbol) =>
    symbol === Symbol.for("Jupyter.display")
  );
  strictEqual(display, Symbol.for("Jupyter.display"));
  // deno-lint-ignore no-explicit-any -- What a kernel does.
  const media = await (drawing as any)[Symbol.for("Jupyter.display")]();
  deepStrictEqual(Object.keys(media), [
    "application/vnd.vegalite.v6+json",
    "text/html",
    "text/plain",
  ]);
  deepStrictEqual(media["application/vnd.vegalite.v6+json"], drawing.specification);
  match(media["text/html"], /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  ok(media["text/html"].includes("Loss &amp; &lt;gain&gt;"));
  strictEqual(media["text/plain"], "Loss & <gain>");
});

Deno.test("a chart is saved as what its extension says", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const drawing = await chart();
    const saved = async (name: string): Promise<string> => {
      await Effect.runPromise(Chart.save(drawing, `${directory}/${name}`));
      return await Deno.readTextFile(`${directory}/${name}`);
    };
    strictEqual(await saved("a.svg"), await svgOf(drawing));
    deepStrictEqual(
      JSON.parse(await saved("a.b.JSON")),
      JSON.parse(JSON.stringify(drawing.specification)),
    );
    const page = await saved("a.html");
    match(page, /^<!DOCTYPE html>/);
    ok(page.includes("<title>Loss &amp; &lt;gain&gt;</title>") && page.includes("<svg "));
    ok(!/<(link|img|iframe)|src=|href=/.test(page));
    strictEqual((await refused(Chart.save(drawing, `${directory}/a.png`))).tag, "InvalidOption");
    const missing = await refused(Chart.save(drawing, `${directory}/no/a.svg`));
    strictEqual(missing.tag, "FileNotWritten");
    match(missing.message, /no\/a\.svg" could not be written: .*ENOENT/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("two pictures in one page have no id in common, and one picture always the same", async () => {
  const frame = pl.DataFrame({ x: [1, 2], y: [3, 4] });
  const colored = (color: string) =>
    drawn(Chart.scatter(frame, { x: "x", y: "y", color })).then(svgOf);
  const idsOf = (svg: string) => [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  const [one, two] = [await colored("x"), await colored("y")];
  ok(idsOf(one).length > 0);
  ok(new Set(idsOf(one)).isDisjointFrom(new Set(idsOf(two))));
  for (const [, id] of one.matchAll(/url\(#([^)]*)\)/g)) ok(idsOf(one).includes(id));
  strictEqual(await colored("x"), one);
});

Deno.test("importing the library loads neither Vega nor Polars", async () => {
  const program =
    'import { Chart, Neptune, Notebook } from "@nereid/nereid"; console.log(typeof Chart);';
  // Neither can be loaded without a permission.
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", program],
    cwd: new URL("../..", import.meta.url),
    stdout: "piped",
    stderr: "inherit",
  }).output();
  strictEqual(code, 0);
  strictEqual(new TextDecoder().decode(stdout).trim(), "object");
});

// https://www.w3.org/TR/WCAG21/#dfn-relative-luminance and CIE L*.
const lightness = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = linear(color);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
};

const linear = (color: string): ReadonlyArray<number> =>
  [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

// Machado, Oliveira and Fernandes 2009, severity 1.
const BLINDNESS = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [
    -0.01182,
    0.04294,
    0.968881,
  ]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [
    0.004733,
    0.691367,
    0.3039,
  ]],
};

const lab = ([red = 0, green = 0, blue = 0]: ReadonlyArray<number>): ReadonlyArray<number> => {
  const f = (t: number) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

Deno.test("colours can be told apart in grey, and by those who see no red, green or blue", () => {
  for (const [i, color] of COLORS.entries()) {
    const next = COLORS[i + 1];
    if (next !== undefined) ok(lightness(next) - lightness(color) > 12, `${color} ${next}`);
  }
  for (const [i, color] of RAMP.entries()) {
    const next = RAMP[i + 1];
    if (next !== undefined) ok(lightness(next) - lightness(color) > 9, `${color} ${next}`);
  }
  for (const [name, matrix] of Object.entries(BLINDNESS)) {
    const seen = COLORS.map((color) => {
      const rgb = linear(color);
      return lab(
        matrix.map((row) =>
          Math.min(1, Math.max(0, row.reduce((sum, weight, i) => sum + weight * (rgb[i] ?? 0), 0)))
        ),
      );
    });
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(i + 1)) {
        // 2.3 is what can just be noticed.
        ok(Math.hypot(...a.map((value, k) => value - (b[k] ?? 0))) > 25, `${name} ${COLORS[i]}`);
      }
    }
  }
});
