import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import { FetchHttpClient } from "effect/http";
import { Metaflow } from "@nereid/nereid";
import { dump } from "../dump.ts";
import { effectTest } from "../../effectTest.ts";
import { countOf, differences, privateNames } from "../expected.ts";
import {
  exchanges,
  expected,
  recordedService,
  rootMapping,
  type ServiceVersion,
} from "./RecordedService.ts";

const dumpOf = (differs: ServiceVersion) => {
  const service = recordedService(differs);
  const layer = Metaflow.layerService({ url: service.url, rootMapping, user: "alice" });
  return dump({ privateNames: privateNames(expected) }).pipe(
    Effect.provide(layer),
    Effect.provideService(FetchHttpClient.Fetch, service.fetch),
    Effect.map((dumped) => ({ dumped, service })),
  );
};

effectTest(
  "everything that Python said of a service of version 2.5.1",
  () =>
    Effect.gen(function* () {
      const { dumped, service } = yield* dumpOf({});
      deepStrictEqual(differences(dumped, expected), []);
      deepStrictEqual(countOf(dumped), countOf(expected));
      const paths = new Set(service.received.map(({ target }) => target.split("?")[0]));
      const unasked = exchanges.filter(({ path }) =>
        !paths.has(path) && !path.endsWith("/filtered_tasks")
      );
      deepStrictEqual(unasked.map(({ path }) => path), []);
    }),
);

effectTest("the same of a newer one, which has pages", () =>
  Effect.gen(function* () {
    const { dumped, service } = yield* dumpOf({ hasPages: true });
    deepStrictEqual(differences(dumped, expected), []);
    ok(service.received.some(({ target }) => target.includes("_tags%3Aall=user%3Aalice")));
  }));

effectTest(
  "the same of an older one, which cannot find tasks by their metadata",
  () =>
    Effect.gen(function* () {
      const { dumped } = yield* dumpOf({ version: "2.3.0", hasFilteredTasks: false });
      deepStrictEqual(differences(dumped, expected), []);
    }),
);

Deno.test("the service of these tests answers as the recorded one did", async () => {
  strictEqual(exchanges.length, 414);
  const { fetch, url } = recordedService();
  for (const { method, path, status, body } of exchanges) {
    const response = await fetch(url + path, { method });
    strictEqual(response.status, status, path);
    const text = await response.text();
    deepStrictEqual(text === "pong" ? text : JSON.parse(text), body, path);
  }
});
