import assert from "node:assert/strict";
import { ConfigProvider, Effect, Exit, Fiber, Latch, Layer } from "effect";
import { Neptune, Progress } from "@nereid/nereid";
import { DamagedFile } from "../../../src/neptune/NeptuneError.ts";
import { effectTest } from "../../effectTest.ts";
import { edge, expectedRun, openProject, withoutWarnings } from "../archive/fixtures.ts";
import { cellsOf, layoutOf, namesOf } from "../frame/inspect.ts";
import { recordProgress } from "../recordProgress.ts";
import { type RecordedRun, recordingSource } from "../recordingSource.ts";
import { fetchTable, idsOf, named, project, TEN } from "./acceptance.ts";

const TEXT_ORDER = [1, 10, 2, 3, 4, 5, 6, 7, 8, 9];

effectTest("limit: at most so many rows, all if there are fewer", () =>
  Effect.gen(function* () {
    for (const limit of [1, 2, 6, 12, 1000, 5000]) {
      assert.equal((yield* fetchTable("runs", { limit })).height, Math.min(limit, 12));
      assert.equal((yield* fetchTable("experiments", { limit })).height, Math.min(limit, 6));
    }
    assert.equal((yield* fetchTable("runs", { limit: null })).height, 12);
    assert.equal(idsOf(yield* fetchTable("runs", { limit: 2 })), "id-exp-6 id-exp-5");
  }));

effectTest("an unknown column is there and null", () =>
  Effect.gen(function* () {
    for (const kind of ["runs", "experiments"] as const) {
      const table = yield* fetchTable(kind, { columns: "non_existent_column" });
      assert.equal(table.getColumn("non_existent_column").nullCount(), table.height);
    }
  }));

effectTest(
  "columnsRegex finds so many columns besides the two automatic ones (A, B)",
  () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, string | undefined, number]> = [
        ["\\Donfig/.*unique-id-run-2", undefined, 10],
        ["config/.*unique-id-.*-1", undefined, 20],
        [".*unique-id-run-2", undefined, 20],
        ["metrics/.*|config/.*\\d$", "id-run-5", 60],
        ["non_existent_column", undefined, 0],
        ["", undefined, 0],
      ];
      for (const [columnsRegex, customIds, count] of cases) {
        const table = yield* fetchTable("runs", { columnsRegex, customIds });
        assert.equal(table.width - 2, count, columnsRegex);
      }
    }),
);

effectTest(
  "columns and columnsRegex together, sorted by one of them: exactly those",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("runs", {
        columns: ["sys/name", "sys/id", "sys/custom_run_id", "sys/id"],
        columnsRegex: "metrics/foo.+",
        sortBy: "sys/id",
        customIdRegex: "id-run-1$",
      });
      // The pattern finds those of one run alone too.
      const foo = TEXT_ORDER.map((i) => `metrics/foo${i}`);
      assert.deepEqual(namesOf(table), ["sys/custom_run_id", "sys/id", "sys/name", ...foo]);
    }),
);

effectTest(
  "names of columns are not patterns: config/foo1 does not let config/foo10 in",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("runs", { columns: ["config/foo1"], columnsRegex: "sys/" });
      assert.deepEqual(namesOf(table).filter((name) => !name.startsWith("sys/")), ["config/foo1"]);
      const flags = yield* fetchTable("runs", {
        columns: ["config.foo1"],
        columnsRegex: "(?i)SYS/ID",
      });
      assert.deepEqual(namesOf(flags), [
        "sys/creation_time",
        "sys/custom_run_id",
        "sys/id",
        "config.foo1",
      ]);
    }),
);

effectTest(
  "a column of one of two runs is null in the other (width as in A, B)",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("runs", {
        columns: ["config/foo3-unique-id-run-2"],
        customIds: ["id-run-1", "id-run-2"],
        sortBy: "sys/custom_run_id",
        ascending: true,
      });
      assert.deepEqual(layoutOf(table), [
        ["sys/custom_run_id", "String"],
        ["config/foo3-unique-id-run-2", "Int64"],
      ]);
      assert.deepEqual(cellsOf(table, "config/foo3-unique-id-run-2"), [null, 3n]);
    }),
);

effectTest(
  "experiments, a pattern of series: 6 rows without a null",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("experiments", {
        columnsRegex: "metrics/foo.*",
        sortBy: "sys/custom_run_id",
        ascending: true,
      });
      assert.deepEqual([table.height, table.width], [6, 12]);
      for (const column of table.getColumns()) assert.equal(column.nullCount(), 0);
    }),
);

