/**
 * The questions about each of the example exports.
 *
 * @module
 */
import type { Fixture } from "../../neptune/archive/fixtures.ts";
import { type About, fetcherQuestions, type Query } from "./fetcherQuestions.ts";
import { Neptune } from "@nereid/nereid";
import type { RunKind } from "../../../src/neptune/NeptuneSource.ts";
import type { Question } from "./Question.ts";
import {
  type Attributes,
  queryQuestionsAbout,
  type Selection,
  type TableRequest,
} from "./queryQuestions.ts";
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

const { Nql } = Neptune;

const ALL: Selection = { python: null, query: Nql.everything, where: () => true };

const NAMED = { name: "sys/name", type: "string" } as const;
const IDENTIFIED = { name: "sys/custom_run_id", type: "string" } as const;

const label = { runs: IDENTIFIED, experiments: NAMED } as const;

/** Runs whose label has a pattern; JavaScript must understand it too. */
const pattern = (kind: RunKind, text: string): Selection => ({
  python: text,
  query: Nql.matches(label[kind], text),
  where: (run) =>
    has(label[kind].name)(run) && new RegExp(text).test(textOf(run, label[kind].name)),
});

/** `a & !b | c`: the language of patterns that neptune-query has. */
const extended = (kind: RunKind, a: string, b: string, c: string): Selection => {
  const found = (text: string) => Nql.matches(label[kind], text);
  return {
    python: `${a} & !${b} | ${c}`,
    query: Nql.or([Nql.and([found(a), Nql.not(found(b))]), found(c)]),
    where: (run) => {
      const text = textOf(run, label[kind].name);
      return has(label[kind].name)(run) &&
        (new RegExp(a).test(text) && !new RegExp(b).test(text) || new RegExp(c).test(text));
    },
  };
};

const labels = (
  kind: RunKind,
  ...texts: readonly [string, ...ReadonlyArray<string>]
): Selection => {
  const [first, ...others] = texts.map((text) => Nql.equals(label[kind], text));
  return {
    python: texts,
    query: Nql.or([first!, ...others]),
    where: (run) => has(label[kind].name)(run) && texts.includes(textOf(run, label[kind].name)),
  };
};

/** A filter on an attribute whose type neptune-query is told. */
const filter = (
  operator: string,
  [name, exported, neptune = exported]: readonly [string, string, string?],
  value: unknown,
  condition: (attribute: Neptune.Nql.AttributeName) => Neptune.Nql.Condition,
  where: (run: TrueRun) => boolean,
): Selection => ({
  python: { filter: [operator, { name, type: exported }, ...value === undefined ? [] : [value]] },
  query: condition({ name, type: neptune as Neptune.Nql.AttributeTypeName }),
  where,
});

