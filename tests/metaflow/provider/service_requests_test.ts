import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  Cause,
  ConfigProvider,
  Effect,
  Exit,
  Fiber,
  Layer,
  Redacted,
  Stream,
  Tracer,
} from "effect";
import { FetchHttpClient } from "effect/http";
import { Metaflow } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import { answer, type RecordedService, recordedService } from "./RecordedService.ts";
import { inVirtualTime } from "./virtualTime.ts";

/** A program with variables instead of an environment. */
const withVariables = (variables: Readonly<Record<string, string>>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })));

/** A program over a service that it does not need to have seen before. */
const over = (service: RecordedService, options: Metaflow.ServiceLayerOptions = {}) =>
<A>(
  program: Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>,
): Effect.Effect<A, Metaflow.MetaflowError> =>
  program.pipe(
    Effect.provide(Metaflow.layerService({ namespace: null, ...options })),
    withVariables({ METAFLOW_SERVICE_URL: `${service.url}/` }),
    Effect.provideService(FetchHttpClient.Fetch, service.fetch),
  );

const open = Metaflow.Run.get("ParkLinearFlow/1");

const reasonOf = <A>(exit: Exit.Exit<A, Metaflow.MetaflowError>): Metaflow.MetaflowErrorReason => {
  ok(Exit.isFailure(exit));
  const error = Cause.squash(exit.cause);
  ok(error instanceof Metaflow.MetaflowError, String(error));
  return error.reason;
};

const failing = <A, R>(program: Effect.Effect<A, Metaflow.MetaflowError, R>) =>
  Effect.map(Effect.exit(program), reasonOf);

effectTest(
  "a service that does not answer is asked five times, after 1, 2, 4 and 8 seconds",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = () => Promise.reject(new TypeError("connection refused"));
      const { exit, times } = yield* inVirtualTime(over(service)(open), service);
      deepStrictEqual(times, [0, 1000, 3000, 7000, 15_000]);
      const reason = reasonOf(exit);
      strictEqual(reason._tag, "ServiceFailure");
      strictEqual(reason.httpCode, undefined);
      strictEqual(reason.isTransient, true);
      match(
        reason.message,
        /^Metadata request \(\/flows\/ParkLinearFlow\/runs\/1\) failed: .*connection refused/,
      );
    }),
);

for (const status of [503, 429, 502, 504]) {
  effectTest(
    `a service that is busy (${status}) is asked again, and then answers`,
    () =>
      Effect.gen(function* () {
        const service = recordedService();
        service.intercept = (_, index) => index < 3 ? answer(status, "busy") : undefined;
        const { exit, times } = yield* inVirtualTime(over(service)(open), service);
        deepStrictEqual(times, [0, 1000, 3000, 7000]);
        ok(Exit.isSuccess(exit));
        strictEqual(exit.value.pathspec, "ParkLinearFlow/1");
      }),
  );
}

effectTest(
  "a service that stays busy fails with its status, as often as is configured",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = () => answer(503, "busy");
      const program = open.pipe(
        Effect.provide(Metaflow.layerService({ namespace: null })),
        withVariables({ METAFLOW_SERVICE_URL: service.url, METAFLOW_SERVICE_RETRY_COUNT: "2" }),
        Effect.provideService(FetchHttpClient.Fetch, service.fetch),
      );
      const { exit, times } = yield* inVirtualTime(program, service);
      deepStrictEqual(times, [0, 1000]);
      const reason = reasonOf(exit);
      ok(
        reason._tag === "ServiceFailure" && reason.httpCode === 503 && reason.response === '"busy"',
      );
    }),
);

effectTest(
  "an answer that does not come counts as none, and the request is aborted",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      let aborted = 0;
      const hanging: typeof fetch = (input, init) =>
        new Promise((_, reject) => {
          service.fetch(input, init);
          init?.signal?.addEventListener("abort", () => {
            aborted++;
            reject(init.signal!.reason);
          });
        });
      const program = over({ ...service, fetch: hanging }, { tries: 2, timeout: "10 seconds" })(
        open,
      );
      const { exit, times } = yield* inVirtualTime(program, service);
      deepStrictEqual(times, [0, 11_000]);
      strictEqual(reasonOf(exit)._tag, "ServiceFailure");
      strictEqual(aborted, 2);
    }),
);

effectTest("a body that breaks off is asked for again", () =>
  Effect.gen(function* () {
    const service = recordedService();
    service.intercept = (_, index) =>
      index > 0 ? undefined : new Response(
        new ReadableStream({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode('{"flow_id": "Park'));
            controller.error(new TypeError("connection reset"));
          },
        }),
      );
    const { exit, times } = yield* inVirtualTime(over(service)(open), service);
    deepStrictEqual(times, [0, 1000]);
    ok(Exit.isSuccess(exit));
  }));