effectTest(
  "100 unknown columns on experiments: 103 columns, all of those null",
  () =>
    Effect.gen(function* () {
      const columns = Array.from({ length: 100 }, (_, i) => `non_existent_column_${i}`);
      const table = yield* fetchTable("experiments", { columns });
      assert.deepEqual([table.height, table.width], [6, 103]);
      for (const name of columns) assert.equal(table.getColumn(name).nullCount(), 6);
    }),
);

effectTest(
  "each unique column has one value, in the row of the run that its name ends with",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("runs", {
        columnsRegex: "config/.*9.*unique.*",
        customIds: ["id-run-1", "id-run-2", "id-run-3"],
      });
      const ids = cellsOf(table, "sys/custom_run_id");
      const unique = namesOf(table).filter((name) => name.startsWith("config/"));
      assert.equal(unique.length, 3);
      for (const name of unique) {
        const cells = cellsOf(table, name);
        const row = ids.findIndex((id) => name.endsWith(`-${id}`));
        assert.deepEqual(cells.map((cell) => cell !== null), ids.map((_, i) => i === row), name);
        assert.equal(cells[row], 9n);
      }
    }),
);

effectTest(
  "automatic columns: the sort column, the custom id, and of experiments the name",
  () =>
    Effect.gen(function* () {
      const time = "sys/creation_time";
      const id = "sys/custom_run_id";
      const cases: ReadonlyArray<
        readonly ["runs" | "experiments", Neptune.TableOptions, ReadonlyArray<string>]
      > = [
        ["runs", {}, [time, id]],
        ["runs", { columns: ["nope"] }, [time, id, "nope"]],
        ["runs", { columns: ["config/foo1"] }, [time, id, "config/foo1"]],
        ["runs", { columns: ["nope"], sortBy: "sys/name" }, [id, "sys/name", "nope"]],
        ["experiments", {}, [time, id, "sys/name"]],
        ["experiments", { columnsRegex: "nope" }, [time, id, "sys/name"]],
        ["experiments", { sortBy: "config/bar1" }, [id, "sys/name", "config/bar1"]],
        ["runs", { columns: [], columnsRegex: "config/bar\\d$" }, [
          time,
          id,
          ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `config/bar${i}`),
        ]],
      ];
      for (const [kind, options, names] of cases) {
        assert.deepEqual(namesOf(yield* fetchTable(kind, options)), names);
      }
    }),
);

effectTest(
  "the full table: 12 rows, 280 columns outside of sys/, every value (A, B)",
  () =>
    Effect.gen(function* () {
      const table = yield* fetchTable("runs", {
        columnsRegex: ".*",
        sortBy: "sys/custom_run_id",
        ascending: true,
      });
      assert.equal(
        idsOf(table).replaceAll("id-", ""),
        `${named("exp", "123456")} ${named("run", "123456")}`,
      );
      const types = new Map(layoutOf(table));
      const ids = cellsOf(table, "sys/custom_run_id");
      const all = (cell: unknown) => Array(12).fill(cell);
      for (const i of TEN) {
        assert.deepEqual(cellsOf(table, `config/foo${i}`), all(`valfoo${i}`));
        assert.deepEqual(cellsOf(table, `config/bar${i}`), all(BigInt(i)));
        assert.deepEqual(cellsOf(table, `metrics/foo${i}`), all(i));
        assert.deepEqual(cellsOf(table, `metrics/bar${i}`), all(i));
        for (const id of ids) {
          const only = (cell: unknown) => ids.map((each) => each === id ? cell : null);
          assert.deepEqual(cellsOf(table, `config/foo${i}-unique-${id}`), only(BigInt(i)));
          assert.deepEqual(cellsOf(table, `metrics/bar${i}-unique-${id}`), only(i));
        }
      }
      assert.equal(namesOf(table).filter((name) => !name.startsWith("sys/")).length, 280);
      assert.equal(types.get("config/bar1"), "Int64");
      assert.equal(types.get("metrics/bar1"), "Float64");
      // In this archive only experiments have these.
      const ofExperiments = namesOf(table).filter((name) =>
        name === "sys/name" || name.startsWith("sys/experiment/")
      );
      for (const name of namesOf(table).filter((name) => name.startsWith("sys/"))) {
        assert.equal(table.getColumn(name).nullCount(), ofExperiments.includes(name) ? 6 : 0, name);
      }
    }),
);

effectTest(
  "the last value of a series is that of its last committed point, not of a preview",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource({
        a: { floats: { both: [[0, 1], [1, 2], [2, 3, 0.5]], previews: [[0, 1, 0.5]] } },
      });
      const table = yield* project.fetchRunsDf({ columns: ["both", "previews"] });
      assert.deepEqual(cellsOf(table, "both"), [2]);
      assert.deepEqual(cellsOf(table, "previews"), [null]);
    }),
);

