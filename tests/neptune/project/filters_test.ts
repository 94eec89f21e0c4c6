import assert from "node:assert/strict";
import { Effect, Result } from "effect";
import type { Neptune } from "@nereid/nereid";
import { Nql } from "../../../src/neptune/mod.ts";
import { effectTest } from "../../effectTest.ts";
import { cellsOf } from "../frame/inspect.ts";
import { type Point, recordingSource } from "../recordingSource.ts";
import { checkFilter, fetchTable, named } from "./acceptance.ts";

/** A test of the objects that each of some filters leaves. */
const filters = (
  name: string,
  kind: "runs" | "experiments",
  cases: ReadonlyArray<readonly [Neptune.TableOptions, expected: string]>,
): void =>
  effectTest(
    name,
    () =>
      Effect.forEach(cases, ([options, expected]) => checkFilter(kind, options, expected), {
        discard: true,
      }),
  );

const ALL_EXP = named("exp", "123456");
const ALL_RUN = named("run", "123456");
const ALL = `${ALL_EXP} ${ALL_RUN}`;

filters("no filter, sorted by custom id ascending: all 12 in order of their texts", "runs", [
  [{}, ALL],
  [{ trashed: null }, ALL],
  [{ trashed: true }, ""],
  [{ trashed: undefined, withIds: null, query: undefined }, ALL],
]);

filters("runs, customIdRegex", "runs", [
  [{ customIdRegex: "id-run-1" }, "run-1"],
  [{ customIdRegex: "^id-run-1$" }, "run-1"],
  [{ customIdRegex: "id-run-[2,3]" }, "run-2 run-3"],
  [{ customIdRegex: "nonexistent" }, ""],
  [{ customIdRegex: "-1$" }, "exp-1 run-1"],
  [{ customIdRegex: "" }, ALL],
]);

effectTest("plain runs have no name in a table", () =>
  Effect.map(
    fetchTable("runs", { customIdRegex: "id-run-[2,3]", columns: "sys/name" }),
    (table) => assert.deepEqual(cellsOf(table, "sys/name"), [null, null]),
  ));

filters("experiments, customIdRegex: plain runs are not experiments", "experiments", [
  [{ customIdRegex: "id-exp-[23]" }, "exp-2 exp-3"],
  [{ customIdRegex: "id-exp-1.*" }, "exp-1"],
  [{ customIdRegex: "id-exp\\D1" }, "exp-1"],
  [{ customIdRegex: "^id-exp-1$" }, "exp-1"],
  [{ customIdRegex: "id-exp-2" }, "exp-2"],
  [{ customIdRegex: "id-run.*" }, ""],
]);

filters("withIds with every second id: exactly those", "runs", [
  [
    { withIds: ["TES-1", "TES-3", "TES-5", "TES-7", "TES-9", "TES-11"] },
    "exp-1 exp-3 exp-5 run-1 run-3 run-5",
  ],
  [{ withIds: "TES-1" }, "run-1"],
  [{ withIds: ["TES-1", "TES-1", "TES-99"] }, "run-1"],
  [{ withIds: [] }, ALL],
  [{ withIds: "" }, ""],
]);

filters("withIds with every second id: exactly those experiments", "experiments", [
  [{ withIds: ["TES-7", "TES-9", "TES-11"] }, "exp-1 exp-3 exp-5"],
  [{ withIds: ["TES-1"] }, ""],
]);

filters("customIds are exact, one of them is enough", "runs", [
  [{ customIds: ["id-exp-1", "id-run-2", "id-run"] }, "exp-1 run-2"],
  [{ customIds: ["id-.*"] }, ""],
  [{ customIds: [] }, ALL],
]);

