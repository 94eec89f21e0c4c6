import assert from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { edge, openProject } from "../archive/fixtures.ts";
import { effectTest } from "../../effectTest.ts";
import { project } from "../project/acceptance.ts";
import { recordingSource } from "../recordingSource.ts";

const text = (value: string) => ({ type: "string", value }) as const;

const idsOf = (runs: Stream.Stream<Neptune.ReadOnlyRun, Neptune.NeptuneError>) =>
  Effect.map(Stream.runCollect(runs), (runs) => runs.map(({ withId }) => withId).join(" "));

effectTest(
  "no ids, null and empty lists give no runs and no request",
  () =>
    Effect.gen(function* () {
      const { project, requests } = recordingSource({ a: {} });
      const none = [undefined, {}, { withIds: [] }, { withIds: null, customIds: [] }];
      for (const ids of none) assert.equal(yield* idsOf(project.fetchReadOnlyRuns(ids)), "");
      for (const names of [undefined, {}, { names: null }, { names: [] }]) {
        assert.equal(yield* idsOf(project.fetchReadOnlyExperiments(names)), "");
      }
      assert.deepEqual(requests, []);
    }),
);

effectTest(
  "three names give the experiments of these names, in their order",
  () =>
    Effect.gen(function* () {
      const names = ["exp4", "exp1", "exp6"];
      const runs = yield* Stream.runCollect(project.fetchReadOnlyExperiments({ names }));
      assert.deepEqual(yield* Effect.forEach(runs, (run) => run.fetch("sys/name")), names);
      assert.equal(yield* idsOf(project.fetchReadOnlyExperiments({ names: "exp1" })), "TES-7");
    }),
);

effectTest(
  "runs come as listed, those by Neptune ID first; a run that is named twice comes twice",
  () =>
    Effect.gen(function* () {
      const customIds = ["id-run-3", "id-exp-1", "id-run-1"];
      assert.equal(yield* idsOf(project.fetchReadOnlyRuns({ customIds })), "TES-3 TES-7 TES-1");
      const withIds = ["TES-1", "TES-3", "TES-7"];
      assert.equal(
        yield* idsOf(project.fetchReadOnlyRuns({ customIds, withIds })),
        "TES-1 TES-3 TES-7 TES-3 TES-7 TES-1",
      );
      assert.equal(
        yield* idsOf(project.fetchReadOnlyRuns({ withIds: ["TES-2", "TES-10", "TES-2"] })),
        "TES-2 TES-10 TES-2",
      );
      assert.equal(yield* idsOf(project.fetchReadOnlyRuns({ withIds: "TES-2" })), "TES-2");
    }),
);

effectTest("a run knows its project", () =>
  Effect.gen(function* () {
    assert.equal((yield* project.run({ withId: "TES-1" })).project, project);
    const [run] = yield* Stream.runCollect(project.fetchReadOnlyRuns({ withIds: "TES-1" }));
    assert.equal(run?.project, project);
    assert.equal(project.projectIdentifier, "test/acceptance");
  }));

effectTest(
  "an id that is not known fails when it is reached, after those before it",
  () =>
    Effect.gen(function* () {
      const opened: Array<string> = [];
      const error = yield* project.fetchReadOnlyRuns({ withIds: ["TES-2", "nope", "TES-3"] }).pipe(
        Stream.runForEach(({ withId }) => Effect.sync(() => opened.push(withId))),
        Effect.flip,
      );
      assert.deepEqual(opened, ["TES-2"]);
      assert.equal(error.reason._tag, "RunNotFound");
    }),
);

effectTest(
  "each way to name a run opens it, and withId is its sys/id",
  () =>
    Effect.gen(function* () {
      const selectors = [
        { withId: "TES-7" },
        { customId: "id-exp-1" },
        { experimentName: "exp1" },
        { withId: "TES-7", customId: null, experimentName: undefined },
      ];
      for (const selector of selectors) {
        assert.equal((yield* project.run(selector as Neptune.RunSelector)).withId, "TES-7");
      }
    }),
);

effectTest("an odd id or name is only itself", () =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(openProject(edge));
    for (const { runId, name, experimentHead } of edge.runs) {
      const run = yield* project.run({ customId: runId });
      const customId = yield* Effect.exit(run.fetch("sys/custom_run_id"));
      if (customId._tag === "Success") assert.equal(customId.value, runId);
      if (name === null || experimentHead !== true) continue;
      const experiment = yield* project.run({ experimentName: name });
      assert.equal(yield* experiment.fetch("sys/name"), name);
    }
  }));

const TRASHED = { type: "bool", value: true } as const;
const CREATED = (value: number) => ({ type: "datetime", value }) as const;
const HEAD = { type: "bool", value: true } as const;

effectTest(
  "a run in the trash opens by an id, an experiment in the trash not by its name",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource({
        a: {
          attributes: {
            "sys/custom_run_id": text("id-a"),
            "sys/name": text("exp"),
            "sys/trashed": TRASHED,
            "sys/experiment/is_head": HEAD,
          },
        },
      });
      assert.equal((yield* project.run({ withId: "a" })).withId, "a");
      assert.equal((yield* project.run({ customId: "id-a" })).withId, "a");
      const error = yield* Effect.flip(project.run({ experimentName: "exp" }));
      assert.equal(error.reason._tag, "RunNotFound");
    }),
);

effectTest(
  "a name is that of the run that is the head; of several with one id the newest opens",
  () =>
    Effect.gen(function* () {
      const named = (created: number, head: boolean) => ({
        attributes: {
          "sys/name": text("exp"),
          "sys/custom_run_id": text("same"),
          "sys/creation_time": CREATED(created),
          "sys/experiment/is_head": { type: "bool", value: head } as const,
        },
      });
      const { project } = recordingSource({
        old: named(1, false),
        head: named(2, true),
        newer: named(4, false),
        other: named(3, false),
      });
      assert.equal((yield* project.run({ experimentName: "exp" })).withId, "head");
      assert.equal((yield* project.run({ customId: "same" })).withId, "newer");
    }),
);

effectTest(
  "opening many runs is one request for each list, when the stream runs and not before",
  () =>
    Effect.gen(function* () {
      const keys = ["a", "b", "c", "d", "e"];
      const { project, requests } = recordingSource(
        Object.fromEntries(keys.map((key) => [key, {
          attributes: { "sys/custom_run_id": text(`id-${key}`) },
        }])),
      );
      const runs = project.fetchReadOnlyRuns({ withIds: keys, customIds: ["id-e", "id-a"] });
      assert.deepEqual(requests, []);
      assert.equal(yield* idsOf(runs), "a b c d e e a");
      assert.deepEqual(requests.map(({ method }) => method), ["search", "search"]);

      requests.length = 0;
      assert.equal(yield* idsOf(Stream.take(runs, 1)), "a");
      assert.deepEqual(requests.map(({ method }) => method), ["search"]);

      requests.length = 0;
      yield* project.run({ withId: "c" });
      assert.deepEqual(requests.map(({ method }) => method), ["search"]);
    }),
);

effectTest("a run without sys/id goes by the key of its source", () =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(openProject(edge));
    const run = yield* project.run({ customId: "no-params" });
    assert.equal(run.withId, "no-params");
  }));
