/**
 * Runs effects in the cells of a notebook: one runtime for all of them, so that a cell is
 * `await nb(project.fetchRunsDf())`.
 *
 * @module
 */
import { Cause, Effect, Exit, type Layer, ManagedRuntime, Option, Stream } from "effect";
import { frameDisplay } from "./display/frame.ts";
import { jupyterDisplay } from "./display/jupyter.ts";
import { onInterrupt } from "./display/kernel.ts";
import { type DataFrame, isDataFrame } from "./Polars.ts";

/**
 * Runs what a cell asks for, with the services of the notebook's layer.
 *
 * An effect gives its value, and a stream an array of its values; a frame, computed or at hand,
 * shows itself as a table with its shape. A failure is thrown as the error that it is.
 */
export interface Notebook<R> extends AsyncDisposable {
  <A, E>(effect: Effect.Effect<A, E, R>): Promise<A>;
  <A, E>(stream: Stream.Stream<A, E, R>): Promise<Array<A>>;
  (frame: DataFrame): Promise<DataFrame>;
  /** Stops what is running, and closes what the layer opened. */
  readonly dispose: () => Promise<void>;
}

/** A cell that was stopped, by the kernel's interrupt or by `dispose`. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  /** Says that nothing was left running. */
  constructor() {
    super("The cell was interrupted, and what it had requested was stopped.");
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * Opens a notebook on a layer, which is built when the first cell needs it, and once; if that fails,
 * the next cell tries again.
 *
 * In a Deno kernel, the interrupt of the kernel stops the effects that run, their requests and files
 * included, and the kernel lives on; without an open notebook, Deno's kernel dies of it. Elsewhere
 * Ctrl-C does what it always does.
 *
 * @example
 * ```ts
 * import { Neptune, Notebook } from "@nereid/nereid";
 *
 * const nb = Notebook.open(Neptune.layerArchive({ data: "examples/data/digits/data" }));
 * const project = await nb(Neptune.ReadOnlyProject.open("nereid/digits"));
 *
 * const table = await nb(project.fetchExperimentsDf({ columns: ["config/lr"], limit: 3 }));
 * const runs = await nb(project.listRuns());
 * console.log(table.height, runs.length); // 3 23
 *
 * await nb.dispose();
 * ```
 */
export const open = <R, E>(layer: Layer.Layer<R, E>): Notebook<R> => {
  let runtime = ManagedRuntime.make(layer);
  const running = new Set<AbortController>();
  const interrupt = (): void => running.forEach((controller) => controller.abort());
  const stopListening = onInterrupt(interrupt);

  /** The runtime with its layer built. One that failed would fail for good, and is replaced. */
  const built = async (signal: AbortSignal): Promise<ManagedRuntime.ManagedRuntime<R, E>> => {
    const current = runtime;
    const exit = await current.runPromiseExit(Effect.void, { signal });
    if (Exit.isSuccess(exit)) return current;
    if (runtime === current) runtime = ManagedRuntime.make(layer);
    await current.dispose();
    throw thrownFor(exit.cause);
  };

  const run = async <A, E>(effect: Effect.Effect<A, E, R>): Promise<A> => {
    const controller = new AbortController();
    running.add(controller);
    try {
      const { signal } = controller;
      const exit = await (await built(signal)).runPromiseExit(effect, { signal });
      if (Exit.isSuccess(exit)) return exit.value;
      throw thrownFor(exit.cause);
    } finally {
      running.delete(controller);
    }
  };

  const dispose = async (): Promise<void> => {
    stopListening();
    interrupt();
    await runtime.dispose();
  };

  const nb = async (
    cell: Effect.Effect<unknown, unknown, R> | Stream.Stream<unknown, unknown, R> | DataFrame,
  ): Promise<unknown> => {
    const value = isDataFrame(cell)
      ? cell
      : await run(Stream.isStream(cell) ? Stream.runCollect(cell) : cell);
    if (isDataFrame(value)) showWithShape(value);
    return value;
  };
  return Object.assign(nb as Notebook<R>, { dispose, [Symbol.asyncDispose]: dispose });
};

/** What a cell throws: the error as it is, without the stack of the runtime if it is foreseen. */
const thrownFor = (cause: Cause.Cause<unknown>): unknown => {
  const failure = Option.getOrUndefined(Cause.findErrorOption(cause));
  if (failure instanceof Error) {
    const { name, message } = failure;
    Object.defineProperty(failure, "stack", {
      value: [`${name}: ${message}`, ...whereOf(failure)].join("\n"),
    });
  }
  return failure ?? (Cause.hasInterruptsOnly(cause) ? new Interrupted() : Cause.squash(cause));
};

/** The operation and the reason, where an error names them. */
const whereOf = (failure: object): ReadonlyArray<string> => {
  const { method, reason } = failure as { readonly method?: unknown; readonly reason?: unknown };
  const tag = Object(reason)._tag;
  return typeof method === "string" && typeof tag === "string" ? [`    ${tag} in ${method}`] : [];
};

/** Gives a frame a display of ours; the one of Polars does not tell shape and types. */
const showWithShape = (frame: DataFrame): void => {
  Object.defineProperty(frame, jupyterDisplay, {
    configurable: true,
    value: () => frameDisplay(frame),
  });
};
