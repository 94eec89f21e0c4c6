import assert from "node:assert/strict";
import { Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import type { AttributeValue } from "../../../src/neptune/Attribute.ts";
import { digits, openProject, withoutWarnings } from "../archive/fixtures.ts";
import { effectTest } from "../../effectTest.ts";
import { cellsOf, namesOf } from "../frame/inspect.ts";
import { recordingSource } from "../recordingSource.ts";
import { fetchTable, idsOf } from "./acceptance.ts";

effectTest(
  "rows are in the order of the column, those without it last in both directions",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("experiments", { sortBy: "sys/name" });
      assert.equal(cellsOf(table, "sys/name").join(), "exp6,exp5,exp4,exp3,exp2,exp1");
      const unique = "config/foo7-unique-id-exp-3";
      const first = yield* fetchTable("runs", { sortBy: unique });
      assert.deepEqual(cellsOf(first, unique), [7n, ...Array(11).fill(null)]);
      assert.equal(idsOf(first).split(" ")[0], "id-exp-3");
      const ascending = yield* fetchTable("runs", { sortBy: unique, ascending: true });
      assert.deepEqual(cellsOf(ascending, unique), [7n, ...Array(11).fill(null)]);
    }),
);

effectTest(
  "sorted by a float field with nothing else said, the column never increases",
  () =>
    Effect.gen(function* () {
      const sweep = yield* withoutWarnings(openProject(digits));
      const sortBy = "result/test_accuracy";
      const cells = cellsOf(yield* sweep.fetchRunsDf({ sortBy }), sortBy);
      const logged = digits.runs
        .filter(({ attributes }) =>
          attributes.some(({ path, value }) => path === "sys/trashed" && value === false)
        )
        .flatMap(({ attributes }) => attributes.filter(({ path }) => path === sortBy))
        .map(({ value }) => Number(value)).sort((a, b) => b - a);
      assert.deepEqual(cells.slice(0, logged.length), logged);
      assert.ok(cells.slice(logged.length).every((cell) => cell === null));
    }),
);

/** Sorts runs `a`, `b`, … that have these values under a path; `null` for none. */
const sorting = (values: ReadonlyArray<AttributeValue | null>, sortBy = "x") => {
  const { project, requests } = recordingSource(
    Object.fromEntries(
      values.map((value, i) => [
        String.fromCharCode(97 + i),
        value === null ? {} : { attributes: { [sortBy]: value } },
      ]),
    ),
  );
  const orderOf = (ascending?: boolean) =>
    Effect.map(
      project.fetchRunsDf({ sortBy, ascending, columns: "sys/id" }),
      (table) => cellsOf(table, "sys/id").join(""),
    );
  const typeAsked = () =>
    requests.findLast((each) => each.method === "search")?.request.sortBy.type;
  return { orderOf, typeAsked, requests };
};

const int = (value: number | bigint): AttributeValue => ({ type: "int", value });
const float = (value: number): AttributeValue => ({ type: "float", value });
const string = (value: string): AttributeValue => ({ type: "string", value });
const bool = (value: boolean): AttributeValue => ({ type: "bool", value });
const datetime = (value: number): AttributeValue => ({ type: "datetime", value });

effectTest(
  "a column of one simple type sorts by it, without a warning; nothing and NaN are last",
  () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<
        readonly [type: string, ReadonlyArray<AttributeValue | null>, up: string, down: string]
      > = [
        ["int", [int(10), null, int(9), int(-1)], "dcab", "acdb"],
        ["int", [int(2n ** 53n + 1n), int(2n ** 53n), int(2n ** 53n + 2n)], "bac", "cab"],
        ["float", [float(0.5), float(NaN), float(-Infinity), null], "cabd", "acbd"],
        ["string", [string("RUN-9"), string("RUN-10"), string("RUN-1")], "cba", "abc"],
        [
          "string",
          [string("\u{1f600}"), string("\uff61"), string("Z"), string("a")],
          "cdba",
          "abdc",
        ],
        ["bool", [bool(true), bool(false), null], "bac", "abc"],
        ["datetime", [datetime(2), datetime(1)], "ba", "ab"],
      ];
      for (const [type, values, up, down] of cases) {
        const { orderOf, typeAsked } = sorting(values);
        assert.equal(yield* withoutWarnings(orderOf(true)), up);
        assert.equal(yield* withoutWarnings(orderOf(false)), down);
        assert.equal(yield* withoutWarnings(orderOf()), down);
        assert.equal(typeAsked(), type);
      }
    }),
);

