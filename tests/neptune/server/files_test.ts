import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cp } from "node:fs/promises";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { rangeOf } from "../../../src/neptune/server/files.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import { edge, filesOf, temporaryDirectory } from "../archive/fixtures.ts";
import { assertRefused, type Client, clientOf, clientOfFixture, sendTo } from "./inProcess.ts";

const project = edge.expected.project;

const file = edge.runs.flatMap(({ files }) => files).find((
  { size = 0, archivePath, onDiskSha256 },
) => size > 4 && archivePath !== null && onDiskSha256 === undefined)!;

const sign = (client: Client, ...files: ReadonlyArray<string | null>) =>
  Effect.map(
    client.json(paths.signedUrl, {
      files: files.map((path) => ({ project_identifier: project, path, permission: "read" })),
    }),
    (answer) => answer.files as ReadonlyArray<{ url: string; path: string; provider: string }>,
  );

const download = ({ server }: Client, url: string, init?: RequestInit) => sendTo(server, url, init);

effectTest(
  "every file has its bytes, in the order in which URLs are asked for",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      const files = edge.runs.flatMap(({ files }) => files)
        .filter(({ sha256, archivePath }) => sha256 !== undefined && archivePath !== null);
      const wanted = [...files, files[0]!].map(({ archivePath }) => archivePath);
      const signed = yield* sign(client, ...wanted);
      assert.deepEqual(signed.map(({ path }) => path), wanted);
      for (const [i, { url, provider }] of signed.entries()) {
        assert.equal(provider, "gcp");
        const { status, headers, bytes } = yield* download(client, url);
        assert.equal(status, 200);
        assert.equal(headers.get("content-length"), String(bytes.length));
        const { sha256, onDiskSha256 } = files[i % files.length]!;
        const hash = createHash("sha256").update(bytes).digest("hex");
        assert.equal(hash, onDiskSha256 ?? sha256);
      }
    }),
);

effectTest(
  "a range of a file, as one asks for it from most servers and from Azure",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      const [signed] = yield* sign(client, file.archivePath);
      const url = signed!.url;
      const all = (yield* download(client, url)).bytes;
      const size = all.length;
      const part = (range: string, header = "range") =>
        download(client, url, { headers: { [header]: range } });
      for (const header of ["range", "x-ms-range"]) {
        const middle = yield* part("bytes=1-2", header);
        assert.equal(middle.status, 206);
        assert.deepEqual(middle.bytes, all.slice(1, 3));
        assert.equal(middle.headers.get("content-range"), `bytes 1-2/${size}`);
        assert.equal(middle.headers.get("content-length"), "2");
      }
      assert.deepEqual((yield* part("bytes=2-")).bytes, all.slice(2));
      assert.deepEqual((yield* part("bytes=-3")).bytes, all.slice(-3));
      assert.deepEqual((yield* part(`bytes=0-${size + 100}`)).bytes, all);
      const beyond = yield* part(`bytes=${size}-`);
      assert.equal(beyond.status, 416);
      assert.equal(beyond.headers.get("content-range"), `bytes */${size}`);
      const head = yield* download(client, url, { method: "HEAD" });
      assert.equal(head.status, 200);
      assert.equal(head.headers.get("content-length"), String(size));
      assert.equal(head.bytes.length, 0);
    }),
);

Deno.test("ranges that are none, or several, are the whole file", () => {
  for (
    const header of [undefined, "", "bytes=", "bytes=-", "bytes=3-1", "bytes=0-1,3-4", "lines=1-2"]
  ) {
    assert.equal(rangeOf(header, 10), undefined, String(header));
  }
  assert.deepEqual(rangeOf("bytes=-20", 10), { start: 0, end: 10 });
  assert.equal(rangeOf("bytes=-0", 10), "unsatisfiable");
  assert.equal(rangeOf("bytes=0-", 0), "unsatisfiable");
});

effectTest("a URL cannot be made up or changed, and expires", () =>
  Effect.gen(function* () {
    const client = yield* clientOfFixture(edge);
    const stranger = yield* clientOfFixture(edge);
    const [signed] = yield* sign(client, file.archivePath);
    const [other] = yield* sign(client, "no/such/file");
    const [foreign] = yield* sign(stranger, file.archivePath);
    const url = new URL(signed!.url);
    const changed = (change: (url: URL) => void) => {
      const copy = new URL(url);
      change(copy);
      return copy.href;
    };
    const bad = [
      changed(({ searchParams }) => searchParams.delete("sig")),
      changed(({ searchParams }) => searchParams.set("sig", "")),
      changed(({ searchParams }) => searchParams.set("se", "4102444800")),
      changed((copy) => copy.search = new URL(other!.url).search),
      changed((copy) => copy.search = new URL(foreign!.url).search),
      changed((copy) => copy.pathname = "/files/bytes/x"),
      changed((copy) => copy.pathname = "/files/bytes/"),
    ];
    for (const each of bad) {
      assertRefused(yield* download(client, each), 400, /not signed/);
    }
    assert.equal((yield* download(client, signed!.url)).status, 200);
    yield* TestClock.adjust("2 hours");
    assertRefused(yield* download(client, signed!.url), 400, /expired/);
  }).pipe(Effect.provide(TestClock.layer())));

effectTest(
  "a file that is not there can be signed, and is missing then",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      for (const { url } of yield* sign(client, "no/such/file", "")) {
        assert.equal((yield* download(client, url)).status, 404);
      }
    }),
);

effectTest(
  "no path and no link leads out of the directory of files",
  () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory;
      const files = join(root, "files");
      const secret = join(root, "secret.txt");
      const inside = join(files, edge.expected.projectDirectory);
      yield* Effect.promise(async () => {
        await cp(filesOf(edge), files, { recursive: true });
        await writeFile(secret, "secret");
        await symlink(secret, join(inside, "link.txt"));
        await writeFile(join(inside, "fine.txt"), "fine");
      });
      const client = yield* clientOf(make({ ...edge.options, files }));
      const tries = [
        "../../secret.txt",
        "..\\..\\secret.txt",
        "x/../../../secret.txt",
        secret,
        `/${secret}`,
        "link.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "fine.txt\0",
        ".",
        "",
      ];
      for (const { url, path } of yield* sign(client, ...tries)) {
        const { status, bytes } = yield* download(client, url);
        assert.equal(status, 404, path);
        assert.notEqual(new TextDecoder().decode(bytes), "secret", path);
      }
      const [fine] = yield* sign(client, "fine.txt");
      assert.deepEqual(
        (yield* download(client, fine!.url)).bytes,
        new Uint8Array(yield* Effect.promise(() => readFile(join(inside, "fine.txt")))),
      );
    }),
);

effectTest(
  "nothing is signed for writing, or for a project that is not there",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOfFixture(edge);
      const ask = (changes: object) =>
        client.send(paths.signedUrl, {
          files: [{ project_identifier: project, path: "a", permission: "read", ...changes }],
        });
      assertRefused(yield* ask({ permission: "write" }), 403, /written/);
      assertRefused(yield* ask({ project_identifier: "no/such" }), 403, /no\/such/);
      assertRefused(yield* ask({ permission: "dance" }), 400, /permission/);
    }),
);
