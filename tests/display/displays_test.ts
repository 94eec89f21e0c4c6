import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Effect, Stream } from "effect";
import pl from "nodejs-polars";
import { Metaflow, Neptune } from "@nereid/nereid";
import { frameDisplay } from "../../src/display/frame.ts";
import { element, table } from "../../src/display/html.ts";
import { jupyterDisplay, type MediaBundle } from "../../src/display/jupyter.ts";
import { sparkline } from "../../src/display/sparkline.ts";
import { shortTime, shortValue } from "../../src/display/value.ts";

const examples = fileURLToPath(new URL("../../examples/data", import.meta.url));
const HOSTILE = `<img src=x onerror="alert('1')">&amp;`;
const ESCAPED = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;";

const htmlOf = (media: MediaBundle): string => String(media["text/html"]);

Deno.test("every text is escaped, in elements, attributes and tables", () => {
  strictEqual(
    element("a", { title: HOSTILE, id: undefined }, HOSTILE).html,
    `<a title="${ESCAPED}">${ESCAPED}</a>`,
  );
  const { html } = table([HOSTILE], [[HOSTILE, element("b", {}, "x")]]);
  ok(!html.includes("<img") && html.includes("<b>x</b>"));
});

Deno.test("a frame shows its shape, types, and first and last rows, escaped", async () => {
  const frame = pl.DataFrame([
    pl.Series("n", Float64Array.from({ length: 1000 }, (_, i) => i)).alias(HOSTILE),
    pl.Series("columns", Array.from({ length: 1000 }, (_, i) => i === 1 ? null : HOSTILE)),
  ]);
  const html = htmlOf(await frameDisplay(frame));
  ok(html.includes("1,000 rows × 2 columns"), html.slice(0, 200));
  ok(html.includes(ESCAPED) && !html.includes("<img"));
  ok(html.includes("Float64") && html.includes("String") && html.includes(">null<"));
  for (const shown of [0, 5, 994, 999]) ok(html.includes(`>${shown}</td>`), String(shown));
  for (const hidden of [6, 500, 993]) ok(!html.includes(`>${hidden}</td>`), String(hidden));
});

Deno.test("a frame shows integers of 64 bits whole, and says how many columns are left out", async () => {
  const big = pl.DataFrame({ n: pl.Series("n", ["9007199254740993"]).cast(pl.Int64) });
  ok(htmlOf(await frameDisplay(big)).includes(">9007199254740993<"));
  const wide = pl.DataFrame(
    Object.fromEntries(Array.from({ length: 35 }, (_, i) => [`c${i}`, [i]])),
  );
  const html = htmlOf(await frameDisplay(wide));
  ok(html.includes("1 row × 35 columns") && html.includes("and 5 more"));
  ok(html.includes(">c29<") && !html.includes(">c30<"));
});

Deno.test("a sparkline draws from left to right and top to bottom, with gaps", () => {
  const { html } = sparkline(Float64Array.of(0, 1, 2, 3), Float64Array.of(0, 10, NaN, 5));
  strictEqual(/ d="([^"]*)"/.exec(html)?.[1], "M3.0 25.0L54.3 3.0M157.0 14.0");
  const flat = sparkline(Float64Array.of(0, 1), Float64Array.of(7, 7)).html;
  strictEqual(/ d="([^"]*)"/.exec(flat)?.[1], "M3.0 14.0L157.0 14.0");
  ok(!sparkline(new Float64Array(), new Float64Array()).html.includes("NaN"));
});

Deno.test("values are short, and say when they are cut", () => {
  strictEqual(shortValue(0.1 + 0.2), "0.3");
  strictEqual(shortValue(123456789), "123456789");
  strictEqual(shortValue(NaN), "NaN");
  strictEqual(shortValue("x".repeat(500)).length, 120);
  ok(shortValue("x".repeat(500)).endsWith("…"));
  strictEqual(shortTime(Date.UTC(2026, 0, 2, 3, 4, 5)), "2026-01-02 03:04:05");
  strictEqual(shortValue({ a: 1n }), '{"a":"1"}');
});

const digits = Neptune.layerArchive({ data: `${examples}/digits/data` });

Deno.test("a run shows key fields, parameters, and a sparkline for each series", async () => {
  const run = await Effect.runPromise(
    Neptune.ReadOnlyProject.open("nereid/digits").pipe(
      Effect.flatMap((project) => project.run({ withId: "DIG-22" })),
      Effect.provide(digits),
    ),
  );
  const media = await run[jupyterDisplay]();
  strictEqual(media["text/plain"], "DIG-22 in nereid/digits");
  const cells = [...htmlOf(media).matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text]) => text);
  const after = (name: string) => cells[cells.indexOf(name) + 1];
  strictEqual(after("sys/name"), "rmsprop to adam");
  strictEqual(after("sys/forking/step"), "240");
  strictEqual(after("config/lr"), "0.001");
  strictEqual(after("sys/creation_time"), "2026-11-20 18:50:30.962 UTC");
  // The number of points is that of the demo, inherited ones included.
  const row = /<td[^>]*>val\/loss<\/td><td[^>]*>(<svg.*?<\/svg>)<\/td>(.*?)<\/tr>/.exec(
    htmlOf(media),
  );
  match(row?.[1] ?? "", /d="M3.0 /);
  ok(row?.[2]?.includes(">59 points<") && row[2].includes(">0.0242"));
});

