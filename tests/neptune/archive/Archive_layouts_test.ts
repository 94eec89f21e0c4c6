import assert from "node:assert/strict";
import { cp, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pl from "nodejs-polars";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { effectTest } from "../../effectTest.ts";
import { checkAll } from "./compare.ts";
import {
  acceptance,
  copyOf,
  digits,
  edge,
  filesOf,
  type Fixture,
  models,
  modelVersions,
  neptune2,
  openProject,
  partsDirectory,
  someRuns,
  temporaryDirectory,
  withoutWarnings,
} from "./fixtures.ts";
import {
  emptyExport,
  openMade,
  parametersOf,
  partName,
  pointsOf,
  PROJECT,
  writePart,
} from "./writePart.ts";

/** Checks that an export answers like its fixture; what it warns of is tested elsewhere. */
const checkLike = (fixture: Fixture, options: Partial<Neptune.ArchiveOptions> = {}) =>
  Effect.asVoid(
    Neptune.collectWarnings(checkAll(make({ ...fixture.options, ...options }), fixture)),
  );

/** The rows of all runs of a fixture, file after file. */
const rowsOf = (fixture: Fixture): Promise<ReadonlyArray<pl.DataFrame>> =>
  Promise.all(
    fixture.runs.flatMap(({ parts }) => parts).map((part) =>
      pl.scanParquet(join(partsDirectory(fixture), part), { glob: false }).collect()
    ),
  );

/** A copy of a fixture whose parts are shared by all runs, each with so many rows. */
const sharedLayout = (fixture: Fixture, rowsOfPart: number) =>
  Effect.gen(function* () {
    const data = join(yield* temporaryDirectory, "data");
    const copy = { ...fixture, options: { ...fixture.options, data, files: filesOf(fixture) } };
    yield* Effect.promise(async () => {
      await mkdir(partsDirectory(copy), { recursive: true });
      const rows = pl.concat([...await rowsOf(fixture)]);
      for (let part = 0; part * rowsOfPart < rows.height; part++) {
        const path = join(partsDirectory(copy), `part_${part}.parquet`);
        await rows.slice(part * rowsOfPart, rowsOfPart).lazy().sinkParquet(path).collect();
      }
    });
    return copy;
  });

// Runs of every kind, some of which have nothing but points, or nothing at all.
const variety = someRuns(edge, [
  "values",
  "files",
  "fork/g0",
  "series",
  "no-params",
  "x_part_0",
  "nothing",
  "fork/g2",
  "fork/g1",
]);

for (const fixture of [digits, variety, neptune2]) {
  effectTest(
    `${fixture.name}: parts that are shared by all runs give the same answers`,
    () =>
      Effect.gen(function* () {
        yield* checkLike(yield* sharedLayout(fixture, 20_000));
      }),
  );
}

effectTest(
  "parts that are shared by all runs, and cut each run into several",
  () =>
    Effect.gen(function* () {
      yield* checkLike(yield* sharedLayout(variety, 77));
    }),
);

effectTest(
  "one run of shared parts can be opened by each of its ids",
  () =>
    Effect.gen(function* () {
      const shared = yield* sharedLayout(acceptance, 500);
      const project = yield* withoutWarnings(openProject(shared));
      for (const { sysId, runId } of acceptance.runs) {
        assert.equal((yield* project.run({ customId: runId })).withId, sysId);
        assert.equal((yield* project.run({ withId: sysId! })).withId, sysId);
      }
    }),
);

effectTest(
  "a shared part that is missing between others is reported",
  () =>
    Effect.gen(function* () {
      const shared = yield* sharedLayout(acceptance, 500);
      const gone = join(partsDirectory(shared), "part_1.parquet");
      yield* Effect.promise(() => rm(gone));
      const [, warnings] = yield* Neptune.collectWarnings(openProject(shared));
      assert.deepEqual(warnings.map(({ kind, file }) => [kind, file]), [["MissingPart", gone]]);
    }),
);

for (const fixture of [acceptance, variety]) {
  effectTest(
    `${fixture.name}: names without a digest give the same answers`,
    () =>
      Effect.gen(function* () {
        const { fixture: copy, root, parts } = yield* copyOf(fixture);
        const withoutDigest = (name: string) =>
          name.replace(/-[0-9a-f]{16}(?=(_part_\d+.*)?$)/, "");
        const directory = withoutDigest(copy.expected.projectDirectory);
        yield* Effect.promise(async () => {
          for (const name of await readdir(parts)) {
            await rename(join(parts, name), join(parts, withoutDigest(name)));
          }
          await rename(parts, join(copy.options.data, directory));
          await mkdir(join(root, "files"));
          const files = join(filesOf(fixture), copy.expected.projectDirectory);
          await symlink(files, join(root, "files", directory));
        });
        yield* checkLike(copy, { files: undefined });
      }),
  );
}

effectTest(
  "one root holds several projects, and each has its own runs",
  () =>
    Effect.gen(function* () {
      const data = yield* temporaryDirectory;
      const fixtures = [digits, acceptance, edge, neptune2];
      for (const { options } of fixtures) {
        yield* Effect.promise(() => cp(options.data, data, { recursive: true }));
      }
      const source = make({ data, exporterTimeZone: "Europe/Warsaw" });
      const projects = yield* withoutWarnings(source.projects);
      assert.deepEqual(
        projects.map(({ identifier }) => identifier).sort(),
        fixtures.map(({ expected }) => expected.project).sort(),
      );
      for (const fixture of fixtures) {
        yield* checkLike(fixture, { data, files: filesOf(fixture) });
      }
    }),
);

effectTest(
  "a project has the name and the workspace of its identifier",
  () =>
    Effect.gen(function* () {
      const source = make(edge.options);
      const [project] = yield* Neptune.collectWarnings(source.project(edge.expected.project));
      assert.deepEqual(project, {
        identifier: "Edge Cäse/прoject-1",
        workspace: "Edge Cäse",
        name: "прoject-1",
        key: null,
      });
    }),
);

/** A copy of the digits whose directory has another name. */
const renamed = (name: string) =>
  Effect.gen(function* () {
    const { fixture, parts } = yield* copyOf(digits);
    const { data } = fixture.options;
    yield* Effect.promise(() => rename(parts, join(data, name)));
    return fixture;
  });

effectTest(
  "a project is found by what its files say when its directory has another name",
  () =>
    Effect.gen(function* () {
      const fixture = yield* renamed("my [old] export");
      const project = yield* withoutWarnings(openProject(fixture));
      assert.equal(project.projectIdentifier, "nereid/digits");
      const table = yield* withoutWarnings(project.fetchRunsDf({ trashed: null }));
      assert.equal(table.height, digits.runs.length);
    }),
);

effectTest(
  "the name of a directory is not that of the project in it",
  () =>
    Effect.gen(function* () {
      for (const name of ["digits", "nereid_digits"]) {
        const { options } = yield* renamed(name);
        const reason = yield* Effect.flip(make(options).project(name));
        assert(reason._tag === "ProjectNotFound", name);
        assert.deepEqual(reason.available, ["nereid/digits"]);
      }
    }),
);

effectTest(
  "the root can have any name, those that mean something to Polars too",
  () =>
    Effect.gen(function* () {
      for (const name of ["we[i]rd *?{x}", "year=2024", "per%20cent #é", "back\\slash"]) {
        const { fixture, root } = yield* copyOf(acceptance);
        const data = join(root, name);
        yield* Effect.promise(() => rename(fixture.options.data, data));
        yield* withoutWarnings(checkAll(make({ data }), fixture));
      }
    }),
);

effectTest(
  "what lies between the files of an export and is none of it changes nothing",
  () =>
    Effect.gen(function* () {
      const { fixture, parts } = yield* copyOf(acceptance);
      const [name] = acceptance.runs[0]!.parts;
      yield* Effect.promise(async () => {
        await writeFile(join(parts, "notes.txt"), "not Parquet");
        await writeFile(join(parts, "copy of part.parquet"), "not Parquet");
        await writeFile(join(parts, "index.tmp"), "");
        await writeFile(join(parts, ".DS_Store"), "");
        await mkdir(join(parts, "backup"));
        await cp(join(parts, name!), join(parts, "backup", name!));
        await mkdir(join(parts, "x-0123456789abcdef_part_0.parquet"));
        await writeFile(join(fixture.options.data, "README.md"), "notes");
        await mkdir(join(fixture.options.data, "empty"));
        await cp(parts, join(fixture.options.data, ".hidden"), { recursive: true });
      });
      const project = yield* withoutWarnings(openProject(fixture));
      assert.deepEqual(yield* withoutWarnings(project.diagnose()), []);
      yield* withoutWarnings(checkAll(make(fixture.options), fixture));
      assert.equal((yield* withoutWarnings(make(fixture.options).projects)).length, 1);
    }),
);

effectTest("runs, models and their versions can share one root", () =>
  Effect.gen(function* () {
    const data = yield* temporaryDirectory;
    yield* Effect.promise(() => cp(neptune2.options.data, data, { recursive: true }));
    yield* Effect.promise(() => cp(models.options.data, data, { recursive: true }));
    yield* checkLike(neptune2, { data, files: filesOf(neptune2) });
    for (const fixture of [models, modelVersions]) {
      yield* checkLike(fixture, { data, files: filesOf(models) });
    }
  }));

/** Rewrites parts of a fixture as tools of users would. */
const rewritten = (
  fixture: Fixture,
  isChanged: (part: number) => boolean,
  write: (frame: pl.LazyDataFrame, path: string) => pl.LazyDataFrame,
) =>
  Effect.gen(function* () {
    const { fixture: copy, parts } = yield* copyOf(fixture);
    yield* Effect.promise(async () => {
      const names = fixture.runs.flatMap((run) => run.parts);
      for (const name of names.filter((_, i) => isChanged(i))) {
        const frame = pl.scanParquet(join(partsDirectory(fixture), name), { glob: false });
        await write(frame, join(parts, name)).collect();
      }
    });
    return copy;
  });

const REWRITES = {
  "decimals in 64-bit integers, large strings, zstd": (frame, path) =>
    frame.sinkParquet(path, { compression: "zstd" }),
  "small row groups without statistics, uncompressed": (frame, path) =>
    frame.sinkParquet(path, { compression: "uncompressed", rowGroupSize: 5, statistics: false }),
  "times in microseconds": (frame, path) =>
    frame.withColumns(
      pl.col("timestamp").cast(pl.Datetime("us", "UTC")),
      pl.col("datetime_value").cast(pl.Datetime("us", "UTC")),
    ).sinkParquet(path),
  "steps that are floats": (frame, path) =>
    frame.withColumns(pl.col("step").cast(pl.Utf8).cast(pl.Float64)).sinkParquet(path),
  "columns in another order, and one more": (frame, path) =>
    frame.select(pl.lit("x").alias("extra"), ...[...COLUMNS].reverse()).sinkParquet(path),
} satisfies Record<string, Parameters<typeof rewritten>[2]>;

const COLUMNS = [
  "project_id",
  "run_id",
  "attribute_path",
  "attribute_type",
  "step",
  "timestamp",
  "int_value",
  "float_value",
  "string_value",
  "bool_value",
  "datetime_value",
  "string_set_value",
  "file_value",
  "histogram_value",
];

for (const [change, write] of Object.entries(REWRITES)) {
  effectTest(`parts that were rewritten, all of them: ${change}`, () =>
    Effect.gen(function* () {
      yield* checkLike(yield* rewritten(variety, () => true, write));
    }));

  effectTest(`parts that were rewritten, every third: ${change}`, () =>
    Effect.gen(function* () {
      yield* checkLike(yield* rewritten(variety, (part) => part % 3 === 0, write));
    }));
}

effectTest(
  "runs whose ids look like names of parts are read once, like all others",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const runs = [
        ...Array.from({ length: 30 }, (_, i) => `ordinary ${i}`),
        "x-0123456789abcdef_part_0",
        "x-0𝒳aaaaaaaaaaaaaa_part_0",
        "part_0.parquet",
        "part_0",
        "-",
        "",
      ];
      for (const run of runs) {
        yield* writePart(join(parts, partName(run, 0)), parametersOf(run));
        yield* writePart(join(parts, partName(run, 1)), pointsOf(run, "m", ["1", "2", "3"]));
      }
      const source = make({ data });
      const chunks = yield* withoutWarnings(Stream.runCollect(source.floatSeries({
        project: PROJECT,
        runs,
        attributes: ["m"],
        inheritance: "all",
        range: {},
        previews: false,
      })));
      const found = chunks.flatMap(({ run, offsets }) =>
        Array.from(run, (index, i) => [runs[index]!, offsets[i + 1]! - offsets[i]!] as const)
      );
      assert.deepEqual(new Map(found), new Map(runs.map((run) => [run, 3])));
      assert.equal(found.length, runs.length);
      const project = yield* openMade(data);
      for (const run of runs) {
        const { withId } = yield* project.run({ customId: run });
        assert.equal(withId, `MADE-${run}`);
      }
    }),
);
