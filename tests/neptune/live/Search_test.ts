import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import type { SearchRequest } from "../../../src/neptune/NeptuneSource.ts";
import { collectWarnings } from "../../../src/neptune/NeptuneWarning.ts";
import * as Nql from "../../../src/neptune/Nql.ts";
import {
  ProtoLeaderboardEntriesSearchResultDTOSchema as SearchResult,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { fake, live, protobuf, type Route } from "./fake.ts";

const REQUEST: SearchRequest = {
  project: "acme/demo",
  kind: "runs",
  query: Nql.everything,
  sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "descending" },
  attributes: ["sys/name"],
};

const text = (name: string, value: string) => ({
  name,
  type: "string",
  stringProperties: { value },
});

/** A project of so many runs, of which the server tells `told`. */
const project = (runs: number, told = runs): Route => ({ body }) => {
  const { limit, offset } = body.pagination;
  const count = Math.max(0, Math.min(limit, runs - offset));
  return protobuf(SearchResult, {
    matchingItemCount: BigInt(told),
    entries: Array.from({ length: count }, (_, i) => ({
      attributes: [
        text("sys/id", `DEM-${offset + i}`),
        ...(offset + i) % 2 === 0 ? [text("sys/name", `run ${offset + i}`)] : [],
      ],
    })),
  });
};

const searching = (route: Route, request: Partial<SearchRequest> = {}) =>
  Effect.gen(function* () {
    const server = fake({ [paths.search]: route });
    const source = yield* live(server);
    const pages = yield* Stream.runCollect(source.search({ ...REQUEST, ...request }));
    return {
      pages,
      bodies: server.of("search").map(({ body }) => body),
      urls: server.of("search").map(({ url }) => url),
    };
  });

effectTest("one page: keys, columns, and what is asked", () =>
  Effect.gen(function* () {
    const { pages, bodies, urls } = yield* searching(project(3), {
      kind: "experiments",
      query: Nql.exists({ name: "a", type: "float" }),
      sortBy: { attribute: "loss", type: "floatSeries", aggregate: "min", direction: "ascending" },
    });
    deepStrictEqual(pages, [{
      total: 3,
      runs: ["acme/demo/DEM-0", "acme/demo/DEM-1", "acme/demo/DEM-2"],
      columns: [{
        path: "sys/name",
        type: "string",
        rows: Uint32Array.of(0, 2),
        values: ["run 0", "run 2"],
      }],
    }]);
    strictEqual(urls[0]!.search, "?projectIdentifier=acme%2Fdemo&type=run");
    deepStrictEqual(bodies, [{
      attributeFilters: [{ path: "sys/id" }, { path: "sys/name" }],
      experimentLeader: true,
      query: { query: "(`a`:float EXISTS)" },
      sorting: {
        sortBy: { name: "loss", type: "floatSeries", aggregationMode: "min" },
        dir: "ascending",
      },
      pagination: { offset: 0, limit: 10_000 },
    }]);
  }));

const partsOf = (bodies: ReadonlyArray<{ pagination: { offset: number; limit: number } }>) =>
  bodies.map(({ pagination: { offset, limit } }) => [offset, limit]);

const keys = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `acme/demo/DEM-${from + i}`);

for (
  const [name, runs, told, request, parts, expected] of [
    ["no run", 0, 0, {}, [[0, 10_000]], [0, 0]],
    ["a page that is full", 10_000, 10_000, {}, [[0, 10_000], [10_000, 10_000]], [0, 10_000]],
    [
      "several pages",
      25_000,
      25_000,
      {},
      [[0, 10_000], [10_000, 10_000], [20_000, 10_000]],
      [0, 25_000],
    ],
    ["a limit below a page", 25_000, 25_000, { limit: 7 }, [[0, 7]], [0, 7]],
    [
      "a limit that is full pages",
      25_000,
      25_000,
      { limit: 20_000 },
      [[0, 10_000], [10_000, 10_000]],
      [0, 20_000],
    ],
    [
      "an offset and a limit",
      25_000,
      25_000,
      { offset: 3, limit: 12_000 },
      [[3, 10_000], [10_003, 2000]],
      [3, 12_003],
    ],
    [
      "a server that does not tell how many there are",
      25_000,
      0,
      {},
      [[0, 10_000], [10_000, 10_000], [20_000, 10_000]],
      [0, 25_000],
    ],
    [
      "a server that tells too many",
      12_000,
      40_000,
      {},
      [[0, 10_000], [10_000, 10_000], [20_000, 10_000], [30_000, 10_000]],
      [0, 12_000],
    ],
  ] as const
) {
  effectTest(`pages: ${name}`, () =>
    Effect.gen(function* () {
      const { pages, bodies } = yield* searching(project(runs, told), request);
      deepStrictEqual(partsOf(bodies).sort(([a], [b]) => a! - b!), parts);
      deepStrictEqual(pages.flatMap(({ runs }) => runs), keys(expected[0], expected[1]));
    }));
}

effectTest("pages of many attributes are smaller", () =>
  Effect.gen(function* () {
    const attributes = Array.from({ length: 999 }, (_, i) => `a/${i}`);
    const { bodies } = yield* searching(project(600), { attributes });
    deepStrictEqual(partsOf(bodies), [[0, 500], [500, 500]]);
    strictEqual(bodies[0].attributeFilters.length, 1000);
  }));

effectTest("pages are under way together", () =>
  Effect.gen(function* () {
    let now = 0;
    let most = 0;
    const { pages } = yield* searching(async (call) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
      return await project(60_000)(call);
    });
    strictEqual(most, 5);
    deepStrictEqual(pages.flatMap(({ runs }) => runs), keys(0, 60_000));
  }));

effectTest(
  "a run without sys/id cannot be named, and is not left out in silence",
  () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        searching(() =>
          protobuf(SearchResult, { entries: [{ attributes: [text("sys/name", "x")] }] })
        ),
      );
      strictEqual(error._tag, "MalformedProtobuf");
      match(error.message, /a run has no sys\/id/);
    }),
);

effectTest("a type that is not known is told", () =>
  Effect.gen(function* () {
    const [{ pages }, warnings] = yield* collectWarnings(searching(() =>
      protobuf(SearchResult, {
        entries: [{ attributes: [text("sys/id", "D-1"), { name: "sys/name", type: "tensor" }] }],
      })
    ));
    deepStrictEqual(pages[0]!.columns, []);
    deepStrictEqual(warnings.map(({ kind, attribute }) => [kind, attribute]), [
      ["UnknownType", "sys/name"],
    ]);
  }));
