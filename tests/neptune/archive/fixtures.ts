/**
 * The exports that the tests read, and ways to open and to change them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Effect, type Scope } from "effect";
import { Neptune } from "@nereid/nereid";
import { type Expected, type ExpectedRun, readExpected } from "./expected.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const DIGITS = fileURLToPath(new URL("../../../examples/data/digits", import.meta.url));

/** An export with its ground truth. */
export interface Fixture {
  readonly name: string;
  readonly options: Neptune.ArchiveOptions;
  readonly expected: Expected;
  /** The entities that `options` reads. */
  readonly runs: ReadonlyArray<ExpectedRun>;
}

const fixture = (
  name: string,
  truth = `${FIXTURES}/${name}`,
  export_ = truth,
): Fixture => {
  const expected = readExpected(truth);
  const { exporterTimeZone, runs } = expected;
  return { name, options: { data: `${export_}/data`, exporterTimeZone }, expected, runs };
};

export const digits: Fixture = fixture("digits", `${FIXTURES}/digits`, DIGITS);
export const acceptance: Fixture = fixture("acceptance");
export const edge: Fixture = fixture("edge");
export const broken: Fixture = fixture("edge/broken");
export const withErrors: Fixture = fixture("edge/with-errors");
export const neptune2: Fixture = fixture("neptune2");
export const models: Fixture = registry("models", neptune2.expected.models!);
export const modelVersions: Fixture = registry("modelVersions", neptune2.expected.modelVersions!);

function registry(
  entities: "models" | "modelVersions",
  runs: ReadonlyArray<ExpectedRun>,
): Fixture {
  const data = `${FIXTURES}/neptune2/model_data`;
  return { ...neptune2, name: entities, options: { ...neptune2.options, data, entities }, runs };
}

/** Those of which nothing is damaged or lost. */
export const whole: ReadonlyArray<Fixture> = [
  digits,
  acceptance,
  edge,
  neptune2,
  models,
  modelVersions,
];

/** The run of an id. */
export const expectedRun = ({ name, runs }: Fixture, runId: string): ExpectedRun => {
  const run = runs.find((run) => run.runId === runId);
  assert(run, `${name} has no run ${runId}`);
  return run;
};

/** The directory of a fixture's Parquet files. */
export const partsDirectory = ({ options, expected }: Fixture): string =>
  join(options.data, expected.projectDirectory);

/** The directory that the files of a fixture are below. */
export const filesOf = ({ options }: Fixture): string => options.data.replace(/data$/, "files");

/** Opens the project of a fixture, or the same elsewhere. */
export const openProject = (
  { options, expected }: Fixture,
  changed: Partial<Neptune.ArchiveOptions> = {},
): Effect.Effect<Neptune.ReadOnlyProject, Neptune.NeptuneError> =>
  Effect.provide(
    Neptune.ReadOnlyProject.open(expected.project),
    Neptune.layerArchive({ ...options, ...changed }),
  );

/** Opens a run by what its exporter takes for the id. */
export const openRun = (
  project: Neptune.ReadOnlyProject,
  { expected }: Fixture,
  runId: string,
): Effect.Effect<Neptune.ReadOnlyRun, Neptune.NeptuneError> =>
  project.run(expected.flavour === "neptune3" ? { customId: runId } : { withId: runId });

/** The result of an operation that has nothing to warn of. */
export const withoutWarnings = <A, E, R>(
  operation: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.map(Neptune.collectWarnings(operation), ([result, warnings]) => {
    assert.deepEqual(warnings, []);
    return result;
  });

/** An empty directory, which is gone after the test. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir({ prefix: "nereid-" })),
  (path) => Effect.promise(() => Deno.remove(path, { recursive: true })),
);

/** A fixture with some of its runs only. */
export const someRuns = (fixture: Fixture, runIds: ReadonlyArray<string>): Fixture => ({
  ...fixture,
  runs: runIds.map((runId) => expectedRun(fixture, runId)),
});

/**
 * A copy of a fixture that can be changed: all of its `data` or the parts of its runs, and the
 * directory that they are in.
 */
export const copyOf = (
  fixture: Fixture,
): Effect.Effect<
  { readonly fixture: Fixture; readonly root: string; readonly parts: string },
  never,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const root = yield* temporaryDirectory;
    const data = join(root, "data");
    const copy = { ...fixture, options: { ...fixture.options, data, files: filesOf(fixture) } };
    const parts = partsDirectory(copy);
    const isWhole = fixture.runs.length === fixture.expected.runs.length;
    yield* Effect.promise(async () => {
      if (isWhole) return await cp(fixture.options.data, data, { recursive: true });
      await mkdir(parts, { recursive: true });
      for (const part of fixture.runs.flatMap((run) => run.parts)) {
        await cp(join(partsDirectory(fixture), part), join(parts, part));
      }
    });
    return { fixture: copy, root, parts };
  });
