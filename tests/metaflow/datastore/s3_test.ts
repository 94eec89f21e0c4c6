import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Effect, Exit, Fiber, Redacted, Result, Stream } from "effect";
import { FetchHttpClient } from "effect/http";
import { TestClock } from "effect/testing";
import { Metaflow } from "@nereid/nereid";
import * as Configuration from "../../../src/metaflow/Configuration.ts";
import type { Datastore } from "../../../src/metaflow/Datastore.ts";
import * as S3 from "../../../src/metaflow/datastore/s3.ts";
import { resolveSettings, type S3Options } from "../../../src/metaflow/datastore/s3/settings.ts";
import type { MetaflowErrorReason } from "../../../src/metaflow/MetaflowError.ts";
import { effectTest } from "../../effectTest.ts";
import { dump } from "../dump.ts";
import { differences, privateNames } from "../expected.ts";
import { expected, recordedService, rootMapping } from "../provider/RecordedService.ts";
import { withVariables } from "../variables.ts";
import { etagOf, failure, KEYS, type Received, respond, s3Server } from "./S3Server.ts";

const ROOT = { type: "s3", path: "s3://flows/metaflow" };
const LARGE = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);

const datastoreOf = (
  options: S3Options,
  allowed: ReadonlyArray<string> = [],
  variables: Readonly<Record<string, string>> = {},
) =>
  Effect.map(
    Configuration.make,
    (configuration) => S3.make(resolveSettings(configuration, options), Effect.succeed(allowed)),
  ).pipe(Effect.provide(withVariables(variables)));

const bytesOf = (datastore: Datastore, key = "F/1/s/2/0.data.json", root = ROOT) =>
  Effect.scoped(
    Effect.flatMap(
      datastore.file(root, key),
      (file) => file === undefined ? Effect.succeed(undefined) : file.bytes,
    ),
  );

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

/** A server with one small and one large object, and a datastore on it. */
const started = (options: S3Options = { credentials: KEYS }, allowed?: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const server = yield* s3Server;
    server.objects.set("flows/metaflow/F/1/s/2/0.data.json", {
      bytes: new TextEncoder().encode('{"small": true}'),
      metadata: { "metaflow-user-attributes": '{"cas_raw": false, "cas_version": 1}' },
    });
    server.objects.set("flows/metaflow/large", { bytes: LARGE });
    const datastore = yield* datastoreOf({ endpoint: server.endpoint, ...options }, allowed);
    return { server, datastore };
  });

const problemOf = <A>(effect: Effect.Effect<A, MetaflowErrorReason>) =>
  Effect.map(Effect.result(effect), (result) => {
    ok(Result.isFailure(result));
    return result.failure;
  });

/** An answer that promises an object and breaks off after some bytes. */
const broken = (whole: Uint8Array, request: Received, length: number): Response => {
  const { headers, status } = respond({ bytes: whole }, request);
  const start = Number(/=(\d+)/.exec(request.headers.get("range") ?? "=0")![1]);
  let isSent = false;
  const body = new ReadableStream({
    pull: async (controller) => {
      if (isSent) {
        // Let what was sent arrive before the connection is cut.
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.close();
        return;
      }
      isSent = true;
      controller.enqueue(whole.slice(start, start + length));
    },
  });
  return new Response(body, { status, headers });
};

effectTest(
  "everything that Python said of a service, with the data in S3",
  () =>
    Effect.gen(function* () {
      const server = yield* s3Server;
      const local = "/srv/mfdevsvc/.metaflow";
      const inS3 = (json: unknown): unknown =>
        JSON.parse(JSON.stringify(json), (_, value) =>
          value === "local"
            ? "s3"
            : typeof value === "string"
            ? value.replace(local, "s3://flows/metaflow")
            : value);
      yield* Effect.promise(() =>
        upload(rootMapping["/srv/mfdevsvc"] + "/.metaflow", "flows/metaflow", server.objects)
      );
      const service = recordedService();
      const both: typeof fetch = async (input, init) => {
        if (String(input).startsWith(server.endpoint)) {
          return await fetch(input, init);
        }
        const answer = await service.fetch(input, init);
        const body = await answer.text();
        return body === "pong"
          ? new Response(body, answer)
          : new Response(JSON.stringify(inS3(JSON.parse(body))), answer);
      };
      const layer = Metaflow.layerService({
        url: service.url,
        rootMapping,
        user: "alice",
        s3: { endpoint: server.endpoint, credentials: KEYS },
      });
      const dumped = yield* dump({ privateNames: privateNames(expected) }).pipe(
        Effect.provide(layer),
        Effect.provideService(FetchHttpClient.Fetch, both),
      );
      deepStrictEqual(differences(dumped, inS3(expected) as typeof expected), []);
      ok(server.received.length > 100);
    }),
);

