/**
 * The steps and tasks before and after others.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import { findValue } from "../artifact/value.ts";
import { type MetaflowErrorReason, NotFound } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import type { Scope, TaskRef } from "../objects/scope.ts";
import { isId, type StepPath, type TaskPath } from "../Pathspec.ts";
import { newestValues, textOf } from "../task/metadata.ts";
import { type Direction, type Graph, neighbours, relation, toGraph } from "./Graph.ts";

const FIELD = "foreach-execution-path";

/** A step or task that is next to another. */
export interface Neighbour<Path> {
  readonly path: Path;
  readonly record: ObjectRecord;
}

/** The steps next to one. Those that were never executed are left out. */
export const neighbouringSteps = (
  scope: Scope,
  step: StepPath,
  direction: Direction,
): Stream.Stream<Neighbour<StepPath>, MetaflowErrorReason> =>
  Stream.fromIterableEffect(Effect.gen(function* () {
    const [flow, run, name] = step;
    const graph = yield* graphOf(scope, step);
    if (direction === "children") yield* checkMember(graph, step);
    const found: Array<Neighbour<StepPath>> = [];
    for (const id of neighbours(graph, name, direction).filter(isId)) {
      const path: StepPath = [flow, run, id];
      const record = yield* scope.provider.self(path);
      if (record !== undefined) found.push({ path, record });
    }
    return found;
  }));

/** The tasks before or after one. */
export const neighbouringTasks = (
  task: TaskRef,
  direction: Direction,
): Stream.Stream<Neighbour<TaskPath>, MetaflowErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    const [flow, run, step] = task.path;
    const { provider } = task.scope;
    const graph = yield* graphOf(task.scope, [flow, run, step], task);
    yield* checkMember(graph, [flow, run, step]);
    const path = textOf(yield* newestValues(task, [FIELD]), FIELD);
    const related = relation(graph, step, path, direction);
    return Stream.fromIterable(neighbours(graph, step, direction).filter(isId)).pipe(
      Stream.flatMap((name) => {
        const step: StepPath = [flow, run, name];
        const tasks = related.match === "all"
          ? provider.children(step, { tags: [] })
          : provider.filteredTasks(step, { field: FIELD, ...related });
        return Stream.map(
          tasks,
          (record): Neighbour<TaskPath> => ({ path: [...step, record.id], record }),
        );
      }),
    );
  }));

/**
 * The graph of a run, out of an artifact that every task has which did not crash: of the task itself,
 * else of any task of the run. Runs before 2.5 have none.
 */
const graphOf = (
  scope: Scope,
  [flow, run, step]: StepPath,
  task?: TaskRef,
): Effect.Effect<Graph, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const steps = Stream.map(
      scope.provider.children([flow, run], { tags: [] }),
      ({ id }): StepPath => [flow, run, id],
    );
    const tasks = Stream.concat(Stream.make<StepPath[]>([flow, run, step]), steps).pipe(
      Stream.flatMap((path) =>
        scope.provider.children(path, { tags: [] }).pipe(
          Stream.take(1),
          Stream.map(({ id }): TaskRef => ({ scope, path: [...path, id], attempt: undefined })),
        )
      ),
    );
    const graph = yield* (task === undefined ? tasks : Stream.concat(Stream.make(task), tasks))
      .pipe(
        Stream.mapEffect((task) => findValue(task, "_graph_info")),
        Stream.map((value) => value === undefined ? undefined : toGraph(value)),
        Stream.filter((graph) => graph !== undefined),
        Stream.runHead,
      );
    if (Option.isSome(graph)) return graph.value;
    return yield* new NotFound({
      message:
        `Run('${flow}/${run}') has no artifact _graph_info: no task of it has got as far as ` +
        "to write one, or it was written by a release of Metaflow before 2.5",
    });
  });

const checkMember = (graph: Graph, step: StepPath): Effect.Effect<void, NotFound> =>
  graph.has(step[2]) ? Effect.void : Effect.fail(
    new NotFound({
      message: `Step('${step.join("/")}') is not in the graph of its flow and has no neighbours`,
    }),
  );