effectTest("other statuses are final, and say what to do", () =>
  Effect.gen(function* () {
    const answers: ReadonlyArray<readonly [Response, RegExp]> = [
      [answer(500, { detail: "no database" }), /failed \(code 500\): \{"detail":"no database"\}$/],
      [
        answer(403, "who are you"),
        /failed \(code 403\): "who are you". Set METAFLOW_SERVICE_AUTH_KEY/,
      ],
      [answer(401, ""), /Set METAFLOW_SERVICE_AUTH_KEY/],
      [
        new Response("", { status: 301, headers: { location: "https://elsewhere.test/" } }),
        /refers to https:\/\/elsewhere.test\//,
      ],
    ];
    for (const [given, text] of answers) {
      const service = recordedService();
      service.intercept = () => given;
      const reason = yield* failing(over(service)(open));
      strictEqual(service.received.length, 1);
      strictEqual(reason._tag, "ServiceFailure");
      match(reason.message, text);
      strictEqual(reason.httpCode, given.status);
    }
  }));

effectTest("what is no record is an error that says where it was", () =>
  Effect.gen(function* () {
    const bodies: ReadonlyArray<readonly [string, RegExp]> = [
      [
        "<html>Sign in</html>",
        /\/flows\/ParkLinearFlow\/runs\/1" is not usable: it answers with what is no JSON/,
      ],
      ["null", /run_number is undefined/],
      ['{"run_number": 1}', /ts_epoch/],
      ['{"run_number": 1, "ts_epoch": 1, "tags": "a"}', /tags/],
    ];
    for (const [body, text] of bodies) {
      const service = recordedService();
      service.intercept = () => new Response(body);
      const reason = yield* failing(over(service)(open));
      strictEqual(reason._tag, "MetadataFailure");
      match(reason.message, text);
    }
    const service = recordedService();
    service.intercept = () => new Response("{}");
    const flows = Stream.runCollect(Metaflow.Metaflow.flows);
    match((yield* failing(over(service)(flows))).message, /\/flows" is not usable: it is no list/);
  }));

effectTest("what does not exist is not found, at once", () =>
  Effect.gen(function* () {
    const service = recordedService();
    const opened: ReadonlyArray<
      Effect.Effect<Metaflow.MetaflowObject, Metaflow.MetaflowError, Metaflow.Client>
    > = [
      Metaflow.Flow.get("NoFlow"),
      Metaflow.Run.get("ParkLinearFlow/99"),
      Metaflow.Step.get("ParkLinearFlow/1/nowhere"),
      Metaflow.Task.get("ParkLinearFlow/1/start/99"),
      Metaflow.DataArtifact.get("ParkLinearFlow/1/start/2/nothing"),
      Metaflow.DataArtifact.get("ParkLinearFlow/1/start/2/rings", { attempt: 3 }),
    ];
    for (const open of opened) {
      strictEqual((yield* failing(over(service)(open)))._tag, "NotFound");
    }
  }));

effectTest("ids are parts of paths whatever characters they have", () =>
  Effect.gen(function* () {
    const service = recordedService();
    yield* failing(over(service)(Metaflow.Run.get("A B?x=1#y/ü%2F&")));
    deepStrictEqual(
      service.received.map(({ target }) => target),
      ["/flows/A%20B%3Fx%3D1%23y/runs/%C3%BC%252F%26"],
    );
  }));

effectTest("an interruption aborts the request", () =>
  Effect.gen(function* () {
    const service = recordedService();
    let isAborted = false;
    const hanging: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => {
          isAborted = true;
          reject(init.signal!.reason);
        });
      });
    const fiber = yield* Effect.forkChild(over({ ...service, fetch: hanging })(open));
    yield* Effect.sleep(10);
    yield* Fiber.interrupt(fiber);
    strictEqual(isAborted, true);
  }));

effectTest("no more requests are made at once than allowed", () =>
  Effect.gen(function* () {
    const service = recordedService();
    let now = 0;
    let most = 0;
    const counting: typeof fetch = async (input, init) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      try {
        return await service.fetch(input, init);
      } finally {
        now--;
      }
    };
    const many = Effect.forEach(Array.from({ length: 20 }), () => open, {
      concurrency: "unbounded",
      discard: true,
    });
    yield* over({ ...service, fetch: counting }, { concurrency: 3 })(many);
    strictEqual(most, 3);
  }));

