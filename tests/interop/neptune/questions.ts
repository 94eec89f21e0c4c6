/**
 * The questions about each of the example exports.
 *
 * @module
 */
import type { Fixture } from "../../neptune/archive/fixtures.ts";
import { type About, fetcherQuestions, type Query } from "./fetcherQuestions.ts";
import type { Question } from "./Question.ts";
import { fieldOf, membersOf, numberOf, textOf, type TrueRun } from "./Truth.ts";

const has = (path: string, ...types: ReadonlyArray<string>) => (run: TrueRun): boolean =>
  fieldOf(run, path, ...types) !== undefined;

const whole = (path: string, holds: (value: bigint) => boolean) => (run: TrueRun): boolean => {
  const cell = fieldOf(run, path, "int");
  return typeof cell === "object" && cell !== null && "int" in cell && holds(BigInt(cell.int));
};

const every = (path: string): Query => ({
  nql: `\`${path}\`:string EXISTS`,
  where: has(path, "string"),
});

/** NQL that means something in any project. */
const SYSTEM: ReadonlyArray<Query> = [
  every("sys/name"),
  { nql: "NOT `sys/name`:string EXISTS", where: (run) => !has("sys/name")(run) },
  {
    nql: '`sys/name`:string MATCHES "[[:digit:]]$"',
    where: (run) => /\d$/.test(textOf(run, "sys/name")),
  },
  { nql: '`sys/name`:string NOT MATCHES "e"', where: (run) => !/e/.test(textOf(run, "sys/name")) },
  { nql: '`sys/custom_run_id`:string CONTAINS "1"', where: (run) => run.id.includes("1") },
  { nql: '`sys/custom_run_id`:string NOT CONTAINS "1"', where: (run) => !run.id.includes("1") },
  { nql: "`sys/size`:int > 1000", where: whole("sys/size", (size) => size > 1000n) },
  { nql: '`sys/size`:int <= "1000"', where: whole("sys/size", (size) => size <= 1000n) },
  {
    nql: "`sys/running_time_seconds`:float >= 0.5 AND `sys/failed`:bool = false",
    where: (run) =>
      numberOf(run, "sys/running_time_seconds") >= 0.5 && fieldOf(run, "sys/failed") === false,
  },
  {
    nql: '`sys/creation_time`:datetime >= "2025-03-03T09:10:00Z"',
    where: (run) => timeOf(run, "sys/creation_time") >= Date.parse("2025-03-03T09:10:00Z"),
  },
  {
    nql: '`sys/creation_time`:datetime < "2025-03-03T10:10:00+01:00"',
    where: (run) => timeOf(run, "sys/creation_time") < Date.parse("2025-03-03T10:10:00+01:00"),
  },
  {
    nql: 'NOT (`sys/owner`:string = "tomasz" OR `sys/tags`:stringSet CONTAINS "head")',
    where: (run) =>
      !(textOf(run, "sys/owner") === "tomasz" || membersOf(run, "sys/tags").includes("head")),
  },
  { nql: "`sys/tags`:stringSet EXISTS", where: has("sys/tags") },
];

const timeOf = (run: TrueRun, path: string): number => {
  const cell = fieldOf(run, path, "datetime");
  return typeof cell === "object" && cell !== null && "time" in cell ? cell.time : NaN;
};

