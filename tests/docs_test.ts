/**
 * What the documentation promises to be complete is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const read = (path: string): string =>
  Deno.readTextFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)));

/** The members of a union of classes that a module exports. */
const unionIn = (path: string, name: string): ReadonlyArray<string> => {
  const [, members] = read(path).match(new RegExp(`export type ${name} =([^;]*);`)) ?? [];
  assert(members, `${path} has no ${name}`);
  return members.split("|").map((member) => member.trim()).filter((member) => member !== "");
};

const REASONS = {
  "Neptune: `NeptuneError`": [
    ...unionIn("src/neptune/NeptuneError.ts", "NeptuneErrorReason")
      .filter((name) => name !== "ServerReason"),
    ...unionIn("src/neptune/ServerReasons.ts", "ServerReason"),
  ],
  "Metaflow: `MetaflowError`": unionIn("src/metaflow/MetaflowError.ts", "MetaflowErrorReason"),
  "Pickles: `PickleError`": unionIn("src/metaflow/pickle/PickleError.ts", "PickleErrorReason"),
  "Charts: `ChartError`": unionIn("src/chart/ChartError.ts", "ChartErrorReason"),
};

for (const [heading, reasons] of Object.entries(REASONS)) {
  Deno.test(`docs/troubleshooting.md, ${heading}: has each reason, and no other`, () => {
    const section = read("docs/troubleshooting.md").split("\n## ")
      .find((section) => section.startsWith(heading));
    assert(section, `there is no section ${heading}`);
    const told = section.matchAll(/^\| `([A-Z]\w+)`/gm).map(([, name]) => name).toArray();
    assert.deepEqual(told.sort(), reasons.toSorted());
    assert(reasons.length > 5);
  });
}

/** Every call, argument and property in the two READMEs of `neptune-fetcher`. */
const PYTHON = [
  "ReadOnlyProject(",
  "api_token=",
  "proxies=",
  "project_identifier",
  "list_runs()",
  "list_experiments()",
  "fetch_runs()",
  "fetch_experiments()",
  "fetch_runs_df(",
  "fetch_experiments_df(",
  "columns=",
  "columns_regex=",
  "names_regex=",
  "names_exclude_regex=",
  "custom_id_regex=",
  "with_ids=",
  "custom_ids=",
  "states=",
  "owners=",
  "tags=",
  "trashed=",
  "limit=",
  "sort_by=",
  "ascending=",
  "progress_bar=",
  "query=",
  "match_columns_to_filters=",
  "fetch_read_only_runs(",
  "fetch_read_only_experiments(names=",
  "read_only_project=",
  "with_id=",
  "custom_id=",
  "experiment_name=",
  "run.field_names",
  'run["lr"]`',
  'run["lr"].fetch()',
  'del run["lr"]',
  "run.prefetch(",
  "run.prefetch_series_values(",
  "use_threads=",
  "include_inherited=",
  "step_range=",
  "ProgressBarCallback",
  "Integer.fetch()",
  "Float.fetch()",
  "Boolean.fetch()",
  "String.fetch()",
  "Datetime.fetch()",
  "StringSet.fetch()",
  "ObjectState.fetch()",
  "FloatSeries.fetch()",
  "fetch_last()",
  "FloatSeries.fetch_values()",
  "include_timestamp=",
  "NEPTUNE_API_TOKEN",
  "NEPTUNE_PROJECT",
];

Deno.test("docs/guide.md has a line for every Python call", () => {
  const rows = read("docs/guide.md").split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|")[1]!);
  for (const call of PYTHON) assert(rows.some((row) => row.includes(call)), call);
});

Deno.test("every variable of the environment that is read is in docs/guide.md or differences.md", () => {
  const documented = read("docs/guide.md") + read("docs/differences.md");
  const sources = [
    ...Deno.readDirSync(fileURLToPath(new URL("../src/neptune/live", import.meta.url)))
      .map(({ name }) => `src/neptune/live/${name}`),
    "src/neptune/project/fetchTable.ts",
    "src/neptune/run/SeriesPoints.ts",
    "src/neptune/ReadOnlyProject.ts",
  ];
  const variables = new Set(
    sources.flatMap((path) => read(path).match(/"NEPTUNE_[A-Z_]+"/g) ?? []),
  );
  assert(variables.size > 10);
  for (const name of variables) assert(documented.includes(name.slice(1, -1)), name);
});

const exported: Readonly<Record<string, string>> = JSON.parse(read("deno.json")).exports;

Deno.test("every entry point has an example, and is in the reference", () => {
  const reference: string = JSON.parse(read("deno.json")).tasks["docs:html"].command;
  for (const [entry, path] of Object.entries(exported)) {
    if (entry === "./cli") continue;
    assert.match(read(path), /@example/, path);
    assert(reference.split(" ").includes(path.slice(2)), `docs:html lacks ${path}`);
  }
});

Deno.test("the reference opens without a network", async () => {
  const directory = await Deno.makeTempDir({ prefix: "nereid-" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--quiet", "--html", `--output=${directory}`, "src/Progress.ts"],
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stderr: "null",
    }).output();
    assert(success);
    const page = await Deno.readTextFile(`${directory}/index.html`);
    const loaded = page.matchAll(/<(?:script|link|img)\b[^>]*(?:src|href)="([^"]*)"/g)
      .map(([, url]) => url!).toArray();
    assert(loaded.length > 0);
    for (const url of loaded) assert.doesNotMatch(url, /^(https?:)?\/\//);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("README.md has a reason for every package", () => {
  const { imports } = JSON.parse(read("deno.json"));
  const reasons = read("README.md").split("## Dependencies")[1]!;
  for (const name of Object.keys(imports)) assert(reasons.includes(`\`${name}\``), name);
});

Deno.test("links between documents lead somewhere", () => {
  const documents = [
    "README.md",
    ...Deno.readDirSync(fileURLToPath(new URL("../docs", import.meta.url)))
      .filter(({ name }) => name.endsWith(".md")).map(({ name }) => `docs/${name}`),
  ];
  for (const document of documents) {
    for (
      const [, target, anchor] of read(document).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)
    ) {
      const base = new URL(`../${document}`, import.meta.url);
      const file = target === "" ? base : new URL(target!, base);
      assert(Deno.statSync(file), `${document} → ${target}`);
      if (anchor === undefined) continue;
      const headings = Deno.readTextFileSync(file).matchAll(/^#+ (.*)$/gm)
        .map(([, heading]) =>
          "#" + heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
        ).toArray();
      assert(headings.includes(anchor), `${document} → ${target}${anchor}`);
    }
  }
});