/** Puts a directory into a bucket, as Metaflow does: attributes of blobs are metadata there. */
const upload = async (
  directory: string,
  key: string,
  objects: Map<string, { bytes: Uint8Array; metadata?: Record<string, string> }>,
): Promise<void> => {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) await upload(path, `${key}/${name}`, objects);
    else if (!name.endsWith("_meta")) {
      const attributes = await Deno.readTextFile(`${path}_meta`).catch(() => undefined);
      objects.set(`${key}/${name}`, {
        bytes: await Deno.readFile(path),
        ...attributes === undefined ? {} : { metadata: { "metaflow-user-attributes": attributes } },
      });
    }
  }
};

effectTest(
  "an object has a size, attributes and bytes, or is not there",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      const found = yield* Effect.scoped(Effect.gen(function* () {
        const file = yield* datastore.blob(ROOT, "F/1/s/2/0.data.json");
        ok(file !== undefined);
        const { location, size, attributes } = file;
        return { location, size, attributes, text: text(yield* file.bytes) };
      }));
      deepStrictEqual(found, {
        location: "s3://flows/metaflow/F/1/s/2/0.data.json",
        size: 15,
        attributes: '{"cas_raw": false, "cas_version": 1}',
        text: '{"small": true}',
      });
      strictEqual(yield* datastore.size(ROOT, "large"), LARGE.length);
      strictEqual(yield* datastore.size(ROOT, "F/1/s/2/1.data.json"), undefined);
      strictEqual(yield* bytesOf(datastore, "F/1/s/2/1.data.json"), undefined);
      deepStrictEqual(
        server.received.map(({ method }) => method),
        ["GET", "HEAD", "HEAD", "GET"],
      );
    }),
);

effectTest(
  "keys with any characters are signed as the server reads them",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      for (const key of ["ü b", "a+b=c&d", "100%", "x!'()*~", "a//b", "semi;colon@at:,$"]) {
        server.objects.set(`flows/metaflow/${key}`, { bytes: new TextEncoder().encode(key) });
        strictEqual(text(yield* bytesOf(datastore, key)), key);
      }
    }),
);

effectTest("a large object comes piece by piece, and is whole", () =>
  Effect.gen(function* () {
    const { datastore } = yield* started();
    deepStrictEqual(yield* bytesOf(datastore, "large"), LARGE);
    const pieces = yield* Effect.scoped(Effect.gen(function* () {
      const file = yield* datastore.file(ROOT, "large");
      return yield* Stream.runCollect(file!.stream);
    }));
    ok(pieces.length > 1);
    deepStrictEqual(new Uint8Array(pieces.flatMap((piece) => [...piece])), LARGE);
  }));

effectTest(
  "a connection that breaks is continued where it broke, as often as need be",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      server.intercept = (request) =>
        request.path.endsWith("/large") && server.received.length < 6
          ? broken(LARGE, request, 400_000)
          : undefined;
      deepStrictEqual(yield* bytesOf(datastore, "large"), LARGE);
      const ranges = server.received.map(({ headers }) => headers.get("range"));
      strictEqual(ranges[0], null);
      strictEqual(ranges.length, 6);
      ok(ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? "")));
      ok(
        server.received.slice(1).every(({ headers }) =>
          headers.get("if-match") === etagOf({ bytes: LARGE })
        ),
      );
    }),
);

effectTest(
  "what is replaced while it is read is an error, and not a mixture",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      server.intercept = (request, index) => {
        if (index > 0) return undefined;
        server.objects.set("flows/metaflow/large", { bytes: LARGE.toReversed() });
        return broken(LARGE, request, 400_000);
      };
      match((yield* problemOf(bytesOf(datastore, "large"))).message, /PreconditionFailed/);
    }),
);

effectTest(
  "a service that is busy is asked again, up to the configured number",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      const busy = [
        failure(503, "SlowDown"),
        failure(500, "InternalError"),
        failure(400, "RequestTimeout"),
      ];
      server.intercept = (_, index) => busy[index];
      strictEqual(text(yield* bytesOf(datastore)), '{"small": true}');
      strictEqual(server.received.length, 4);

      server.received.length = 0;
      server.intercept = () => failure(503, "SlowDown");
      const impatient = yield* datastoreOf({ endpoint: server.endpoint, credentials: KEYS }, [], {
        METAFLOW_S3_RETRY_COUNT: "2",
      });
      match((yield* problemOf(bytesOf(impatient))).message, /S3 says SlowDown: The SlowDown/);
      strictEqual(server.received.length, 3);
    }),
);

