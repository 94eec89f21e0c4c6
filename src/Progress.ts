/**
 * How far long operations have come: they report to a {@link Progress}, which by default shows a bar
 * in a terminal or a notebook, and which a program can replace.
 *
 * @module
 */
import { Context, Effect, Layer } from "effect";
import { notebook } from "./progress/notebook.ts";
import { terminal } from "./progress/terminal.ts";

/** How far one operation has come. */
export interface ProgressUpdate {
  /** Tells operations that run at the same time apart; unique in the process. */
  readonly id: number;
  /** What the operation does, for a person: `Reading series`. */
  readonly label: string;
  /** What `done` and `total` count, in the plural: `series`, `bytes`. */
  readonly unit: string;
  /** The sum so far, not a difference to the update before. */
  readonly done: number;
  /** Absent as long as it is not known. `done` need not reach it, not even on success. */
  readonly total?: number | undefined;
  /** `true` in the last update, which comes on success, on failure and on interruption. */
  readonly finished: boolean;
}

/**
 * Takes the updates of running operations.
 *
 * It gets them as soon as they are made, which can be thousands of times a second; one that draws
 * has to choose when. After the `finished` update of an operation there is no other with its `id`.
 */
export interface Progress {
  /** Must not fail; {@link track} logs a defect and goes on without reporting. */
  readonly report: (update: ProgressUpdate) => Effect.Effect<void>;
}

/** Is called with every update; if it returns a promise, the operation waits for it. */
export type ProgressCallback = (update: ProgressUpdate) => void | Promise<void>;

/** Shows nothing. */
export const silent: Progress = { report: () => Effect.void };

const choose = (): Progress => {
  try {
    return notebook(Deno.jupyter.broadcast);
  } catch {
    // Outside of a notebook, Deno throws when `Deno.jupyter` is read.
    return Deno.stderr.isTerminal() ? terminal() : silent;
  }
};

let chosen: Progress | undefined;

/**
 * Shows operations that last longer than a quarter of a second: in an output of the running cell in
 * a Deno notebook, else in a line of the terminal if standard error is one, else not at all.
 *
 * What was shown disappears when the operation ends. Operations that run at the same time share the
 * place: it shows the one that started first, and how many more there are.
 */
export const auto: Progress = {
  report: (update) => Effect.suspend(() => (chosen ??= choose()).report(update)),
};

/** Who takes the updates of running operations; {@link auto} by default. */
export const Progress: Context.Reference<Progress> = Context.Reference(
  "@nereid/nereid/Progress",
  { defaultValue: () => auto },
);

/**
 * Makes a {@link Progress} of a function.
 *
 * When the function throws or its promise is rejected, the operation goes on: it logs one warning
 * with the cause and reports no more.
 *
 * @example
 * ```ts
 * import { Progress } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const lines: Array<string> = [];
 * const progress = Progress.fromCallback(({ label, done, total, finished }) => {
 *   lines.push(`${label}: ${finished ? "end" : `${done} of ${total}`}`);
 * });
 * const copy = Progress.track({ label: "Copying", unit: "files", total: 2 }, (advance) =>
 *   Effect.forEach(["a.txt", "b.txt"], () => advance(1)));
 *
 * await Effect.runPromise(copy.pipe(Effect.provide(Progress.layer(progress))));
 * console.log(lines); // [ "Copying: 0 of 2", "Copying: 1 of 2", "Copying: 2 of 2", "Copying: end" ]
 * ```
 */
export const fromCallback = (callback: ProgressCallback): Progress => ({
  report: (update) =>
    Effect.suspend(() => {
      const answer = callback(update);
      return answer instanceof Promise ? Effect.promise(() => answer) : Effect.void;
    }),
});

/** Gives a program another {@link Progress}: `layer(silent)`, `layer(fromCallback(f))`, your own. */
export const layer = (progress: Progress): Layer.Layer<never> => Layer.succeed(Progress, progress);

/** What {@link track} is told about an operation. */
export type Operation = Pick<ProgressUpdate, "label" | "unit" | "total">;

/** Reports that `by` more are done, and the total where it has become known or changed. */
export type Advance = (by: number, total?: number) => Effect.Effect<void>;

let operations = 0;

/**
 * Runs an effect and reports how far it is: once before it starts with nothing done, at each
 * `advance`, and once when it has ended, however it ended.
 *
 * `advance` is cheap enough for a loop that calls it thousands of times a second.
 *
 * @example
 * ```ts
 * import { Progress } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const files = ["deno.json", "mod.ts"];
 * const sizes = Progress.track(
 *   { label: "Measuring", unit: "files", total: files.length },
 *   (advance) =>
 *     Effect.forEach(files, (file) =>
 *       Effect.promise(() => Deno.stat(file)).pipe(
 *         Effect.map(({ size }) => size),
 *         Effect.tap(advance(1)),
 *       )),
 * );
 * console.log(await Effect.runPromise(sizes)); // with a bar, if it takes long
 * ```
 */
export const track = <A, E, R>(
  operation: Operation,
  body: (advance: Advance) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Progress.use((progress) => {
    const { label, unit } = operation;
    const id = ++operations;
    let done = 0;
    let total = operation.total;
    let failed = false;
    let finished = false;

    const report = Effect.suspend(() =>
      failed ? Effect.void : progress.report({ id, label, unit, done, total, finished }).pipe(
        Effect.catchDefect((defect) => {
          failed = true;
          return Effect.logWarning(
            `Progress of "${label}" is not reported any more, because the report failed. ` +
              "The operation itself goes on.",
            defect,
          );
        }),
      )
    );

    return Effect.acquireUseRelease(
      report,
      () =>
        body((by, newTotal) =>
          Effect.suspend(() => {
            // A fiber that outlives the operation must not open it again.
            if (finished) return Effect.void;
            done += by;
            total = newTotal ?? total;
            return report;
          })
        ),
      () =>
        Effect.suspend(() => {
          finished = true;
          return report;
        }),
    );
  });

/**
 * The `progressBar` option of an operation: `false` for none, a function to be called with every
 * update, anything else for the {@link Progress} of the program.
 *
 * Python takes a class here, whose `update(by, total)` gets what was done since the last call; our
 * function gets running totals in a {@link ProgressUpdate}.
 */
export type ProgressBar = boolean | null | undefined | ProgressCallback;

/** Runs an operation as its `progressBar` option wants. */
export const withProgressBar = <A, E, R>(
  progressBar: ProgressBar,
  operation: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> => {
  if (progressBar === false) return Effect.provideService(operation, Progress, silent);
  if (typeof progressBar === "function") {
    return Effect.provideService(operation, Progress, fromCallback(progressBar));
  }
  return operation;
};
