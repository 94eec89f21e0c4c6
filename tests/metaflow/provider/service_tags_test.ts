import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Cause, Effect, Exit } from "effect";
import { FetchHttpClient } from "effect/http";
import { Metaflow } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { answer, type RecordedService, recordedService, tagExchanges } from "./RecordedService.ts";
import { inVirtualTime } from "./virtualTime.ts";

const over =
  (service: RecordedService) =>
  <A>(program: Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>) =>
    program.pipe(
      Effect.provide(
        Metaflow.layerService({
          url: service.url,
          authKey: "k-123",
          headers: { "X-Extra": "1" },
          namespace: null,
        }),
      ),
      Effect.provideService(FetchHttpClient.Fetch, service.fetch),
    );

const open = Metaflow.Run.get("ParkLinearFlow/1");

const addOne = Effect.flatMap(open, (run) => run.addTag("one"));

const patches = (service: RecordedService) =>
  service.received.filter(({ method }) => method === "PATCH");

const reasonOf = <A>(exit: Exit.Exit<A, Metaflow.MetaflowError>): Metaflow.MetaflowErrorReason => {
  ok(Exit.isFailure(exit));
  const error = Cause.squash(exit.cause);
  ok(error instanceof Metaflow.MetaflowError, String(error));
  return error.reason;
};

effectTest(
  "tags change by the requests, and to the tags, that were recorded",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      const recorded = tagExchanges.filter(({ method }) => method === "PATCH");
      strictEqual(recorded.length, 6);
      const program = Effect.gen(function* () {
        const run = yield* open;
        const seen: Array<unknown> = [];
        const changes = [
          run.addTags(["one", "新"]),
          run.addTag("one"),
          run.addTag("user:alice"),
          run.removeTag("runtime:dev"),
          run.replaceTag("one", "two"),
          run.removeTags(["two", "新", "never-there"]),
        ];
        for (const change of changes) {
          const exit = yield* Effect.exit(change);
          seen.push(Exit.isSuccess(exit) ? [...run.userTags].toSorted() : reasonOf(exit).message);
        }
        deepStrictEqual([...run.systemTags].toSorted(), [
          "metaflow_version:2.19.38",
          "python_version:3.11.2",
          "runtime:dev",
          "user:alice",
        ]);
        return seen;
      });
      const seen = yield* over(service)(program);
      const withoutOrder = (body: unknown) =>
        Object.entries(body as Record<string, Array<string>>).map(([key, tags]) => [
          key,
          tags.toSorted(),
        ]);
      deepStrictEqual(
        patches(service).map(({ target, body }) => [target, withoutOrder(body)]),
        recorded.map(({ path, request_body }) => [path, withoutOrder(request_body)]),
      );
      for (const { headers } of patches(service)) {
        strictEqual(headers.get("x-api-key"), "k-123");
        strictEqual(headers.get("x-extra"), "1");
        strictEqual(headers.get("content-type"), "application/json");
      }
      deepStrictEqual(
        seen,
        recorded.map(({ status, body }) =>
          status === 200
            ? (body as { readonly tags: ReadonlyArray<string> }).tags.toSorted()
            : `Metadata service says: ${JSON.stringify(body)}`
        ),
      );
    }),
);

/** The pauses are 0.3 r, 0.3 r² … seconds, of an r between 1.4 and 1.6; the clock ticks by 0.1. */
const checkPauses = (times: ReadonlyArray<number>): void =>
  times.forEach((time, i) => {
    if (i === 0) return;
    const pause = time - times[i - 1]!;
    ok(pause >= 300 * 1.4 ** i - 100 && pause <= 300 * 1.6 ** i + 100, `${i}: ${pause}`);
  });

const CONFLICTS = /^Tagging failed due to too many conflicting updates from other processes$/;

