/**
 * Measures reading a server: Nereid, neptune-fetcher and neptune-query against the server of
 * `server.ts`, and `curl` downloading as many bytes, all on this machine and in one run.
 *
 * `deno task bench:live` makes a Python environment in `bench/data` for the peers if it is not there.
 * Each task runs in processes of its own; clients take turns, and medians count. Names of tasks as
 * arguments leave the others out.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Console, Effect } from "effect";

const here = fileURLToPath(new URL(".", import.meta.url));
const venv = join(here, "..", "data", "venv-live");
const python = Deno.env.get("PYTHON") ?? join(venv, "bin", "python");

const say = (text: string) => Effect.runPromise(Console.log(text));

const run = async (
  program: string,
  args: ReadonlyArray<string>,
  env: Record<string, string> = {},
): Promise<string> => {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], env })
    .output();
  const text = new TextDecoder().decode(stdout);
  if (!success) {
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
  return text.trim();
};

if (!existsSync(python)) {
  await run("python3", ["-m", "venv", venv]);
  await run(python, ["-m", "pip", "install", "--quiet", "neptune-fetcher", "neptune-query"]);
}

const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", join(here, "server.ts")],
  stdout: "piped",
}).spawn();
// Nothing stays behind if a task fails.
globalThis.addEventListener("unload", () => server.kill());
const token = new TextDecoder().decode((await server.stdout.getReader().read()).value).trim();
const { api_url } = JSON.parse(atob(token));

interface Measured {
  readonly milliseconds: ReadonlyArray<number>;
  readonly cpuMilliseconds: ReadonlyArray<number>;
  readonly count: number;
  readonly peakBytes: number;
}

const CLIENTS: Readonly<
  Record<string, (task: string, times: number) => readonly [string, ReadonlyArray<string>]>
> = {
  "nereid": (task, times) => [
    Deno.execPath(),
    ["run", "-A", "--no-check", join(here, "task.ts"), task, `${times}`],
  ],
  "neptune-fetcher": (task, times) => [
    python,
    [join(here, "peer.py"), "fetcher", task, `${times}`],
  ],
  "neptune-query": (task, times) => [python, [join(here, "peer.py"), "query", task, `${times}`]],
};

const measure = async (client: string, task: string, times: number): Promise<Measured> => {
  const [program, args] = CLIENTS[client]!(task, times);
  const output = await run(program, args, { NEPTUNE_API_TOKEN: token });
  return JSON.parse(output.split("\n").at(-1)!);
};

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const sent = async (): Promise<number> => await (await fetch(`${api_url}/sent`)).json();

const curl = async (bytes: number): Promise<number> =>
  1000 * Number(
    await run("curl", [
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{time_total}",
      `${api_url}/floor?bytes=${bytes}`,
    ]),
  );

const encodePoints = async (order: string): Promise<void> => {
  const answer = await fetch(`${api_url}/api/leaderboard/v1/proto/attributes/series/float`, {
    method: "POST",
    body: JSON.stringify({
      requests: [{ requestId: "0", series: { attribute: "metrics/10m" } }],
      perSeriesPointsLimit: 1,
      order,
    }),
  });
  await answer.body?.cancel();
};

const TASKS: ReadonlyArray<readonly [task: string, title: string, rounds: number, times: number]> =
  [
    ["table", "A table of 5,000 runs and 50 columns", 5, 3],
    ["list", "Listing 100,000 runs", 5, 3],
    ["many", "100 series of 10,000 points", 5, 2],
    ["1m", "One series of 1,000,000 points", 3, 2],
    ["10m", "One series of 10,000,000 points", 1, 1],
  ];

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

const only = Deno.args;
for (const [task, title, rounds, times] of TASKS) {
  if (only.length > 0 && !only.includes(task)) continue;
  const results = new Map<string, Array<Measured>>(
    Object.keys(CLIENTS).map((client) => [client, []]),
  );
  const floors: Array<number> = [];
  let bytes = 0;
  // The first round lets the server encode its answers, and does not count. For the longest task, the
  // server makes the points beforehand.
  const isLong = task === "10m";
  if (isLong) await Promise.all(["ascending", "descending"].map(encodePoints));
  for (let round = isLong ? 1 : 0; round <= rounds; round++) {
    for (const [client, measured] of results) {
      await sent();
      const one = await measure(client, task, round === 0 ? 1 : times);
      if (client === "nereid") bytes = Math.round(await sent() / one.milliseconds.length);
      if (round > 0) measured.push(one);
    }
    const floor = await curl(bytes);
    if (round > 0) floors.push(floor);
  }
  type Times = "milliseconds" | "cpuMilliseconds";
  const firstOf = (client: string, times: Times) =>
    median(results.get(client)!.map((measured) => measured[times][0]!));
  const laterOf = (client: string, each: Times) =>
    times === 1
      ? firstOf(client, each)
      : median(results.get(client)!.flatMap((measured) => measured[each].slice(1)));
  const rows = Object.keys(CLIENTS).map((client) => {
    const cells = [firstOf, laterOf].flatMap((of) =>
      (["milliseconds", "cpuMilliseconds"] as const).map((each) => {
        const value = of(client, each);
        const ratio = client === "nereid" ? "" : ` (${(value / of("nereid", each)).toFixed(1)}×)`;
        return `${milliseconds(value)}${ratio}`;
      })
    );
    const peak = median(results.get(client)!.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
    return `| ${client} | ${cells.join(" | ")} | ${peak.toFixed(0)} |`;
  });
  await say(
    `\n### ${title}\n\n| client | first, ms | its CPU, ms | later, ms | its CPU, ms | peak MiB |\n` +
      `| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}\n` +
      `| curl, ${(bytes / 1e6).toFixed(1)} MB | | | ${milliseconds(median(floors))} | | |`,
  );
}

if (only.length === 0 || only.includes("start")) {
  // From the start of the process to the first row of a table; for Python, to the end of the import.
  const programs = {
    "nereid, to the first row": [Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      join(here, "first.ts"),
    ]],
    "python, import neptune_fetcher": [python, ["-W", "ignore", "-c", "import neptune_fetcher"]],
    "python, import neptune_query": [python, ["-W", "ignore", "-c", "import neptune_query"]],
  } as const;
  const times = new Map<string, Array<number>>(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round <= 7; round++) {
    for (const [name, [program, args]] of Object.entries(programs)) {
      const start = performance.now();
      await run(program, args, { NEPTUNE_API_TOKEN: token });
      if (round > 0) times.get(name)!.push(performance.now() - start);
    }
  }
  await say(
    `\n### Start\n\n| program | ms |\n| --- | --- |\n` +
      [...times].map(([name, each]) => `| ${name} | ${milliseconds(median(each))} |`).join("\n"),
  );
}
Deno.exit(0);
