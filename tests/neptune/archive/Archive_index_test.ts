import assert from "node:assert/strict";
import { cp, readdir, rename, stat, truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import type { NeptuneSource } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import {
  acceptance,
  copyOf,
  edge,
  expectedRun,
  openProject,
  openRun,
  partsDirectory,
  temporaryDirectory,
  withoutWarnings,
} from "./fixtures.ts";

/** The ids of all runs. */
const listed = (source: NeptuneSource, project: string) =>
  Effect.map(
    Stream.runCollect(source.search({
      project,
      kind: "runs",
      query: Neptune.Nql.everything,
      sortBy: { attribute: "sys/id", type: "string", direction: "ascending" },
      attributes: ["sys/name"],
    })),
    (pages) => pages.flatMap(({ runs }) => runs).sort(),
  );

const RUNS = acceptance.runs.map(({ runId }) => runId).sort();
const PROJECT = acceptance.expected.project;

/** Empties files without a change to the directory that they are in. */
const empty = (directory: string, names: Iterable<string>) =>
  Effect.promise(async () => {
    const { mtime } = await stat(directory);
    for (const name of names) await truncate(join(directory, name));
    assert.deepEqual((await stat(directory)).mtime, mtime);
  });

const touch = (directory: string) =>
  Effect.promise(() => utimes(directory, new Date(), new Date(Date.now() + 1000)));

effectTest(
  "files are opened once, and again only when the directory has changed",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(acceptance);
      const source = make(fixture.options);
      assert.deepEqual(yield* withoutWarnings(listed(source, PROJECT)), RUNS);

      yield* empty(parts, yield* Effect.promise(() => readdir(parts)));
      assert.deepEqual(yield* withoutWarnings(listed(source, PROJECT)), RUNS);

      yield* touch(parts);
      const [runs, warnings] = yield* Neptune.collectWarnings(listed(source, PROJECT));
      assert.deepEqual(runs, []);
      assert.equal(new Set(warnings.map(({ file }) => file)).size, RUNS.length);
    }),
);

effectTest("nothing is opened before something is asked", () =>
  Effect.gen(function* () {
    const data = join(yield* temporaryDirectory, "later");
    const source = make({ data });
    yield* Effect.promise(() => cp(acceptance.options.data, data, { recursive: true }));
    assert.deepEqual(yield* listed(source, PROJECT), RUNS);
  }));

effectTest(
  "a run that the exporter finishes is there in the next answer",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(acceptance);
      const [part] = acceptance.runs[0]!.parts;
      const others = RUNS.filter((run) => run !== acceptance.runs[0]!.runId);
      const [done, underWay] = [join(parts, part!), join(parts, `${part}.tmp`)];
      yield* Effect.promise(() => rename(done, underWay));

      const source = make(fixture.options);
      const [project, warnings] = yield* Neptune.collectWarnings(source.project(PROJECT));
      assert.deepEqual(warnings.map(({ kind }) => kind), ["UnfinishedRun"]);
      assert.deepEqual(yield* listed(source, project.identifier), others);

      yield* Effect.promise(() => rename(underWay, done));
      assert.deepEqual(yield* withoutWarnings(listed(source, PROJECT)), RUNS);
      assert.deepEqual(yield* withoutWarnings(source.diagnose(PROJECT)), []);
    }),
);

effectTest(
  "a run that is finished just after its directory was listed is not overlooked",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(acceptance);
      const [part] = acceptance.runs[0]!.parts;
      const [done, underWay] = [join(parts, part!), join(parts, `${part}.tmp`)];
      // As if all of this happened before the clock of the file system moves on.
      const now = new Date(Date.now() + 60_000);
      const renameAtOnce = (from: string, to: string) =>
        Effect.promise(async () => {
          await rename(from, to);
          await utimes(parts, now, now);
        });
      yield* renameAtOnce(done, underWay);
      const source = make(fixture.options);
      const others = RUNS.filter((run) => run !== acceptance.runs[0]!.runId);
      assert.deepEqual(yield* listed(source, PROJECT), others);
      yield* renameAtOnce(underWay, done);
      assert.deepEqual(yield* withoutWarnings(listed(source, PROJECT)), RUNS);
    }),
);

effectTest(
  "a project that is exported later is found by the same source",
  () =>
    Effect.gen(function* () {
      const { fixture } = yield* copyOf(acceptance);
      const { data } = fixture.options;
      const source = make({ data });
      assert.equal((yield* source.projects).length, 1);
      yield* Effect.flip(source.project(edge.expected.project));
      yield* Effect.promise(() =>
        cp(partsDirectory(edge), join(data, edge.expected.projectDirectory), { recursive: true })
      );
      assert.equal((yield* source.projects).length, 2);
      const [runs] = yield* Neptune.collectWarnings(listed(source, edge.expected.project));
      assert.equal(runs.length, edge.runs.length);
    }),
);

effectTest(
  "a directory that is renamed under an open source is found again",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(acceptance);
      const source = make(fixture.options);
      assert.deepEqual(yield* listed(source, PROJECT), RUNS);
      yield* Effect.promise(() => rename(parts, join(fixture.options.data, "renamed")));
      assert.deepEqual(yield* listed(source, PROJECT), RUNS);
    }),
);

effectTest(
  "a run that is opened by its id is read from its own files only",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(edge);
      const expected = expectedRun(edge, "series");
      const all = yield* Effect.promise(() => readdir(parts));
      yield* empty(parts, all.filter((name) => !expected.parts.includes(name)));
      const [project] = yield* Neptune.collectWarnings(openProject(fixture));
      const run = yield* withoutWarnings(openRun(project, fixture, "series"));
      yield* withoutWarnings(Stream.runCollect(run.fieldNames));
      for (const { path } of expected.attributes) yield* withoutWarnings(run.fetch(path));
      for (const { path } of expected.series) {
        yield* withoutWarnings(run.fetch(path));
        yield* withoutWarnings(run.fetchValues(path));
      }
    }),
);

effectTest(
  "a fork is read from its own files and those of its ancestors only",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(edge);
      const family = ["fork/g3", "fork/g2", "fork/g1", "fork/g0"];
      const names = new Set(family.flatMap((runId) => expectedRun(edge, runId).parts));
      const all = yield* Effect.promise(() => readdir(parts));
      yield* empty(parts, all.filter((name) => !names.has(name)));
      const [project] = yield* Neptune.collectWarnings(openProject(fixture));
      const run = yield* withoutWarnings(openRun(project, fixture, "fork/g3"));
      yield* withoutWarnings(Stream.runCollect(run.fieldNames));
      for (const { path } of expectedRun(edge, "fork/g3").series) {
        yield* withoutWarnings(run.fetch(path));
        yield* withoutWarnings(run.fetchValues(path));
      }
    }),
);

effectTest("whoever asks at the same time shares one reading", () =>
  Effect.gen(function* () {
    const source = make(acceptance.options);
    const answers = yield* Effect.all(
      Array.from({ length: 20 }, () => listed(source, PROJECT)),
      { concurrency: "unbounded" },
    );
    for (const answer of answers) assert.deepEqual(answer, RUNS);
  }));