for (
  const [name, statuses, message] of [
    ["conflicts", [409], CONFLICTS],
    ["a conflict among other failures", [500, 503, 409, 500], CONFLICTS],
    [
      "failures of the service",
      [500, 503, 502],
      /^Tagging failed after 10 tries\. Metadata request .*failed \(code 50\d\): "no"$/,
    ],
  ] as const
) {
  effectTest(`tagging gives up after ten tries: ${name}`, () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = ({ method }) =>
        method === "PATCH"
          ? answer(statuses[patches(service).length % statuses.length]!, "no")
          : undefined;
      const { exit } = yield* inVirtualTime(over(service)(addOne), service);
      const reason = reasonOf(exit);
      strictEqual(reason._tag, "TaggingError");
      match(reason.message, message);
      const times = patches(service).map(({ at }) => at);
      strictEqual(times.length, 10);
      checkPauses(times);
      const whole = times.at(-1)! - times[0]!;
      ok(whole > 14_000 && whole < 54_000, String(whole));
    }));
}

effectTest("a conflict that passes is none", () =>
  Effect.gen(function* () {
    const service = recordedService();
    service.intercept = ({ method }) =>
      method === "PATCH" && patches(service).length < 4 ? answer(409, "busy") : undefined;
    const program = Effect.flatMap(open, (run) => Effect.as(run.addTag("one"), run));
    const { exit } = yield* inVirtualTime(over(service)(program), service);
    ok(Exit.isSuccess(exit));
    deepStrictEqual([...exit.value.userTags].toSorted(), ["one", "svc"]);
    strictEqual(patches(service).length, 4);
    checkPauses(patches(service).map(({ at }) => at));
  }));

effectTest("a connection that breaks is tried again", () =>
  Effect.gen(function* () {
    const service = recordedService();
    service.intercept = ({ method }) =>
      method === "PATCH" && patches(service).length < 3
        ? Promise.reject(new TypeError("reset"))
        : undefined;
    const { exit } = yield* inVirtualTime(over(service)(addOne), service);
    ok(Exit.isSuccess(exit));
    strictEqual(patches(service).length, 3);
  }));

effectTest("what cannot get better is tried once", () =>
  Effect.gen(function* () {
    for (
      const [status, tag, text] of [
        [400, "TaggingError", /^Metadata service says: "no"$/],
        [422, "TaggingError", /^Metadata service says: "no"$/],
        [404, "TaggingError", /has no run at \/flows\/ParkLinearFlow\/runs\/1/],
        [403, "ServiceFailure", /code 403/],
      ] as const
    ) {
      const service = recordedService();
      service.intercept = ({ method }) => method === "PATCH" ? answer(status, "no") : undefined;
      const reason = reasonOf(yield* Effect.exit(over(service)(addOne)));
      strictEqual(reason._tag, tag);
      match(reason.message, text);
      strictEqual(patches(service).length, 1);
    }
  }));

effectTest(
  "tags that cannot be are refused before anything is sent",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      const bad = ["", "x".repeat(501), "\ud800"];
      for (const tag of bad) {
        const exit = yield* Effect.exit(
          over(service)(Effect.flatMap(open, (run) => run.addTag(tag))),
        );
        strictEqual(reasonOf(exit)._tag, "TaggingError");
      }
      strictEqual(patches(service).length, 0);
    }),
);

effectTest(
  "of many programs that tag one run at once, none loses a tag",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      let isChanging = false;
      // A serializable transaction refuses who comes while another one is at it.
      const slow: typeof fetch = async (input, init) => {
        if (init?.method !== "PATCH") return await service.fetch(input, init);
        if (isChanging) return answer(409, "conflict");
        isChanging = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        isChanging = false;
        return await service.fetch(input, init);
      };
      const tags = Array.from({ length: 8 }, (_, i) => `tag-${i}`);
      const program = Effect.forEach(
        tags,
        (tag) => Effect.flatMap(open, (run) => run.addTag(tag)),
        { concurrency: "unbounded" },
      );
      const after = yield* over({ ...service, fetch: slow })(Effect.andThen(program, open));
      deepStrictEqual([...after.userTags].toSorted(), [...tags, "svc"].toSorted());
    }),
);
