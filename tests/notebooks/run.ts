// deno-lint-ignore-file no-console -- What it has seen.
/**
 * Executes the notebooks of examples/ in a Deno kernel, and looks at what they show.
 *
 * `deno task notebooks` fails if a cell fails, if one that ends with a value shows nothing, in the
 * file or in the picture that Chromium takes of it, or if the outputs are not those that are
 * committed; `deno task notebooks --write` writes them. `--keep=directory` keeps pages and pictures.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, prepareMachine, PYTHON, run, writeKernel } from "./machine.ts";
import { decodePng, inkIn } from "./png.ts";

interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly source: string | ReadonlyArray<string>;
  readonly outputs?: ReadonlyArray<{
    readonly output_type: string;
    readonly data?: Record<string, unknown>;
    readonly traceback?: ReadonlyArray<string>;
  }>;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A code cell in the page: where its outputs are, and what is in them. */
interface Seen {
  readonly boxes: ReadonlyArray<Box>;
  readonly tables: number;
  readonly drawings: number;
  readonly text: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = `${root}/examples`;
const kernel = fileURLToPath(new URL("kernel.py", import.meta.url));

const isWriting = Deno.args.includes("--write");
const kept = Deno.args.find((arg) => arg.startsWith("--keep="))?.slice("--keep=".length);

const textOf = ({ source }: Cell): string => typeof source === "string" ? source : source.join("");

/** Whether a cell ends with a value: its last statement is no declaration. */
const showsSomething = (cell: Cell): boolean => {
  const statements = textOf(cell).split("\n").filter((line) => /^[^\s})\]/]/.test(line));
  const last = statements.at(-1) ?? "";
  return !/^(import|const|let|function|class)\b|\.dispose\(\)/.test(last) ||
    /;\s*\w+$/.test(last);
};

// Runs in the page: where things are is known only there.
const MEASURE = `<script type="text/javascript">
addEventListener("load", () => {
  const cells = [...document.querySelectorAll(".jp-CodeCell")].map((cell) => {
    const outputs = [...cell.querySelectorAll(".jp-OutputArea-output")];
    const drawings = outputs.flatMap((output) => [...output.querySelectorAll("svg")]);
    const box = ({ x, y, width, height }) => ({ x, y, width, height });
    return {
      boxes: outputs.map((output) => box(output.getBoundingClientRect())),
      tables: outputs.flatMap((output) => [...output.querySelectorAll("table")])
        .filter((table) => table.getBoundingClientRect().height > 20).length,
      drawings: drawings.filter((svg) => [...svg.querySelectorAll("path, circle, rect")]
        .some((mark) => mark.getBoundingClientRect().width > 1)).length,
      text: outputs.map((output) => output.innerText).join("\\n"),
    };
  });
  const measured = document.createElement("script");
  measured.type = "application/json";
  measured.id = "measured";
  measured.textContent = JSON.stringify({ height: document.documentElement.scrollHeight, cells })
    .replaceAll("<", "\\\\u003c");
  document.body.append(measured);
});
</script></body>`;

const look = async (page: string): Promise<ReadonlyArray<Seen>> => {
  await Deno.writeTextFile(
    page,
    (await Deno.readTextFile(page)).replace(/<\/body>(?![\s\S]*<\/body>)/, () => MEASURE),
  );
  const measure = async (height: number) => {
    const dom = await chromium(page, height, "--dump-dom");
    const json = /<script type="application\/json" id="measured">(.*?)<\/script>/s.exec(dom)?.[1];
    ok(json !== undefined, `${page} was not measured`);
    return JSON.parse(json) as { readonly height: number; readonly cells: ReadonlyArray<Seen> };
  };
  const { height } = await measure(2000);
  const { cells } = await measure(height);
  const image = page.replace(/\.html$/, ".png");
  await chromium(page, height, `--screenshot=${image}`);
  const picture = await decodePng(await Deno.readFile(image));
  ok(picture.height >= height, `${image} is cut`);
  for (const [i, { boxes }] of cells.entries()) {
    for (const box of boxes) {
      ok(inkIn(picture, box) > 0.001, `${image}: an output of code cell ${i + 1} is blank`);
    }
  }
  return cells;
};

const check = async (path: string, directory: string): Promise<void> => {
  const name = basename(path);
  const executed = `${directory}/${name}`;
  const env = { JUPYTER_PATH: directory, PYTHONWARNINGS: "ignore" };
  await run(PYTHON, [kernel, "execute", path, executed], env);
  const { cells } = JSON.parse(await Deno.readTextFile(executed)) as { cells: ReadonlyArray<Cell> };
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  for (const [i, cell] of code.entries()) {
    const where = `${name}, code cell ${i + 1}:\n${textOf(cell)}\n`;
    const outputs = cell.outputs ?? [];
    const failed = outputs.find(({ output_type }) => output_type === "error");
    ok(failed === undefined, `${where}\n${failed?.traceback?.join("\n")}`);
    ok(!showsSomething(cell) || outputs.length > 0, `${where}\nshows nothing.`);
  }

  await run(PYTHON, ["-m", "nbconvert", "--to", "html", executed], env);
  const seen = await look(executed.replace(/\.ipynb$/, ".html"));
  deepEqual(seen.length, code.length);
  let drawings = 0;
  let tables = 0;
  for (const [i, cell] of code.entries()) {
    const where = `${name}, code cell ${i + 1}, in the page:\n${textOf(cell)}\n`;
    const html = (cell.outputs ?? []).map(({ data }) => String(data?.["text/html"] ?? "")).join("");
    const { boxes, ...shown } = seen[i]!;
    ok(boxes.every(({ width, height }) => width > 20 && height > 10), `${where}\nhas no size.`);
    deepEqual(
      { drawings: shown.drawings, tables: shown.tables },
      { drawings: html.split("<svg").length - 1, tables: html.split("<table").length - 1 },
      where,
    );
    ok(!showsSomething(cell) || shown.text.trim() !== "", `${where}\nshows no text.`);
    drawings += shown.drawings;
    tables += shown.tables;
  }
  if (isWriting) {
    await Deno.copyFile(executed, path);
  } else {
    deepEqual(
      JSON.parse(await Deno.readTextFile(path)),
      JSON.parse(await Deno.readTextFile(executed)),
      `${name} shows something else than what is committed: deno task notebooks --write`,
    );
  }
  const count = code.filter(showsSomething).length;
  console.log(`  ${name}: ${count} cells show something, ${tables} tables, ${drawings} drawings`);
};

await prepareMachine();
await run(Deno.execPath(), ["cache", `${root}/mod.ts`]);
const directory = kept ?? await Deno.makeTempDir({ prefix: "notebooks-" });
try {
  await Deno.mkdir(directory, { recursive: true });
  await writeKernel(directory);
  console.log("A kernel, interrupted and going on:");
  console.log(
    (await run(PYTHON, [kernel, "interrupt", examples], { JUPYTER_PATH: directory })).trimEnd(),
  );
  console.log("The notebooks:");
  const names = [...Deno.readDirSync(examples)].map(({ name }) => name);
  const notebooks = names.filter((name) => name.endsWith(".ipynb")).sort();
  for (const name of notebooks) await check(`${examples}/${name}`, directory);
} finally {
  if (kept === undefined) await Deno.remove(directory, { recursive: true });
}
