import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import pl from "nodejs-polars";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading } from "./trees.ts";

/** What Python says of a flow. */
const { flows } = JSON.parse(
  Deno.readTextFileSync(new URL("fixtures/expected.json", import.meta.url)),
);

type Frame = Effect.Success<ReturnType<Metaflow.Run["tasksDf"]>>;

const types = (frame: Frame) =>
  Object.fromEntries(
    frame.columns.map((name) => [name, String(frame.getColumn(name).dtype).slice(9, -1)]),
  );

const cells = (frame: Frame, name: string) => frame.getColumn(name).toArray();

const millis = (frame: Frame, name: string) => frame.getColumn(name).cast(pl.Int64).toArray();

effectTest("the runs of a flow as a table", () =>
  Effect.gen(function* () {
    const flow = yield* Metaflow.Flow.get("ParkFailFlow");
    const frame = yield* flow.runsDf();
    const { runs, runs_in_order: order } = flows.ParkFailFlow;
    deepStrictEqual(types(frame), {
      id: "String",
      user: "String",
      created_at: "Datetime(ms,UTC)",
      finished_at: "Datetime(ms,UTC)",
      finished: "Bool",
      successful: "Bool",
      tags: "List(DataType(String))",
      system_tags: "List(DataType(String))",
    });
    deepStrictEqual(cells(frame, "id"), order);
    deepStrictEqual(cells(frame, "user"), ["alice", "alice"]);
    deepStrictEqual(
      millis(frame, "created_at"),
      order.map((id: string) => runs[id].created_at_ms),
    );
    deepStrictEqual(
      millis(frame, "finished_at"),
      order.map((id: string) => runs[id].finished_at_ms),
    );
    for (const column of ["finished", "successful"]) {
      deepStrictEqual(cells(frame, column), order.map((id: string) => runs[id][column]));
    }
    deepStrictEqual(
      frame.toRecords().map(({ system_tags }) => system_tags),
      order.map((id: string) => runs[id].system_tags),
    );
    strictEqual((yield* flow.runsDf("no such tag")).height, 0);
    deepStrictEqual(types(yield* flow.runsDf("no such tag")), types(frame));
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest("the tasks of a run as a table", () =>
  Effect.gen(function* () {
    const run = yield* Metaflow.Run.get("ParkFailFlow/1795197359484266");
    const frame = yield* run.tasksDf();
    deepStrictEqual(types(frame), {
      step: "String",
      id: "String",
      attempt: "Int64",
      created_at: "Datetime(ms,UTC)",
      finished_at: "Datetime(ms,UTC)",
      finished: "Bool",
      successful: "Bool",
      exception: "String",
    });
    deepStrictEqual(frame.drop("created_at", "finished_at").toRecords(), [
      {
        step: "mow",
        id: "2",
        attempt: 0,
        finished: false,
        successful: false,
        exception: "builtins.RuntimeError: mower broke",
      },
      { step: "start", id: "1", attempt: 0, finished: true, successful: true, exception: null },
    ]);
    const { steps } = flows.ParkFailFlow.runs["1795197359484266"];
    deepStrictEqual(millis(frame, "finished_at"), [
      steps.mow.tasks["2"].finished_at_ms,
      steps.start.tasks["1"].finished_at_ms,
    ]);
    const wide = yield* Metaflow.Run.get("ParkGraphFlow/1795197348105633");
    const { steps: all } = flows.ParkGraphFlow.runs["1795197348105633"];
    const tasks = Object.entries<{ tasks: Record<string, { created_at_ms: number }> }>(all)
      .filter(([step]) => !step.startsWith("_"))
      .flatMap(([step, { tasks }]) =>
        Object.entries(tasks).map(([id, { created_at_ms }]) => `${created_at_ms} ${step}/${id}`)
      );
    const table = yield* wide.tasksDf();
    const told = millis(table, "created_at").map((time, i) =>
      `${time} ${cells(table, "step")[i]}/${cells(table, "id")[i]}`
    );
    deepStrictEqual(told.toSorted(), tasks.toSorted());
    deepStrictEqual(millis(table, "created_at"), millis(table, "created_at").toSorted().reverse());
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest("the artifacts of a task as a table", () =>
  Effect.gen(function* () {
    const task = yield* Metaflow.Task.get("ParkTypesFlow/1795197365149068/start/1");
    const frame = yield* task.artifactsDf();
    deepStrictEqual(types(frame), {
      name: "String",
      type: "String",
      size: "Int64",
      created_at: "Datetime(ms,UTC)",
      attempt: "Int64",
      sha: "String",
      content_type: "String",
    });
    const { artifacts } = flows.ParkTypesFlow.runs["1795197365149068"].steps.start.tasks["1"];
    const told = cells(frame, "name").map((name, i) => [
      name,
      [
        cells(frame, "sha")[i],
        cells(frame, "size")[i],
        cells(frame, "content_type")[i],
        "local",
        cells(frame, "attempt")[i],
        millis(frame, "created_at")[i],
      ],
    ]);
    const visible = Object.entries(artifacts).filter(([name]) => !name.startsWith("_"));
    deepStrictEqual(Object.fromEntries(told), Object.fromEntries(visible));
    strictEqual(cells(frame, "type")[cells(frame, "name").indexOf("raw")], "<class 'bytes'>");
  }).pipe(Effect.provide(reading(CURRENT))));

effectTest(
  "a task without what the datastore knows of it has a table too",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      tree.metadata("F/1/start/1", "attempt-done", "0");
      tree.artifact("F/1/start/1", "x", new TextEncoder().encode("I1\n."));
      const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
      const frame = yield* task.artifactsDf();
      deepStrictEqual(frame.select("name", "type", "size").toRecords(), [
        { name: "x", type: null, size: null },
      ]);
    }),
);
