/**
 * Runs one task of the live benchmark in a process of its own, and prints what it took: the first time
 * and, if there is time for it, the second. Importing libraries is not counted, for anybody.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { Console, Effect, Stream } from "effect";
import { polars } from "../../src/Polars.ts";
import { Neptune } from "../../mod.ts";

const [task = "", times = "2"] = Deno.args;

const COLUMNS = Array.from({ length: 50 }, (_, i) => `config/p${i}`);
const MANY = Array.from({ length: 100 }, (_, i) => `many/m${i}`);

const series = (path: string) =>
  Effect.gen(function* () {
    const project = yield* Neptune.ReadOnlyProject.open("bench/series");
    const run = yield* project.run({ withId: "BEN-0" });
    return (yield* run.fetchValues(path)).height;
  });

const tasks: Readonly<
  Record<string, Effect.Effect<number, Neptune.NeptuneError, Neptune.NeptuneSource>>
> = {
  "1m": series("metrics/1m"),
  "10m": series("metrics/10m"),
  many: Effect.gen(function* () {
    const project = yield* Neptune.ReadOnlyProject.open("bench/series");
    const run = yield* project.run({ withId: "BEN-0" });
    yield* run.prefetchSeriesValues(MANY);
    const frames = yield* Effect.forEach(MANY, (path) => run.fetchValues(path));
    return frames.reduce((sum, frame) => sum + frame.height, 0);
  }),
  table: Effect.gen(function* () {
    const project = yield* Neptune.ReadOnlyProject.open("bench/table");
    return (yield* project.fetchRunsDf({ columns: COLUMNS })).height;
  }),
  list: Effect.gen(function* () {
    const project = yield* Neptune.ReadOnlyProject.open("bench/list");
    return (yield* Stream.runCollect(project.listRuns())).length;
  }),
};

const measured = Effect.gen(function* () {
  const milliseconds: Array<number> = [];
  const cpuMilliseconds: Array<number> = [];
  let count = 0;
  for (let i = 0; i < Number(times); i++) {
    const start = performance.now();
    const before = process.cpuUsage();
    count = yield* tasks[task]!;
    milliseconds.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpuMilliseconds.push((user + system) / 1000);
  }
  return { milliseconds, cpuMilliseconds, count };
});

// Loading Polars is an import, too.
await Effect.runPromise(polars);
const result = await Effect.runPromise(Effect.provide(measured, Neptune.layerLive()));
const peak = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/)![1];
await Effect.runPromise(
  Console.log(JSON.stringify({ ...result, peakBytes: Number(peak) * 1024 })),
);
