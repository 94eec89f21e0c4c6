/**
 * Records what a progress bar is told.
 *
 * @module
 */
import type { Progress } from "@nereid/nereid";

/** Updates in order, as `label: done/total unit`, with a full stop for the last one. */
export const recordProgress = (): {
  readonly lines: Array<string>;
  readonly progressBar: (update: Progress.ProgressUpdate) => void;
} => {
  const lines: Array<string> = [];
  return {
    lines,
    progressBar: ({ label, unit, done, total, finished }) =>
      void lines.push(`${label}: ${done}/${total ?? "?"} ${unit}${finished ? "." : ""}`),
  };
};
