/**
 * What a person gets for a mistake: one row each, checked on an export and on a source that shows
 * that nothing was requested for it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect, Exit, Schema, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { acceptance, openProject } from "./archive/fixtures.ts";
import { recordingSource } from "./recordingSource.ts";

const { Attribute } = Neptune;

interface Scene {
  readonly project: Neptune.ReadOnlyProject;
  /** `id-exp-1` of the acceptance tests. */
  readonly run: Neptune.ReadOnlyRun;
}

interface BadInput {
  readonly call: (scene: Scene) => Effect.Effect<unknown, Neptune.NeptuneError>;
  readonly reason: Neptune.NeptuneErrorReason["_tag"];
  readonly method: string;
  readonly message: RegExp;
  /** What is requested before the mistake can be known; nothing when absent. */
  readonly after?: ReadonlyArray<string>;
}

// The casts below stand for plain JavaScript and the cells of a notebook, which are not type-checked.

type Row = readonly [
  argument: unknown,
  reason: BadInput["reason"],
  message: RegExp,
  after?: ReadonlyArray<string>,
];

/** Options of `fetchRunsDf` and `fetchExperimentsDf`. */
const tables = (rows: Readonly<Record<string, Row>>): Record<string, BadInput> =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([name, [options, reason, message, after]]) =>
      (["fetchRunsDf", "fetchExperimentsDf"] as const).map((method) => [
        `${method}: ${name}`,
        {
          call: ({ project }) => project[method](options as Neptune.TableOptions),
          reason,
          method: `ReadOnlyProject.${method}`,
          message,
          ...after && { after },
        } satisfies BadInput,
      ])
    ),
  );

/** An operation of a project or a run with one bad argument. */
const calls = <Argument>(
  method: string,
  call: (scene: Scene, argument: Argument) => Effect.Effect<unknown, Neptune.NeptuneError>,
  rows: Readonly<Record<string, Row>>,
): Record<string, BadInput> =>
  Object.fromEntries(
    Object.entries(rows).map(([name, [argument, reason, message, after]]) => [
      `${method}: ${name}`,
      {
        call: (scene) => call(scene, argument as Argument),
        reason,
        method,
        message,
        ...after && { after },
      } satisfies BadInput,
    ]),
  );

const circular: { self?: unknown } = {};
circular.self = circular;

const LISTS = ["columns", "namesRegex", "namesExcludeRegex", "withIds", "customIds", "states"]
  .concat("owners", "tags");
const TEXTS = ["columnsRegex", "customIdRegex", "sortBy", "query"];
const FLAGS = ["trashed", "ascending", "combineQuery", "typeSuffix", "matchColumnsToFilters"];
const IDS = ["withIds", "customIds", "owners", "tags"];
const PATTERNS = ["columnsRegex", "customIdRegex", "namesRegex", "namesExcludeRegex"];

const rowsFor = (
  options: ReadonlyArray<string>,
  name: string,
  row: (option: string) => Row,
): Record<string, Row> =>
  Object.fromEntries(options.map((option) => [`${option} ${name}`, row(option)]));

const RANGE = /^stepRange must be .*\[after, upTo\].*null/;