const ACCEPTANCE: About = {
  everything: ".*",
  mixed: [],
  queries: [
    {
      nql: '`sys/name`:string MATCHES "exp\\\\d"',
      where: (run) => /exp\d/.test(textOf(run, "sys/name")),
    },
    {
      nql: '`config/foo1`:string = "valfoo1" AND `sys/name`:string MATCHES "exp[23]"',
      where: (run) => ["exp2", "exp3"].includes(textOf(run, "sys/name")),
    },
    { nql: "`config/foo3-unique-id-exp-2`:int = 3", where: (run) => run.id === "id-exp-2" },
    { nql: "`metrics/foo1`:floatSeries >= 9", where: (run) => numberOf(run, "metrics/foo1") >= 9 },
    {
      nql: "min(`metrics/foo2`:floatSeries) < 2 OR max(`metrics/foo3`:floatSeries) >= 3",
      where: (run) => numberOf(run, "metrics/foo3") >= 3,
    },
    {
      nql: "average(`metrics/bar2-unique-id-exp-3`:floatSeries) = 1.1",
      where: has("metrics/bar2-unique-id-exp-3"),
    },
  ],
  tables: [
    ["runs", {
      columnsRegex: "config/.*9.*unique.*",
      sortBy: "sys/custom_run_id",
      ascending: true,
    }],
    ["experiments", {
      columnsRegex: "metrics/foo.*",
      sortBy: "sys/custom_run_id",
      ascending: true,
    }],
    ["experiments", { columns: Array.from({ length: 100 }, (_, i) => `unknown/${i}`) }],
    ["runs", { columns: [], columnsRegex: "config/foo1$" }],
    ["runs", { columns: ["config/foo1", "metrics/foo1"], sortBy: "config/bar1", ascending: true }],
    ["runs", { withIds: ["TES-1", "TES-3", "TES-7", "TES-9"] }],
    ["runs", { withIds: ["TES-100"] }],
    ["runs", { customIdRegex: "id-run-1" }],
    ["runs", { customIdRegex: "^id-run-1$" }],
    ["runs", { customIdRegex: "id-run-[2,3]" }],
    ["runs", { customIdRegex: "nonexistent" }],
    ["experiments", { customIdRegex: "id-exp\\D1" }],
    ["experiments", { customIdRegex: "id-run.*" }],
    ["experiments", { namesRegex: "exp\\d" }],
    ["experiments", { namesRegex: "exp\\D" }],
    ["experiments", { namesRegex: "\\x65.*1" }],
    ["experiments", { namesRegex: "expA?1" }],
    ["experiments", { namesRegex: 'exp"foo"' }],
    ["experiments", { namesRegex: "[\\D][23]" }],
    ["experiments", { namesRegex: ["e", "x", "p"] }],
    ["experiments", { namesRegex: ["exp1", "exp2"] }],
    ["experiments", { namesRegex: "exp.*", namesExcludeRegex: "exp[23]" }],
    ["experiments", { namesExcludeRegex: ["exp1", "exp2"] }],
    ["experiments", { namesExcludeRegex: ["foo", "exp"] }],
    ["experiments", { namesRegex: "exp\\d", customIdRegex: "2" }],
    ["experiments", { namesRegex: "exp3", customIds: ["id-exp-5"] }],
    ["experiments", { customIdRegex: "id-exp-[23]+", customIds: ["id-exp-2", "id-exp-3"] }],
    ["runs", { tags: ["head"], customIdRegex: "-[15]+" }],
    ["runs", { tags: ["head", "tag1"] }],
    ["runs", { tags: ["head", "tail"] }],
    ["experiments", { tags: ["tag2"] }],
    ["experiments", { tags: ["head", "unknown"] }],
    ["runs", { owners: ["tester"], limit: 5 }],
    ["runs", { owners: ["nobody"] }],
    ["runs", { limit: 1 }],
  ],
};

const DIGITS: About = {
  everything: ".*",
  mixed: [],
  queries: [
    {
      nql: "`config/lr`:float < 0.01 AND `config/optimizer`:string = adam",
      where: (run) =>
        numberOf(run, "config/lr") < 0.01 && textOf(run, "config/optimizer") === "adam",
    },
    { nql: "`val/loss`:floatSeries < 0.05", where: (run) => numberOf(run, "val/loss") < 0.05 },
    {
      nql: "`result/converged`:bool = False",
      where: (run) => fieldOf(run, "result/converged") === false,
    },
    { nql: "`artifacts/config`:fileRef EXISTS", where: has("artifacts/config") },
    { nql: "`logs/train`:stringSeries EXISTS", where: has("logs/train") },
    {
      nql: '`config/layers`:stringSet CONTAINS "relu" AND NOT `config/augment`:bool = true',
      where: (run) =>
        membersOf(run, "config/layers").includes("relu") && fieldOf(run, "config/augment") !== true,
    },
    {
      nql: "`config/batch_size`:int != 64",
      where: (run) => numberOf(run, "config/batch_size") !== 64,
    },
  ],
  tables: [
    ["runs", {
      columns: ["config/lr", "val/loss", "artifacts/config", "logs/train"],
      sortBy: "config/lr",
    }],
    ["runs", { columns: ["config/layers", "sys/tags"], limit: 7 }],
    ["experiments", { columnsRegex: "^(val|train)/", sortBy: "result/test_accuracy" }],
    ["experiments", { sortBy: "result/finished_at", ascending: true, limit: 4 }],
    ["runs", { sortBy: "result/converged", ascending: true }],
    ["runs", { sortBy: "config/optimizer", ascending: false }],
    ["runs", { tags: ["debug"], trashed: null }],
    ["runs", { columnsRegex: "sys/.*time" }],
    ["runs", { sortBy: "not/there" }],
  ],
};

