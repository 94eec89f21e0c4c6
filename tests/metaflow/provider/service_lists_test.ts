import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect, Option, Stream } from "effect";
import { FetchHttpClient } from "effect/http";
import { Metaflow } from "@nereid/nereid";
import { make } from "../../../src/metaflow/provider/service.ts";
import { resolveSettings } from "../../../src/metaflow/provider/service/settings.ts";
import * as Configuration from "../../../src/metaflow/Configuration.ts";
import { effectTest } from "../../effectTest.ts";
import { answer, type Received, type RecordedService, recordedService } from "./RecordedService.ts";

/** A flow with many runs: every third is ann's, and four are of each millisecond. */
const RUNS = Array.from({ length: 1234 }, (_, i) => ({
  flow_id: "ManyFlow",
  run_number: i + 1,
  user_name: i % 3 === 0 ? "ann" : "bob",
  ts_epoch: 1_800_000_000_000 + Math.floor(i / 4),
  tags: i % 2 === 0 ? ["even, so to say"] : null,
  system_tags: [`user:${i % 3 === 0 ? "ann" : "bob"}`],
}));

const manyRuns = (hasPages: boolean): RecordedService => {
  const service = recordedService();
  service.intercept = ({ target }) => {
    const { pathname, searchParams } = new URL(target, service.url);
    if (pathname === "/flows/ManyFlow") return answer(200, { flow_id: "ManyFlow", ts_epoch: 1 });
    if (pathname !== "/flows/ManyFlow/runs") return undefined;
    return hasPages ? page(searchParams) : answer(200, RUNS);
  };
  return service;
};

const page = (query: URLSearchParams): Response => {
  const tags = query.get("_tags:all")?.split(",") ?? [];
  const newest = RUNS.toReversed().filter((run) =>
    tags.every((tag) => [...run.tags ?? [], ...run.system_tags].includes(tag))
  );
  const start = Number(query.get("_cursor")?.split("/")[1] ?? 0);
  const end = start + Math.min(Number(query.get("_limit")), 500);
  return answer(200, newest.slice(start, end), {
    "X-Limit": query.get("_limit")!,
    ...end < newest.length ? { "X-Next-Cursor": `a+b=/${end}/?` } : {},
  });
};

const runsOf = (
  service: RecordedService,
  namespace: string | null,
  ...tags: ReadonlyArray<string>
) =>
  Effect.flatMap(Metaflow.Flow.get("ManyFlow"), (flow) => Stream.runCollect(flow.runs(...tags)))
    .pipe(
      Effect.map((runs) => runs.map(({ id }) => Number(id))),
      over(service, namespace),
    );

const over =
  (service: RecordedService, namespace: string | null) =>
  <A>(program: Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>) =>
    program.pipe(
      Effect.provide(Metaflow.layerService({ url: service.url, namespace })),
      Effect.provideService(FetchHttpClient.Fetch, service.fetch),
    );

const listings = (received: ReadonlyArray<Received>) =>
  received.flatMap(({ target }) =>
    target.startsWith("/flows/ManyFlow/runs?") ? [target.slice(20)] : []
  );

const numbers = (keep: (index: number) => boolean) =>
  RUNS.flatMap(({ run_number }, i) => keep(i) ? [run_number] : []).toReversed();

effectTest("all runs come newest first, page by page or at once", () =>
  Effect.gen(function* () {
    const paged = manyRuns(true);
    deepStrictEqual(yield* runsOf(paged, null), numbers(() => true));
    deepStrictEqual(listings(paged.received), [
      "?_limit=20",
      "?_limit=500&_cursor=a%2Bb%3D%2F20%2F%3F",
      "?_limit=500&_cursor=a%2Bb%3D%2F520%2F%3F",
      "?_limit=500&_cursor=a%2Bb%3D%2F1020%2F%3F",
    ]);
    const whole = manyRuns(false);
    deepStrictEqual(yield* runsOf(whole, null), numbers(() => true));
    deepStrictEqual(listings(whole.received), ["?_limit=20"]);
  }));

