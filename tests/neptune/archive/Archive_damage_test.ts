import assert from "node:assert/strict";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import pl from "nodejs-polars";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { effectTest } from "../../effectTest.ts";
import { attributesOf, fieldsOf } from "./compare.ts";
import { checkSeries, expectedSeries, plain, readPoints, tablePoints } from "./comparePoints.ts";
import { corrupt } from "./corrupt.ts";
import {
  broken,
  copyOf,
  edge,
  expectedRun,
  openProject,
  openRun,
  partsDirectory,
  withoutWarnings,
} from "./fixtures.ts";
import { emptyExport, openMade, parametersOf, partName, pointsOf, writePart } from "./writePart.ts";
import type { NeptuneWarning } from "../../../src/neptune/NeptuneWarning.ts";

const damagedFiles = broken.expected.damagedFiles!.map(({ file }) =>
  join(partsDirectory(broken), file)
);

/** The files that warnings of a kind name, each once. */
const filesIn = (warnings: ReadonlyArray<NeptuneWarning>, kind: NeptuneWarning["kind"]) =>
  [...new Set(warnings.filter((warning) => warning.kind === kind).map(({ file }) => file))].sort();

effectTest(
  "every damaged file is named in a warning of what should have read it",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(broken);
      const [table, warnings] = yield* Neptune.collectWarnings(project.fetchRuns());
      assert.deepEqual(filesIn(warnings, "DamagedFile"), damagedFiles.toSorted());
      for (const { file, message } of warnings) assert(message.includes(file!), message);
      const ids = table.getColumn("sys/custom_run_id").toArray();
      assert.deepEqual([...ids].sort(), ["good", "second part truncated"]);
    }),
);

effectTest(
  "the warnings come with every operation that lacks something, not with the first only",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(broken);
      for (const _ of [1, 2]) {
        const [, warnings] = yield* Neptune.collectWarnings(project.fetchExperiments());
        assert.deepEqual(filesIn(warnings, "DamagedFile"), damagedFiles.toSorted());
      }
    }),
);

effectTest("diagnose names every damaged file", () =>
  Effect.gen(function* () {
    const project = yield* openProject(broken);
    const found = yield* withoutWarnings(project.diagnose());
    assert.deepEqual(filesIn(found, "DamagedFile"), damagedFiles.toSorted());
  }));

effectTest("strict: a damaged file is an error that names it", () =>
  Effect.gen(function* () {
    const project = yield* openProject(broken, { strict: true });
    const { reason } = yield* Effect.flip(withoutWarnings(project.fetchRuns()));
    assert(reason._tag === "DamagedFile");
    assert(damagedFiles.includes(reason.path));
    assert(reason.message.includes(reason.path) && reason.cause !== undefined);
  }));

effectTest("strict: a run whose own files are whole can be read", () =>
  Effect.gen(function* () {
    const project = yield* openProject(broken, { strict: true });
    const run = yield* withoutWarnings(openRun(project, broken, "good"));
    const names = yield* Stream.runCollect(run.fieldNames);
    assert.deepEqual(new Set(names), new Set(fieldsOf(broken, expectedRun(broken, "good")).keys()));
  }));

effectTest(
  "strict: a damaged file of the run in question is an error",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(broken, { strict: true });
      for (const { file, runId } of broken.expected.damagedFiles!) {
        const { reason } = yield* Effect.flip(openRun(project, broken, runId));
        assert(reason._tag === "DamagedFile", runId);
        assert.equal(reason.path, join(partsDirectory(broken), file));
      }
    }),
);

effectTest("a run beside damaged ones is all there", () =>
  Effect.gen(function* () {
    const good = { ...broken, runs: [expectedRun(broken, "good")] };
    const project = yield* openProject(broken);
    const run = yield* openRun(project, broken, "good");
    const names = yield* Stream.runCollect(run.fieldNames);
    const fields = fieldsOf(broken, good.runs[0]!);
    assert.deepEqual([...names], [...fields.keys()].sort());
    for (const { path, value } of attributesOf(broken, good.runs[0]!)) {
      if (typeof value === "string" && fields.get(path) === "string") {
        assert.equal(yield* run.fetch(path), value);
      }
    }
    const source = make(broken.options);
    for (const type of ["float_series", "string_series"] as const) {
      checkSeries(
        yield* readPoints(source, good, type),
        expectedSeries(good, type, ({ own }) => own),
      );
    }
  }));

