import assert from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { textsOf } from "../../../src/neptune/archive/columns.ts";
import { byCodePoint } from "../../../src/neptune/byCodePoint.ts";
import { everyAttribute } from "../../../src/neptune/NeptuneSource.ts";
import { effectTest } from "../../effectTest.ts";
import {
  attributesOf,
  checkValues,
  expectedValue,
  fieldsOf,
  neptuneType,
  written,
} from "./compare.ts";
import {
  edge,
  expectedRun,
  type Fixture,
  neptune2,
  openProject,
  openRun,
  whole,
  withoutWarnings,
} from "./fixtures.ts";
import { testRuns } from "./testRuns.ts";
import { emptyExport, openMade, parametersOf, partName, writePart } from "./writePart.ts";

testRuns(
  "a run has exactly its fields, ordered by code point",
  (run, expected, fixture) =>
    Effect.gen(function* () {
      const names = yield* Stream.runCollect(run.fieldNames);
      const paths = [...fieldsOf(fixture, expected).keys()];
      assert.deepEqual(names, paths.sort(byCodePoint), expected.runId);
    }),
);

testRuns(
  "every attribute has its type and its value, bit for bit",
  (run, expected, fixture) =>
    Effect.gen(function* () {
      const attributes = attributesOf(fixture, expected);
      yield* run.prefetch(attributes.map(({ path }) => path));
      for (const attribute of attributes) {
        const message = `${expected.runId}: ${attribute.path}`;
        const field = yield* run.field(attribute.path);
        assert.equal(field.type, neptuneType(attribute.type), message);
        assert.deepEqual(written(yield* field.fetch()), expectedValue(attribute), message);
      }
    }),
);

for (const fixture of whole) {
  const { flavour, project: identifier } = fixture.expected;
  const runs = fixture.runs.map(({ runId }) => runId);

  effectTest(`${fixture.name}: lists every run and no other`, () =>
    Effect.gen(function* () {
      const [project] = yield* Neptune.collectWarnings(openProject(fixture));
      const column = flavour === "neptune3" ? "sys/custom_run_id" : "sys/id";
      const table = yield* withoutWarnings(project.fetchRunsDf({ trashed: null, columns: column }));
      assert.deepEqual([...textsOf(table, column)].sort(), runs.toSorted());
    }));

  effectTest(
    `${fixture.name}: all attributes of all runs at once are those of each run`,
    () => Effect.asVoid(Neptune.collectWarnings(checkValues(make(fixture.options), fixture))),
  );

  effectTest(
    `${fixture.name}: lists the attributes of all runs, each path and type once`,
    () =>
      Effect.gen(function* () {
        const request = { project: identifier, runs: undefined, select: everyAttribute };
        const [definitions] = yield* Neptune.collectWarnings(
          Stream.runCollect(make(fixture.options).definitions(request)),
        );
        const expected = fixture.runs.flatMap((run) => [...fieldsOf(fixture, run)]);
        assert.deepEqual(
          definitions.flat().map(({ path, type }) => JSON.stringify([path, type])).sort(),
          [...new Set(expected.map((field) => JSON.stringify(field)))].sort(),
        );
      }),
  );
}

/** Opens one run of a fixture. */
const openOne = (fixture: Fixture, runId: string) =>
  Effect.gen(function* () {
    const [project] = yield* Neptune.collectWarnings(openProject(fixture));
    return yield* openRun(project, fixture, runId);
  });

effectTest(
  "floats keep the sign of zero, infinities, denormals and every digit",
  () =>
    Effect.gen(function* () {
      const run = yield* openOne(edge, "values");
      for (
        const [path, value] of [
          ["v/float negative zero", -0],
          ["v/float inf", Infinity],
          ["v/float minus inf", -Infinity],
          ["v/float denormal", 5e-324],
          ["v/float max", Number.MAX_VALUE],
          ["v/float third", 0.3333333333333333],
          ["v/float 1e22", 1e22],
        ] as const
      ) {
        const float = yield* run.fetch(path, Neptune.Attribute.Float);
        assert(Object.is(float, value), `${path} is ${float}`);
      }
    }),
);

effectTest(
  "a NaN parameter is absent, for the exporter wrote nothing",
  () =>
    Effect.gen(function* () {
      for (
        const [fixture, runId, path] of [
          [edge, "values", "v/float nan"],
          [neptune2, "DIA-1", "parameters/nan"],
        ] as const
      ) {
        const run = yield* openOne(fixture, runId);
        const { reason } = yield* Effect.flip(run.fetch(path));
        assert.equal(reason._tag, "FieldNotFound");
        assert(!(yield* Stream.runCollect(run.fieldNames)).includes(path));
      }
    }),
);

