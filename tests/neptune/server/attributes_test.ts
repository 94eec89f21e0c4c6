import assert from "node:assert/strict";
import { Effect } from "effect";
import {
  type ProtoAttributeDTO,
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import type { ExpectedRun, JsonNumber } from "../archive/expected.ts";
import { acceptance, digits, edge, expectedRun, type Fixture } from "../archive/fixtures.ts";
import { assertRefused, type Client, clientOfFixture, jsonOf } from "./inProcess.ts";

const TYPES: { readonly [type: string]: string } = {
  string_set: "stringSet",
  float_series: "floatSeries",
  string_series: "stringSeries",
  histogram_series: "histogramSeries",
  file_series: "fileRefSeries",
  file: "fileRef",
};

const definitionsOf = (runs: ReadonlyArray<ExpectedRun>): ReadonlyArray<string> => {
  const all = runs.flatMap((run) => [...run.attributes, ...run.series, ...run.files]);
  return [...new Set(all.map(({ path, type }) => `${path} ${TYPES[type] ?? type}`))].sort();
};

const holder = ({ expected }: Fixture, run: ExpectedRun) => `${expected.project}/${run.sysId}`;

const definitions = (client: Client, { expected }: Fixture, changes: object = {}) =>
  Effect.map(
    client.json(paths.queryAttributeDefinitions, {
      projectIdentifiers: [expected.project],
      nextPage: { limit: 10_000 },
      ...changes,
    }),
    ({ entries, nextPage }) => ({
      names: entries.map((entry: { name: string; type: string }) => `${entry.name} ${entry.type}`),
      nextPage,
    }),
  );

effectTest("the attributes of a project, of some runs, and of none", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const everything = yield* definitions(client, digits);
    assert.deepEqual(everything.names.toSorted(), definitionsOf(digits.runs));
    assert.equal(everything.nextPage.nextPageToken, undefined);

    const some = digits.runs.slice(0, 2);
    const ids = [...some.map((run) => holder(digits, run)), `${digits.expected.project}/NO-1`];
    const ofSome = yield* definitions(client, digits, { experimentIdsFilter: ids });
    assert.deepEqual(ofSome.names.toSorted(), definitionsOf(some));

    for (const experimentIdsFilter of [[], [`${digits.expected.project}/NO-1`]]) {
      const none = yield* definitions(client, digits, { experimentIdsFilter });
      assert.deepEqual(none.names, []);
    }
  }));

effectTest(
  "pages of definitions are full but for the last, and hold each once",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(digits);
      const all = definitionsOf(digits.runs);
      for (const limit of [1, 7, all.length, all.length + 1]) {
        const found: Array<string> = [];
        let nextPageToken: string | null | undefined = null;
        do {
          const page: { names: ReadonlyArray<string>; nextPage: { nextPageToken?: string } } =
            yield* definitions(client, digits, { nextPage: { limit, nextPageToken } });
          found.push(...page.names);
          nextPageToken = page.nextPage.nextPageToken;
          if (nextPageToken !== undefined) assert.equal(page.names.length, limit);
        } while (nextPageToken !== undefined);
        assert.deepEqual(found.toSorted(), all);
      }
      for (const nextPageToken of ["nonsense", "1", '["a"]']) {
        const answer = yield* client.send(paths.queryAttributeDefinitions, {
          projectIdentifiers: [digits.expected.project],
          nextPage: { limit: 10, nextPageToken },
        });
        assertRefused(answer, 400, /nextPageToken/);
      }
    }),
);

effectTest("clauses of patterns, types, and what selects nothing", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const all = definitionsOf(digits.runs);
    const select = (attributeNameFilter: object | null) =>
      Effect.map(definitions(client, digits, { attributeNameFilter }), ({ names }) => names.sort());
    const where = (test: (path: string) => boolean) =>
      all.filter((name) => test(name.slice(0, name.lastIndexOf(" "))));

    assert.deepEqual(yield* select(null), all);
    assert.deepEqual(yield* select({}), all);
    assert.deepEqual(yield* select({ mustMatchAny: [] }), []);
    assert.deepEqual(
      yield* select({
        mustMatchAny: [{ mustMatchRegexes: ["config/", "r$"] }, {
          mustMatchRegexes: ["^val/"],
          mustNotMatchRegexes: ["loss"],
        }],
      }),
      where((path) =>
        (/config\//.test(path) && /r$/.test(path)) || (/^val\//.test(path) && !/loss/.test(path))
      ),
    );
    assert.deepEqual(
      yield* select({ mustMatchRegexes: ["val\\/l[[:alpha:]]+"] }),
      where((path) => /val\/l\w+/.test(path)),
    );
    const { names } = yield* definitions(client, digits, {
      attributeFilter: [{ attributeType: "floatSeries" }, { attributeType: "bool" }],
    });
    assert.deepEqual(
      names.toSorted(),
      all.filter((name: string) => / (floatSeries|bool)$/.test(name)),
    );
    const answer = yield* client.send(paths.queryAttributeDefinitions, {
      projectIdentifiers: [digits.expected.project],
      attributeNameFilter: { mustMatchRegexes: ["(?=x)"] },
    });
    assertRefused(answer, 400, /RE2/);
  }));