effectTest(
  "of a run with a damaged part, what other parts hold is there",
  () =>
    Effect.gen(function* () {
      const expected = expectedRun(broken, "second part truncated");
      const project = yield* openProject(broken);
      const [run] = yield* Neptune.collectWarnings(openRun(project, broken, expected.runId));
      const [names, warnings] = yield* Neptune.collectWarnings(Stream.runCollect(run.fieldNames));
      assert.deepEqual(filesIn(warnings, "DamagedFile"), [
        join(partsDirectory(broken), "second_part_truncated-04329102726d94ee_part_2.parquet"),
      ]);
      // The part that is gone has nothing but the log.
      const left = [...fieldsOf(broken, expected).keys()].filter((path) => path !== "log");
      assert.deepEqual(new Set(names), new Set(left));
      const series = expected.series.find(({ path }) => path === "m/x")!;
      const [table] = yield* Neptune.collectWarnings(run.fetchValues("m/x"));
      assert.deepEqual(tablePoints(series.type, table), plain(series.type, series.own));
    }),
);

/** An export whose run `good` is damaged in the values of its float series only. */
const damagedPoints = Effect.gen(function* () {
  const { fixture, parts } = yield* copyOf(broken);
  const [name] = expectedRun(broken, "good").parts;
  const file = join(parts, name!);
  yield* corrupt(file, "float_series", "float_value");
  return { fixture, file };
});

effectTest(
  "damage among the points of series is reported by whoever reads them",
  () =>
    Effect.gen(function* () {
      const { fixture, file } = yield* damagedPoints;
      const project = yield* openProject(fixture);
      const run = yield* withoutWarnings(openRun(project, fixture, "good"));
      for (const { path, value, type } of attributesOf(fixture, expectedRun(fixture, "good"))) {
        if (type === "string") assert.equal(yield* withoutWarnings(run.fetch(path)), value);
      }
      for (const _ of [1, 2]) {
        // No point of it can be read, as if the run did not have it.
        const fetching = Effect.flip(run.fetchValues("m/x"));
        const [{ reason }, warnings] = yield* Neptune.collectWarnings(fetching);
        assert.equal(reason._tag, "FieldNotFound");
        assert.deepEqual(filesIn(warnings, "DamagedFile"), [file]);
      }
      const log = expectedRun(fixture, "good").series.find(({ path }) => path === "log")!;
      const [table] = yield* Neptune.collectWarnings(run.fetchValues("log"));
      assert.deepEqual(tablePoints(log.type, table), plain(log.type, log.own));
    }),
);

effectTest(
  "strict: damage among the points of series is an error of whoever reads them",
  () =>
    Effect.gen(function* () {
      const { fixture, file } = yield* damagedPoints;
      const project = yield* openProject(fixture, { strict: true });
      const run = yield* openRun(project, fixture, "good");
      const { reason } = yield* Effect.flip(run.fetchValues("m/x"));
      assert(reason._tag === "DamagedFile");
      assert.equal(reason.path, file);
    }),
);

effectTest(
  "damage behind a last value is reported every time that it is asked for",
  () =>
    Effect.gen(function* () {
      const { fixture, file } = yield* damagedPoints;
      const project = yield* openProject(fixture);
      for (const _ of [1, 2]) {
        const table = project.fetchRunsDf({ columns: ["m/x"], customIdRegex: "^good$" });
        const [, warnings] = yield* Neptune.collectWarnings(table);
        assert(filesIn(warnings, "DamagedFile").includes(file));
      }
    }),
);