effectTest(
  "no rows: the columns that were asked for, and nothing for a pattern",
  () =>
    Effect.gen(function* () {
      const nothing = { customIds: "nope", columnsRegex: ".*" };
      const table = yield* fetchTable("runs", { ...nothing, columns: ["x", "sys/tags"] });
      assert.deepEqual(layoutOf(table), [
        ["sys/creation_time", "Datetime(ms,UTC)"],
        ["sys/custom_run_id", "String"],
        ["sys/tags", "String"],
        ["x", "Null"],
      ]);
      assert.equal(table.height, 0);
    }),
);

effectTest(
  "a string set is one text or a list; a datetime has milliseconds and UTC",
  () =>
    Effect.gen(function* () {
      const options = { columns: ["sys/tags", "sys/creation_time"], customIds: "id-run-1" };
      const joined = yield* fetchTable("runs", options);
      assert.deepEqual(cellsOf(joined, "sys/tags"), ["head,tag1"]);
      assert.deepEqual(cellsOf(joined, "sys/creation_time"), [
        new Date("2025-03-03T09:01:37.251Z"),
      ]);
      const lists = yield* fetchTable("runs", { ...options, stringSets: "list" });
      const [tags] = cellsOf(lists, "sys/tags");
      assert.deepEqual([...tags as Iterable<unknown>], ["head", "tag1"]);
    }),
);

const oddProject = Effect.map(Neptune.collectWarnings(openProject(edge)), ([project]) => project);

effectTest("every path is a column, whatever is in it", () =>
  Effect.gen(function* () {
    const project = yield* oddProject;
    const paths = expectedRun(edge, "paths").attributes
      .filter(({ path }) => !path.startsWith("sys/"));
    const table = yield* withoutWarnings(project.fetchRunsDf({
      customIds: "paths",
      columns: paths.map(({ path }) => path),
    }));
    assert.equal(paths.length, 39);
    for (const { path, value } of paths) {
      assert.deepEqual(cellsOf(table, path), [BigInt(String(value))], path);
    }
  }));

effectTest("integers of 64 bits come through a table", () =>
  Effect.gen(function* () {
    const project = yield* oddProject;
    const table = yield* withoutWarnings(project.fetchRunsDf({
      columnsRegex: "^i64/",
      customIds: ["solo-int64", "histogram-for-mixed", "paths"],
      sortBy: "sys/custom_run_id",
    }));
    assert.deepEqual(cellsOf(table, "sys/custom_run_id"), [
      "solo-int64",
      "paths",
      "histogram-for-mixed",
    ]);
    assert.deepEqual(cellsOf(table, "i64/2^53+1"), [9007199254740993n, null, -9007199254740993n]);
    assert.deepEqual(cellsOf(table, "i64/max"), [2n ** 63n - 1n, null, 2n ** 63n - 2n]);
    assert.deepEqual(cellsOf(table, "i64/min"), [-(2n ** 63n), null, -(2n ** 63n) + 1n]);
  }));

effectTest(
  "different types under one path give numbers or texts and a warning, or two columns",
  () =>
    Effect.gen(function* () {
      const project = yield* oddProject;
      const ask = (customIds: ReadonlyArray<string>, typeSuffix: boolean) =>
        Neptune.collectWarnings(project.fetchRunsDf({
          customIds: customIds.map((id) => `mixed-${id}`),
          columns: ["mixed/value"],
          sortBy: "sys/custom_run_id",
          ascending: true,
          typeSuffix,
        }));
      const truth = (id: string) =>
        expectedRun(edge, `mixed-${id}`).attributes.find(({ path }) => path === "mixed/value")!
          .value;

      const [numbers, [warning, ...others]] = yield* ask(["float", "int"], false);
      assert.deepEqual(cellsOf(numbers, "mixed/value"), [
        Number(truth("float")),
        Number(truth("int")),
      ]);
      assert.deepEqual(others, []);
      assert.equal(warning?.kind, "MixedTypes");
      assert.equal(warning.attribute, "mixed/value");
      assert.match(
        warning.message,
        /^Attribute "mixed\/value" has the types .*float.*typeSuffix: true/,
      );

      const [texts, warnings] = yield* ask(["int", "set", "string"], false);
      assert.deepEqual(cellsOf(texts, "mixed/value"), [
        String(truth("int")),
        [truth("set")].flat().join(","),
        truth("string"),
      ]);
      assert.deepEqual(warnings.map(({ kind }) => kind), ["MixedTypes"]);

      const [apart, none] = yield* ask(["float", "int"], true);
      assert.deepEqual(none, []);
      assert.deepEqual(layoutOf(apart), [
        ["sys/custom_run_id:string", "String"],
        ["mixed/value:float", "Float64"],
        ["mixed/value:int", "Int64"],
      ]);
      assert.deepEqual(cellsOf(apart, "mixed/value:int"), [null, BigInt(String(truth("int")))]);
    }),
);

