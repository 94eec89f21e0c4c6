/**
 * The lines of logs, as users see them.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { LogLine, LogLinesOptions, LogStream } from "../Logs.ts";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { TaskRef } from "../objects/scope.ts";
import { decodeText, readLines } from "./read.ts";

/** The lines of a log; a log that cannot be is one empty line without a time. */
export const logLines = (
  task: TaskRef,
  stream: LogStream,
  { asUnicode = true, metadataDict }: LogLinesOptions,
): Stream.Stream<LogLine<string | Uint8Array>, MetaflowErrorReason> => {
  const show = (message: Uint8Array) => asUnicode ? decodeText(message) : message;
  // Python has no lines of another stream, and neither have we.
  if (stream !== "stdout" && stream !== "stderr") return Stream.empty;
  return Stream.fromArrayEffect(
    Effect.map(
      readLines(task, stream, metadataDict),
      (lines): ReadonlyArray<LogLine<string | Uint8Array>> =>
        lines?.map(({ epochMicros, message }) => ({ epochMicros, line: show(message) })) ??
          [{ epochMicros: null, line: show(new Uint8Array()) }],
    ),
  );
};