effectTest(
  "damage behind the list of fields is reported every time that they are listed",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(broken);
      const file = join(parts, expectedRun(broken, "good").parts[0]!);
      yield* corrupt(file, "float_series", "step");
      const project = yield* openProject(fixture);
      for (const _ of [1, 2]) {
        const run = yield* withoutWarnings(openRun(project, fixture, "good"));
        const [, warnings] = yield* Neptune.collectWarnings(Stream.runCollect(run.fieldNames));
        assert.deepEqual(filesIn(warnings, "DamagedFile"), [file]);
      }
    }),
);

effectTest(
  "damage in the points of one run is no business of who asks for another, before or after",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const runs = ["whole", "damaged"];
      yield* Effect.forEach(runs, (run) =>
        Effect.andThen(
          writePart(join(parts, partName(run)), parametersOf(run)),
          writePart(join(parts, partName(run, 1)), pointsOf(run, "m", ["1", "2"])),
        ));
      const file = join(parts, partName("damaged", 1));
      yield* corrupt(file, "float_series", "step");
      const project = yield* openMade(data);
      const namesOf = (customId: string) =>
        Effect.flatMap(project.run({ customId }), (run) => Stream.runCollect(run.fieldNames));
      for (const expected of [[], [file], [], [file]]) {
        const run = runs[expected.length]!;
        const [, warnings] = yield* Neptune.collectWarnings(namesOf(run));
        assert.deepEqual(filesIn(warnings, "DamagedFile"), expected);
      }
    }),
);

effectTest("a killed export is no run, and is reported", () =>
  Effect.gen(function* () {
    const [project, warnings] = yield* Neptune.collectWarnings(openProject(edge));
    const unfinished = warnings.filter(({ kind }) => kind === "UnfinishedRun");
    for (const { id, files } of edge.expected.incomplete!) {
      const about = unfinished.filter(({ message }) => message.includes(files[0]!));
      assert.equal(about.length, 1, id);
      for (const file of files) {
        assert(about[0]!.message.includes(join(partsDirectory(edge), file)), file);
      }
    }
    assert.equal(unfinished.length, edge.expected.incomplete!.length);
    assert.deepEqual(yield* project.diagnose(), unfinished);
  }));

effectTest("nothing of a killed export is in any answer", () =>
  Effect.gen(function* () {
    const ids = edge.expected.incomplete!.map(({ id }) => id);
    const [project] = yield* Neptune.collectWarnings(openProject(edge));
    const listed = yield* withoutWarnings(project.fetchRuns());
    for (const id of ids) {
      assert(!listed.getColumn("sys/custom_run_id").toArray().includes(id));
      const { reason } = yield* Effect.flip(openRun(project, edge, id));
      assert.equal(reason._tag, "RunNotFound");
    }
    const paths = edge.runs.flatMap(({ series }) => series).map(({ path }) => path);
    const request = { runs: ids, attributes: [...new Set(paths)] };
    const points = yield* readPoints(make(edge.options), edge, "float_series", request);
    assert.equal(points.size, 0);
  }));

effectTest(
  "a part that is missing between others is reported; the others are read",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(edge);
      const expected = expectedRun(edge, "x_part_0");
      const gone = join(parts, expected.parts[5]!);
      yield* Effect.promise(() => rm(gone));
      const [project, warnings] = yield* Neptune.collectWarnings(openProject(fixture));
      assert.deepEqual(filesIn(warnings, "MissingPart"), [gone]);
      const { message } = warnings.find(({ kind }) => kind === "MissingPart")!;
      assert.match(message, /export the run again/);
      assert.deepEqual(filesIn(yield* project.diagnose(), "MissingPart"), [gone]);
      const run = yield* openRun(project, fixture, "x_part_0");
      const names = yield* withoutWarnings(Stream.runCollect(run.fieldNames));
      const all = [...fieldsOf(edge, expected).keys()];
      const lost = new Set(all).difference(new Set(names));
      assert(lost.size > 0 && lost.size < expected.series.length);
      for (const series of expected.series.filter(({ path }) => !lost.has(path))) {
        const table = yield* run.fetchValues(series.path);
        assert.deepEqual(tablePoints(series.type, table), plain(series.type, series.own));
      }
    }),
);

