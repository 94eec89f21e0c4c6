import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import type { SearchRequest, SeriesRequest, SortBy } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import { acceptance, edge, expectedRun, filesOf, withoutWarnings } from "./fixtures.ts";

const source = make(acceptance.options);
const project = acceptance.expected.project;

const search = (part: Pick<SearchRequest, "offset" | "limit">, sortBy: Partial<SortBy> = {}) =>
  Stream.runCollect(source.search({
    project,
    kind: "runs",
    query: Neptune.Nql.everything,
    sortBy: { attribute: "sys/custom_run_id", type: "string", direction: "ascending", ...sortBy },
    attributes: ["sys/custom_run_id"],
    ...part,
  }));

const RUNS = acceptance.runs.map(({ runId }) => runId).sort();

for (
  const [part, expected] of [
    [{}, RUNS],
    [{ offset: 2 }, RUNS.slice(2)],
    [{ offset: 2, limit: 3 }, RUNS.slice(2, 5)],
    [{ limit: 0 }, []],
    [{ offset: RUNS.length, limit: 3 }, []],
  ] as const
) {
  effectTest(
    `runs ${JSON.stringify(part)} of a search, and how many there are`,
    () =>
      Effect.gen(function* () {
        const [page, ...others] = yield* search(part);
        assert.deepEqual(others, []);
        assert.deepEqual(page!.runs, expected);
        assert.equal(page!.total, RUNS.length);
        const values = page!.columns.flatMap((column) =>
          column.type === "string" ? column.values : []
        );
        assert.deepEqual(values, expected);
      }),
  );
}

effectTest("runs in the order of an aggregate of a series", () =>
  Effect.gen(function* () {
    const attribute = "metrics/foo1";
    for (const aggregate of ["min", "max", "average"] as const) {
      const valueOf = (runId: string) => {
        const series = expectedRun(acceptance, runId).series.find(({ path }) => path === attribute);
        return Number(series?.aggregates?.[aggregate] ?? NaN);
      };
      const [page] = yield* search({}, { attribute, type: "floatSeries", aggregate });
      const values = page!.runs.map(valueOf).filter((value) => !Number.isNaN(value));
      assert.ok(values.length > 1);
      assert.deepEqual(values, values.toSorted((a, b) => a - b), aggregate);
    }
  }));

const series = acceptance.runs.flatMap(({ runId, series }) =>
  series.filter(({ type, full, own }) => type === "float_series" && (full ?? own).steps.length > 4)
    .map(({ path, full, own }) => ({ runId, path, steps: (full ?? own).steps.map(Number) }))
)[0]!;

for (
  const [part, expected] of [
    [{ range: {}, head: 2 }, series.steps.slice(0, 2)],
    [{ range: { before: series.steps[3]! } }, series.steps.slice(0, 3)],
    [{ range: { before: series.steps[3]! }, tail: 2 }, series.steps.slice(1, 3)],
    [{ range: { after: series.steps[1]!, to: series.steps[3]! }, head: 1 }, [series.steps[2]!]],
    [{ range: { after: series.steps[3]!, before: series.steps[1]! } }, []],
  ] as ReadonlyArray<readonly [Pick<SeriesRequest, "range" | "head" | "tail">, Array<number>]>
) {
  effectTest(`points ${JSON.stringify(part)} of a series`, () =>
    Effect.gen(function* () {
      const chunks = yield* Stream.runCollect(source.floatSeries({
        project,
        runs: [series.runId],
        attributes: [series.path],
        inheritance: "all",
        previews: false,
        ...part,
      }));
      assert.deepEqual(chunks.flatMap(({ step }) => [...step]), expected);
    }));
}

effectTest("the size of a file", () =>
  Effect.gen(function* () {
    const source = make(edge.options);
    const file = expectedRun(edge, "files").files.find(({ size, missingOnServer }) =>
      size !== undefined && missingOnServer === undefined
    )!;
    const { size } = yield* Effect.promise(() =>
      stat(join(filesOf(edge), edge.expected.projectDirectory, file.archivePath!))
    );
    const reference = { path: file.archivePath!, sizeBytes: null, mimeType: null };
    const request = { project: edge.expected.project, file: reference };
    assert.equal(yield* withoutWarnings(source.fileSize(request)), size);

    const missing = { ...request, file: { ...reference, path: "no/such/file" } };
    const reason = yield* Effect.flip(source.fileSize(missing));
    assert.equal(reason._tag, "FileUnavailable");
  }));
