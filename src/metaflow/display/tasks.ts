/**
 * How a notebook shows runs, steps and tasks: what became of them.
 *
 * @module
 */
import { DateTime, Effect, Stream } from "effect";
import { note } from "../../display/asking.ts";
import { element, type Html, join, table } from "../../display/html.ts";
import { shortTime } from "../../display/value.ts";
import type { MetaflowError } from "../MetaflowError.ts";
import { isTagged, type PickleValue, show } from "../pickle/Pickle.ts";
import type { Run } from "../Run.ts";
import type { Step } from "../Step.ts";
import type { Task } from "../Task.ts";

const TASKS = 40;
const CONCURRENCY = 16;

/** State, times and tags of a run, and its newest tasks. */
export const describeRun = (run: Run): Effect.Effect<Html, MetaflowError> =>
  Effect.gen(function* () {
    const successful = yield* run.successful;
    const ended = yield* run.finishedAt;
    const tasks = yield* newestTasks(Stream.flatMap(run.steps(), (step) => step.tasks()));
    const hasFailed = ended !== null || tasks.rows.some(([, state]) => state === "failed");
    return join(
      facts([
        ["state", successful ? "successful" : hasFailed ? "failed" : "not finished"],
        ["created", time(run.createdAt)],
        ["finished", ended === null ? "" : time(ended)],
        ["tags", [...run.userTags].join(", ")],
        ["system tags", [...run.systemTags].join(", ")],
      ]),
      tasks.table,
    );
  });

/** The newest tasks of a step. */
export const describeStep = (step: Step): Effect.Effect<Html, MetaflowError> =>
  Effect.map(
    newestTasks(step.tasks()),
    (tasks) => join(facts([["created", time(step.createdAt)]]), tasks.table),
  );

const newestTasks = (tasks: Stream.Stream<Task, MetaflowError>) =>
  Effect.gen(function* () {
    const newest = yield* Stream.runCollect(Stream.take(tasks, TASKS + 1));
    const rows = yield* Effect.forEach(newest.slice(0, TASKS), rowOf, {
      concurrency: CONCURRENCY,
    });
    return {
      rows,
      table: join(
        rows.length === 0 ? note("No task yet.") : table(["task", "state", "ended", ""], rows),
        newest.length > TASKS ? note(`The newest ${TASKS} tasks; tasks() lists all.`) : "",
      ),
    };
  });

const rowOf = (task: Task): Effect.Effect<ReadonlyArray<string>, MetaflowError> =>
  Effect.gen(function* () {
    const ended = yield* task.finishedAt;
    const exception = yield* task.exception;
    return [
      task.pathComponents.slice(2).join("/"),
      (yield* task.successful) ? "successful" : exception === null ? "not finished" : "failed",
      ended === null ? "" : time(ended),
      exception === null ? "" : nameOf(exception),
    ];
  });

/** State, times and artifacts of a task. */
export const describeTask = (task: Task): Effect.Effect<Html, MetaflowError> =>
  Effect.gen(function* () {
    const [, state = "", ended = "", exception = ""] = yield* rowOf(task);
    const artifacts = yield* Effect.map(
      task.artifactsDf(),
      (frame) => frame.select("name", "type", "size").rows(),
    );
    const index = yield* task.index;
    return join(
      facts([
        ["state", state],
        ["exception", exception],
        ["attempt", String(yield* task.currentAttempt)],
        ["index in foreach", index === null ? "" : String(index)],
        ["created", time(task.createdAt)],
        ["finished", ended],
        ["runtime", task.runtimeName ?? ""],
      ]),
      artifacts.length === 0 ? note("No artifacts.") : table(
        ["artifact", "type", "bytes"],
        artifacts.map((row: ReadonlyArray<unknown>) => row.map((cell) => String(cell ?? ""))),
      ),
    );
  });

/** Facts of which there are any. */
export const facts = (rows: ReadonlyArray<readonly [name: string, value: string]>): Html =>
  element("div", {}, table([], rows.filter(([, value]) => value !== "")));

/** A time, in UTC. */
export const time = (at: DateTime.Utc): string => `${shortTime(DateTime.toEpochMillis(at))} UTC`;

const nameOf = (exception: PickleValue): string =>
  isTagged(exception) && exception._tag === "ExceptionWrapper"
    ? `${exception.type}: ${exception.exception}`
    : show(exception, 200);
