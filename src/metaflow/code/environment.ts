/**
 * The environments that tasks ran in.
 *
 * @module
 */
import { Effect, Result, Schema } from "effect";
import { InternalError, type MetaflowErrorReason } from "../MetaflowError.ts";
import type { TaskRef } from "../objects/scope.ts";
import { newestValues, textOf } from "../task/metadata.ts";
import { packageOf } from "./code.ts";

const PREFIX = "conda_env_prefix";

/** It was at the top until packages had markers. */
const MANIFEST = /^(\.mf_meta\/)?conda\.manifest$/;

const decodeManifest = Schema.decodeUnknownResult(
  Schema.fromJsonString(
    Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Json)),
  ),
);

/** What is known of the environment of a task; `null` if its code was not stored. */
export const environmentOf = (task: TaskRef): Effect.Effect<Schema.Json, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const read = yield* packageOf(task);
    const type = read?.info["environment_type"];
    if (read === undefined || !type) return null;
    if (type !== "conda" && type !== "pypi") return "Local environment";
    const prefix = textOf(yield* newestValues(task, [PREFIX]), PREFIX);
    if (prefix === undefined) return {};
    // It is written as a path: an architecture, and the id of an environment.
    const [, architecture = "", id = ""] = prefix.split("/");
    const manifest = read.members.find(({ name }) => MANIFEST.test(name));
    const environments = manifest && decodeManifest(new TextDecoder().decode(manifest.bytes));
    const found = environments !== undefined && Result.isSuccess(environments)
      ? environments.success[id]?.[architecture]
      : undefined;
    if (found !== undefined) return found;
    return yield* new InternalError({
      problem: `The code package ${read.path} does not describe the environment ${prefix}.`,
    });
  });