effectTest(
  "parts that are missing one after another are one warning",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(edge);
      const names = expectedRun(edge, "x_part_0").parts;
      yield* Effect.promise(() => Promise.all([2, 3, 4].map((i) => rm(join(parts, names[i]!)))));
      const [, warnings] = yield* Neptune.collectWarnings(openProject(fixture));
      const missing = warnings.filter(({ kind }) => kind === "MissingPart");
      assert.deepEqual(missing.map(({ file }) => file), [join(parts, names[2]!)]);
      assert.match(missing[0]!.message, /up to part 4.*part 5 is/);
    }),
);

effectTest(
  "a file that is a link to nothing is a damaged file, and all others are read",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(edge);
      const [name] = expectedRun(edge, "values").parts;
      const file = join(parts, name!);
      yield* Effect.promise(async () => {
        await rm(file);
        await symlink(join(parts, "nowhere"), file);
      });
      const [project] = yield* Neptune.collectWarnings(openProject(fixture));
      const [table, warnings] = yield* Neptune.collectWarnings(
        project.fetchRunsDf({ trashed: null }),
      );
      assert.deepEqual(filesIn(warnings, "DamagedFile"), [file]);
      assert.equal(table.height, edge.runs.length - 1);
    }),
);

effectTest(
  "a Parquet file that is none of an exporter's is a damaged file, and is told what it lacks",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const nameless = { attribute_type: "string", string_value: "x" };
      yield* writePart(join(parts, partName("good")), parametersOf("good"));
      yield* writePart(join(parts, partName("rows")), [
        ...parametersOf("rows"),
        { ...nameless, attribute_path: "a" },
      ]);
      yield* writePart(join(parts, partName("paths")), [
        ...parametersOf("paths"),
        { ...nameless, run_id: "paths" },
      ]);
      const alien = join(parts, partName("alien"));
      yield* Effect.promise(() => pl.DataFrame({ a: [1] }).lazy().sinkParquet(alien).collect());
      const project = yield* openMade(data);
      const [table, warnings] = yield* Neptune.collectWarnings(project.fetchRuns());
      assert.deepEqual(table.getColumn("sys/custom_run_id").toArray(), ["good"]);
      const problems = warnings.map(({ message }) =>
        /cannot be read: (.*?)\. Export/s.exec(message)?.[1]
      );
      assert.deepEqual(problems.sort(), [
        "it has rows without attribute_path",
        "it has rows without run_id",
        'not found: unable to find column "attribute_type"; valid columns: ["a"]',
      ]);
    }),
);

effectTest(
  "a file of nothing but points is a damaged file if nobody can tell whose they are",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const file = join(parts, partName("points"));
      yield* writePart(join(parts, partName("good")), parametersOf("good"));
      yield* writePart(file, pointsOf("points", "m", ["1", "2"]));
      yield* corrupt(file, "float_series", "run_id");
      const project = yield* openMade(data);
      const [table, warnings] = yield* Neptune.collectWarnings(project.fetchRuns());
      assert.deepEqual(table.getColumn("sys/custom_run_id").toArray(), ["good"]);
      assert.deepEqual(filesIn(warnings, "DamagedFile"), [file]);
    }),
);

effectTest(
  "parts of a killed export that lie among those of many runs are in no table",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const runs = Array.from({ length: 40 }, (_, i) => `run ${i}`);
      yield* Effect.forEach(
        runs,
        (run) => writePart(join(parts, partName(run)), parametersOf(run)),
      );
      yield* Effect.forEach(
        ["killed 1", "killed 2", "killed 3"],
        (run) => writePart(join(parts, partName(run, 1)), parametersOf(run)),
      );
      const [project] = yield* Neptune.collectWarnings(openMade(data));
      const table = yield* withoutWarnings(project.fetchRuns());
      assert.deepEqual([...table.getColumn("sys/custom_run_id").toArray()].sort(), runs.toSorted());
    }),
);
