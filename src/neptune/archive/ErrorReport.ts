/**
 * The exporter's own report of what it could not export.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { Effect, Result, Schema } from "effect";
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
 * What the report says of a project, each loss once; nothing if there is no report.
 *
 * Where a batch of attributes failed, the exporter names every attribute of it for every run of the
 * batch, whether the run had it or not.
 */
export const readErrorReport = (
  path: string,
  project: string,
): Effect.Effect<ReadonlyArray<NeptuneWarning>> =>
  Effect.tryPromise(() => readFile(path, "utf8")).pipe(
    Effect.map((text) => {
      const warnings = text.split("\n").filter((line) => line.trim() !== "").flatMap((line, i) =>
        Result.match(decode(line), {
          onFailure: () => [unreadable(path, i + 1)],
          onSuccess: (loss) => loss.project_id === project ? [lost(path, loss)] : [],
        })
      );
      return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
    }),
    // No report: nobody kept it, or nothing was lost.
    Effect.orElseSucceed(() => []),
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

const unreadable = (file: string, line: number): NeptuneWarning => ({
  kind: "DamagedFile",
  message: `Line ${line} of ${file} is not a report of the exporter; what it says is unknown.`,
  file,
});
