/**
 * How long programs take that do nothing but import an entry point, or load Polars after it, and how
 * much memory they reach.
 *
 * ```sh
 * deno run -A bench/startup.ts      # the median of 9 processes each, in turn
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("..", import.meta.url);

const { exports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));

/** Programs by name. */
const programs: Record<string, string> = {
  "nothing": "",
  "`effect`": 'import "effect";',
  ...Object.fromEntries(
    Object.keys(exports).filter((entry) => entry !== "./cli").map((entry) => {
      const name = `@nereid/nereid${entry.slice(1)}`;
      return [`\`${name}\``, `import "${name}";`];
    }),
  ),
  "… and a first table": `import { Neptune } from "@nereid/nereid"; import { Effect } from "effect";
    const project = Neptune.ReadOnlyProject.open("a/b").pipe(
      Effect.provide(Neptune.layerTest({ "a/b": {} })));
    await Effect.runPromise(Effect.flatMap(project, (project) => project.fetchRuns()));`,
};

const TIMES = 9;
// What the process itself has used by then, which is less at the mercy of other processes than time.
const USED = `
  const { default: { cpuUsage } } = await import("node:process");
  const { user, system } = cpuUsage();
  const peak = /VmHWM:\\s+(\\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))[1];
  console.log(JSON.stringify({ cpu: (user + system) / 1000, mebibytes: peak / 1024 }));`;

interface Measured {
  readonly name: string;
  readonly file: string;
  readonly milliseconds: Array<number>;
  readonly cpu: Array<number>;
  readonly mebibytes: Array<number>;
}

const directory = Deno.makeTempDirSync({ dir: fileURLToPath(ROOT), prefix: ".startup-" });
try {
  const files = Object.entries(programs).map(([name, program], i) => {
    const file = `${directory}/${i}.js`;
    Deno.writeTextFileSync(file, `${program}${USED}`);
    return { name, file, milliseconds: [], cpu: [], mebibytes: [] } as Measured;
  });
  // In turn, so that what else the machine does falls on all of them.
  for (let time = 0; time <= TIMES; time++) {
    for (const { file, milliseconds, cpu, mebibytes } of files) {
      const start = performance.now();
      const { stdout, success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--cached-only", file],
        stderr: "inherit",
      }).output();
      if (!success) throw new Error(`${file} failed`);
      if (time === 0) continue; // fills the caches
      milliseconds.push(performance.now() - start);
      const used = JSON.parse(new TextDecoder().decode(stdout));
      cpu.push(used.cpu);
      mebibytes.push(used.mebibytes);
    }
  }
  const median = (numbers: ReadonlyArray<number>) =>
    numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!.toFixed(0);
  const rows = files.map(({ name, milliseconds, cpu, mebibytes }) =>
    `| ${name} | ${median(milliseconds)} | ${median(cpu)} | ${median(mebibytes)} |`
  );
  // deno-lint-ignore no-console
  console.log(
    ["| Program imports | ms | CPU ms | peak MiB |", "| --- | --- | --- | --- |", ...rows].join(
      "\n",
    ),
  );
} finally {
  Deno.removeSync(directory, { recursive: true });
}
