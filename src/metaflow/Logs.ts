/**
 * Lines of logs.
 *
 * @module
 */
import type { Schema } from "effect";

/** What a task writes to. */
export type LogStream = "stdout" | "stderr";

/** A line of a log, without its line break. */
export interface LogLine<Line> {
  /**
   * When it was printed, in microseconds since the epoch; `null` for a log that cannot be. Lines that
   * are not in Metaflow's format are in the year 3000, and keep their line break.
   */
  readonly epochMicros: number | null;
  /** What was printed. */
  readonly line: Line;
}

/** Options of `loglines`. */
export interface LogLinesOptions {
  /**
   * Whether lines are texts, in which what is not valid UTF-8 is replaced, or bytes.
   *
   * @default {true}
   */
  readonly asUnicode?: boolean | undefined;
  /** The task's `metadataDict`, to save looking it up again. */
  readonly metadataDict?: ReadonlyMap<string, Schema.Json> | undefined;
}