/** Runs of which each has two columns of its own, and one of all. */
const RUNS = Object.fromEntries(
  ["a", "b", "c", "d", "e"].map((key, i): readonly [string, RecordedRun] => [key, {
    attributes: {
      "sys/creation_time": { type: "datetime", value: i },
      "sys/custom_run_id": { type: "string", value: `id-${key}` },
      [`own/${key}`]: { type: "int", value: i },
      "all/float": { type: "float", value: i / 2 },
    },
  }]),
);

effectTest(
  "pages and pieces are put together in the order of the rows",
  () =>
    Effect.gen(function* () {
      const { project, requests } = recordingSource(RUNS);
      const table = yield* project.fetchRunsDf({
        columns: "all/float",
        columnsRegex: "^own/|float",
      });
      assert.equal(cellsOf(table, "sys/custom_run_id").join(), "id-e,id-d,id-c,id-b,id-a");
      assert.deepEqual(cellsOf(table, "all/float"), [2, 1.5, 1, 0.5, 0]);
      assert.deepEqual(cellsOf(table, "own/d"), [null, 3n, null, null, null]);
      assert.deepEqual(namesOf(table).slice(2), [
        "all/float",
        "own/a",
        "own/b",
        "own/c",
        "own/d",
        "own/e",
      ]);
      // The columns that are named come with the rows; the pattern is asked of these alone.
      assert.deepEqual(requests.map(({ method }) => method), [
        "search",
        "values",
        "values",
        "values",
      ]);
      const asked = requests.flatMap((each) => each.method === "values" ? [each.request] : []);
      assert.deepEqual(asked.map(({ runs }) => runs.join()), ["e,d", "c,b", "a"]);
      assert.deepEqual(asked[0]?.select, { anyOf: [{ all: ["^own/|float"], none: [] }] });
    }),
);

effectTest(
  "without a pattern, a table is one request; without rows, the pattern is not asked",
  () =>
    Effect.gen(function* () {
      const { project, requests } = recordingSource(RUNS);
      yield* project.fetchRunsDf({ columns: ["all/float"], columnsRegex: "", limit: 3 });
      yield* project.fetchRunsDf({ withIds: "z", columnsRegex: ".*" });
      assert.deepEqual(requests.map(({ method }) => method), ["search", "search"]);
      const [first] = requests;
      assert(first?.method === "search");
      assert.deepEqual(first.request.sortBy, {
        attribute: "sys/creation_time",
        type: "datetime",
        direction: "descending",
      });
      assert.equal(first.request.limit, 3);
      assert.deepEqual(
        first.request.attributes.toSorted(),
        ["all/float", "sys/creation_time", "sys/custom_run_id"],
      );
    }),
);

effectTest("one failing request fails the table with its reason", () =>
  Effect.gen(function* () {
    const recording = recordingSource(RUNS);
    const reason = new DamagedFile({ path: "p", problem: "it is torn" });
    let asked = 0;
    recording.before = ({ method }) =>
      method === "values" && ++asked === 2 ? Effect.fail(reason) : Effect.void;
    const error = yield* Effect.flip(recording.project.fetchRunsDf({ columnsRegex: "own" }));
    assert.equal(error.reason, reason);
    assert.equal(error.method, "ReadOnlyProject.fetchRunsDf");
  }));

effectTest(
  "progressBar: a function gets the rows so far, page by page, and the end",
  () =>
    Effect.gen(function* () {
      const { lines, progressBar } = recordProgress();
      yield* recordingSource(RUNS).project.fetchRunsDf({ progressBar });
      assert.deepEqual(lines, [
        "Fetching runs: 0/? rows",
        "Fetching runs: 2/? rows",
        "Fetching runs: 4/? rows",
        "Fetching runs: 5/? rows",
        "Fetching runs: 5/? rows.",
      ]);
    }),
);

effectTest(
  "progressBar: false is silent, null and true go to the program's Progress",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource(RUNS);
      const { lines, progressBar } = recordProgress();
      const program = Progress.layer(Progress.fromCallback(progressBar));
      yield* Effect.provide(project.fetchRunsDf({ progressBar: false }), program);
      assert.deepEqual(lines, []);
      for (const progressBar of [true, null, undefined]) {
        lines.length = 0;
        yield* Effect.provide(project.fetchExperimentsDf({ progressBar }), program);
        assert.deepEqual(lines, [
          "Fetching experiments: 0/? rows",
          "Fetching experiments: 0/? rows.",
        ]);
      }
    }),
);