const EDGE: About = {
  everything: "^([^ms]|m/|sys/[^f])",
  mixed: ["mixed/value", "sys/forking/step"],
  queries: [
    {
      nql: '`sys/custom_run_id`:string = "back`tick\\"quote\'"',
      where: (run) => run.id === "back`tick\"quote'",
    },
    {
      nql: '`sys/custom_run_id`:string = "back\\\\slash"',
      where: (run) => run.id === "back\\slash",
    },
    { nql: '`sys/custom_run_id`:string = "emoji😀run"', where: (run) => run.id === "emoji😀run" },
    {
      nql: '`sys/name`:string = ""',
      where: (run) => fieldOf(run, "sys/name") !== undefined && textOf(run, "sys/name") === "",
    },
    {
      nql: '`sys/custom_run_id`:string MATCHES "^\\\\p{Han}"',
      where: (run) => /^\p{Script=Han}/u.test(run.id),
    },
    { nql: "`mixed/value`:int EXISTS", where: has("mixed/value", "int") },
    { nql: "`mixed/value`:floatSeries EXISTS", where: has("mixed/value", "float_series") },
    {
      nql: "`i64/max`:int = 9223372036854775807",
      where: whole("i64/max", (v) => v === 2n ** 63n - 1n),
    },
    {
      nql: "`i64/min`:int < -9223372036854775807",
      where: whole("i64/min", (v) => v === -(2n ** 63n)),
    },
    {
      nql: "`i64/2^53+1`:int = 9007199254740993",
      where: whole("i64/2^53+1", (v) => v === 2n ** 53n + 1n),
    },
    { nql: "`p/colon:path`:int EXISTS", where: has("p/colon:path") },
    { nql: "`p/regex.*[chars](x)|^$?`:int EXISTS", where: has("p/regex.*[chars](x)|^$?") },
    { nql: "`p/日本語/パス`:int EXISTS", where: has("p/日本語/パス") },
    { nql: "`v/float tenth`:float = 0.1", where: has("v/float tenth") },
    { nql: "`s/all nan`:floatSeries EXISTS", where: has("s/all nan") },
  ],
  tables: [
    [
      "runs",
      { columns: ["i64/max", "i64/min", "i64/2^53+1"], query: "`i64/max`:int EXISTS" },
      has("i64/max"),
    ],
    ["runs", { columns: ["i64/max", "i"] }],
    ["runs", { columnsRegex: "^v/", customIds: ["values"] }],
    ["runs", { columnsRegex: "^p/", customIds: ["paths"] }],
    ["runs", { columnsRegex: "^s/|^m/", sortBy: "sys/custom_run_id", ascending: true }],
    ["runs", { columns: ["__proto__", "constructor", "toString", "-1", "0", "a"] }],
    ["runs", {
      customIds: ["a/b/c", "a_b_c", "..", ".hidden", "-dash", "per%41cent", "tab\tid", "é", "é"],
    }],
    ["runs", { sortBy: "run", ascending: true }],
    ["runs", { sortBy: "lr", ascending: true }],
    ["experiments", { namesRegex: "\\\\ back" }],
    ["experiments", { namesRegex: "ünïcödé" }],
    ["runs", {
      columns: ["sys/description", "sys/group_tags", "sys/forking/parent", "sys/forking/depth"],
    }],
  ],
};

/** What neptune-fetcher is asked about an export. */
export const questionsOf = (fixture: Fixture): ReadonlyArray<Question> => {
  const about = { acceptance: ACCEPTANCE, digits: DIGITS, edge: EDGE }[fixture.name]!;
  return fetcherQuestions(fixture, { ...about, queries: [...SYSTEM, ...about.queries] });
};
