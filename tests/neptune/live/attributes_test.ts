import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ConfigProvider, Effect, Stream } from "effect";
import {
  type AttributesRequest,
  everyAttribute,
  type ValuesRequest,
} from "../../../src/neptune/NeptuneSource.ts";
import {
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { fake, json, live, protobuf, type Route } from "./fake.ts";

const defining = (routes: { [path: string]: Route }, request: Partial<AttributesRequest>) =>
  Effect.gen(function* () {
    const server = fake(routes);
    const source = yield* live(server);
    const pages = yield* Stream.runCollect(source.definitions({
      project: "acme/demo",
      runs: undefined,
      select: everyAttribute,
      ...request,
    }));
    return { definitions: pages.flat(), server };
  });

/** So many definitions in pages, as a server delivers them. */
const definitions = (names: ReadonlyArray<string>): Route => ({ body }) => {
  const start = Number(body.nextPage.nextPageToken ?? 0);
  const next = start + body.nextPage.limit;
  return json({
    entries: names.slice(start, next).map((name) => ({ name, type: "float" })),
    nextPage: next < names.length ? { nextPageToken: String(next) } : {},
  });
};

effectTest("definitions of a project come page by page", () =>
  Effect.gen(function* () {
    const names = Array.from({ length: 20_000 }, (_, i) => `a/${i}`);
    const { definitions: found, server } = yield* defining(
      { [paths.queryAttributeDefinitions]: definitions(names) },
      { types: ["float", "int"] },
    );
    deepStrictEqual(found, names.map((path) => ({ path, type: "float" })));
    deepStrictEqual(server.of("queryAttributeDefinitions").map(({ body }) => body), [
      {
        projectIdentifiers: ["acme/demo"],
        attributeFilter: [{ attributeType: "float" }, { attributeType: "int" }],
        nextPage: { limit: 10_000 },
      },
      {
        projectIdentifiers: ["acme/demo"],
        attributeFilter: [{ attributeType: "float" }, { attributeType: "int" }],
        nextPage: { limit: 10_000, nextPageToken: "10000" },
      },
    ]);
  }));

effectTest(
  "many runs are asked in groups, and what several have is there once",
  () =>
    Effect.gen(function* () {
      const runs = Array.from({ length: 9000 }, (_, i) => `acme/demo/D-${i}`);
      const { definitions: found, server } = yield* defining(
        { [paths.queryAttributeDefinitions]: definitions(["a", "b"]) },
        { runs, select: { anyOf: [{ all: ["x", "y"], none: ["z"] }, { all: [], none: ["q"] }] } },
      );
      deepStrictEqual(found, [{ path: "a", type: "float" }, { path: "b", type: "float" }]);
      const bodies = server.of("queryAttributeDefinitions").map(({ body }) => body);
      deepStrictEqual(bodies.map(({ experimentIdsFilter }) => experimentIdsFilter.length), [
        4400,
        4400,
        200,
      ]);
      deepStrictEqual(bodies[0].attributeNameFilter, {
        mustMatchAny: [{ mustMatchRegexes: ["x", "y"], mustNotMatchRegexes: ["z"] }, {
          mustNotMatchRegexes: ["q"],
        }],
      });
    }),
);

effectTest(
  "exact paths become patterns, as long as the server takes them",
  () =>
    Effect.gen(function* () {
      const { server } = yield* defining(
        { [paths.queryAttributeDefinitions]: definitions([]) },
        { select: { paths: ["a/b.c (1)|~é"] } },
      );
      deepStrictEqual(server.of("queryAttributeDefinitions")[0]!.body.attributeNameFilter, {
        mustMatchAny: [{ mustMatchRegexes: [String.raw`^a/b\.c\ \(1\)\|\~é$`] }],
      });
      const long = Array.from({ length: 200 }, (_, i) => `${i}`.padStart(1000, "p"));
      const { server: many } = yield* defining(
        { [paths.queryAttributeDefinitions]: definitions([]) },
        { select: { paths: long } },
      );
      const patterns: ReadonlyArray<string> = many.of("queryAttributeDefinitions").map(({ body }) =>
        body.attributeNameFilter.mustMatchAny[0].mustMatchRegexes[0]
      );
      strictEqual(patterns.length, 4);
      strictEqual(patterns.every((pattern) => pattern.length < 60_200), true);
      deepStrictEqual(patterns.flatMap((pattern) => pattern.slice(2, -2).split("|")), long);
    }),
);

effectTest(
  "one run has an endpoint of its own; over-long paths are left out if a limit is set",
  () =>
    Effect.gen(function* () {
      const long = "é".repeat(512);
      const { definitions: found, server } = yield* defining(
        {
          [paths.attributeDefinitionsOfRun]: () =>
            protobuf(ProtoAttributesSearchResultDTOSchema, {
              entries: [
                { name: "sys/id", type: "string" },
                { name: "new", type: "tensor" },
                { name: long, type: "int" },
                { name: `${long}!`, type: "int" },
              ],
            }),
        },
        { runs: ["acme/demo/D-1"] },
      );
      deepStrictEqual(found.map(({ path, type }) => [path, type]), [
        ["sys/id", "string"],
        ["new", "tensor"],
        [long, "int"],
      ]);
      strictEqual(
        server.of("attributeDefinitionsOfRun")[0]!.url.search,
        "?experimentIdentifier=acme%2Fdemo%2FD-1",
      );
    }).pipe(
      Effect.provide(
        ConfigProvider.layer(
          ConfigProvider.fromEnv({ env: { NEPTUNE_MAX_ACCEPTABLE_PATH_SIZE: "1024" } }),
        ),
      ),
    ),
);

for (
  const [name, request] of [
    ["no runs", { runs: [] }],
    ["no clauses", { select: { anyOf: [] } }],
    ["no types", { types: [] }],
    ["no paths", { select: { paths: [] } }],
  ] as const
) {
  effectTest(`${name} have nothing, and nothing is asked`, () =>
    Effect.gen(function* () {
      const { definitions: found, server } = yield* defining({}, request);
      deepStrictEqual(found, []);
      const source = yield* live(server);
      const request2: ValuesRequest = {
        project: "acme/demo",
        runs: ["acme/demo/D-1", "acme/demo/D-2"],
        select: everyAttribute,
        ...request,
      };
      deepStrictEqual((yield* Stream.runCollect(source.values(request2))).flat(), []);
      deepStrictEqual(server.calls, []);
    }));
}

const valuing = (routes: { [path: string]: Route }, request: Partial<ValuesRequest>) =>
  Effect.gen(function* () {
    const server = fake(routes);
    const source = yield* live(server);
    const pieces = yield* Stream.runCollect(source.values({
      project: "acme/demo",
      runs: ["acme/demo/D-1", "acme/demo/D-2", "acme/demo/D-3"],
      select: everyAttribute,
      ...request,
    }));
    return { pieces, server };
  });

const float = (name: string, value: number) => ({
  name,
  type: "float",
  floatProperties: { value },
});

effectTest(
  "values come page by page, in rows of the runs that were asked for",
  () =>
    Effect.gen(function* () {
      const { pieces, server } = yield* valuing({
        [paths.queryAttributes]: ({ body }) =>
          protobuf(
            ProtoQueryAttributesResultDTOSchema,
            body.nextPage.nextPageToken === undefined
              ? {
                // Not in the order of the request.
                entries: [
                  { experimentShortId: "D-3", attributes: [float("a", 3), float("b", 30)] },
                  { experimentShortId: "D-1", attributes: [float("a", 1)] },
                ],
                nextPage: { nextPageToken: "two" },
              }
              : {
                entries: [
                  { experimentShortId: "D-1", attributes: [float("b", 10)] },
                  { experimentShortId: "D-2", attributes: [float("a", 2)] },
                ],
              },
          ),
      }, { select: { anyOf: [{ all: ["^."], none: [] }] } });
      deepStrictEqual(pieces, [
        [
          { path: "a", type: "float", rows: Uint32Array.of(0, 2), values: Float64Array.of(1, 3) },
          { path: "b", type: "float", rows: Uint32Array.of(2), values: Float64Array.of(30) },
        ],
        [
          { path: "b", type: "float", rows: Uint32Array.of(0), values: Float64Array.of(10) },
          { path: "a", type: "float", rows: Uint32Array.of(1), values: Float64Array.of(2) },
        ],
      ]);
      deepStrictEqual(server.of("queryAttributes").map(({ body }) => body), [
        {
          experimentIdsFilter: ["acme/demo/D-1", "acme/demo/D-2", "acme/demo/D-3"],
          attributeNameFilter: { mustMatchAny: [{ mustMatchRegexes: ["^."] }] },
          nextPage: { limit: 10_000 },
        },
        {
          experimentIdsFilter: ["acme/demo/D-1", "acme/demo/D-2", "acme/demo/D-3"],
          attributeNameFilter: { mustMatchAny: [{ mustMatchRegexes: ["^."] }] },
          nextPage: { limit: 10_000, nextPageToken: "two" },
        },
      ]);
      strictEqual(server.of("queryAttributes")[0]!.url.search, "?projectIdentifier=acme%2Fdemo");
    }),
);

effectTest("runs times paths are at most what a page holds", () =>
  Effect.gen(function* () {
    const runs = Array.from({ length: 2500 }, (_, i) => `acme/demo/D-${i}`);
    const names = Array.from({ length: 15 }, (_, i) => `a/${i}`);
    const { server } = yield* valuing({
      [paths.queryAttributes]: () => protobuf(ProtoQueryAttributesResultDTOSchema, {}),
    }, { runs, select: { paths: names } });
    const bodies = server.of("queryAttributes").map(({ body }) => body);
    deepStrictEqual(bodies.map(({ experimentIdsFilter }) => experimentIdsFilter.length), [
      666,
      666,
      666,
      502,
    ]);
    deepStrictEqual(bodies[0].attributeNamesFilter, names);
  }));

effectTest(
  "a run that was not asked for, and a page that comes again, are reasons",
  () =>
    Effect.gen(function* () {
      const other = yield* Effect.flip(valuing({
        [paths.queryAttributes]: () =>
          protobuf(ProtoQueryAttributesResultDTOSchema, {
            entries: [{ experimentShortId: "D-9", attributes: [float("a", 1)] }],
          }),
      }, {}));
      strictEqual(other._tag, "MalformedProtobuf");
      match(other.message, /it has run "D-9", unasked/);
      const again = yield* Effect.flip(valuing({
        [paths.queryAttributes]: () =>
          protobuf(ProtoQueryAttributesResultDTOSchema, { nextPage: { nextPageToken: "x" } }),
      }, {}));
      strictEqual(again._tag, "MalformedProtobuf");
    }),
);

effectTest(
  "paths of one run have an endpoint of their own, in groups",
  () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 5000 }, (_, i) => `a/${i}`);
      const { pieces, server } = yield* valuing({
        [paths.attributesOfRun]: ({ body }) =>
          protobuf(ProtoAttributesDTOSchema, {
            attributes: body.attributePathsFilter.slice(0, 1).map((name: string) => float(name, 1)),
          }),
      }, { runs: ["acme/demo/D-1"], select: { paths: names } });
      deepStrictEqual(
        server.of("attributesOfRun").map(({ body }) => body.attributePathsFilter.length),
        [4096, 904],
      );
      strictEqual(
        server.of("attributesOfRun")[0]!.url.search,
        "?holderIdentifier=acme%2Fdemo%2FD-1&holderType=experiment",
      );
      deepStrictEqual(pieces.flat().map(({ path }) => path), ["a/0", "a/4096"]);
      const wide = Array.from({ length: 3 }, (_, i) => `${i}`.padStart(30_000, "w"));
      const { server: second } = yield* valuing({
        [paths.attributesOfRun]: () => protobuf(ProtoAttributesDTOSchema, {}),
      }, { runs: ["acme/demo/D-1"], select: { paths: wide } });
      deepStrictEqual(
        second.of("attributesOfRun").map(({ body }) => body.attributePathsFilter.length),
        [2, 1],
      );
    }),
);