effectTest(
  "what S3 refuses is an error that says what to do, at once",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started({
        credentials: { ...KEYS, secretAccessKey: Redacted.make("another-key") },
      });
      const wrong = yield* problemOf(bytesOf(datastore));
      strictEqual(wrong._tag, "DataFailure");
      match(
        wrong.message,
        /"s3:\/\/flows\/metaflow\/F\/1\/s\/2\/0.data.json".*SignatureDoesNotMatch.*Check the credentials/,
      );
      ok(!wrong.message.includes("another-key") && !JSON.stringify(wrong).includes("another-key"));
      strictEqual(server.received.length, 1);

      const { datastore: fine } = yield* started();
      const missing = problemOf(bytesOf(fine, "x", { type: "s3", path: "s3://no-such-bucket/x" }));
      match((yield* missing).message, /NoSuchBucket/);
      match((yield* problemOf(bytesOf(fine, "../../x"))).message, /no URL can have such a key/);
    }),
);

effectTest(
  "an endpoint that nobody listens at is an error that names the object",
  () =>
    Effect.gen(function* () {
      const datastore = yield* datastoreOf(
        { endpoint: "http://127.0.0.1:9", credentials: KEYS },
        [],
        { METAFLOW_S3_RETRY_COUNT: "1" },
      );
      match((yield* problemOf(bytesOf(datastore))).message, /did not answer .*--allow-net/);
    }),
);

effectTest("public data needs no keys, and gets no signature", () =>
  Effect.gen(function* () {
    const { server, datastore } = yield* started({ credentials: "anonymous" });
    server.objects.set("public/x/y", { bytes: new TextEncoder().encode("open") });
    strictEqual(
      text(yield* bytesOf(datastore, "y", { type: "s3", path: "s3://public/x" })),
      "open",
    );
    strictEqual(server.received[0]?.headers.has("authorization"), false);
    match((yield* problemOf(bytesOf(datastore))).message, /AccessDenied/);
  }));

effectTest(
  "keys that a function gives are used until they expire, or S3 says that they have",
  () =>
    Effect.gen(function* () {
      let calls = 0;
      const { server, datastore } = yield* started({
        credentials: () => {
          calls++;
          return Promise.resolve({ ...KEYS, expiration: new Date(Date.now() + 3_600_000) });
        },
      });
      yield* bytesOf(datastore);
      yield* bytesOf(datastore);
      strictEqual(calls, 1);
      server.intercept = (_, index) => index === 2 ? failure(400, "ExpiredToken") : undefined;
      strictEqual(text(yield* bytesOf(datastore)), '{"small": true}');
      strictEqual(calls, 2);

      let short = 0;
      const { datastore: expiring } = yield* started({
        credentials: () => {
          short++;
          return Promise.resolve({ ...KEYS, expiration: new Date(Date.now() + 30_000) });
        },
      });
      yield* bytesOf(expiring);
      yield* bytesOf(expiring);
      strictEqual(short, 2);
    }),
);

effectTest(
  "a bucket of another region is found there, and asked there from then on",
  () =>
    Effect.gen(function* () {
      const asked: Array<string> = [];
      const amazon: typeof fetch = (input, init) => {
        asked.push(String(input));
        const scope = /Credential=[^/]+\/\d+\/([^/]+)\/s3/.exec(
          new Headers(init?.headers).get("authorization") ?? "",
        )?.[1];
        return Promise.resolve(
          scope === "eu-north-1"
            ? new Response("there", { headers: { "content-length": "5" } })
            : failure(301, "PermanentRedirect", { "x-amz-bucket-region": "eu-north-1" }),
        );
      };
      const program = Effect.gen(function* () {
        const datastore = yield* datastoreOf({ credentials: KEYS, region: "us-east-1" });
        return [text(yield* bytesOf(datastore, "k")), text(yield* bytesOf(datastore, "k"))];
      });
      const results = yield* program.pipe(
        Effect.provideService(FetchHttpClient.Fetch, amazon),
        Effect.provide(withVariables({})),
      );
      deepStrictEqual(results, ["there", "there"]);
      deepStrictEqual(asked, [
        "https://flows.s3.us-east-1.amazonaws.com/metaflow/k",
        "https://flows.s3.eu-north-1.amazonaws.com/metaflow/k",
        "https://flows.s3.eu-north-1.amazonaws.com/metaflow/k",
      ]);
    }),
);