effectTest(
  "the type is looked up in all runs of the project, by the exact path",
  () =>
    Effect.gen(function* () {
      const { orderOf, requests } = sorting([int(1)], "a.b");
      yield* orderOf();
      assert.deepEqual(requests[0], {
        method: "definitions",
        request: {
          project: "test/recording",
          runs: undefined,
          select: { paths: ["a.b"] },
          types: ["bool", "datetime", "float", "int", "string"],
        },
      });
    }),
);

effectTest("the types of sys/creation_time and sys/id are known", () =>
  Effect.gen(function* () {
    for (const path of ["sys/creation_time", "sys/id"]) {
      const { orderOf, requests } = sorting([null], path);
      yield* withoutWarnings(orderOf());
      assert.deepEqual(requests.map(({ method }) => method), ["search"]);
    }
  }));

const kindsOf = (warnings: ReadonlyArray<Neptune.NeptuneWarning>) =>
  warnings.map(({ kind }) => kind);

effectTest("whole and other numbers sort as numbers together", () =>
  Effect.gen(function* () {
    const { orderOf, typeAsked } = sorting([int(2), float(1.5), int(1)]);
    const [order, warnings] = yield* Neptune.collectWarnings(orderOf(true));
    assert.equal(order, "cba");
    assert.equal(typeAsked(), "float");
    // That the column mixes them is another matter.
    assert.deepEqual(kindsOf(warnings), ["MixedTypes"]);
  }));

effectTest(
  "a simple type wins over a series, in a project that has both",
  () =>
    Effect.gen(function* () {
      const last = { min: null, max: null, average: null, variance: null, last: 9, lastStep: 1 };
      const { orderOf, typeAsked } = sorting([
        { type: "floatSeries", value: last },
        int(1),
        int(2),
      ]);
      const [order, warnings] = yield* Neptune.collectWarnings(orderOf());
      assert.equal(order, "cba");
      assert.equal(typeAsked(), "int");
      assert.deepEqual(kindsOf(warnings), ["MixedTypes"]);
    }),
);

effectTest("other types together sort as text, with a warning", () =>
  Effect.gen(function* () {
    const { orderOf, typeAsked } = sorting([int(2), string("b"), string("a"), bool(true)]);
    const [order, [warning]] = yield* Neptune.collectWarnings(orderOf(true));
    assert.equal(order, "cbad");
    assert.equal(typeAsked(), "string");
    assert.equal(warning?.kind, "SortType");
    assert.match(
      warning.message,
      /^Found multiple types for "x": int, string, bool\. The rows are/,
    );
  }));

effectTest(
  "a column that no run has, by whatever name, warns and leaves a fixed order",
  () =>
    Effect.gen(function* () {
      for (const path of ["nope", "constructor", "__proto__", "toString", ""]) {
        const { project, requests } = recordingSource({ a: {}, b: {} });
        const [table, [warning, ...others]] = yield* Neptune.collectWarnings(
          project.fetchRunsDf({ sortBy: path, columns: "sys/id" }),
        );
        const search = requests.find((each) => each.method === "search");
        assert.equal(search?.request.sortBy.type, "string");
        assert.equal(cellsOf(table, "sys/id").join(""), "ab");
        assert.ok(namesOf(table).includes(path));
        assert.deepEqual(others, []);
        assert.equal(warning?.kind, "SortType");
        assert.equal(warning.attribute, path);
        assert.match(warning.message, /^Could not find sorting column type for /);
      }
    }),
);