const CASES: Record<string, BadInput> = {
  ...tables({
    "null for options": [null, "InvalidArgument", /^The argument must be an object, not null\./],
    "a list for options": [[], "InvalidArgument", /^The argument must be an object, not \[\]\./],
    "a text for options": ["RUN-1", "InvalidArgument", /must be an object, not "RUN-1"\./],
    "an option in snake case": [
      { names_regex: "a" },
      "InvalidArgument",
      /^There is no option "names_regex"; there are columns, .*namesRegex/,
    ],
    "an option that every object has": [
      { constructor: "a" },
      "InvalidArgument",
      /^There is no option "constructor"; there are columns, /,
    ],
    "an option that hides the prototype": [
      JSON.parse('{"__proto__": 1}'),
      "InvalidArgument",
      /^There is no option "__proto__"; there are columns, /,
    ],
    ...rowsFor(LISTS, "that is a number", (option) => [
      { [option]: 5 },
      "InvalidArgument",
      RegExp(`^${option} must be a string or a list of strings, not 5\\.`),
    ]),
    ...rowsFor(LISTS, "with a number in it", (option) => [
      { [option]: ["a", 5] },
      "InvalidArgument",
      RegExp(`^${option}\\.1 must be a string, not 5\\.`),
    ]),
    "columns that go round in circles": [
      { columns: circular },
      "InvalidArgument",
      /^columns must be a string or a list of strings, not \{"self":/,
    ],
    "columns that are a set": [
      { columns: new Set(["a"]) },
      "InvalidArgument",
      /^columns must be a string or a list of strings, not Set/,
    ],
    ...rowsFor(TEXTS, "that is a list", (option) => [
      { [option]: ["a"] },
      "InvalidArgument",
      RegExp(`^${option} must be a string, not \\["a"\\]\\.`),
    ]),
    ...rowsFor(FLAGS, "that is a text", (option) => [
      { [option]: "no" },
      "InvalidArgument",
      RegExp(`^${option} must be a boolean, not "no"\\.`),
    ]),
    "progressBar that is a text": [
      { progressBar: "yes" },
      "InvalidArgument",
      /^progressBar must be true, false, null or a function, not "yes"\./,
    ],
    "stringSets of an unknown form": [
      { stringSets: "set" },
      "InvalidArgument",
      /^stringSets must be "joined" \| "list", not "set"\./,
    ],
    "limit as text": [{ limit: "5" }, "InvalidArgument", /^limit must be a number, not "5"\./],
    "limit 0": [{ limit: 0 }, "InvalidArgument", /limit.*greater than 0/],
    "limit -12345": [{ limit: -12345 }, "InvalidArgument", /limit.*greater than 0/],
    "limit 5001": [{ limit: 5001 }, "InvalidArgument", /limit.*can't be higher than 5000/],
    "limit 1.5": [{ limit: 1.5 }, "InvalidArgument", /limit must be a whole number, not 1\.5/],
    "limit NaN": [{ limit: NaN }, "InvalidArgument", /limit must be a whole number, not NaN/],
    "limit Infinity": [{ limit: Infinity }, "InvalidArgument", /limit must be a whole number/],
    ...rowsFor(["namesRegex", "namesExcludeRegex"], "as an empty text", (option) => [
      { [option]: "" },
      "InvalidArgument",
      RegExp(`${option}.*empty string`),
    ]),
    ...rowsFor(["namesRegex", "namesExcludeRegex"], "as an empty list", (option) => [
      { [option]: [] },
      "InvalidArgument",
      RegExp(`${option}.*cannot be empty`),
    ]),
    ...rowsFor(["namesRegex", "namesExcludeRegex"], "with an empty text", (option) => [
      { [option]: ["a", ""] },
      "InvalidArgument",
      RegExp(`${option}.*contains empty strings`),
    ]),
    ...rowsFor(PATTERNS, "with look-ahead", (option) => [
      { [option]: "a(?=b)" },
      "InvalidRegex",
      RegExp(`^${option} is not a valid RE2 .*"a\\(\\?=b\\)".*no look-around`),
    ]),
    ...rowsFor(PATTERNS, "with an open bracket", (option) => [
      { [option]: "[0-9" },
      "InvalidRegex",
      RegExp(`^${option} is not a valid RE2 regular expression: "\\[0-9" \\(.*missing.*\\]`),
    ]),
    "states that the server uses": [
      { states: ["active", "running"] },
      "InvalidArgument",
      /Can't map RunState to API.*"active" or "inactive", not "running"/,
    ],
    "states as an empty text": [{ states: "" }, "InvalidArgument", /Can't map RunState to API/],
    ...rowsFor([...IDS, "states"], "beside query", (option) => [
      { query: "a = 1", [option]: ["active"] },
      "InvalidArgument",
      RegExp(`can't use the 'query' argument together with ${option}.*combineQuery: true`),
    ]),
    "ids and tags beside query": [
      { query: "", withIds: ["a"], tags: "b" },
      "InvalidArgument",
      /can't use the 'query' argument together with withIds, tags\./,
    ],
    "query of 250,001 characters": [
      { query: "a".repeat(250_001) },
      "InvalidArgument",
      /query.*too long.*250000/,
    ],
    ...rowsFor(IDS, "with 5001 items", (option) => [
      { [option]: Array(5001).fill("a") },
      "InvalidArgument",
      RegExp(`Too many ${option}: 5001, and 5000 are allowed\\. Ask in several calls`),
    ]),
    ...rowsFor(IDS, "with 100,001 characters", (option) => [
      { [option]: ["😀".repeat(60_000), "b".repeat(40_001)] },
      "InvalidArgument",
      RegExp(`Too many characters in the ${option}: 100001, and 100000 are allowed`),
    ]),
    "filters that make a query of more than 250,000 characters": [
      { states: Array(6000).fill("active") },
      "InvalidArgument",
      /narrow down the filtering rules/,
    ],
    "query that stops": [
      { query: "`a`:int >" },
      "InvalidQuery",
      /not valid NQL at line 1, column 10: .*\n {2}`a`:int >\n {11}\^/,
    ],
    "query with single quotes": [
      { query: "`sys/name`:string = 'a b'" },
      "InvalidQuery",
      /not valid NQL at line 1, column/,
    ],
    "query with an unknown type": [{ query: "`a`:number = 1" }, "InvalidQuery", /number/],
    "query with an operator that the type has not": [
      { query: "`sys/trashed`:bool > true" },
      "InvalidQuery",
      /an attribute of type bool has no operator >; it has =, !=, EXISTS/,
    ],
    "query with a value that the type cannot be": [
      { query: "`a`:int = many" },
      "InvalidQuery",
      /an attribute of type int is compared with a finite number/,
    ],
    "query with a parenthesis too many": [{ query: "(a = 1))" }, "InvalidQuery", /column 8/],
    "query with a back-reference in a pattern": [
      { query: '`sys/name`:string MATCHES "(a)\\\\1"' },
      "InvalidRegex",
      /^MATCHES in query is not a valid RE2 .*no back-references/,
    ],
    "sortBy of a series": [
      { sortBy: "metrics/foo1" },
      "InvalidArgument",
      /sortBy "metrics\/foo1" is of the complex type floatSeries; only bool, datetime, float, int/,
      ["definitions", "definitions"],
    ],
    "sortBy of a set": [
      { sortBy: "sys/tags" },
      "InvalidArgument",
      /complex type stringSet/,
      ["definitions", "definitions"],
    ],
  }),

  ...calls(
    "ReadOnlyProject.open",
    (_, name: string) =>
      Effect.provideService(
        Neptune.ReadOnlyProject.open(name),
        Neptune.NeptuneSource,
        recordingSource({}).source,
      ),
    {
      "a project that is not there": [
        "test/other",
        "ProjectNotFound",
        /^Project "test\/other" was not found\. There is: "test\/recording"\./,
      ],
      "a number": [
        5,
        "InvalidArgument",
        /^project must be a string such as workspace\/name, not 5/,
      ],
      "an object": [{}, "InvalidArgument", /^project must be a string such as workspace\/name/],
    },
  ),
  ...calls(
    "ReadOnlyProject.open",
    (_, options: object) =>
      Effect.provide(
        Neptune.ReadOnlyProject.open("test/acceptance"),
        Neptune.layerArchive({ ...acceptance.options, ...options }),
      ),
    {
      "a time zone that is not there": [
        { exporterTimeZone: "Mars/Olympus" },
        "InvalidArgument",
        /exporterTimeZone "Mars\/Olympus" is not the IANA name .*Europe\/Warsaw/,
      ],
      "a project that the export does not hold": [
        { data: acceptance.options.data.replace("acceptance", "edge") },
        "ProjectNotFound",
        /"test\/acceptance" was not found\. There is: "Edge Cäse\/прoject-1"/,
      ],
      "a directory that is not there": [
        { data: "/nowhere" },
        "ArchiveNotFound",
        /"\/nowhere" is not a Neptune export: .*--data-path/,
      ],
    },
  ),

  ...calls("ReadOnlyProject.run", ({ project }, selector: never) => project.run(selector), {
    "null": [null, "InvalidArgument", /^The argument must be an object, not null\./],
    "a text": ["RUN-1", "InvalidArgument", /^The argument must be an object, not "RUN-1"\./],
    "no id": [
      {},
      "InvalidArgument",
      /must provide one of withId, customId, experimentName, .*exactly one of/,
    ],
    "an id that is null": [{ withId: null }, "InvalidArgument", /must provide one of/],
    "two ids": [
      { withId: "a", customId: "b" },
      "InvalidArgument",
      /exactly one of withId, customId, experimentName, not withId and customId/,
    ],
    "three ids, empty ones included": [
      { withId: "", customId: "", experimentName: "" },
      "InvalidArgument",
      /exactly one of .* not withId and customId and experimentName/,
    ],
    "an id that is a number": [
      { withId: 12 },
      "InvalidArgument",
      /^withId must be a string, not 12/,
    ],
    "an id in snake case": [
      { with_id: "a" },
      "InvalidArgument",
      /^There is no option "with_id"; there are withId, customId, experimentName\./,
    ],
    "an empty id": [
      { withId: "" },
      "RunNotFound",
      /^No experiment found with Neptune ID '' in test/,
      ["search"],
    ],
    "a Neptune ID that is not there": [
      { withId: "TES-99" },
      "RunNotFound",
      /^No experiment found with Neptune ID 'TES-99' in test/,
      ["search"],
    ],
    "a custom id with quotes": [
      { customId: `a"b'c` },
      "RunNotFound",
      /^No experiment found with custom id 'a"b'c' in test/,
      ["search"],
    ],
    "a custom id that ends with a backslash": [
      { customId: "a\\" },
      "RunNotFound",
      /custom id 'a\\'/,
      ["search"],
    ],
    "an experiment name that would be a pattern": [
      { experimentName: "exp.+" },
      "RunNotFound",
      /^No experiment found with name 'exp\.\+' in test/,
      ["search"],
    ],
    "an experiment name with a condition in it": [
      { experimentName: '" OR `sys/trashed`:bool = false OR "' },
      "RunNotFound",
      /name '" OR /,
      ["search"],
    ],
    "the name of a run that is no experiment": [
      { experimentName: "id-run-1" },
      "RunNotFound",
      /name 'id-run-1'/,
      ["search"],
    ],
  }),

  ...calls(
    "ReadOnlyProject.fetchReadOnlyRuns",
    ({ project }, ids: never) => Stream.runDrain(project.fetchReadOnlyRuns(ids)),
    {
      "null": [null, "InvalidArgument", /^The argument must be an object, not null\./],
      "a list": [["TES-1"], "InvalidArgument", /must be an object, not \["TES-1"\]/],
      "ids that are numbers": [
        { withIds: [1] },
        "InvalidArgument",
        /^withIds\.0 must be a string, not 1\./,
      ],
      "an option of experiments": [
        { names: "a" },
        "InvalidArgument",
        /^There is no option "names"; there are withIds, customIds\./,
      ],
      "an id that is not there, after one that is": [
        { withIds: ["TES-7", "TES'99"] },
        "RunNotFound",
        /^No experiment found with Neptune ID 'TES'99'/,
        ["search"],
      ],
    },
  ),
  ...calls(
    "ReadOnlyProject.fetchReadOnlyExperiments",
    ({ project }, names: never) => Stream.runDrain(project.fetchReadOnlyExperiments(names)),
    {
      "null": [null, "InvalidArgument", /^The argument must be an object, not null\./],
      "names that are a pattern": [
        { names: /a/ },
        "InvalidArgument",
        /^names must be a string or a list of strings, not \/a\//,
      ],
      "a name that is not there": [
        { names: ["exp1", "a+b\\"] },
        "RunNotFound",
        /^No experiment found with name 'a\+b\\'/,
        ["search"],
      ],
    },
  ),

  ...calls("ReadOnlyRun.fetch", ({ run }, path: string) => run.fetch(path), {
    "a number": [5, "InvalidArgument", /^path must be the path of a field, not 5\./],
    "nothing": [undefined, "InvalidArgument", /^path must be the path of a field, not undefined\./],
    "a list": [["a"], "InvalidArgument", /^path must be the path of a field, not \["a"\]\./],
    "an empty path": ["", "FieldNotFound", /has no field ""\. `run\.fieldNames` lists/, ["values"]],
    "a path that is not there": [
      'a"b',
      "FieldNotFound",
      /^Run TES-7 has no field "a\\"b"\. `run\.fieldNames` lists them\./,
      ["values"],
    ],
    "a path that every object has": [
      "constructor",
      "FieldNotFound",
      /no field "constructor"/,
      ["values"],
    ],
  }),
  ...calls(
    "ReadOnlyRun.fetch",
    ({ run }, schema: Schema.Codec<unknown>) => run.fetch("config/foo1", schema),
    {
      "null for a schema": [
        null,
        "InvalidArgument",
        /^schema must be a Schema, such as Attribute\.Float, not null/,
      ],
      "a constructor for a schema": [Number, "InvalidArgument", /^schema must be a Schema/],
      "a schema of another type": [
        Attribute.Float,
        "TypeMismatch",
        /^Field "config\/foo1" of run TES-7 is of type string, not float\./,
        ["values"],
      ],
      "a union of other types": [
        Schema.Union([Attribute.Float, Attribute.File]),
        "TypeMismatch",
        /of type string, not float or fileRef or fileSet or artifact\./,
        ["values"],
      ],
      "a schema of another value": [
        Attribute.String.check(Schema.isMaxLength(3)),
        "DecodeFailed",
        /^Run TES-7 does not fit the schema:\n {2}"config\/foo1": .*3/,
        ["values"],
      ],
    },
  ),
  ...calls("ReadOnlyRun.field", ({ run }, path: string) => run.field(path), {
    "a number": [5, "InvalidArgument", /^path must be the path of a field, not 5\./],
    "a path that is not there": ["config/", "FieldNotFound", /no field "config\/"/, ["values"]],
  }),
  ...calls("ReadOnlyRun.fetchLast", ({ run }, path: string) => run.fetchLast(path), {
    "a path that is not there": ["config/", "FieldNotFound", /no field "config\/"/, ["values"]],
    "a field that is no series": [
      "config/bar1",
      "TypeMismatch",
      /^Field "config\/bar1" of run TES-7 is of type int, not a series\./,
      ["values"],
    ],
  }),
  ...calls("ReadOnlyRun.fetchValues", ({ run }, path: string) => run.fetchValues(path), {
    "a number": [5, "InvalidArgument", /^path must be the path of a field, not 5\./],
    "a path that is not there": [
      "metrics/",
      "FieldNotFound",
      /no field "metrics\/"/,
      ["floatSeries", "values"],
    ],
    "a field that is no series": [
      "config/bar1",
      "TypeMismatch",
      /type int, not a series/,
      ["floatSeries", "values"],
    ],
  }),
  ...calls(
    "ReadOnlyRun.fetchValues",
    ({ run }, options: never) => run.fetchValues("metrics/foo1", options),
    {
      "null for options": [null, "InvalidArgument", /^The argument must be an object, not null\./],
      "an option of prefetchSeriesValues": [
        { useThreads: true },
        "InvalidArgument",
        /^There is no option "useThreads"; there are includeInherited, stepRange, .*includeTimestamp/,
      ],
      "a flag that is null": [
        { includeTimestamp: null },
        "InvalidArgument",
        /^includeTimestamp must be a boolean, not null\./,
      ],
      "a flag that is a number": [
        { includeInherited: 1 },
        "InvalidArgument",
        /^includeInherited must be a boolean, not 1\./,
      ],
      "previews as text": [
        { includePointPreviews: "yes" },
        "InvalidArgument",
        /a boolean, not "yes"/,
      ],
      "progressBar that is a number": [
        { progressBar: 1 },
        "InvalidArgument",
        /^progressBar must be/,
      ],
      "stepRange null": [{ stepRange: null }, "InvalidArgument", RANGE],
      "stepRange of one step": [{ stepRange: [1] }, "InvalidArgument", RANGE],
      "stepRange of three steps": [{ stepRange: [1, 2, 3] }, "InvalidArgument", RANGE],
      "stepRange of texts": [{ stepRange: ["1", "2"] }, "InvalidArgument", RANGE],
      "stepRange that begins at no number": [{ stepRange: [NaN, 2] }, "InvalidArgument", RANGE],
      "stepRange that ends at no number": [{ stepRange: [null, NaN] }, "InvalidArgument", RANGE],
      "stepRange that is a number": [{ stepRange: 5 }, "InvalidArgument", RANGE],
      "stepRange that ends before it begins": [
        { stepRange: [3, 1] },
        "InvalidArgument",
        /^stepRange must not end before it begins: \[3, 1\]\./,
      ],
    },
  ),
  ...calls("ReadOnlyRun.prefetch", ({ run }, paths: Iterable<string>) => run.prefetch(paths), {
    "null": [null, "InvalidArgument", /^paths must be a path or several, not null\./],
    "a number": [5, "InvalidArgument", /^paths must be a path or several, not 5\./],
    "numbers": [["a", 5], "InvalidArgument", /^paths must be a path or several, not \["a",5\]\./],
  }),
  ...calls(
    "ReadOnlyRun.prefetchSeriesValues",
    ({ run }, paths: Iterable<string>) => run.prefetchSeriesValues(paths),
    {
      "an object": [{}, "InvalidArgument", /^paths must be a path or several, not \{\}\./],
    },
  ),
  ...calls(
    "ReadOnlyRun.prefetchSeriesValues",
    ({ run }, options: never) => run.prefetchSeriesValues(["metrics/foo1"], options),
    {
      "null for options": [null, "InvalidArgument", /^The argument must be an object, not null\./],
      "an option of fetchValues": [
        { includeTimestamp: true },
        "InvalidArgument",
        /^There is no option "includeTimestamp"; there are .*useThreads/,
      ],
      "useThreads as a number": [
        { useThreads: 4 },
        "InvalidArgument",
        /^useThreads must be a boolean, not 4/,
      ],
      "stepRange null": [{ stepRange: null }, "InvalidArgument", RANGE],
    },
  ),
  ...calls("ReadOnlyRun.forget", ({ run }, path: string) => run.forget(path), {
    "a field of which nothing is kept": ["config/foo1", "FieldNotFound", /no field "config\/foo1"/],
  }),
  ...calls("ReadOnlyRun.decode", ({ run }, schema: Schema.Codec<unknown>) => run.decode(schema), {
    "an object for a schema": [
      { "config/foo1": Attribute.String },
      "InvalidArgument",
      /^schema must be a Schema, such as Schema\.Struct\(\{ … \}\), not \{/,
    ],
    "fields that are not there or of other types or values": [
      Schema.Struct({
        "config/foo1": Attribute.Integer,
        "config/nope": Attribute.String,
        "config/bar1": Attribute.Integer.check(Schema.isGreaterThan(100)),
        "config/bar2": Schema.optionalKey(Attribute.Float),
      }),
      "DecodeFailed",
      /^Run TES-7 does not fit the schema:(?=[^]*"config\/foo1": it is of type string, not int)(?=[^]*"config\/nope": Missing key)(?=[^]*"config\/bar1": .*100)(?=[^]*"config\/bar2": it is of type int, not float)/,
      ["values"],
    ],
  }),
  ...calls(
    "ReadOnlyRun.readFile",
    ({ run }, file: string) => Stream.runDrain(run.readFile(file)),
    {
      "a number": [5, "InvalidArgument", /^file must be the path of a field or a FileRef, not 5\./],
      "null": [
        null,
        "InvalidArgument",
        /^file must be the path of a field or a FileRef, not null\./,
      ],
      "an object without a path": [{ name: "a" }, "InvalidArgument", /^file must be the path of/],
      "a path that is not there": ["a.txt", "FieldNotFound", /no field "a\.txt"/, ["values"]],
      "a field that is no file": [
        "config/foo1",
        "TypeMismatch",
        /^Field "config\/foo1" of run TES-7 is of type string, not a file\./,
        ["values"],
      ],
    },
  ),
};

const text = (value: string) => ({ type: "string", value }) as const;

const recording = recordingSource({
  "id-exp-1": {
    attributes: {
      "sys/id": text("TES-7"),
      "sys/custom_run_id": text("id-exp-1"),
      "sys/name": text("exp1"),
      "sys/trashed": { type: "bool", value: false },
      "sys/experiment/is_head": { type: "bool", value: true },
      "sys/tags": { type: "stringSet", value: ["head"] },
      "config/foo1": text("valfoo1"),
      "config/bar1": { type: "int", value: 1 },
      "config/bar2": { type: "int", value: 2 },
    },
    floats: { "metrics/foo1": [[0, 0.1]] },
  },
});

const [exported] = await Effect.runPromise(Neptune.collectWarnings(openProject(acceptance)));

for (const [name, { call, reason, method, message, after = [] }] of Object.entries(CASES)) {
  Deno.test(`bad input to ${name}: ${reason}`, async () => {
    for (const project of [recording.project, exported]) {
      const run = await Effect.runPromise(project.run({ withId: "TES-7" }));
      recording.requests.length = 0;
      const exit = await Effect.runPromise(
        Neptune.collectWarnings(
          Effect.exit(Effect.flip(Effect.suspend(() => call({ project, run })))),
        ),
      );
      const [error, warnings] = exit;
      assert.ok(Exit.isSuccess(error), String(error));
      assert.equal(error.value.reason._tag, reason);
      assert.equal(error.value.method, method);
      assert.match(error.value.message, message);
      assert.equal(error.value.isTransient, false);
      assert.deepEqual(warnings, []);
      if (project !== recording.project) continue;
      assert.deepEqual(recording.requests.map(({ method }) => method), after);
    }
  });
}

Deno.test("there are at least 60 kinds of bad input", () => {
  assert.ok(Object.keys(CASES).length >= 60);
});
