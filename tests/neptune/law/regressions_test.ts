/**
 * Cases in which the law once did not hold.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import { everyAttribute } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import { type Plan, write } from "./Plan.ts";
import { answer, type Question } from "./Question.ts";
import { archive, served } from "./sources.ts";

const PLAN: Plan = ["run", "other"].map((id, i) => ({
  id,
  attributes: [
    ["sys/custom_run_id", { attribute_type: "string", string_value: id }],
    ["long/".repeat(300), { attribute_type: "int", int_value: 1n }],
    ["sys/id", { attribute_type: "string", string_value: `MADE-${i + 1}` }],
  ],
  series: ["file_series", "histogram_series", "string_series"].map((attribute_type) => [
    `lost/${attribute_type}`,
    [{ attribute_type, step: "1", timestamp: 1_700_000_000_000 }],
  ]),
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
  "a file that is lost has no value": {
    ask: "fileRefSeries",
    runs: ["run"],
    attributes: ["lost/file_series"],
    inheritance: "all",
    range: {},
    head: undefined,
    tail: undefined,
  },
  "a histogram that is lost has no value": {
    ask: "histogramSeries",
    runs: ["run"],
    attributes: ["lost/histogram_series"],
    inheritance: "all",
    range: {},
    head: undefined,
    tail: undefined,
  },
  "what is lost can be the last value": {
    ask: "values",
    runs: ["run"],
    select: everyAttribute,
    types: undefined,
  },
  "a path of more than 1024 bytes is told": {
    ask: "definitions",
    runs: ["run"],
    select: everyAttribute,
    types: undefined,
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