effectTest("of several projects those that can be read are enough", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const both = yield* definitions(client, digits, {
      projectIdentifiers: ["no/such", digits.expected.project],
    });
    assert.deepEqual(both.names.toSorted(), definitionsOf(digits.runs));
    const answer = yield* client.send(paths.queryAttributeDefinitions, {
      projectIdentifiers: ["no/such"],
    });
    assertRefused(answer, 403, /no\/such/);
    assert.equal(jsonOf(answer).errorType, "ACCESS_DENIED");
  }));

const numberOf = (value: JsonNumber | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

/** Compares an attribute on the wire with the ground truth. */
const assertAttribute = (attribute: ProtoAttributeDTO, run: ExpectedRun): void => {
  const { name, type } = attribute;
  const message = `${run.runId} ${name}`;
  const series = run.series.find(({ path }) => path === name);
  if (series !== undefined) {
    assert.equal(type, TYPES[series.type], message);
    if (type !== "floatSeries") return;
    const { last, lastStep, min, max, average, variance } = attribute.floatSeriesProperties!;
    const truth = series.aggregates!;
    assert.deepEqual(
      { last, lastStep, min, max },
      {
        last: numberOf(truth.last),
        lastStep: numberOf(truth.lastStep),
        min: numberOf(truth.min),
        max: numberOf(truth.max),
      },
      message,
    );
    if (truth.average === undefined) return;
    assert.ok(isNear(average!, Number(truth.average)), message);
    assert.ok(isNear(variance!, Number(truth.variance)), message);
    return;
  }
  const file = run.files.find(({ path }) => path === name);
  if (file !== undefined) {
    assert.equal(type, "fileRef");
    const { path, sizeBytes, mimeType } = attribute.fileRefProperties!;
    assert.deepEqual([path, Number(sizeBytes)], [file.archivePath, file.size], message);
    assert.notEqual(mimeType, "");
    return;
  }
  const { value } = run.attributes.find(({ path }) => path === name)!;
  switch (type) {
    case "int":
      return assert.equal(attribute.intProperties!.value, BigInt(String(value)), message);
    case "float":
      return assert.equal(attribute.floatProperties!.value, Number(value), message);
    case "bool":
      return assert.equal(attribute.boolProperties!.value, value, message);
    case "string":
      return assert.equal(attribute.stringProperties!.value, value, message);
    case "datetime":
      return assert.equal(
        Number(attribute.datetimeProperties!.value),
        typeof value === "number" ? value : Date.parse(String(value)),
        message,
      );
    case "stringSet":
      return assert.deepEqual(
        attribute.stringSetProperties!.value.toSorted(),
        [...value as ReadonlyArray<string>].sort(),
        message,
      );
    default:
      assert.fail(`${message}: ${type}`);
  }
};

const pathsIn = (run: ExpectedRun): ReadonlyArray<string> =>
  [...run.attributes, ...run.series, ...run.files].map(({ path }) => path).sort();

effectTest("all attributes of one run, and some of them", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const run = digits.runs.find(({ forkParent }) => forkParent !== null)!;
    const query = new URLSearchParams({
      holderIdentifier: holder(digits, run),
      holderType: "experiment",
    });
    const path = `${paths.attributesOfRun}?${query}`;
    for (const attributePathsFilter of [null, undefined]) {
      const all = yield* client.message(ProtoAttributesDTOSchema, path, { attributePathsFilter });
      assert.deepEqual(all.attributes.map(({ name }) => name).sort(), pathsIn(run));
      for (const attribute of all.attributes) assertAttribute(attribute, run);
    }
    const some = yield* client.message(ProtoAttributesDTOSchema, path, {
      attributePathsFilter: ["sys/id", "no/such"],
    });
    assert.deepEqual(some.attributes.map(({ name }) => name), ["sys/id"]);

    const definitions = yield* client.message(
      ProtoAttributesSearchResultDTOSchema,
      `${paths.attributeDefinitionsOfRun}?${new URLSearchParams({
        experimentIdentifier: holder(digits, run),
      })}`,
    );
    assert.deepEqual(
      definitions.entries.map(({ name, type }) => `${name} ${type}`).sort(),
      definitionsOf([run]),
    );
    const ofType = yield* client.message(
      ProtoAttributesSearchResultDTOSchema,
      `${paths.attributeDefinitionsOfRun}?${new URLSearchParams([
        ["experimentIdentifier", holder(digits, run)],
        ["attributeType", "bool"],
        ["attributeType", "int"],
      ])}`,
    );
    assert.ok(ofType.entries.length > 0);
    assert.ok(ofType.entries.every(({ type }) => type === "bool" || type === "int"));

    const missing = new URLSearchParams({ holderIdentifier: `${digits.expected.project}/NO-1` });
    assertRefused(yield* client.send(`${paths.attributesOfRun}?${missing}`, {}), 404, /NO-1/);
  }));

