/**
 * Cases in which the law once did not hold.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { type Plan, write } from "./Plan.ts";
import { answer, type Question } from "./Question.ts";
import { archive, served } from "./sources.ts";

const PLAN: Plan = ["run", "other"].map((id, i) => ({
  id,
  attributes: [
    ["sys/custom_run_id", { attribute_type: "string", string_value: id }],
    ["sys/id", { attribute_type: "string", string_value: `MADE-${i + 1}` }],
  ],
  series: [],
}));

const CASES: Readonly<Record<string, Question>> = {
  "a page behind the last run does not count the runs before it": {
    ask: "search",
    request: {
      kind: "experiments",
      query: Neptune.Nql.everything,
      offset: 1,
      limit: 1,
      attributes: [],
      sortBy: { attribute: "sys/id", type: "string", direction: "ascending" },
    },
  },
  "no bytes of a file that is not there are an error": {
    ask: "file",
    path: "not/there",
    from: 5,
    length: 0,
  },
};

for (const [name, question] of Object.entries(CASES)) {
  effectTest(name, () =>
    Effect.gen(function* () {
      const { data } = yield* write(PLAN);
      const [near, far] = yield* Effect.all([archive(data), served(data)]);
      assert.deepEqual(yield* answer(far, question), yield* answer(near, question));
    }));
}