const OPERATORS = { eq: "=", ne: "!=", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;

const compared = (
  operator: keyof typeof OPERATORS,
  attribute: readonly [string, string, string?],
  value: string | number | boolean | { readonly time: string },
  where: (run: TrueRun) => boolean,
): Selection =>
  filter(
    operator,
    attribute,
    value,
    (name) =>
      Nql.compare(name, OPERATORS[operator], typeof value === "object" ? value.time : value),
    where,
  );

const not = ({ python, query, where }: Selection): Selection => ({
  python: { filter: ["not", treeOf(python)] },
  query: query._tag === "Everything" ? query : Nql.not(query),
  where: (run) => !where(run),
});

const and = (a: Selection, b: Selection): Selection => ({
  python: { filter: ["and", treeOf(a.python), treeOf(b.python)] },
  query: Nql.and([a.query, b.query]),
  where: (run) => a.where(run) && b.where(run),
});

const or = (a: Selection, b: Selection): Selection => ({
  python: { filter: ["or", treeOf(a.python), treeOf(b.python)] },
  query: Nql.or([a.query, b.query]),
  where: (run) => a.where(run) || b.where(run),
});

const treeOf = (python: unknown): unknown => (python as { readonly filter: unknown }).filter;

const FAILED = compared(
  "eq",
  ["sys/failed", "bool"],
  false,
  (run) => fieldOf(run, "sys/failed") === false,
);
const LARGE = compared("gt", ["sys/size", "int"], 1000, whole("sys/size", (size) => size > 1000n));
const TAGGED = filter(
  "contains_all",
  ["sys/tags", "string_set", "stringSet"],
  "head",
  (name) => Nql.contains(name, "head"),
  (run) => membersOf(run, "sys/tags").includes("head"),
);
const UNTAGGED = filter(
  "contains_none",
  ["sys/tags", "string_set", "stringSet"],
  ["head", "debug"],
  (name) => Nql.and([Nql.not(Nql.contains(name, "head")), Nql.not(Nql.contains(name, "debug"))]),
  (run) => !["head", "debug"].some((tag) => membersOf(run, "sys/tags").includes(tag)),
);
const EARLY = compared(
  "lt",
  ["sys/creation_time", "datetime"],
  { time: "2025-03-03T10:10:00+01:00" },
  (run) => timeOf(run, "sys/creation_time") < Date.parse("2025-03-03T10:10:00+01:00"),
);

const SELECTIONS: ReadonlyArray<Selection> = [
  ALL,
  LARGE,
  TAGGED,
  UNTAGGED,
  EARLY,
  and(FAILED, LARGE),
  or(TAGGED, EARLY),
  not(TAGGED),
  not(and(LARGE, UNTAGGED)),
  compared(
    "ge",
    ["sys/running_time_seconds", "float"],
    0.5,
    (run) => numberOf(run, "sys/running_time_seconds") >= 0.5,
  ),
  filter("exists", ["sys/name", "string"], undefined, (name) => Nql.exists(name), has("sys/name")),
];

const LISTED = (kind: RunKind): ReadonlyArray<Selection> => [
  ...SELECTIONS,
  pattern(kind, "1"),
  pattern(kind, "^[a-z]+"),
  extended(kind, "e", "1", "2"),
  extended(kind, "r", "^i", "\\d$"),
  labels(kind, "exp1", "id-run-2", "no such", "series", "smoke-1"),
];

/** Attributes whose path has a pattern. */
const paths = (text: string, ...types: ReadonlyArray<string>): Attributes => ({
  python: types.length === 0 ? text : { name: text, type: types },
  select: { anyOf: [{ all: [text], none: [] }] },
  fits: (path) => new RegExp(text).test(path),
  ...types.length > 0 && { types },
});

const exactly = (...names: ReadonlyArray<string>): Attributes => ({
  python: names,
  select: { paths: names },
  fits: (path) => names.includes(path),
});

const allBut = (text: string, unwanted: string): Attributes => ({
  python: `${text} & !${unwanted}`,
  select: { anyOf: [{ all: [text], none: [unwanted] }] },
  fits: (path) => new RegExp(text).test(path) && !new RegExp(unwanted).test(path),
});

interface AboutQuery {
  readonly attributes: ReadonlyArray<Attributes>;
  readonly tables: ReadonlyArray<readonly [Attributes, TableRequest?]>;
  readonly metrics: Attributes;
  readonly ranges: ReadonlyArray<readonly [number | null, number | null]>;
  readonly some: (kind: RunKind) => Selection;
}

const QUERIES: Readonly<Record<string, AboutQuery>> = {
  acceptance: {
    attributes: [
      paths(".*"),
      paths("config/foo1"),
      exactly("config/bar1", "no/such"),
      paths("", "float_series"),
      allBut("config", "unique"),
    ],
    tables: [
      [paths("^config/foo1$|^metrics/foo")],
      [exactly(
        "config/bar1",
        "config/foo1",
        "metrics/foo1",
        "sys/tags",
        "sys/creation_time",
        "sys/archived",
      )],
      [exactly("config/foo1-unique-id-exp-2", "no/such"), { suffix: true }],
      [exactly(), { limit: 3 }],
      [exactly("sys/custom_run_id"), { sortBy: ["sys/size", "int"], ascending: true, limit: 5 }],
      [paths("sys/", "string", "bool"), { sortBy: ["sys/custom_run_id", "string"] }],
    ],
    metrics: paths("^metrics/.*1$"),
    ranges: [[0, 5], [3.5, null], [null, 5], [100, 200], [5, 5]],
    some: (kind) => pattern(kind, "[12]$"),
  },
  digits: {
    attributes: [
      paths("."),
      paths("^val/"),
      paths("", "string_series", "histogram_series", "file_series", "file"),
      exactly("config/lr"),
      allBut("^sys/", "diagnostics"),
    ],
    tables: [
      [paths("."), { sortBy: ["sys/custom_run_id", "string"], ascending: true }],
      [paths("^val/"), { sortBy: ["val/loss", "float_series"], ascending: true }],
      [
        exactly(
          "config/lr",
          "config/layers",
          "artifacts/config",
          "val/misclassified",
          "logs/train",
          "weights/head",
        ),
        { suffix: true },
      ],
      [exactly("config/batch_size"), { sortBy: ["config/optimizer", "string"], limit: 6 }],
      [paths("", "file", "file_series")],
      [paths("result"), { sortBy: ["result/test_accuracy", "float"] }],
    ],
    metrics: paths("^val/|max_rss"),
    ranges: [[0, 100], [250.5, null], [null, 60], [10_000, null]],
    some: (kind) => pattern(kind, "a"),
  },
  edge: {
    attributes: [
      paths("."),
      paths("^p/"),
      paths("", "int"),
      exactly("mixed/value", "i64/max", 'p/quote"d'),
      paths("ü"),
      allBut("/", "sys|mixed"),
    ],
    tables: [
      [allBut(".", "mixed|sys/forking/step"), {
        sortBy: ["sys/custom_run_id", "string"],
        ascending: true,
      }],
      [paths("mixed|sys/forking/step"), { suffix: true }],
      [
        exactly(
          "p/regex.*[chars](x)|^$?",
          "p/colon:path:int",
          "p/back`tick",
          "p/new\nline",
          "__proto__",
          "constructor",
        ),
        { suffix: true },
      ],
      [exactly("i64/max", "i64/min", "i64/2^53+1", "i")],
      [paths("^v/"), { limit: 60 }],
      [paths("", "file", "file_series", "histogram_series")],
    ],
    metrics: allBut("^(s|m|absolute|/m|__)", "s/duplicates|s/tiny"),
    ranges: [[0, 5], [1.5, 1e12], [null, 0], [0.5, 0.5]],
    some: (kind) => pattern(kind, kind === "runs" ? "fork|series|paths" : "family|series"),
  },
};

const SERIES_TYPES = ["string_series", "histogram_series", "file_series"];

/** What neptune-query is asked about an export. */
export const queryQuestionsOf = (fixture: Fixture): ReadonlyArray<Question> => {
  const ask = queryQuestionsAbout(fixture);
  const about = QUERIES[fixture.name]!;
  const buckets = [1, 2, 5, 10].map((limit) =>
    ask.buckets(about.some("experiments"), about.metrics, limit)
  );
  return (["runs", "experiments"] as const).flatMap((kind): ReadonlyArray<Question> => {
    const some = about.some(kind);
    return [
      ...LISTED(kind).map((selection) => ask.list(kind, selection)),
      ...about.attributes.flatMap((attributes) => [
        ask.listAttributes(kind, ALL, attributes),
        ask.listAttributes(kind, some, attributes),
      ]),
      ...about.tables.flatMap(([attributes, request]) => [
        ask.table(kind, ALL, attributes, request),
        ask.table(kind, some, attributes, request),
      ]),
      ask.table(kind, LARGE, exactly("sys/size", "sys/tags"), { everywhere: true }),
      ask.table(kind, ALL, paths("^sys/(owner|size)"), {
        everywhere: true,
        sortBy: ["sys/size", "int"],
        ascending: true,
        limit: 4,
      }),
      ask.points(kind, ALL, about.metrics),
      ask.points(kind, some, about.metrics, { time: false }),
      ask.points(kind, some, about.metrics, { lineage: false }),
      ask.points(kind, some, about.metrics, { tail: 1 }),
      ask.points(kind, some, about.metrics, { tail: 3, lineage: false }),
      ...about.ranges.map((range) => ask.points(kind, some, about.metrics, { range })),
      ask.points(kind, some, about.metrics, { range: about.ranges[0]!, tail: 2 }),
      ...SERIES_TYPES.flatMap((type) => [
        ask.points(kind, some, paths("", type), {}, [type]),
        ask.points(kind, some, paths("", type), { tail: 2, range: [null, 100] }, [type]),
        ask.points(kind, some, paths("", type), { lineage: false, time: false }, [type]),
      ]),
      ask.download(kind, ALL, paths("", "file"), false),
      ask.download(kind, ALL, paths("", "file_series"), true),
    ];
  }).concat(buckets);
};
