import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { Effect } from "effect";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import {
  ProtoLeaderboardEntriesSearchResultDTOSchema as Result,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { effectTest } from "../../effectTest.ts";
import {
  acceptance,
  digits,
  edge,
  partsDirectory,
  temporaryDirectory,
} from "../archive/fixtures.ts";
import { assertRefused, type Client, clientOf, clientOfFixture, jsonOf } from "./inProcess.ts";

const project = acceptance.expected.project;

const pathFor = (project: string) =>
  `${paths.search}?${new URLSearchParams({ projectIdentifier: project, type: "run" })}`;

const byCustomId = {
  sortBy: { name: "sys/custom_run_id", type: "string" },
  dir: "ascending",
};

/** What a client sends for all runs, and what it changes of that. */
const body = (changes: object = {}) => ({
  attributeFilters: [{ path: "sys/custom_run_id" }, { path: "sys/id" }],
  experimentLeader: false,
  pagination: { limit: 10_000, offset: 0 },
  query: { query: "" },
  sorting: byCustomId,
  ...changes,
});

const search = (client: Client, changes: object = {}, name = project) =>
  Effect.map(client.message(Result, pathFor(name), body(changes)), (result) => ({
    total: Number(result.matchingItemCount),
    entries: result.entries,
    customIds: result.entries.map(({ attributes }) =>
      attributes.find(({ name }) => name === "sys/custom_run_id")?.stringProperties?.value
    ),
  }));

const RUNS = acceptance.runs.map(({ customRunId }) => customRunId).sort();

effectTest(
  "all runs, with the attributes asked for and where they are",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(acceptance);
      const { total, entries, customIds } = yield* search(client);
      assert.equal(total, RUNS.length);
      assert.deepEqual(customIds, RUNS);
      const [workspace, name] = project.split("/");
      for (const entry of entries) {
        assert.equal(entry.type, "run");
        assert.equal(entry.projectName, name);
        assert.equal(entry.organizationName, workspace);
        assert.deepEqual(
          entry.attributes.map(({ name, type }) => [name, type]).sort(),
          [["sys/custom_run_id", "string"], ["sys/id", "string"]],
        );
      }
    }),
);

effectTest("experiments are the heads", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(acceptance);
    const { customIds } = yield* search(client, { experimentLeader: true });
    const heads = acceptance.runs.filter(({ experimentHead }) => experimentHead);
    assert.deepEqual(customIds, heads.map(({ customRunId }) => customRunId).sort());
  }));

effectTest(
  "no attributes, a blank query, nothing but what must be there",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(acceptance);
      const none = yield* search(client, { attributeFilters: [] });
      assert.equal(none.entries.length, RUNS.length);
      assert.ok(none.entries.every(({ attributes }) => attributes.length === 0));
      const { entries } = yield* client.message(Result, pathFor(project), { query: null });
      assert.equal(entries.length, RUNS.length);
      const run = acceptance.runs[0]!;
      const entry = entries.find(({ experimentId }) => experimentId === run.runId)!;
      // Without a selection all attributes come.
      assert.deepEqual(
        entry.attributes.map(({ name }) => name).sort(),
        [...run.attributes, ...run.series].map(({ path }) => path).sort(),
      );
    }),
);

effectTest(
  "pages are full as long as there is more, and a limit of 0 is one",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(acceptance);
      for (const limit of [1, 5, RUNS.length, 10_000]) {
        const found: Array<unknown> = [];
        for (let offset = 0;; offset += limit) {
          const page = yield* search(client, { pagination: { limit, offset } });
          assert.equal(page.total, RUNS.length);
          found.push(...page.customIds);
          if (page.customIds.length < limit) break;
        }
        assert.deepEqual(found, RUNS);
      }
      const nothing = yield* search(client, { pagination: { limit: 0, offset: 0 } });
      assert.deepEqual(nothing.customIds, []);
      assertRefused(
        yield* client.send(pathFor(project), body({ pagination: { limit: -1, offset: 0 } })),
        400,
        /negative/,
      );
    }),
);

effectTest("a project by its internal id", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(acceptance);
    const { entries: [entry] } = yield* search(client);
    const { customIds } = yield* search(client, {}, entry!.projectId);
    assert.deepEqual(customIds, RUNS);
  }));

effectTest("queries as clients write them", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(acceptance);
    const ask = (query: string) =>
      Effect.map(search(client, { query: { query } }), ({ customIds }) => customIds);
    const [run] = acceptance.runs;
    const id = run!.customRunId!;
    assert.deepEqual(yield* ask(`(\`sys/custom_run_id\`:string == "${id}")`), [id]);
    assert.deepEqual(
      yield* ask('(((`sys/trashed`:bool = false) AND (`sys/id`:string = "' + run!.sysId + '")))'),
      [id],
    );
    assert.deepEqual(
      yield* ask(`((\`sys/custom_run_id\`:string MATCHES "^${id}$"))`),
      [id],
    );
    assert.deepEqual(yield* ask('`no/such/attribute`:float > "1"'), []);
  }));