effectTest(
  "settings come from options, the environment and nowhere else",
  () =>
    Effect.gen(function* () {
      const headersOf = (
        options: Metaflow.ServiceLayerOptions,
        variables: Readonly<Record<string, string>>,
      ) => {
        const service = recordedService();
        return open.pipe(
          Effect.provide(Metaflow.layerService({ namespace: null, ...options })),
          withVariables({ METAFLOW_SERVICE_URL: service.url, ...variables }),
          Effect.provideService(FetchHttpClient.Fetch, service.fetch),
          Effect.map(() => Object.fromEntries(service.received.at(-1)!.headers)),
        );
      };
      deepStrictEqual(yield* headersOf({}, {}), {});
      const variables = {
        METAFLOW_SERVICE_HEADERS: '{"X-Extra": "1"}',
        METAFLOW_SERVICE_AUTH_KEY: "k-123",
      };
      deepStrictEqual(yield* headersOf({}, variables), { "x-api-key": "k-123", "x-extra": "1" });
      deepStrictEqual(
        yield* headersOf(
          { authKey: Redacted.make("k-9"), headers: { authorization: "Bearer t" } },
          variables,
        ),
        { "x-api-key": "k-9", authorization: "Bearer t" },
      );
    }),
);

effectTest(
  "settings that make no sense are refused before anything is sent, without secrets",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      const cases: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp]> = [
        [{}, /^METAFLOW_SERVICE_URL: Missing Metaflow Service URL/],
        [{ METAFLOW_SERVICE_URL: "metaflow.test" }, /is no URL that begins with/],
        [{ METAFLOW_SERVICE_URL: "file:///etc/passwd" }, /is no URL that begins with/],
        [{ METAFLOW_SERVICE_URL: "https://ann:hunter2@metaflow.test" }, /has a name or a password/],
        [
          { METAFLOW_SERVICE_URL: "http://s.test", METAFLOW_SERVICE_HEADERS: '{"a": "hunter2"' },
          /METAFLOW_SERVICE_HEADERS: it should be a JSON object/,
        ],
        [
          { METAFLOW_SERVICE_URL: "http://s.test", METAFLOW_SERVICE_AUTH_KEY: "hunter2\nx" },
          /"x-api-key" or its value can be no header/,
        ],
        [
          { METAFLOW_SERVICE_URL: "http://s.test", METAFLOW_SERVICE_RETRY_COUNT: "0" },
          /0 is no positive whole number/,
        ],
      ];
      for (const [variables, text] of cases) {
        const reason = yield* failing(
          open.pipe(
            Effect.provide(Metaflow.layerService({ namespace: null })),
            withVariables(variables),
            Effect.provideService(FetchHttpClient.Fetch, service.fetch),
          ),
        );
        strictEqual(reason._tag, "InvalidSetting");
        match(reason.message, text);
        ok(!JSON.stringify(reason).includes("hunter2") && !reason.message.includes("hunter2"));
      }
      strictEqual(service.received.length, 0);
    }),
);

effectTest(
  "a service is what METAFLOW_DEFAULT_METADATA says, or what a program switches to",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      const program = Effect.gen(function* () {
        const before = yield* Metaflow.getMetadata;
        strictEqual(service.received.length, 0);
        const run = yield* open;
        const switched = yield* Metaflow.metadata("http://other.test///");
        const same = yield* Metaflow.metadata("service@http://other.test");
        service.intercept = () => answer(404, {});
        const failed = yield* failing(Metaflow.metadata("service@http://broken.test"));
        return {
          before,
          run: run.pathspec,
          switched,
          same,
          failed,
          after: yield* Metaflow.getMetadata,
        };
      });
      const result = yield* program.pipe(
        Effect.provide(Metaflow.layerDefault({ namespace: null })),
        withVariables({ METAFLOW_DEFAULT_METADATA: "service", METAFLOW_SERVICE_URL: service.url }),
        Effect.provideService(FetchHttpClient.Fetch, service.fetch),
      );
      const { failed, ...rest } = result;
      deepStrictEqual(rest, {
        before: "service@http://service.test",
        run: "ParkLinearFlow/1",
        switched: "service@http://other.test",
        same: "service@http://other.test",
        after: "service@http://other.test",
      });
      match(failed.message, /^Metaflow service \[http:\/\/broken.test\] unreachable/);
    }),
);

