/**
 * How a notebook shows a flow: its newest runs.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { note } from "../../display/asking.ts";
import { type Html, join, table } from "../../display/html.ts";
import type { Flow } from "../Flow.ts";
import type { MetaflowError } from "../MetaflowError.ts";
import { time } from "./tasks.ts";

const RUNS = 10;

/** At most 10 runs in the namespace. */
export const describeFlow = (flow: Flow): Effect.Effect<Html, MetaflowError> =>
  Effect.gen(function* () {
    const runs = yield* Stream.runCollect(Stream.take(flow.runs(), RUNS + 1));
    const rows = yield* Effect.forEach(runs.slice(0, RUNS), (run) =>
      Effect.gen(function* () {
        const ended = yield* run.finishedAt;
        return [
          run.id,
          (yield* run.successful) ? "successful" : ended === null ? "not finished" : "failed",
          time(run.createdAt),
          [...run.userTags].join(", "),
        ];
      }), { concurrency: RUNS });
    return join(
      rows.length === 0
        ? note("No run in the namespace.")
        : table(["run", "state", "created", "tags"], rows),
      runs.length > RUNS ? note(`The newest ${RUNS} runs; runs() lists all.`) : "",
    );
  });
