/**
 * From which ancestors a forked run inherits points, and up to which step.
 *
 * An export holds of each run only the points that were logged to it. A fork takes over the series
 * of its parent up to and including the fork step, and so what the parent took over itself.
 *
 * @module
 */
import type { RunKey } from "../NeptuneSource.ts";

/** Where a run was forked. */
export interface Fork {
  readonly parent: RunKey;
  /** The last step that is inherited. */
  readonly step: number;
}

/** A run that another one inherits from, directly or not. */
export interface Ancestor {
  readonly run: RunKey;
  /** The last inherited step: the smallest fork step on the way. */
  readonly upToStep: number;
}

/**
 * The ancestors of a run, nearest first.
 *
 * They end at a run that is no fork, at a parent for which `forkOf` gives `"unknown"`, and where a
 * cycle would close.
 */
export const lineage = (
  run: RunKey,
  forkOf: (run: RunKey) => Fork | "unknown" | undefined,
): ReadonlyArray<Ancestor> => {
  const ancestors: Array<Ancestor> = [];
  const seen = new Set([run]);
  let upToStep = Infinity;
  let fork = forkOf(run);
  while (fork !== undefined && fork !== "unknown" && !seen.has(fork.parent)) {
    const next = forkOf(fork.parent);
    if (next === "unknown") break;
    upToStep = Math.min(upToStep, fork.step);
    ancestors.push({ run: fork.parent, upToStep });
    seen.add(fork.parent);
    fork = next;
  }
  return ancestors;
};
