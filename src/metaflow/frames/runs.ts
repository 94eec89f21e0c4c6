/**
 * The table of a flow's runs.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { DataFrame } from "../../Polars.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import type { Scope } from "../objects/scope.ts";
import { endpointTask, outcomeOf } from "../task/state.ts";
import { frame } from "./columns.ts";

/** Runs that are looked at at the same time. */
const CONCURRENCY = 16;

/** A row for each of some runs of a flow. */
export const runsFrame = (
  scope: Scope,
  flow: string,
  runs: Stream.Stream<ObjectRecord, MetaflowErrorReason>,
): Effect.Effect<DataFrame, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const rows = yield* runs.pipe(
      Stream.mapEffect((run) => rowOf(scope, flow, run), { concurrency: CONCURRENCY }),
      Stream.runCollect,
    );
    return yield* frame("Flow.runsDf", {
      id: { type: "text", cells: rows.map(({ run }) => run.id) },
      user: { type: "text", cells: rows.map(({ run }) => run.userName) },
      created_at: { type: "instant", cells: rows.map(({ run }) => run.createdAt) },
      finished_at: { type: "instant", cells: rows.map(({ finishedAt }) => finishedAt) },
      finished: { type: "boolean", cells: rows.map(({ finished }) => finished) },
      successful: { type: "boolean", cells: rows.map(({ successful }) => successful) },
      tags: { type: "texts", cells: rows.map(({ run }) => sorted(run.tags)) },
      system_tags: { type: "texts", cells: rows.map(({ run }) => sorted(run.systemTags)) },
    });
  });

const rowOf = (scope: Scope, flow: string, run: ObjectRecord) =>
  Effect.gen(function* () {
    const end = yield* endpointTask(scope, [flow, run.id], "end");
    return end === undefined
      ? { run, finishedAt: null, finished: false, successful: false }
      : { run, ...(yield* outcomeOf(end.task)) };
  });

const sorted = (tags: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(tags)].sort(byCodePoint);

const encoder = new TextEncoder();

/** UTF-8 has the order of code points, which the engine's own order of texts is not. */
const byCodePoint = (a: string, b: string): number => {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
};
