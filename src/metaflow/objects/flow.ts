/**
 * Flows.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { Html } from "../../display/html.ts";
import { describeFlow } from "../display/flow.ts";
import type { DataFrame } from "../../Polars.ts";
import type { Client } from "../Client.ts";
import type { Flow } from "../Flow.ts";
import { runsFrame } from "../frames/runs.ts";
import { type MetaflowError, operation, streaming } from "../MetaflowError.ts";
import { parse, type Paths } from "../Pathspec.ts";
import type { Run } from "../Run.ts";
import { endpointTask, isSuccessful } from "../task/state.ts";
import { Base } from "./base.ts";
import { RunObject } from "./run.ts";
import { childrenOf, currentScope, exists, load, loadChild } from "./scope.ts";

/** Opens a flow by its name. */
export const openFlow = (pathspec: string): Effect.Effect<Flow, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const path = yield* Effect.fromResult(parse("Flow", pathspec));
    return new FlowObject(scope, path, yield* load(scope, "Flow", path));
  }).pipe(operation("Flow.get"));

/** A flow that was opened. */
export class FlowObject extends Base<Paths["Flow"]> implements Flow {
  protected readonly kind = "Flow";

  protected override describe(): Effect.Effect<Html, MetaflowError> {
    return describeFlow(this);
  }

  readonly parent: Effect.Effect<null> = Effect.succeed(null);

  readonly originPathspec: Effect.Effect<null> = Effect.succeed(null);

  get latestRun(): Effect.Effect<Run | null, MetaflowError> {
    return Effect.map(Stream.runHead(this.#runs([])), Option.getOrNull)
      .pipe(operation("Flow.latestRun"));
  }

  get latestSuccessfulRun(): Effect.Effect<Run | null, MetaflowError> {
    return this.#runs([]).pipe(
      Stream.filterEffect((run) =>
        Effect.flatMap(
          endpointTask(this.scope, [...this.path, run.id], "end"),
          (end) => end === undefined ? Effect.succeed(false) : isSuccessful(end.task),
        )
      ),
      Stream.runHead,
      Effect.map(Option.getOrNull),
      operation("Flow.latestSuccessfulRun"),
    );
  }

  runs(...tags: ReadonlyArray<string>): Stream.Stream<Run, MetaflowError> {
    return this.#runs(tags).pipe(streaming("Flow.runs"));
  }

  get(id: string): Effect.Effect<Run, MetaflowError> {
    return loadChild(this.scope, "Run", this.path, id).pipe(
      Effect.map((record) => new RunObject(this.scope, [...this.path, record.id], record)),
      operation("Flow.get"),
    );
  }

  has(id: string): Effect.Effect<boolean, MetaflowError> {
    return exists(this.scope, this.path, id).pipe(operation("Flow.has"));
  }

  runsDf(...tags: ReadonlyArray<string>): Effect.Effect<DataFrame, MetaflowError> {
    return runsFrame(this.scope, this.path[0], childrenOf(this.scope, this.path, tags))
      .pipe(operation("Flow.runsDf"));
  }

  #runs(tags: ReadonlyArray<string>) {
    return Stream.map(
      childrenOf(this.scope, this.path, tags),
      (record) => new RunObject(this.scope, [...this.path, record.id], record),
    );
  }
}