effectTest(
  "progressBar: the end comes too if the table fails or is interrupted",
  () =>
    Effect.gen(function* () {
      const recording = recordingSource(RUNS);
      const { lines, progressBar } = recordProgress();
      recording.before = () => Effect.fail(new DamagedFile({ path: "p", problem: "torn" }));
      yield* Effect.exit(recording.project.fetchRunsDf({ progressBar }));
      assert.deepEqual(lines, ["Fetching runs: 0/? rows", "Fetching runs: 0/? rows."]);

      lines.length = 0;
      const asked = yield* Latch.make();
      recording.before = () => Effect.andThen(asked.open, Effect.never);
      const fiber = yield* Effect.forkChild(recording.project.fetchRunsDf({ progressBar }));
      yield* asked.await;
      yield* Fiber.interrupt(fiber);
      assert.deepEqual(lines, ["Fetching runs: 0/? rows", "Fetching runs: 0/? rows."]);
    }),
);

const withVariable = (name: string, value: string) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: { [name]: value } })));

const WARN_AT = "NEPTUNE_WARN_AT_DATAFRAME_SIZE";

effectTest(
  "a table over NEPTUNE_WARN_AT_DATAFRAME_SIZE values warns, with a limit too; 0 never",
  () =>
    Effect.gen(function* () {
      const { project } = recordingSource(RUNS);
      const warningsAt = (size: string, options: Neptune.TableOptions = {}) =>
        Neptune.collectWarnings(project.fetchRunsDf(options)).pipe(
          withVariable(WARN_AT, size),
          Effect.map(([, warnings]) => warnings),
        );
      // Two columns of five runs.
      assert.deepEqual(yield* warningsAt("10"), []);
      const [warning, ...others] = yield* warningsAt("9", { limit: 5 });
      assert.equal(warning?.kind, "LargeTable");
      assert.match(warning.message, /dataset that is over 9 cells \(10\)/);
      assert.deepEqual(others, []);
      assert.deepEqual(yield* warningsAt("0"), []);
      assert.deepEqual(yield* warningsAt("-1"), []);
    }),
);

effectTest(
  "NEPTUNE_WARN_AT_DATAFRAME_SIZE that is no integer fails before anything is requested",
  () =>
    Effect.gen(function* () {
      const { project, requests } = recordingSource(RUNS);
      for (const value of ["many", "1.5", " "]) {
        const error = yield* Effect.flip(withVariable(WARN_AT, value)(project.fetchRunsDf()));
        assert.equal(error.reason._tag, "InvalidArgument");
        assert.match(error.message, /^NEPTUNE_WARN_AT_DATAFRAME_SIZE must be an integer, not "/);
      }
      assert.deepEqual(requests, []);
    }),
);

effectTest("matchColumnsToFilters has no effect but a warning", () =>
  Effect.gen(function* () {
    for (const matchColumnsToFilters of [true, false]) {
      const [table, warnings] = yield* Neptune.collectWarnings(
        project.fetchRunsDf({
          columnsRegex: "config/foo1-unique.*1",
          matchColumnsToFilters,
          limit: 1,
        }),
      );
      assert.deepEqual(namesOf(table), ["sys/creation_time", "sys/custom_run_id"]);
      assert.deepEqual(warnings.map(({ kind }) => kind), ["Deprecated"]);
    }
  }));

effectTest(
  "a project is named by NEPTUNE_PROJECT if by nothing else",
  () =>
    Effect.gen(function* () {
      const source = Layer.succeed(Neptune.NeptuneSource, recordingSource({}).source);
      const open = (name: string | null | undefined, variable: string) =>
        Neptune.ReadOnlyProject.open(name).pipe(
          Effect.provide(source),
          withVariable("NEPTUNE_PROJECT", variable),
          Effect.map(({ projectIdentifier }) => projectIdentifier),
          Effect.exit,
        );
      for (const name of [undefined, null, ""]) {
        assert.deepEqual(yield* open(name, "test/recording"), Exit.succeed("test/recording"));
      }
      assert.deepEqual(yield* open("test/recording", "test/other"), Exit.succeed("test/recording"));
      const missing = yield* Effect.flip(yield* open("", ""));
      assert.equal(missing.reason._tag, "MissingConfiguration");
      assert.match(missing.message, /^No project was given\..*NEPTUNE_PROJECT is set.*--allow-env/);
    }),
);