Deno.test("a project shows how much there is, and the newest experiments", async () => {
  const project = await Effect.runPromise(
    Effect.provide(Neptune.ReadOnlyProject.open("nereid/digits"), digits),
  );
  const html = htmlOf(await project[jupyterDisplay]());
  const { runs, experiments, newest } = await Effect.runPromise(Effect.gen(function* () {
    const table = yield* project.fetchExperimentsDf({ sortBy: "sys/creation_time", limit: 10 });
    return {
      runs: (yield* Stream.runCollect(project.listRuns())).length,
      experiments: (yield* Stream.runCollect(project.listExperiments())).length,
      newest: table.getColumn("sys/name").toArray() as ReadonlyArray<string>,
    };
  }));
  ok(html.includes(`${runs} runs, of which ${experiments} are experiments`), html);
  const names = [...html.matchAll(/<tr><td[^>]*>[^<]*<\/td><td[^>]*>([^<]*)<\/td>/g)];
  deepStrictEqual(names.map(([, name]) => name), newest);
});

Deno.test("names, values and paths of a run are escaped", async () => {
  const layer = Neptune.layerTest({
    "ws/<b>p</b>": { "RUN-1": { "sys/name": HOSTILE, [`config/${HOSTILE}`]: HOSTILE } },
  });
  const shown = await Effect.runPromise(
    Neptune.ReadOnlyProject.open("ws/<b>p</b>").pipe(
      Effect.flatMap((project) =>
        Effect.gen(function* () {
          const run = yield* project.run({ withId: "RUN-1" });
          const media = [
            yield* Effect.promise(() => project[jupyterDisplay]()),
            yield* Effect.promise(() => run[jupyterDisplay]()),
          ];
          return media.map(htmlOf).join("");
        })
      ),
      Effect.provide(layer),
    ),
  );
  ok(!shown.includes("<img") && !shown.includes("<b>p"), shown);
  ok(shown.includes(ESCAPED) && shown.includes("&lt;b&gt;p"));
});

Deno.test("errors show reason, operation and what to do, escaped", async () => {
  const error = await Effect.runPromise(
    Neptune.ReadOnlyProject.open(HOSTILE).pipe(Effect.flip, Effect.provide(digits)),
  );
  const html = htmlOf(error[jupyterDisplay]());
  ok(html.includes("ProjectNotFound") && html.includes("ReadOnlyProject.open"), html);
  ok(html.includes("nereid/digits") && !html.includes("<img"));
});

const tides = Metaflow.layerLocal({
  root: `${examples}/metaflow`,
  rootMapping: { "/home/ann/flows": `${examples}/metaflow` },
  namespace: null,
});

const tide = async (
  open: Effect.Effect<Metaflow.MetaflowObject, Metaflow.MetaflowError, Metaflow.Client>,
) => {
  const found = await Effect.runPromise(Effect.provide(open, tides));
  const media = await found[jupyterDisplay]();
  return { plain: media["text/plain"], html: htmlOf(media) };
};

Deno.test("Metaflow's objects show what became of them", async () => {
  const flow = await tide(Metaflow.Flow.get("TideFlow"));
  strictEqual(flow.plain, "Flow('TideFlow')");
  ok(flow.html.includes(">1795617626130956<") && flow.html.includes(">weekly<"));

  const run = await tide(Metaflow.Run.get("TideFlow/1795617626130956"));
  ok(run.html.includes(">successful<") && run.html.includes(">fit/2<"), run.html);

  const failed = await tide(Metaflow.Run.get("TideFlow/1795617630825642"));
  match(failed.html, />state<\/td><td[^>]*>failed</);
  ok(failed.html.includes("ValueError: 1 days of observations are too few"), failed.html);

  const task = await tide(Metaflow.Task.get("TideFlow/1795617626130956/fit/2"));
  match(task.html, />weights<\/td><td[^>]*>&lt;class &#39;numpy.ndarray&#39;&gt;</);

  const step = await tide(Metaflow.Step.get("TideFlow/1795617626130956/fit"));
  ok(step.html.includes(">fit/2<"));

  const table = await tide(
    Metaflow.DataArtifact.get("TideFlow/1795617626130956/fit/2/observations"),
  );
  ok(table.html.includes("336 rows × 4 columns"));
  const value = await tide(Metaflow.DataArtifact.get("TideFlow/1795617626130956/fit/2/weights"));
  match(value.html, /<pre[^>]*>array\(shape=\(3\)/);
});
