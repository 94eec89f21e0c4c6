/**
 * Reads a small flow that Metaflow ran: its runs, the task that failed at first, a frame of pandas
 * and an array of NumPy. There is no Python in this.
 *
 * `deno task demo` runs it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Metaflow } from "@nereid/nereid";
import { Console, Effect, Schema, Stream } from "effect";

const root = fileURLToPath(new URL("./data/metaflow", import.meta.url));

const heading = (text: string) => Console.log(`\n\x1b[1m${text}\x1b[0m`);

const program = Effect.gen(function* () {
  const flow = yield* Metaflow.Flow.get("TideFlow");
  yield* heading("The runs of a flow of Metaflow");
  const runs = yield* flow.runsDf();
  yield* Console.log(runs.select("id", "created_at", "successful", "tags").toString());

  const run = yield* flow.latestSuccessfulRun;
  if (run === null) return;
  yield* heading(`The tasks of ${run}, and the values that its foreach gave`);
  const tasks = yield* run.tasksDf();
  yield* Console.log(tasks.select("step", "id", "attempt", "successful").toString());
  const leaderboard = yield* run.data("leaderboard", Metaflow.DataFrame); // pandas, as Polars
  yield* Console.log(leaderboard.toString());

  yield* heading("What `publish` printed before it was tried again");
  const publish = yield* Effect.flatMap(run.get("publish"), (step) => step.task);
  const first = yield* Metaflow.Task.get(`${publish?.pathspec}`, { attempt: 0 });
  const { type, exception } = yield* first.data("_exception", Metaflow.ExceptionWrapper);
  yield* Console.log(`${yield* first.stdout}${type}: ${exception}`);

  yield* heading("The forecast, an array of NumPy");
  const forecast = yield* run.data("forecast", Metaflow.NdArray);
  const days = yield* run.data("days", Schema.Int);
  yield* Console.log(`shape [${forecast.shape}], of ${days} days of observations`);
  if (forecast.data instanceof Float64Array) yield* Console.log(sparkline(forecast.data));

  yield* heading("The tasks that it chose from, and what they printed");
  const choose = yield* run.get("choose");
  const fits = Stream.flatMap(choose.tasks(), (task) => task.parentTasks);
  yield* Stream.runForEach(fits, (fit) =>
    Effect.gen(function* () {
      yield* Console.log(`${fit.pathspec}  ${(yield* fit.stdout).trim()}`);
    }));
});

const BARS = [..."▁▂▃▄▅▆▇█"];

const sparkline = (values: Float64Array): string => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from(values, (value) => BARS[Math.round(7 * (value - low) / (high - low))]).join("");
};

await Effect.runPromise(Effect.provide(
  program,
  Metaflow.layerLocal({
    root,
    rootMapping: { "/home/ann/flows": root }, // it was written there, and moved
    user: "ann",
  }),
));
