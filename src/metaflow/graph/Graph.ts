/**
 * The graph of a flow's steps, and which tasks of neighbouring steps belong together.
 *
 * @module
 */
import { isArray, isMap, type PickleValue } from "../pickle/Pickle.ts";

/** A step of a graph. */
export interface GraphStep {
  /** `start`, `linear`, `join`, `end`, `split-static`, `split-foreach`, `split-parallel`, … */
  readonly type: string;
  /** The steps after it. */
  readonly next: ReadonlyArray<string>;
}

/** The steps of a flow by name. */
export type Graph = ReadonlyMap<string, GraphStep>;

/** Before a step or after it. */
export type Direction = "parents" | "children";

/** The graph in the artifact `_graph_info`; `undefined` if it is something else. */
export const toGraph = (value: PickleValue): Graph | undefined => {
  const steps = isMap(value) ? value.get("steps") : undefined;
  if (!isMap(steps)) return undefined;
  return new Map(
    Array.from(steps, ([name, step]) => {
      const type = isMap(step) ? step.get("type") : undefined;
      const next = isMap(step) ? step.get("next") : undefined;
      return [String(name), {
        type: typeof type === "string" ? type : "",
        next: isArray(next) ? next.filter((name) => typeof name === "string") : [],
      }];
    }),
  );
};

/** The names of the steps next to one. */
export const neighbours = (
  graph: Graph,
  step: string,
  direction: Direction,
): ReadonlyArray<string> =>
  direction === "children"
    ? graph.get(step)?.next ?? []
    : Array.from(graph).filter(([, { next }]) => next.includes(step)).map(([name]) => name);

/**
 * Which tasks of a neighbouring step belong to a task: all, or those with a path through the
 * foreaches that is the given one, or goes on from it.
 */
export type Relation =
  | { readonly match: "all" }
  | { readonly match: "exact" | "below"; readonly value: string };

/**
 * How the tasks of the steps next to one are told apart. `path` is the metadata
 * `foreach-execution-path` of the task, `outer:0,inner:2`, which tasks outside of foreaches lack.
 */
export const relation = (
  graph: Graph,
  step: string,
  path: string | undefined,
  direction: Direction,
): Relation => {
  const [neighbour, ...others] = neighbours(graph, step, direction);
  if (path === undefined || neighbour === undefined) return { match: "all" };
  if (others.length > 0) return { match: "exact", value: path };
  // The one with more tasks is inside of a foreach that the other is not in.
  const isInside = direction === "parents" ? isForeachJoin(graph, step) : isForeach(graph, step);
  if (isInside) return { match: "below", value: path };
  const isOutside = direction === "parents"
    ? isForeach(graph, neighbour)
    : isForeachJoin(graph, neighbour);
  if (!isOutside) return { match: "exact", value: path };
  const outer = path.split(",").slice(0, -1);
  return outer.length === 0 ? { match: "all" } : { match: "exact", value: outer.join(",") };
};

const isForeach = (graph: Graph, step: string): boolean => {
  const type = graph.get(step)?.type;
  return type === "split-foreach" || type === "split-parallel";
};

const isForeachJoin = (graph: Graph, step: string): boolean =>
  graph.get(step)?.type === "join" && neighbours(graph, step, "parents").length === 1;
