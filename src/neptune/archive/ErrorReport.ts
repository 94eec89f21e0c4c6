/**
 * The exporter's own report of what it could not export.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { Effect, Result, Schema } from "effect";
import { describe } from "../NeptuneError.ts";
import type { NeptuneWarning } from "../NeptuneWarning.ts";

const Line = Schema.fromJsonString(Schema.Struct({
  project_id: Schema.String,
  run_id: Schema.NullOr(Schema.String),
  attribute_path: Schema.NullOr(Schema.String),
  attribute_type: Schema.NullOr(Schema.String),
  exception: Schema.String,
}));

const decode = Schema.decodeUnknownResult(Line);

/**
 * What the report says of a project, each loss once. Without one that was `expected` it says that;
 * otherwise nobody kept it, or nothing was lost.
 *
 * Where a batch of attributes failed, the exporter names every attribute of it for every run of the
 * batch, whether the run had it or not.
 */
export const readErrorReport = (
  path: string,
  project: string,
  expected: boolean,
): Effect.Effect<ReadonlyArray<NeptuneWarning>> =>
  Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: (cause) => cause }).pipe(
    Effect.map((text) => {
      const warnings = text.split("\n").flatMap((line, i) =>
        line.trim() === "" ? [] : Result.match(decode(line), {
          onFailure: () => [
            unreadable(path, `Line ${i + 1} of ${path} is not a report of the exporter`),
          ],
          onSuccess: (loss) => loss.project_id === project ? [lost(path, loss)] : [],
        })
      );
      return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
    }),
    Effect.catch((cause) =>
      Effect.succeed(
        expected
          ? [unreadable(path, `The exporter's error report cannot be read: ${describe(cause)}`)]
          : [],
      )
    ),
  );

const lost = (file: string, loss: typeof Line.Type): NeptuneWarning => ({
  kind: "LostInExport",
  message: `The exporter could not export ${
    loss.attribute_path === null ? "all" : JSON.stringify(loss.attribute_path)
  } of run ${loss.run_id ?? "(unknown)"}, if it was there (${loss.exception}).`,
  file,
  run: loss.run_id ?? undefined,
  attribute: loss.attribute_path ?? undefined,
});

const unreadable = (file: string, problem: string): NeptuneWarning => ({
  kind: "DamagedFile",
  message: `${problem}; what it says is unknown.`,
  file,
});