filters("experiments, namesRegex: RE2, found anywhere, whatever is in it", "experiments", [
  [{ namesRegex: "exp\\d" }, ALL_EXP],
  [{ namesRegex: "exp\\D" }, ""],
  [{ namesRegex: "exp[[:digit:]]" }, ALL_EXP],
  [{ namesRegex: "[^\\d]1" }, "exp-1"],
  [{ namesRegex: "[\\D][23]" }, "exp-2 exp-3"],
  [{ namesRegex: "\\x65.*1" }, "exp-1"],
  [{ namesRegex: "expA?1" }, "exp-1"],
  [{ namesRegex: 'exp"foo"' }, ""],
  [{ namesRegex: "(?i)EXP1" }, "exp-1"],
  [{ namesRegex: "\\Aexp(?P<n>[34])\\z" }, "exp-3 exp-4"],
  [{ namesRegex: "\\Qexp5\\E" }, "exp-5"],
]);

filters("namesRegex on runs: only those with a name", "runs", [
  [{ namesRegex: ".*" }, ALL_EXP],
  [{ namesRegex: ["exp", "[12]"] }, "exp-1 exp-2"],
  [{ namesExcludeRegex: "exp[12]" }, `${named("exp", "3456")} ${ALL_RUN}`],
]);

filters("namesRegex, customIdRegex and customIds combine by AND", "experiments", [
  [{ namesRegex: "exp1" }, "exp-1"],
  [{ namesRegex: "exp\\d", customIdRegex: "2" }, "exp-2"],
  [{ namesRegex: "exp2", customIdRegex: "id-exp-1" }, ""],
  [{ namesRegex: "exp3", customIds: ["id-exp-5"] }, ""],
  [{ customIdRegex: "id-run-1" }, ""],
  [{ customIdRegex: "id-exp-[23]+", customIds: ["id-exp-2", "id-exp-3"] }, "exp-2 exp-3"],
  [{ customIdRegex: "id-exp-2", customIds: ["id-exp-8"] }, ""],
  [{ namesRegex: "exp5", customIdRegex: "id-exp-2", customIds: ["id-exp-2"] }, ""],
  [{ namesRegex: "exp2", customIdRegex: "id-exp-2", customIds: ["id-exp-2"] }, "exp-2"],
]);

filters("namesRegex and namesExcludeRegex: all of the first, none of the second", "experiments", [
  [{ namesRegex: "exp.*" }, ALL_EXP],
  [{ namesRegex: "exp.*", namesExcludeRegex: "exp[23]" }, named("exp", "1456")],
  [{ namesExcludeRegex: "exp[23]" }, named("exp", "1456")],
  [{ namesRegex: "exp[234]", namesExcludeRegex: "exp[4]" }, named("exp", "23")],
  [{ namesExcludeRegex: "exp" }, ""],
  [{ namesRegex: ["exp", "1"] }, "exp-1"],
  [{ namesRegex: ["e", "x", "p"] }, ALL_EXP],
  [{ namesRegex: ["exp1", "exp2"] }, ""],
  [{ namesExcludeRegex: ["exp1", "exp2"] }, named("exp", "3456")],
  [{ namesExcludeRegex: ["foo", "exp"] }, ""],
]);

const ends = { customIdRegex: "-[15]+" };

filters("tags on runs: all of them", "runs", [
  [{ ...ends, tags: ["head"] }, "exp-1 run-1"],
  [{ ...ends, tags: "head" }, "exp-1 run-1"],
  [{ ...ends, tags: ["tail"] }, "exp-5 run-5"],
  [{ ...ends, tags: ["head", "tag1"] }, "run-1"],
  [{ ...ends, tags: ["tail", "tag2"] }, "exp-5"],
  [{ ...ends, tags: ["head", "tail"] }, ""],
  [{ ...ends, tags: ["unknown"] }, ""],
  [{ ...ends, tags: ["head", "unknown"] }, ""],
  [{ tags: ["tag1"] }, ALL_RUN],
  [{ tags: [] }, ALL],
  [{ tags: ['head" OR `sys/trashed`:bool = "false'] }, ""],
]);

filters("tags on experiments", "experiments", [
  [{ tags: ["head"] }, named("exp", "123")],
  [{ tags: ["tail"] }, named("exp", "456")],
  [{ tags: ["tag1"] }, ""],
  [{ tags: ["head", "tag1"] }, ""],
  [{ tags: ["tag2"] }, ALL_EXP],
]);