effectTest("a null row of Neptune 2 is no attribute", () =>
  Effect.gen(function* () {
    const run = yield* openOne(neptune2, "DIA-11");
    assert.equal((yield* Effect.flip(run.fetch("notes/late"))).reason._tag, "FieldNotFound");
    assert.equal(yield* run.fetch("notes/empty", Neptune.Attribute.String), "");
  }));

effectTest("integers keep all 64 bits that the exporter kept", () =>
  Effect.gen(function* () {
    const expected = expectedRun(edge, "solo-int64");
    const run = yield* openOne(edge, "solo-int64");
    const integers = expected.attributes.filter(({ type }) => type === "int");
    const beyond = integers.filter(({ value }) => !Number.isSafeInteger(Number(value)));
    assert(beyond.length > 0);
    for (const { path, value } of integers) {
      assert.equal(
        yield* run.fetch(path, Neptune.Attribute.BigInteger),
        BigInt(String(value)),
        path,
      );
    }
  }));

effectTest(
  "an integer that went through a float in the exporter is what the float was",
  () =>
    Effect.gen(function* () {
      const run = yield* openOne(edge, "values");
      const lossy = yield* run.fetch("v/int lossy", Neptune.Attribute.BigInteger);
      assert.equal(lossy, 9007199254740992n);
    }),
);

effectTest(
  "string sets are in order of code points, empty ones and empty strings are values",
  () =>
    Effect.gen(function* () {
      const run = yield* openOne(edge, "values");
      const set = yield* run.fetch("v/set", Neptune.Attribute.StringSet);
      assert.deepEqual([...set], ["", " a ", "apple", "b,c", "zebra", "Äpfel"]);
      const empty = yield* run.fetch("v/empty set", Neptune.Attribute.StringSet);
      assert.deepEqual([...empty], []);
      assert.equal(yield* run.fetch("v/empty string", Neptune.Attribute.String), "");
    }),
);

effectTest(
  "a run whose export has no id of its own has the one by which its file knows it",
  () =>
    Effect.gen(function* () {
      for (const runId of ["no-params", "nothing"]) {
        assert.equal(expectedRun(edge, runId).customRunId, null);
        const run = yield* openOne(edge, runId);
        assert.equal(yield* run.fetch("sys/custom_run_id", Neptune.Attribute.String), runId);
        assert.equal(run.withId, runId);
      }
    }),
);

effectTest(
  "paths are plain text: those of JavaScript's own properties too",
  () =>
    Effect.gen(function* () {
      const run = yield* openOne(edge, "paths");
      for (const { path, value } of expectedRun(edge, "paths").attributes) {
        if (["__proto__", "constructor", "toString", "-1", "p/new\nline"].includes(path)) {
          assert.equal(yield* run.fetch(path), Number(value), path);
        }
      }
      const { reason } = yield* Effect.flip(run.fetch("hasOwnProperty"));
      assert.equal(reason._tag, "FieldNotFound");
    }),
);

effectTest(
  "the items of a string set are in the order of code points, not of UTF-16",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writePart(join(parts, partName("a")), [...parametersOf("a"), {
        run_id: "a",
        attribute_path: "set",
        attribute_type: "string_set",
        string_set_value: ["\u{1f600}", "\ufffd", "z"],
      }]);
      const project = yield* openMade(data);
      const run = yield* project.run({ customId: "a" });
      const items = yield* run.fetch("set", Neptune.Attribute.StringSet);
      assert.deepEqual([...items], ["z", "\ufffd", "\u{1f600}"]);
    }),
);

effectTest(
  "attributes of a type that no exporter is known to write are left out, with one warning",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      for (const run_id of ["a", "b"]) {
        const odd = { run_id, attribute_type: "notebook", string_value: "x" };
        yield* writePart(join(parts, partName(run_id)), [
          ...parametersOf(run_id),
          { ...odd, attribute_path: "odd 1" },
          { ...odd, attribute_path: "odd 2" },
          { ...odd, attribute_path: "known", attribute_type: "string" },
        ]);
      }
      const project = yield* openMade(data);
      const options = { columns: "odd 1", columnsRegex: "odd|known" };
      const [table, warnings] = yield* Neptune.collectWarnings(project.fetchRunsDf(options));
      assert.deepEqual(
        warnings.map(({ kind, message }) => [kind, /of type (\w+)/.exec(message)?.[1]]),
        [["UnknownType", "notebook"]],
      );
      assert.deepEqual(table.columns, ["sys/creation_time", "sys/custom_run_id", "known", "odd 1"]);
      assert.deepEqual(table.getColumn("odd 1").toArray(), [null, null]);
      assert.deepEqual(table.getColumn("known").toArray(), ["x", "x"]);
    }),
);
