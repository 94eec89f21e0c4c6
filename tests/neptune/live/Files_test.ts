import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import type { FileRequest } from "../../../src/neptune/NeptuneSource.ts";
import { CurrentWarningHandler } from "../../../src/neptune/NeptuneWarning.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { BASE, type Fake, fake, json, live, type Route } from "./fake.ts";

const FILE = { path: "runs/D-1/model.bin", sizeBytes: 20_000_000, mimeType: null };
const BYTES = Uint8Array.from({ length: FILE.sizeBytes }, (_, i) => i * 7 + (i >> 8));

const signing: Route = ({ body }) =>
  json({
    files: body.files.map((file: { path: string; project_identifier: string }) => ({
      ...file,
      url: `${BASE}/blob/${file.path}?sig=secret`,
      provider: "gcp",
    })),
  });

/** Storage that answers ranges. */
const storage = (bytes: Uint8Array<ArrayBuffer>): Route => ({ headers }) => {
  const [, from = "0", to = ""] = headers.get("range")!.match(/^bytes=(\d+)-(\d*)$/)!;
  if (Number(from) >= bytes.length) return new Response(null, { status: 416 });
  const part = bytes.subarray(Number(from), Number(to) + 1);
  return new Response(part, {
    status: 206,
    headers: {
      "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`,
    },
  });
};

const server = (blob: Route): Fake =>
  fake({ [paths.signedUrl]: signing, [`/blob/${FILE.path}`]: blob });

const reading = (server: Fake, part: Partial<FileRequest> = {}) =>
  Effect.gen(function* () {
    const source = yield* live(server);
    const pieces = yield* Stream.runCollect(
      source.readFile({ project: "acme/demo", file: FILE, ...part }),
    );
    return new Uint8Array(
      yield* Effect.promise(() => new Blob(pieces as Array<Uint8Array<ArrayBuffer>>).arrayBuffer()),
    );
  }).pipe(Effect.provideService(CurrentWarningHandler, () => Effect.void));

const isSame = (a: Uint8Array, b: Uint8Array) => strictEqual(a.toBase64() === b.toBase64(), true);

effectTest("a file comes in pieces, with a signature and no token", () =>
  Effect.gen(function* () {
    const files = server(storage(BYTES));
    isSame(yield* reading(files), BYTES);
    const calls = files.calls.filter(({ path }) => path.startsWith("/blob"));
    deepStrictEqual(calls.map(({ headers }) => headers.get("range")), [
      "bytes=0-8388607",
      "bytes=8388608-16777215",
      "bytes=16777216-25165823",
    ]);
    strictEqual(calls.every(({ headers }) => headers.get("authorization") === null), true);
    deepStrictEqual(files.of("signedUrl").map(({ body }) => body), [
      { files: [{ project_identifier: "acme/demo", path: FILE.path, permission: "read" }] },
    ]);
  }));

effectTest("a part of a file", () =>
  Effect.gen(function* () {
    const part = yield* reading(server(storage(BYTES)), { from: 8_000_000, length: 1_000_000 });
    isSame(part, BYTES.subarray(8_000_000, 9_000_000));
    strictEqual((yield* reading(server(storage(BYTES)), { from: 30_000_000 })).length, 0);
    strictEqual((yield* reading(server(storage(new Uint8Array(0))))).length, 0);
    strictEqual((yield* reading(server(storage(BYTES)), { length: 0 })).length, 0);
  }));

effectTest("storage that knows no ranges sends everything", () =>
  Effect.gen(function* () {
    const small = BYTES.slice(0, 1000);
    isSame(yield* reading(server(() => new Response(small))), small);
    isSame(
      yield* reading(server(() => new Response(small)), { from: 10, length: 20 }),
      small.subarray(10, 30),
    );
  }));

effectTest(
  "a signature that has expired is renewed, in the middle of a file too",
  () =>
    Effect.gen(function* () {
      let calls = 0;
      const files = server((call) =>
        ++calls === 2 ? new Response("expired", { status: 400 }) : storage(BYTES)(call)
      );
      isSame(yield* reading(files), BYTES);
      strictEqual(files.of("signedUrl").length, 2);
      const denied = server(() => new Response(null, { status: 403 }));
      const error = yield* Effect.flip(reading(denied));
      strictEqual(error._tag, "FileUnavailable");
      strictEqual(denied.of("signedUrl").length, 3);
      strictEqual(error.message.includes("secret"), false);
    }),
);

effectTest("a file that is not there", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(reading(server(() => new Response(null, { status: 404 }))));
    strictEqual(error._tag, "FileUnavailable");
    match(error.message, /has not been uploaded/);
  }));

effectTest("a piece whose connection breaks is read again", () =>
  Effect.gen(function* () {
    let calls = 0;
    const files = server((call) => {
      if (++calls !== 2) return storage(BYTES)(call);
      return new Response(
        new ReadableStream({
          pull: (controller) => {
            controller.enqueue(BYTES.slice(0, 100));
            controller.error(new TypeError("error reading a body from connection"));
          },
        }),
        { status: 206 },
      );
    });
    isSame(yield* reading(files), BYTES);
  }));

effectTest("the size of a file is known, or asked", () =>
  Effect.gen(function* () {
    const files = server(storage(BYTES));
    const source = yield* live(files);
    strictEqual(yield* source.fileSize({ project: "acme/demo", file: FILE }), 20_000_000);
    strictEqual(files.calls.length, 0);
    const file = { ...FILE, sizeBytes: null };
    strictEqual(yield* source.fileSize({ project: "acme/demo", file }), 20_000_000);
  }));

effectTest(
  "projects are listed, and one that is not there is not found",
  () =>
    Effect.gen(function* () {
      const entry = (i: number) => ({
        id: `${i}`,
        organizationName: "acme",
        projectKey: i === 0 ? "" : `P${i}`,
        name: `p${i}`,
        visibility: "priv",
      });
      const all = Array.from({ length: 700 }, (_, i) => entry(i));
      const listing = fake({
        [paths.projects]: ({ url }) => {
          const offset = Number(url.searchParams.get("offset"));
          const entries = all.slice(offset, offset + Number(url.searchParams.get("limit")));
          return json({ entries, matchingItemCount: all.length, totalItemCount: all.length });
        },
        [paths.project]: () => new Response(null, { status: 404 }),
      });
      const source = yield* live(listing);
      const projects = yield* source.projects;
      strictEqual(projects.length, 700);
      deepStrictEqual(projects.slice(0, 2), [
        { identifier: "acme/p0", workspace: "acme", name: "p0", key: null },
        { identifier: "acme/p1", workspace: "acme", name: "p1", key: "P1" },
      ]);
      const error = yield* Effect.flip(source.project("acme/p700"));
      strictEqual(error._tag, "ProjectNotFound");
      if (error._tag === "ProjectNotFound") strictEqual(error.available.length, 700);
      strictEqual(listing.of("project")[0]!.url.search, "?projectIdentifier=acme%2Fp700");
    }),
);
