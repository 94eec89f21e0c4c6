/**
 * Runs one task in a process of its own, and prints what it took: `{ milliseconds, busy, answer }`,
 * of which `busy` is the time of processors. The answer is a number that Python must find too. With a third
 * argument, `warm`, the fourth time in the process counts and not the first. Importing libraries is not counted,
 * for anybody.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { Console, DateTime, Effect, Schema, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { FLOW } from "./generate.ts";

const [name = "", root = "", warm] = Deno.args;

type Task = Effect.Effect<number, Metaflow.MetaflowError, Metaflow.Client>;

const flow = Metaflow.Flow.get(FLOW);

/** Every run, with what its attributes say. */
const runs: Task = Effect.gen(function* () {
  let sum = 0;
  yield* Stream.runForEach((yield* flow).runs(), (run) =>
    Effect.gen(function* () {
      const finishedAt = yield* run.finishedAt;
      if (!(yield* run.finished) || !(yield* run.successful) || finishedAt === null) return;
      sum += run.id.length + run.tags.size + DateTime.toEpochMillis(run.createdAt) % 1000;
      sum += DateTime.toEpochMillis(finishedAt) % 1000;
    }));
  return sum;
});

/** Every task of every run, with what its attributes say. */
const outcomes: Task = Effect.gen(function* () {
  let sum = 0;
  const all = (yield* flow).runs().pipe(
    Stream.flatMap((run) => run.steps()),
    Stream.flatMap((step) => step.tasks()),
  );
  yield* Stream.runForEach(all, (task) =>
    Effect.gen(function* () {
      const finishedAt = yield* task.finishedAt;
      if (!(yield* task.finished) || !(yield* task.successful) || finishedAt === null) return;
      sum += task.id.length + task.tags.size + (yield* task.currentAttempt);
      sum += DateTime.toEpochMillis(task.createdAt) % 1000;
      sum += DateTime.toEpochMillis(finishedAt) % 1000;
    }));
  return sum;
});

/** The same as tables, one for each run. */
const tables: Task = Effect.gen(function* () {
  const frames = Stream.mapEffect((yield* flow).runs(), (run) => run.tasksDf());
  return yield* Stream.runFold(frames, () => 0, (sum, frame) => sum + frame.height);
});

/** Every task of every run, with the names and hashes of its artifacts. */
const tasks: Task = Effect.gen(function* () {
  let sum = 0;
  const all = (yield* flow).runs().pipe(
    Stream.flatMap((run) => run.steps()),
    Stream.flatMap((step) => step.tasks()),
  );
  yield* Stream.runForEach(all, (task) =>
    Effect.gen(function* () {
      sum += task.tags.size + DateTime.toEpochMillis(task.createdAt) % 1000;
      yield* Stream.runForEach(task.artifacts(), (artifact) =>
        Effect.sync(() => void (sum += artifact.id.length + artifact.sha.length)));
    }));
  return sum;
});

/** One artifact of every task. */
const values: Task = Effect.gen(function* () {
  let sum = 0;
  const all = (yield* flow).runs().pipe(
    Stream.flatMap((run) => run.steps()),
    Stream.flatMap((step) => step.tasks()),
  );
  yield* Stream.runForEach(
    all,
    (task) => Effect.map(task.data("value_0", Schema.Number), (value) => void (sum += value)),
  );
  return Math.round(sum * 100);
});

/** All runs as a table, which has the attributes of {@link runs}. */
const table: Task = Effect.map(
  Effect.flatMap(flow, (flow) => flow.runsDf()),
  (frame) => frame.height,
);

/** All arrays of a task. */
const arrays: Task = Effect.gen(function* () {
  const task = yield* Metaflow.Task.get(`${FLOW}/1/start/1`);
  let sum = 0;
  yield* Stream.runForEach(
    task.artifacts(),
    (artifact) =>
      Effect.map(artifact.dataAs(Metaflow.NdArray), ({ data }) => {
        if (data instanceof Float64Array) sum += data[data.length - 1]!;
      }),
  );
  return Math.round(sum * 1e4);
});

/** What can be had without: the blobs, read and inflated, and nothing more. */
const inflate: Task = Effect.sync(() => {
  const data = join(root, ".metaflow", FLOW, "data");
  let sum = 0;
  for (const prefix of readdirSync(data)) {
    for (const file of readdirSync(join(data, prefix))) {
      if (!file.endsWith("_meta")) sum += gunzipSync(readFileSync(join(data, prefix, file))).length;
    }
  }
  return sum;
});

const TASKS: Readonly<Record<string, Task>> = {
  runs,
  outcomes,
  tables,
  tasks,
  values,
  table,
  arrays,
  inflate,
};

const layer = Metaflow.layerLocal({ root, namespace: null });
const run = () => Effect.runPromise(Effect.provide(TASKS[name]!, layer));
if (warm === "warm") { for (let i = 0; i < 3; i++) await run(); }
const began = performance.now();
const before = process.cpuUsage();
const answer = await run();
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage(before);
const busy = (user + system) / 1000;
await Effect.runPromise(Console.log(JSON.stringify({ milliseconds, busy, answer })));