for (const fixture of [acceptance, digits]) {
  effectTest(
    `${fixture.name}: values of all runs, page by page, whichever ids name them`,
    () =>
      Effect.gen(function* () {
        const client = yield* clientOfFixture(fixture);
        const path = `${paths.queryAttributes}?${new URLSearchParams({
          projectIdentifier: fixture.expected.project,
        })}`;
        for (
          const experimentIdsFilter of [
            fixture.runs.map((run) => holder(fixture, run)),
            fixture.runs.map(({ runId }) => encodeURIComponent(runId)),
            null,
          ]
        ) {
          for (const limit of [100, 10_000]) {
            const found = new Map<string, Array<ProtoAttributeDTO>>();
            let nextPageToken: string | undefined;
            do {
              const result = yield* client.message(ProtoQueryAttributesResultDTOSchema, path, {
                experimentIdsFilter,
                attributeNamesFilter: null,
                attributeNameFilter: { mustMatchRegexes: [""] },
                nextPage: { limit, nextPageToken: nextPageToken ?? null },
              });
              for (const { experimentShortId, attributes } of result.entries) {
                found.set(experimentShortId, [
                  ...found.get(experimentShortId) ?? [],
                  ...attributes,
                ]);
              }
              nextPageToken = result.nextPage?.nextPageToken || undefined;
            } while (nextPageToken !== undefined);
            assert.equal(found.size, fixture.runs.length);
            for (const run of fixture.runs) {
              const attributes = found.get(run.sysId!)!;
              assert.deepEqual(attributes.map(({ name }) => name).sort(), pathsIn(run));
              for (const attribute of attributes) assertAttribute(attribute, run);
            }
          }
        }
      }),
  );
}

effectTest("values of exact paths and of types", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(digits);
    const path = `${paths.queryAttributes}?${new URLSearchParams({
      projectIdentifier: digits.expected.project,
    })}`;
    const run = digits.runs[0]!;
    const ask = (changes: object) =>
      Effect.map(
        client.message(ProtoQueryAttributesResultDTOSchema, path, {
          experimentIdsFilter: [holder(digits, run)],
          nextPage: { limit: 10_000 },
          ...changes,
        }),
        ({ entries }) => entries.flatMap(({ attributes }) => attributes.map(({ name }) => name)),
      );
    assert.deepEqual(yield* ask({ attributeNamesFilter: ["sys/id", "no/such"] }), ["sys/id"]);
    assert.deepEqual(yield* ask({ attributeNamesFilter: [] }), []);
    assert.deepEqual(yield* ask({ experimentIdsFilter: [] }), []);
    const bools = yield* ask({ attributeFilter: [{ attributeType: "bool" }] });
    assert.deepEqual(
      bools.sort(),
      run.attributes.filter(({ type }) => type === "bool").map(({ path }) => path).sort(),
    );
    const answer = yield* client.send(path, { nextPage: { limit: 1, nextPageToken: "x" } });
    assertRefused(answer, 400, /nextPageToken/);
  }));

effectTest(
  "integers keep their 64 bits, and every type of attribute has its place",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      const run = edge.runs.find(({ attributes }) =>
        attributes.some(({ type, value }) => type === "int" && BigInt(String(value)) > 2n ** 53n)
      )!;
      const query = new URLSearchParams({ holderIdentifier: holder(edge, run) });
      const { attributes } = yield* client.message(
        ProtoAttributesDTOSchema,
        `${paths.attributesOfRun}?${query}`,
        {},
      );
      for (const attribute of attributes) {
        const truth = run.attributes.find(({ path }) => path === attribute.name);
        if (attribute.type === "int") {
          const value = truth?.archived ?? truth?.value;
          assert.equal(attribute.intProperties!.value, BigInt(String(value)), attribute.name);
        }
      }
      assert.equal(expectedRun(edge, run.runId), run);
    }),
);