effectTest(
  "a service that is named must answer: five times, after 0.5, 1, 2 and 4 seconds",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = (_, index) => answer(index % 2 === 0 ? 500 : 503, "");
      const program = Layer.build(Metaflow.layerService({ url: service.url })).pipe(
        Effect.scoped,
        Effect.provideService(FetchHttpClient.Fetch, service.fetch),
      );
      const { exit, times } = yield* inVirtualTime(program, service);
      deepStrictEqual(times, [0, 500, 1500, 3500, 7500]);
      match(reasonOf(exit).message, /^Metaflow service \[http:\/\/service.test\] unreachable/);
    }),
);

effectTest(
  "what a service is too old for says which version it takes",
  () =>
    Effect.gen(function* () {
      const attempt = Metaflow.Task.get("ParkLinearFlow/1/start/2", { attempt: 0 });
      const list = Effect.flatMap(attempt, (task) => Stream.runCollect(task.artifacts()));
      const tag = Effect.flatMap(open, (run) => run.addTag("one"));
      const cases: ReadonlyArray<
        readonly [
          Effect.Effect<unknown, Metaflow.MetaflowError, Metaflow.Client>,
          version: string | null,
          needed: string,
        ]
      > = [
        [list, "2.0.5", "2.0.6"],
        [list, null, "2.0.6"],
        [tag, "2.2.10", "2.3.0"],
        [tag, null, "2.3.0"],
      ];
      for (const [program, version, needed] of cases) {
        const service = recordedService({ version });
        const reason = yield* failing(over(service)(program));
        strictEqual(reason._tag, "Unsupported");
        match(
          reason.message,
          new RegExp(`of version ${version ?? 0},.*at least version ${needed}`),
        );
        ok(service.received.every(({ method }) => method === "GET"));
      }
      for (const version of ["2.0.6", "2.3.0", "2.10.0", "3.0"]) {
        const service = recordedService({ version });
        strictEqual((yield* over(service)(list)).length > 0, true);
      }
    }),
);

effectTest(
  "a URL at which there is something else has no empty lists",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = () => answer(404, "no such page");
      const flows = Stream.runCollect(Metaflow.Metaflow.flows);
      const reason = yield* failing(over(service)(flows));
      ok(reason._tag === "ServiceFailure" && reason.httpCode === 404);
      match(reason.message, /\/flows.*http:\/\/service.test\. Check that this is the URL/);
    }),
);

effectTest("what makes requests is what the layer was given", () =>
  Effect.gen(function* () {
    const service = recordedService();
    const layer = Metaflow.layerService({ url: service.url, namespace: null }).pipe(
      Layer.provide(Layer.succeed(FetchHttpClient.Fetch, service.fetch)),
    );
    const run = yield* Effect.provide(open, layer);
    strictEqual(run.pathspec, "ParkLinearFlow/1");
  }));

effectTest(
  "a host that Deno may not connect to is an error at once",
  () =>
    Effect.gen(function* () {
      const service = recordedService();
      service.intercept = () => Promise.reject(new Deno.errors.NotCapable("Requires net access"));
      const tag = Effect.flatMap(open, (run) => run.addTag("one"));
      for (const program of [Effect.asVoid(open), tag]) {
        const reason = yield* failing(over(service)(program));
        strictEqual(reason._tag, "ServiceFailure");
        strictEqual(reason.isTransient, false);
        match(reason.message, /Requires net access.*--allow-net/);
      }
      strictEqual(service.received.length, 2);
    }),
);

effectTest(
  "no key is in an error, a span or anything that is printed",
  () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.NativeSpan> = [];
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options);
          spans.push(span);
          return span;
        },
      });
      const service = recordedService();
      service.intercept = ({ target }) => target === "/ping" ? undefined : answer(403, "no");
      const program = Effect.gen(function* () {
        const client = yield* Metaflow.Client;
        return [yield* Effect.exit(open), client];
      });
      const seen = yield* program.pipe(
        Effect.provide(Metaflow.layerService({
          url: service.url,
          authKey: "hunter2",
          headers: { authorization: Redacted.make("Bearer hunter2") },
          namespace: null,
          s3: { credentials: { accessKeyId: "A", secretAccessKey: Redacted.make("hunter2") } },
        })),
        Effect.provideService(FetchHttpClient.Fetch, service.fetch),
        Effect.withTracer(tracer),
      );
      strictEqual(service.received.at(-1)?.headers.get("x-api-key"), "hunter2");
      ok(spans.some(({ name }) => name === "MetadataService.request"));
      const printed = Deno.inspect([
        seen,
        spans.map(({ attributes, events }) => [attributes, events]),
      ], {
        depth: 20,
      });
      ok(printed.includes("code 403"));
      ok(!printed.includes("hunter2"));
    }),
);
