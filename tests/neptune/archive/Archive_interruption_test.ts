import assert from "node:assert/strict";
import { join } from "node:path";
import pl from "nodejs-polars";
import { Duration, Effect, Fiber, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { everyAttribute, type NeptuneSource } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import { emptyExport, parametersOf, partName, pointsOf, PROJECT, writePart } from "./writePart.ts";

const RUNS = Array.from({ length: 300 }, (_, i) => `run-${i}`);
const STEPS = Array.from({ length: 50 }, (_, i) => `${i}`);

/** An export of 300 runs that differ in nothing but their ids. */
const manyRuns = Effect.gen(function* () {
  const { root, data, parts } = yield* emptyExport;
  const template = join(root, "template.parquet");
  yield* writePart(template, [...parametersOf("template"), ...pointsOf("template", "m", STEPS)]);
  yield* Effect.promise(async () => {
    const rows = await pl.scanParquet(template, { glob: false }).collect();
    for (const run of RUNS) {
      rows.withColumns(
        pl.lit(run).alias("run_id"),
        pl.when(pl.col("attribute_path").eq(pl.lit("sys/custom_run_id"))).then(pl.lit(run))
          .otherwise(pl.col("string_value")).alias("string_value"),
      ).writeParquet(join(parts, partName(run)));
    }
  });
  return data;
});

/** Questions whose answers take in all files, and how to tell that they are right. */
const QUESTIONS = {
  "which runs there are": (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(source.search({
        project: PROJECT,
        kind: "runs",
        query: Neptune.Nql.everything,
        sortBy: { attribute: "sys/id", type: "string", direction: "ascending" },
        attributes: ["sys/custom_run_id"],
      })),
      (pages) => pages.flatMap(({ runs }) => runs).length === RUNS.length,
    ),
  "which attributes they have": (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(
        source.definitions({ project: PROJECT, runs: undefined, select: everyAttribute }),
      ),
      (pages) => pages.flat().some(({ path }) => path === "m"),
    ),
  "the last values of a series": (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(source.values({ project: PROJECT, runs: RUNS, select: { paths: ["m"] } })),
      (pages) => pages.flat().reduce((sum, { rows }) => sum + rows.length, 0) === RUNS.length,
    ),
  "all points of a series": (source: NeptuneSource) =>
    Effect.map(
      Stream.runCollect(source.floatSeries({
        project: PROJECT,
        runs: RUNS,
        attributes: ["m"],
        inheritance: "all",
        range: {},
        previews: false,
      })),
      (chunks) =>
        chunks.reduce((sum, { step }) => sum + step.length, 0) === RUNS.length * STEPS.length,
    ),
};

effectTest(
  "an interruption ends a reading at once, and the next one is whole and right",
  () =>
    Effect.gen(function* () {
      const data = yield* manyRuns;
      for (const [question, ask] of Object.entries(QUESTIONS)) {
        const [whole, isRight] = yield* Effect.timed(ask(make({ data })));
        assert(isRight, question);

        const source = make({ data });
        for (const milliseconds of [0, 1, 5]) {
          const [taken] = yield* Effect.timed(Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(ask(source));
            yield* Effect.sleep(milliseconds);
            yield* Fiber.interrupt(fiber);
          }));
          assert(
            Duration.toMillis(taken) < Duration.toMillis(whole) / 2,
            `${question}: ${Duration.toMillis(taken)} of ${Duration.toMillis(whole)} ms`,
          );
        }
        assert(yield* ask(source), question);
      }
    }),
);

effectTest(
  "an interruption of one of two who wait for the same leaves the other its answer",
  () =>
    Effect.gen(function* () {
      const data = yield* manyRuns;
      for (const [question, ask] of Object.entries(QUESTIONS)) {
        const source = make({ data });
        const first = yield* Effect.forkChild(ask(source));
        const second = yield* Effect.forkChild(ask(source));
        yield* Effect.sleep(1);
        yield* Fiber.interrupt(first);
        assert(yield* Fiber.join(second), question);
      }
    }),
);