filters("owners: one of them is enough", "runs", [
  [{ owners: ["nobody", "tester"] }, ALL],
  [{ owners: "nobody" }, ""],
  [{ owners: 'tester" OR "' }, ""],
]);

filters("a raw query on experiments", "experiments", [
  [{ query: '`sys/name`:string MATCHES "exp1"' }, "exp-1"],
  [{ query: '`sys/name`:string MATCHES "exp\\\\d"' }, ALL_EXP],
  [
    { query: '`config/foo1`:string = "valfoo1" AND `sys/name`:string MATCHES "exp[23]"' },
    "exp-2 exp-3",
  ],
  [{ query: "last(`metrics/foo3`:floatSeries) >= 3" }, ALL_EXP],
  [{ query: "last(`metrics/foo3`:floatSeries) > 3" }, ""],
  [{ query: "`config/foo1-unique-id-exp-4`:int EXISTS" }, "exp-4"],
]);

filters("a raw query with columns, and on experiments with a pattern of columns (A, B)", "runs", [
  [{ query: '(`config/foo1`:string = "valfoo1")', columns: ["config/foo1", "config/bar1"] }, ALL],
  [{ query: "" }, ALL],
  [{ query: " " }, ALL],
  [{ query: "`sys/trashed`:bool = true" }, ""],
  [{ query: "`config/foo1`:string != valfoo1", trashed: null }, ""],
]);

effectTest("a raw query with a pattern of columns: 6 experiments", () =>
  Effect.map(
    fetchTable("experiments", {
      query: '(`config/foo1`:string = "valfoo1")',
      columnsRegex: "config/.*",
    }),
    (table) => assert.equal(table.height, 6),
  ));

const either = "`sys/custom_run_id`:string = id-run-1 OR `sys/custom_run_id`:string = id-exp-2";

filters("a raw query combines with patterns by AND, its own OR stays inside (L)", "runs", [
  [{ query: either, namesRegex: "exp" }, "exp-2"],
  [{ query: either, namesExcludeRegex: "exp2" }, "run-1"],
  [{ query: either, customIdRegex: "run" }, "run-1"],
  [{ query: either, tags: [], withIds: [] }, "exp-2 run-1"],
]);

filters("a raw query combines with ids, states, owners and tags if that is asked for (L)", "runs", [
  [{ query: either, combineQuery: true, tags: "tag1" }, "run-1"],
  [{ query: either, combineQuery: true, customIds: ["id-exp-2", "id-exp-3"] }, "exp-2"],
  [{ query: either, combineQuery: true, withIds: ["TES-3"] }, ""],
  [{ query: either, combineQuery: true, owners: "tester" }, "exp-2 run-1"],
  [{ query: "", combineQuery: true, tags: "tag2" }, ALL_EXP],
]);

effectTest(
  "the acceptance pair of A and B: one experiment, one plain run",
  () =>
    Effect.gen(function* () {
      const text = (value: string) => ({ type: "string", value }) as const;
      const points: ReadonlyArray<Point> = [[0, 1], [1, 2], [2, 4]];
      const { project } = recordingSource({
        aa: {
          attributes: {
            "sys/custom_run_id": text("fetcher-aa-1"),
            "sys/name": text("my-lovely-experiment"),
            "sys/experiment/is_head": { type: "bool", value: true },
            "fields/int": { type: "int", value: 5 },
            "fields/float": { type: "float", value: 3.14 },
          },
          floats: { "fields/series": points },
        },
        bb: {
          attributes: {
            "sys/custom_run_id": text("fetcher-bb-2"),
            "fields/int": { type: "int", value: -4 },
            "fields/float": { type: "float", value: 0.2 },
          },
        },
      });
      const ids = (options: Neptune.TableOptions) =>
        Effect.map(
          project.fetchRunsDf(options),
          (table) => cellsOf(table, "sys/custom_run_id").join(" "),
        );
      assert.equal((yield* project.fetchRunsDf()).height, 2);
      assert.equal((yield* project.fetchExperimentsDf()).height, 1);
      assert.equal((yield* project.fetchRunsDf({ limit: 1 })).height, 1);
      assert.equal(yield* ids({ namesRegex: "my-.*-experiment" }), "fetcher-aa-1");
      assert.equal(yield* ids({ customIdRegex: "fetcher-bb-.*" }), "fetcher-bb-2");
      const query = "(`fields/int`:int > 0 AND `fields/float`:float > 3.0)";
      assert.equal(yield* ids({ query }), "fetcher-aa-1");
      const run = yield* project.run({ withId: "aa" });
      assert.deepEqual(cellsOf(yield* run.fetchValues("fields/series"), "value"), [1, 2, 4]);
      assert.equal(yield* run.fetchLast("fields/series"), 4);
    }),
);