effectTest(
  "an included file is read only below what the program has named",
  () =>
    Effect.gen(function* () {
      const { datastore } = yield* started(undefined, ["s3://flows/metaflow/F/"]);
      const read = (url: string) =>
        Effect.scoped(Effect.flatMap(datastore.url(url), (file) => file!.bytes));
      strictEqual(text(yield* read("s3://flows/metaflow/F/1/s/2/0.data.json")), '{"small": true}');
      for (const url of ["s3://flows/metaflow/large", "s3://flows/metaflow/F", "s3://other/x"]) {
        match((yield* problemOf(read(url))).message, /fileRoots/);
      }
      match((yield* problemOf(read("s3://flows/metaflow/F/../large"))).message, /no URL/);
    }),
);

effectTest("an interruption closes what was open", () =>
  Effect.gen(function* () {
    const { server, datastore } = yield* started();
    let isClosed = false;
    server.intercept = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(LARGE.slice(0, 1000)),
          cancel: () => {
            isClosed = true;
          },
        }),
        { headers: { "content-length": String(LARGE.length) } },
      );
    const fiber = yield* Effect.forkChild(bytesOf(datastore, "large"));
    yield* Effect.sleep(50);
    yield* Fiber.interrupt(fiber);
    for (let i = 0; i < 100 && !isClosed; i++) yield* Effect.sleep(10);
    strictEqual(isClosed, true);
  }));

effectTest("other datastores are not supported, and say so", () =>
  Effect.gen(function* () {
    const service = recordedService();
    const elsewhere: typeof fetch = async (input, init) => {
      const answer = await service.fetch(input, init);
      const body = (await answer.text()).replaceAll('"ds_type":"local"', '"ds_type":"azure"');
      return new Response(body, answer);
    };
    const exit = yield* Effect.exit(
      Effect.flatMap(Metaflow.Task.get("ParkLinearFlow/1/start/2"), (task) => task.data("name"))
        .pipe(
          Effect.provide(Metaflow.layerService({ url: service.url, namespace: null })),
          Effect.provideService(FetchHttpClient.Fetch, elsewhere),
        ),
    );
    ok(Exit.isFailure(exit));
    match(String(exit.cause), /datastore of type "azure" is not supported\. .* local, spin, s3/);
  }));

effectTest(
  "no more than 16 objects are open at once, and who waits can be interrupted",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      const holders = yield* Effect.forEach(Array.from({ length: 16 }), () =>
        Effect.forkChild(
          Effect.scoped(
            Effect.andThen(datastore.file(ROOT, "F/1/s/2/0.data.json"), Effect.never),
          ),
        ));
      while (server.received.length < 16) yield* Effect.sleep(5);
      const waiting = yield* Effect.forkChild(bytesOf(datastore));
      yield* Effect.sleep(20);
      yield* Fiber.interrupt(waiting);
      strictEqual(server.received.length, 16);
      yield* Fiber.interrupt(holders[0]!);
      strictEqual(text(yield* bytesOf(datastore)), '{"small": true}');
      yield* Fiber.interruptAll(holders);
    }),
);

const waitFor = (isSo: () => boolean) =>
  Effect.gen(function* () {
    while (!isSo()) yield* realPause(5);
  });

const realPause = (millis: number) =>
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)));

effectTest(
  "a connection on which nothing arrives any more is given up, and continued by another",
  () =>
    Effect.gen(function* () {
      const { server, datastore } = yield* started();
      let isSent = false;
      server.intercept = (request, index) => {
        if (index > 0) return undefined;
        const { headers } = respond({ bytes: LARGE }, request);
        const body = new ReadableStream({
          pull: (controller) => {
            if (isSent) return new Promise(() => {});
            isSent = true;
            controller.enqueue(LARGE.slice(0, 400_000));
          },
        });
        return new Response(body, { headers });
      };
      const bytes = yield* Effect.gen(function* () {
        yield* TestClock.setTime(Date.now()); // signatures tell it
        const fiber = yield* Effect.forkChild(bytesOf(datastore, "large"));
        yield* waitFor(() => isSent);
        yield* realPause(500); // it arrives
        yield* TestClock.adjust("29 seconds");
        yield* realPause(20);
        strictEqual(server.received.length, 1);
        yield* TestClock.adjust("1 second");
        yield* realPause(20);
        yield* TestClock.adjust("1 second"); // before it asks again
        yield* waitFor(() => server.received.length === 2);
        return yield* Fiber.join(fiber);
      }).pipe(Effect.provide(TestClock.layer()));
      deepStrictEqual(bytes, LARGE);
      strictEqual(server.received[1]?.headers.get("range"), "bytes=400000-");
    }),
);
