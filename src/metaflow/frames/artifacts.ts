/**
 * The table of a task's artifacts.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { DataFrame } from "../../Polars.ts";
import { infosOf } from "../artifact/value.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { TaskRef } from "../objects/scope.ts";
import { frame } from "./columns.ts";

/** A row for each artifact of a task that is not private. */
export const artifactsFrame = (
  task: TaskRef,
): Effect.Effect<DataFrame, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const records = yield* Stream.runCollect(
      task.scope.provider.artifacts(task.path, { attempt: task.attempt, private: false }),
    );
    const infos = yield* infosOf(task, records);
    const info = records.map(({ id }) => infos.get(id));
    return yield* frame("Task.artifactsDf", {
      name: { type: "text", cells: records.map(({ id }) => id) },
      type: { type: "text", cells: info.map((info) => info?.type ?? null) },
      size: { type: "integer", cells: info.map((info) => info?.size ?? null) },
      created_at: { type: "instant", cells: records.map(({ createdAt }) => createdAt) },
      attempt: { type: "integer", cells: records.map(({ attempt }) => attempt) },
      sha: { type: "text", cells: records.map(({ sha }) => sha) },
      content_type: { type: "text", cells: records.map(({ contentType }) => contentType) },
    });
  });
