/**
 * Whatever is asked, the answer of a test double is the answer of an export of the same runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Arbitrary, Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import type { Histogram } from "../../../src/neptune/Attribute.ts";
import { make } from "../../../src/neptune/testing/TestSource.ts";
import { effectTest } from "../../effectTest.ts";
import { PROJECT } from "../archive/writePart.ts";
import { type Plan, type PlannedRun, plans, write } from "../law/Plan.ts";
import { answer, answering, questionsAbout } from "../law/Question.ts";
import { archive } from "../law/sources.ts";

/** A plan without files, whose paths are the exporter's. */
const withoutFiles = (plan: Plan): Plan =>
  plan.map(({ id, attributes, series }) => ({
    id,
    attributes: attributes.filter(([, value]) => value.attribute_type !== "file"),
    series: series.filter(([, points]) => points[0]!.attribute_type !== "file_series"),
  }));

type Value = PlannedRun["attributes"][number][1];

const fieldOf = (value: Value): Neptune.TestField => {
  switch (value.attribute_type) {
    case "int":
      return value.int_value!;
    case "float":
      return value.float_value!;
    case "bool":
      return value.bool_value!;
    case "datetime":
      return new Date(value.datetime_value!);
    case "string_set":
      // An export has lost the order.
      return value.string_set_value!.toSorted();
    default:
      return value.string_value!;
  }
};

const pointOf = (value: Value): number | string | Histogram =>
  (value.float_value ?? value.string_value ?? value.histogram_value) as number | string | Histogram;

const writtenDown = (plan: Plan): Neptune.TestProjects => ({
  [PROJECT]: Object.fromEntries(plan.map(({ id, attributes, series }) => [id, {
    "sys/creation_time": null,
    "sys/trashed": null,
    ...Object.fromEntries(attributes.map(([path, value]) => [path, fieldOf(value)])),
    ...Object.fromEntries(series.map(([path, points]) => [path, {
      points: points.map((point) => [
        Number(point.step),
        pointOf(point),
        { timestamp: new Date(point.timestamp) },
      ]),
    } as Neptune.TestSeries])),
  }])),
});

const cases = Arbitrary.flatMap(plans, (plan) =>
  Arbitrary.map(
    Arbitrary.all(Array.from({ length: 20 }, () => questionsAbout(plan))),
    (questions) => ({ plan: withoutFiles(plan), questions }),
  ));

const inspect = (value: unknown): string => Deno.inspect(value, { depth: 8 });

effectTest(
  "a test double answers as an export of the same runs does",
  () =>
    Effect.gen(function* () {
      let asked = 0;
      const result = yield* Neptune.collectWarnings(
        Arbitrary.checkEffect(
          cases,
          ({ plan, questions }) =>
            Effect.scoped(Effect.gen(function* () {
              const { data } = yield* write(plan);
              const real = yield* archive(data);
              const double = yield* answering(make(writtenDown(plan)));
              for (const question of questions) {
                // Neither has files.
                if (question.ask === "file" || question.ask === "fileRefSeries") continue;
                const expected = yield* answer(real, question);
                const actual = yield* answer(double, question);
                yield* Effect.try({
                  try: () => assert.deepEqual(actual, expected),
                  catch: (difference) => `${inspect(question)}\n${difference}`,
                });
                asked += 1;
              }
              return true;
            })),
          { runs: 12, size: 30, seed: 11, maxShrinks: 60 },
        ),
      ).pipe(Effect.map(([result]) => result));
      if (result._tag === "Falsified") {
        const { failure, shrunkInput, replay } = result;
        const error = failure._tag === "PropertyError" ? failure.error : failure._tag;
        assert.fail(`${error}\nof the project ${inspect(shrunkInput.plan)}\nreplay: ${replay}`);
      }
      assert.equal(result._tag, "Passed");
      assert(asked > 100);
    }),
);
