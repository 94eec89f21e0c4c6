/**
 * What a person is shown of running operations, and when; where it is shown is up to a
 * {@link Screen}.
 *
 * @module
 */
import { Effect } from "effect";
import type { Progress, ProgressUpdate } from "../Progress.ts";

/** One operation in words; free of control characters. */
export interface View {
  /** `Reading series (and 2 more)` */
  readonly label: string;
  /** `412/1000 series  3s, 4s left` */
  readonly status: string;
  /** From 0 to 1; absent while the total is not known. */
  readonly fraction?: number | undefined;
}

/**
 * Opens a place that shows `current()`, redrawing it by itself, until the effect it returns has run.
 * It pulls, so that an update costs no more than remembering it.
 */
export type Screen = (current: () => View) => Effect.Effect<void>;

/** Operations that last less are not shown; a bar that flashes up only disturbs. */
const DELAY_MS = 250;

interface Running {
  latest: ProgressUpdate;
  /** On the clock of `performance.now()`. */
  readonly since: number;
}

/**
 * Shows the operation that started first of those that run.
 *
 * The first is the outermost where operations are nested, and the one that keeps still where many
 * run side by side. There is one place and not one for each, because several lines of a terminal
 * can only be redrawn by moving the cursor up, over whatever the program has printed meanwhile.
 */
export const display = (screen: Screen): Progress => {
  const running = new Map<number, Running>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let close: Effect.Effect<void> = Effect.void;

  const openFor = (first: Running): void => {
    const current = () => view(first.latest, performance.now() - first.since, running.size - 1);
    timer = setTimeout(() => {
      close = screen(current);
    }, Math.max(0, first.since + DELAY_MS - performance.now()));
  };

  const finish = (id: number): Effect.Effect<void> => {
    const [first] = running.keys();
    running.delete(id);
    if (id !== first) return Effect.void;
    clearTimeout(timer);
    const closing = close;
    close = Effect.void;
    const [next] = running.values();
    if (next !== undefined) openFor(next);
    return closing;
  };

  return {
    report: (update) =>
      Effect.suspend(() => {
        if (update.finished) return finish(update.id);
        const known = running.get(update.id);
        if (known !== undefined) {
          known.latest = update;
        } else {
          const started = { latest: update, since: performance.now() };
          running.set(update.id, started);
          if (running.size === 1) openFor(started);
        }
        return Effect.void;
      }),
  };
};

/** Puts an operation into words; `others` is the number of operations that run beside it. */
export const view = (
  { label, unit, done, total }: ProgressUpdate,
  elapsedMs: number,
  others: number,
): View => {
  const known = total !== undefined;
  const left = known && done > 0 && done < total ? elapsedMs * (total - done) / done : undefined;
  return {
    label: plain(others === 0 ? label : `${label} (and ${others} more)`),
    status: plain(`${done}${known ? `/${total}` : ""} ${unit}`) +
      `  ${duration(Math.floor(elapsedMs / 1000))}` +
      (left === undefined ? "" : `, ${duration(Math.ceil(left / 1000))} left`),
    fraction: known ? (done < total ? Math.max(0, done / total) : 1) : undefined,
  };
};

/** A label can hold what a user or a server wrote, which must not steer the terminal. */
const plain = (text: string): string => text.replace(/\p{Cc}+/gu, " ");

const duration = (seconds: number): string => {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(seconds % 3600 / 60)}m`;
};
