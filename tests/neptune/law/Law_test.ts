/**
 * The law of the house: whatever is asked, the answer of an export is the answer of a client of a
 * server of it.
 *
 * `LAW_RUNS` sets how many projects are tried, `LAW_SEED` which.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Arbitrary, Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { type Plan, plans, write } from "./Plan.ts";
import { answer, type Question, questionsAbout } from "./Question.ts";
import { archive, served } from "./sources.ts";

const runs = Number(Deno.env.get("LAW_RUNS") ?? 12);
const seed = Deno.env.get("LAW_SEED") ?? 7;

interface Case {
  readonly plan: Plan;
  readonly questions: ReadonlyArray<Question>;
}

const inspect = (value: unknown): string => Deno.inspect(value, { depth: 8 });

/** Whether an answer has something in it. */
const isTelling = (answer: unknown): boolean =>
  typeof answer === "string" || Array.isArray(answer) && answer.length > 0 ||
  inspect(answer).includes("sys/custom_run_id");

const cases: Arbitrary.Arbitrary<Case> = Arbitrary.flatMap(plans, (plan) =>
  Arbitrary.map(
    Arbitrary.all(Array.from({ length: 20 }, () => questionsAbout(plan))),
    (questions) => ({ plan, questions }),
  ));

effectTest(
  "an export and a client of its server give the same answers",
  () =>
    Effect.gen(function* () {
      let told = 0;
      const agree = ({ plan, questions }: Case) =>
        Effect.scoped(Effect.gen(function* () {
          const { data } = yield* write(plan);
          const [near, far] = yield* Effect.all([archive(data), served(data)]);
          for (const question of questions) {
            const expected = yield* answer(near, question);
            if (isTelling(expected)) told += 1;
            const actual = yield* answer(far, question);
            yield* Effect.try({
              try: () => assert.deepEqual(actual, expected),
              catch: (difference) => `${inspect(question)}\n${difference}`,
            });
          }
          return true;
        }));
      const result = yield* Neptune.collectWarnings(
        Arbitrary.checkEffect(cases, agree, { runs, size: 30, seed, maxShrinks: 60 }),
      ).pipe(Effect.map(([result]) => result));
      if (result._tag === "Falsified") {
        const { failure, shrunkInput, replay } = result;
        const error = failure._tag === "PropertyError" ? failure.error : failure._tag;
        assert.fail(`${error}\nof the project ${inspect(shrunkInput.plan)}\nreplay: ${replay}`);
      }
      assert.equal(result._tag, "Passed");
      assert(told > runs * 4, `only ${told} answers had something in them`);
    }),
);
