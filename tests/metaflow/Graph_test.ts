import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { type Graph, neighbours, relation, toGraph } from "../../src/metaflow/graph/Graph.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading, reasonOf } from "./trees.ts";

/** start → each(foreach) → outer(foreach) → inner → in (join) → out (join) → end */
const nested: Graph = new Map([
  ["start", { type: "split-foreach", next: ["outer"] }],
  ["outer", { type: "split-foreach", next: ["inner"] }],
  ["inner", { type: "split-static", next: ["a", "b"] }],
  ["a", { type: "linear", next: ["both"] }],
  ["b", { type: "linear", next: ["both"] }],
  ["both", { type: "join", next: ["in"] }],
  ["in", { type: "join", next: ["out"] }],
  ["out", { type: "join", next: ["end"] }],
  ["end", { type: "end", next: [] }],
]);

const exact = (value: string) => ({ match: "exact", value });
const below = (value: string) => ({ match: "below", value });
const all = { match: "all" };

Deno.test("which tasks of the steps next to one belong to a task", () => {
  const table = [
    ["start", undefined, { match: "all" }, { match: "all" }],
    // A split of one level: its children are all there are.
    ["outer", "outer:1", all, below("outer:1")],
    ["inner", "outer:1,inner:0", exact("outer:1"), exact("outer:1,inner:0")],
    ["a", "outer:1,inner:0", exact("outer:1,inner:0"), exact("outer:1,inner:0")],
    ["both", "outer:1,inner:0", exact("outer:1,inner:0"), exact("outer:1")],
    ["in", "outer:1", below("outer:1"), all],
    ["out", undefined, all, all],
    ["end", undefined, all, all],
  ] as const;
  for (const [step, path, parents, children] of table) {
    deepStrictEqual(
      [relation(nested, step, path, "parents"), relation(nested, step, path, "children")],
      [parents, children],
      step,
    );
  }
});

Deno.test("steps before and after one", () => {
  deepStrictEqual(neighbours(nested, "both", "parents"), ["a", "b"]);
  deepStrictEqual(neighbours(nested, "inner", "children"), ["a", "b"]);
  deepStrictEqual(neighbours(nested, "start", "parents"), []);
  deepStrictEqual(neighbours(nested, "x", "children"), []);
});

Deno.test("what is no graph is none", () => {
  for (const value of [null, 5, "steps", new Map(), new Map([["steps", null]])]) {
    strictEqual(toGraph(value), undefined);
  }
  const odd = new Map([["steps", new Map([["a", null], ["b", new Map([["next", [5, "c"]]])]])]]);
  deepStrictEqual(
    toGraph(odd),
    new Map([
      ["a", { type: "", next: [] }],
      ["b", { type: "", next: ["c"] }],
    ]),
  );
});

effectTest(
  "a task of a wide foreach has one parent, also where Python finds three",
  () =>
    Effect.gen(function* () {
      const pathspecs = (tasks: Stream.Stream<string, Metaflow.MetaflowError>) =>
        Effect.map(Stream.runCollect(tasks), (all) => all.toSorted());
      const run = "ParkGraphFlow/1795197348105633";
      const plan = yield* Metaflow.Task.get(`${run}/plan/5`);
      const dug = yield* pathspecs(plan.childTaskPathspecs);
      strictEqual(dug.length, 11);
      for (const pathspec of dug) {
        const task = yield* Metaflow.Task.get(pathspec);
        deepStrictEqual(yield* pathspecs(task.parentTaskPathspecs), [`${run}/plan/5`]);
        const [gather] = yield* Stream.runCollect(task.childTasks);
        deepStrictEqual(String(gather), `Task('${run}/gather/17')`);
      }
    }).pipe(Effect.provide(reading(CURRENT))),
);

const text = (value: string) => new TextEncoder().encode(value);

/** The pickle, in protocol 0, of the graph of two nested foreaches with 12 and 2 branches. */
const GRAPH = (() => {
  const list = (items: ReadonlyArray<string>) => `(l${items.map((item) => `V${item}\na`).join("")}`;
  const steps = [
    ["start", "split-foreach", ["left"]],
    ["left", "split-foreach", ["right"]],
    ["right", "linear", ["skipped", "in"]],
    ["skipped", "linear", ["in"]],
    ["in", "join", ["end"]],
    ["end", "end", []],
  ] as const;
  const dicts = steps.map(([name, type, next]) =>
    `V${name}\n(dVtype\nV${type}\nsVnext\n${list(next)}ss`
  );
  return text(`(dVsteps\n(d${dicts.join("")}s.`);
})();

effectTest(
  "paths are compared as wholes, and steps that were never executed are left out",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      let id = 0;
      const task = (step: string, path?: string) => {
        const pathspec = `F/1/${step}/${++id}`;
        tree.task(pathspec);
        tree.metadata(pathspec, "attempt-done", "0");
        if (path !== undefined) tree.metadata(pathspec, "foreach-execution-path", path);
        tree.artifact(pathspec, "_graph_info", GRAPH);
        return pathspec;
      };
      task("start");
      const left = Array.from({ length: 12 }, (_, i) => task("left", `left:${i}`));
      const right = left.flatMap((_, i) =>
        [0, 1].map((j) => task("right", `left:${i},right:${j}`))
      );
      yield* Effect.gen(function* () {
        const first = yield* Metaflow.Task.get(left[1]!);
        const children = yield* Stream.runCollect(first.childTaskPathspecs);
        deepStrictEqual(children.toSorted(), right.slice(2, 4).toSorted());
        const parents = yield* Stream.runCollect(
          (yield* Metaflow.Task.get(right[3]!)).parentTaskPathspecs,
        );
        deepStrictEqual(parents, [left[1]]);
        const step = yield* Metaflow.Step.get("F/1/right");
        deepStrictEqual((yield* Stream.runCollect(step.childSteps)).map(({ id }) => id), []);
        deepStrictEqual(
          (yield* Stream.runCollect(step.parentSteps)).map(({ id }) => id),
          ["left"],
        );
        const last = yield* Metaflow.Task.get(right[0]!);
        deepStrictEqual(yield* Stream.runCollect(last.childTasks), []);
      }).pipe(Effect.provide(tree.layer()));
    }),
);

effectTest("a run without a graph says why it has none", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("F/1");
    tree.task("F/1/start/1");
    const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
    const reason = yield* reasonOf(Stream.runCollect(task.parentTasks));
    strictEqual(reason._tag, "NotFound");
    ok(reason.message.includes("_graph_info"), reason.message);
  }));