for (
  const [query, message] of [
    ["`sys/id`:string = ", /line 1/],
    ["((`a`:float > 1)", /parenthes/],
    ["`a`:nonsense = 1", /type/],
    ['`sys/id`:string MATCHES "("', /RE2/],
    ['`a`:float = "nan"', /number/],
  ] as const
) {
  effectTest(`a query that makes no sense is refused: ${query}`, () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(acceptance);
      assertRefused(yield* client.send(pathFor(project), body({ query: { query } })), 400, message);
      assertRefused(yield* client.send(paths.globalSearch, { query: { query } }), 400, message);
    }));
}

effectTest(
  "what would be answered wrongly is refused: groups of runs, and texts cut short",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(acceptance);
      for (const asked of [{ grouping: { groupBy: [] } }, { truncateStringTo: 10 }]) {
        assertRefused(yield* client.send(pathFor(project), body(asked)), 400, /not supported/);
      }
      const nothing = { grouping: null, truncateStringTo: null };
      assert.equal((yield* search(client, nothing)).total, RUNS.length);
    }),
);

effectTest("an aggregate to sort by, in either of its places", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(acceptance);
    const sortBy = { name: "metrics/foo1", type: "floatSeries" };
    const values = new Map(acceptance.runs.map(({ customRunId, series }) => {
      const found = series.find(({ path }) => path === "metrics/foo1");
      return [customRunId, Number(found?.aggregates?.min ?? NaN)];
    }));
    for (
      const sorting of [
        { sortBy: { ...sortBy, aggregationMode: "min" }, dir: "descending" },
        { sortBy, dir: "descending", aggregationMode: "min" },
      ]
    ) {
      const { customIds } = yield* search(client, { sorting });
      const mins = customIds.map((id) => values.get(id!)!).filter((min) => !Number.isNaN(min));
      assert.ok(mins.length > 1);
      assert.deepEqual(mins, mins.toSorted((a, b) => b - a));
    }
    const none = yield* search(client, { sorting: { ...byCustomId, aggregationMode: "none" } });
    assert.deepEqual(none.customIds, RUNS);
  }));

effectTest("a project that is not there", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(acceptance);
    const answer = yield* client.send(pathFor("no/such"), body());
    assertRefused(answer, 403, /no\/such/);
    assert.equal(jsonOf(answer).errorType, "ACCESS_DENIED");
  }));

effectTest(
  "a run that lacks what clients name it by goes by its key",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      const { entries } = yield* search(client, {}, edge.expected.project);
      const bare = edge.runs.find(({ sysId, customRunId }) =>
        sysId === null && customRunId === null
      )!;
      const entry = entries.find(({ experimentId }) =>
        decodeURIComponent(experimentId) === bare.runId
      );
      for (const { stringProperties } of entry!.attributes) {
        assert.equal(stringProperties?.value, bare.runId);
      }
      assert.equal(entry!.attributes.length, 2);
    }),
);

effectTest(
  "all projects in one order, with what tells their runs apart",
  () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory;
      for (const fixture of [acceptance, digits]) {
        yield* Effect.promise(() =>
          symlink(partsDirectory(fixture), join(root, fixture.expected.projectDirectory))
        );
      }
      const client = yield* clientOf(make({ data: root }));
      const runs = [acceptance, digits].flatMap(({ runs, expected }) =>
        runs.map((run) => ({ ...run, project: expected.project }))
      );
      const ascending = runs.map(({ customRunId }) => customRunId!)
        .sort((a, b) => a < b ? -1 : 1);
      for (
        const [dir, expected] of [["ascending", ascending], ["descending", ascending.toReversed()]]
      ) {
        const ask = (pagination: object) =>
          client.message(Result, paths.globalSearch, {
            experimentLeader: false,
            pagination,
            query: { query: "" },
            sorting: { ...byCustomId, dir },
          });
        const { matchingItemCount, entries } = yield* ask({ limit: 10_000, offset: 0 });
        assert.equal(Number(matchingItemCount), runs.length);
        const found = entries.map(({ attributes, projectName, organizationName }) => {
          const valueOf = (name: string) =>
            attributes.find((attribute) => attribute.name === name)?.stringProperties?.value;
          return {
            id: valueOf("sys/custom_run_id"),
            sysId: valueOf("sys/id"),
            name: valueOf("sys/name") ?? null,
            project: `${organizationName}/${projectName}`,
          };
        });
        assert.deepEqual(found.map(({ id }) => id), expected);
        for (const { id, sysId, name, project } of found) {
          const run = runs.find(({ customRunId }) => customRunId === id)!;
          assert.deepEqual([sysId, name, project], [run.sysId, run.name, run.project]);
        }
        const page = yield* ask({ limit: 5, offset: 7 });
        assert.deepEqual(
          page.entries.map(({ experimentId }) => experimentId),
          entries.slice(7, 12).map(({ experimentId }) => experimentId),
        );
      }
    }),
);