effectTest("the newest run takes one small page", () =>
  Effect.gen(function* () {
    const service = manyRuns(true);
    const latest = Effect.flatMap(Metaflow.Flow.get("ManyFlow"), (flow) => flow.latestRun);
    const run = yield* over(service, null)(latest);
    strictEqual(run?.id, "1234");
    deepStrictEqual(listings(service.received), ["?_limit=20"]);
  }));

effectTest(
  "a service that can filter gets the tags, and one that cannot is filtered here",
  () =>
    Effect.gen(function* () {
      for (const hasPages of [true, false]) {
        const service = manyRuns(hasPages);
        deepStrictEqual(yield* runsOf(service, "user:ann"), numbers((i) => i % 3 === 0));
        ok(listings(service.received).every((query) => query.includes("_tags%3Aall=user%3Aann&")));
      }
    }),
);

effectTest(
  "a tag with a comma, which no service can be asked for, is filtered here",
  () =>
    Effect.gen(function* () {
      const service = manyRuns(true);
      deepStrictEqual(
        yield* runsOf(service, "user:ann", "even, so to say"),
        numbers((i) => i % 6 === 0),
      );
      ok(listings(service.received).every((query) => !query.includes("even")));
    }),
);

// ------------------------------------------------------------------------- tasks by their metadata

const PATH = "outer:1.5$,inner:2";

const tasksOf = (service: RecordedService, match: "exact" | "below") =>
  Effect.gen(function* () {
    const settings = yield* resolveSettings(yield* Configuration.make, { url: service.url });
    const tasks = make(settings).filteredTasks(["F", "1", "s"], {
      field: "foreach-execution-path",
      value: PATH,
      match,
    });
    return (yield* Stream.runCollect(tasks)).map(({ id }) => id);
  }).pipe(Effect.provideService(FetchHttpClient.Fetch, service.fetch));

/** Four tasks: at the path, below it, beside it with a longer number, and without a path. */
const foreach = (hasFilter: boolean): RecordedService => {
  const service = recordedService();
  const paths = new Map([["1", PATH], ["2", `${PATH},deep:0`], ["3", `${PATH}0`], [
    "4",
    undefined,
  ]]);
  const step = "/flows/F/runs/1/steps/s";
  service.intercept = ({ target }) => {
    const { pathname, searchParams } = new URL(target, service.url);
    if (pathname === `${step}/filtered_tasks`) {
      if (!hasFilter) return answer(404, {});
      strictEqual(searchParams.get("metadata_field_name"), "foreach-execution-path");
      const pattern = new RegExp(searchParams.get("pattern")!);
      const found = Array.from(paths).filter(([, path]) =>
        path !== undefined && pattern.test(path)
      );
      return answer(200, found.map(([id]) => `F/1/s/${id}`));
    }
    if (pathname === `${step}/tasks`) {
      return answer(200, [...paths.keys()].map((id) => ({ task_id: Number(id), ts_epoch: 7 })));
    }
    const path = paths.get(pathname.split("/").at(-2)!);
    return answer(
      200,
      path === undefined
        ? []
        : [{ field_name: "foreach-execution-path", value: path, type: "", ts_epoch: 1, tags: [] }],
    );
  };
  return service;
};

for (const hasFilter of [true, false]) {
  effectTest(
    `tasks are found by their place in foreaches ${hasFilter ? "by" : "without"} the service`,
    () =>
      Effect.gen(function* () {
        deepStrictEqual(yield* tasksOf(foreach(hasFilter), "exact"), ["1"]);
        deepStrictEqual(yield* tasksOf(foreach(hasFilter), "below"), ["2"]);
      }),
  );
}

effectTest(
  "a listing that nobody reads to its end makes no further request",
  () =>
    Effect.gen(function* () {
      const service = manyRuns(true);
      const some = Effect.flatMap(
        Metaflow.Flow.get("ManyFlow"),
        (flow) => Stream.runHead(Stream.drop(flow.runs(), 25)),
      );
      const run = yield* over(service, null)(some);
      strictEqual(Option.getOrThrow(run).id, String(1234 - 25));
      strictEqual(listings(service.received).length, 2);
    }),
);