/** The NQL that stands for options. */
const nqlOf = (options: Neptune.TableOptions) =>
  Effect.gen(function* () {
    const recording = recordingSource({});
    yield* recording.project.fetchRunsDf(options);
    const recorded = recording.requests.find(({ method }) => method === "search");
    assert(recorded?.method === "search");
    return Result.getOrThrow(Nql.print(recorded.request.query));
  });

effectTest(
  "filters are the clauses of the original, every value escaped, in its order",
  () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [Neptune.TableOptions, string]> = [
        [{}, "(`sys/trashed`:bool = false)"],
        [{ trashed: true }, "(`sys/trashed`:bool = true)"],
        [{ trashed: null }, ""],
        [{ trashed: null, withIds: "A-1" }, '(`sys/id`:string = "A-1")'],
        [
          { withIds: ["A-1", "A-2"] },
          '((`sys/trashed`:bool = false) AND ((`sys/id`:string = "A-1") OR (`sys/id`:string = "A-2")))',
        ],
        [
          { states: ["inactive", "ACTIVE"] },
          '((`sys/trashed`:bool = false) AND ((`sys/state`:experimentState = "idle") OR ' +
          '(`sys/state`:experimentState = "running")))',
        ],
        [
          { customIds: ['a"b\\'] },
          '((`sys/trashed`:bool = false) AND (`sys/custom_run_id`:string = "a\\"b\\\\"))',
        ],
        [
          { tags: ['a"b', "c"], owners: "d\\e'" },
          '((`sys/trashed`:bool = false) AND (`sys/owner`:string = "d\\\\e\'") AND ' +
          '(`sys/tags`:stringSet CONTAINS "a\\"b") AND (`sys/tags`:stringSet CONTAINS "c"))',
        ],
        [
          { namesRegex: ["a\\d", "b"], namesExcludeRegex: "c", customIdRegex: '"' },
          '((`sys/trashed`:bool = false) AND (`sys/name`:string MATCHES "a\\\\d") AND ' +
          '(`sys/name`:string MATCHES "b") AND (`sys/name`:string NOT MATCHES "c") AND ' +
          '(`sys/custom_run_id`:string MATCHES "\\""))',
        ],
        [
          { query: "`a`:int = 1 OR `b`:int = 2" },
          '((`sys/trashed`:bool = false) AND ((`a`:int = "1") OR (`b`:int = "2")))',
        ],
        [{ query: "`a`:int = 1", trashed: null }, '(`a`:int = "1")'],
      ];
      for (const [options, expected] of cases) assert.equal(yield* nqlOf(options), expected);
    }),
);

effectTest(
  "sizes that are just allowed: 5000 items, 100,000 characters, a query of 250,000",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource({});
      const allowed: ReadonlyArray<Neptune.TableOptions> = [
        { withIds: Array(5000).fill("A-1") },
        { tags: ["😀".repeat(100_000)] },
        { customIds: Array(3000).fill("x".repeat(30)) },
        // More than 250,000 UTF-16 units, but not characters.
        { withIds: ["😀".repeat(100_000)], customIds: ["😀".repeat(100_000)] },
        { query: `\`${"a".repeat(249_990)}\` = "b"`.padEnd(250_000, " ") },
        { query: `\`${"😀".repeat(200_000)}\` = "b"` },
        { limit: 5000 },
      ];
      for (const options of allowed) assert.equal((yield* project.fetchRunsDf(options)).height, 0);
    }),
);
