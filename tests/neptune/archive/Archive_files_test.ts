import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { textsOf } from "../../../src/neptune/archive/columns.ts";
import { effectTest } from "../../effectTest.ts";
import { filesOf, sha256Of } from "./compare.ts";
import {
  edge,
  expectedRun,
  neptune2,
  openProject,
  openRun,
  temporaryDirectory,
} from "./fixtures.ts";
import { testRuns } from "./testRuns.ts";
import { emptyExport, openMade, parametersOf, partName, PROJECT, writePart } from "./writePart.ts";

testRuns("every file has its bytes", (run, expected) =>
  Effect.gen(function* () {
    const files = filesOf(expected);
    yield* run.prefetch(files.map(({ path }) => path));
    for (const file of files) {
      const message = `${expected.runId}: ${file.path}`;
      const reference = yield* run.fetch(file.path, Neptune.Attribute.File);
      assert.equal(reference.path, file.archivePath, message);
      // A file set is a directory with one file in it.
      const { sha256, size } = file.contents?.[0] ?? file;
      const hash = yield* sha256Of(run.readFile(reference));
      assert.equal(hash, file.onDiskSha256 ?? sha256, message);
      if (hash === sha256) assert.equal(reference.sizeBytes, size, message);
    }
  }));

testRuns("every file of every series has its bytes", (run, expected) =>
  Effect.gen(function* () {
    for (const { path, type, own } of expected.series) {
      if (type !== "file_series") continue;
      const paths = textsOf(yield* run.fetchValues(path), "path");
      for (const [i, file] of own.values.entries()) {
        const { sha256 } = Object(file);
        if (sha256 === undefined) continue;
        const reference = { path: paths[i]!, sizeBytes: null, mimeType: null };
        const hash = yield* sha256Of(run.readFile(reference));
        assert.equal(hash, sha256, `${expected.runId}: ${path}`);
      }
    }
  }));

effectTest(
  "the payloads of two attributes that share a path: both read what was written last",
  () =>
    Effect.gen(function* () {
      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const run = yield* openRun(project, edge, "files");
      const collisions = expectedRun(edge, "files").files.filter(({ onDiskSha256 }) =>
        onDiskSha256
      );
      assert.deepEqual(collisions.map(({ path }) => path), ["f/a.txt", "f/a_txt"]);
      for (const { path, onDiskSha256 } of collisions) {
        assert.equal(yield* sha256Of(run.readFile(path)), onDiskSha256);
      }
    }),
);

effectTest(
  "a file that the server had lost is no attribute; in a series its point has no value",
  () =>
    Effect.gen(function* () {
      const [project] = yield* Neptune.collectWarnings(openProject(edge));
      const run = yield* openRun(project, edge, "files");
      assert.equal((yield* Effect.flip(run.fetch("f/missing"))).reason._tag, "FieldNotFound");
      const table = yield* run.fetchValues("fs/with gap");
      assert.deepEqual(table.getColumn("path").toArray().map((path) => path === null), [
        false,
        true,
        false,
      ]);
    }),
);

effectTest(
  "a series of nothing but files that the server had lost is a field with points",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writePart(join(parts, partName("a")), [
        ...parametersOf("a"),
        {
          run_id: "a",
          attribute_path: "fs",
          attribute_type: "file_series",
          step: "1",
          timestamp: 5,
        },
        // What an export has of a series that only another run of its batch has.
        { run_id: "a", attribute_path: "none", attribute_type: "file_series", step: "1" },
      ]);
      const project = yield* openMade(data);
      const run = yield* project.run({ customId: "a" });
      const names = yield* Stream.runCollect(run.fieldNames);
      assert.deepEqual(names, ["fs", "sys/custom_run_id", "sys/id"]);
      const table = yield* run.fetchValues("fs");
      assert.deepEqual(table.getColumn("path").toArray(), [null]);
    }),
);

effectTest(
  "a file set of Neptune 2 reads as the one file in its directory",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(neptune2);
      const run = yield* openRun(project, neptune2, "DIA-1");
      const [content] = expectedRun(neptune2, "DIA-1").files.find(({ type }) =>
        type === "file_set"
      )!
        .contents!;
      assert.equal((yield* run.field("source_code/files")).type, "fileSet");
      assert.equal(yield* sha256Of(run.readFile("source_code/files")), content!.sha256);
    }),
);

effectTest(
  "an artifact of Neptune 2 reads as the JSON list of its files",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(neptune2);
      const run = yield* openRun(project, neptune2, "DIA-1");
      const artifact = expectedRun(neptune2, "DIA-1").files.find(({ type }) =>
        type === "artifact"
      )!;
      const text = yield* Stream.mkString(Stream.decodeText(run.readFile(artifact.path)));
      assert.deepEqual(JSON.parse(text), artifact.artifactFiles);
    }),
);

effectTest(
  "without a directory of files, the error says which option names it",
  () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory;
      const data = join(root, "export");
      yield* Effect.promise(() => symlink(edge.options.data, data));
      const [project] = yield* Neptune.collectWarnings(openProject(edge, { data }));
      const run = yield* openRun(project, edge, "files");
      const { reason } = yield* Effect.flip(Stream.runDrain(run.readFile("f/json")));
      assert.equal(reason._tag, "FileUnavailable");
      assert.match(reason.message, /pass it as `files`/);
    }),
);

effectTest("the directory of files can lie anywhere", () =>
  Effect.gen(function* () {
    const root = yield* temporaryDirectory;
    const files = join(root, "elsewhere");
    yield* Effect.promise(() => symlink(edge.options.data.replace(/data$/, "files"), files));
    const [project] = yield* Neptune.collectWarnings(openProject(edge, { files }));
    const run = yield* openRun(project, edge, "files");
    const { sha256 } = expectedRun(edge, "files").files.find(({ path }) => path === "f/json")!;
    assert.equal(yield* sha256Of(run.readFile("f/json")), sha256);
  }));

// Each path made from that of a file which is none of the export's.
const HOSTILE = {
  "an absolute path": (outside: string) => outside,
  "a path upwards": () => "../../outside.txt",
  "a path upwards further down": () => "run/../../../outside.txt",
  "a path upwards of Windows": () => "..\\..\\outside.txt",
  "a path with a drive": () => "C:\\outside.txt",
  "a path of a network": () => "\\\\server\\share\\outside.txt",
  "a path with a NUL": () => "run/inside.txt\0.png",
  "a link": () => "link.txt",
  "a directory that is a link": () => "linked/outside.txt",
  "a directory with a link": () => "set",
} as const;

effectTest(
  "a path that leads out of the directory of files is refused, and nothing is read",
  () =>
    Effect.gen(function* () {
      const { root, data, parts, files } = yield* emptyExport;
      const outside = join(root, "outside.txt");
      yield* Effect.promise(async () => {
        await writeFile(outside, "not for you");
        await mkdir(join(files, "run"));
        await writeFile(join(files, "run/inside.txt"), "inside");
        await symlink(outside, join(files, "link.txt"));
        await symlink(root, join(files, "linked"));
        await mkdir(join(files, "set"));
        await symlink(outside, join(files, "set/only.txt"));
      });
      const hostile = Object.entries(HOSTILE).map(([attribute_path, path]) => ({
        run_id: "r",
        attribute_path,
        attribute_type: "file",
        file_value: { path: path(outside) },
      }));
      yield* writePart(join(parts, partName("r")), [...parametersOf("r"), ...hostile]);
      const project = yield* openMade(data);
      const run = yield* project.run({ customId: "r" });
      for (const { attribute_path } of hostile) {
        const { sizeBytes } = yield* run.fetch(attribute_path, Neptune.Attribute.File);
        assert.equal(sizeBytes, null, attribute_path);
        const { reason } = yield* Effect.flip(Stream.runDrain(run.readFile(attribute_path)));
        assert.equal(reason._tag, "FileUnavailable", attribute_path);
      }
    }),
);

effectTest(
  "a file whose payload is gone is there without a size, and reading it fails",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      yield* writePart(join(parts, partName("r")), [
        ...parametersOf("r"),
        {
          run_id: "r",
          attribute_path: "model",
          attribute_type: "file",
          file_value: { path: "r/model.bin" },
        },
      ]);
      const project = yield* openMade(data);
      const run = yield* project.run({ customId: "r" });
      assert.deepEqual(yield* run.fetch("model", Neptune.Attribute.File), {
        path: "r/model.bin",
        sizeBytes: null,
        mimeType: "application/octet-stream",
      });
      const { reason } = yield* Effect.flip(Stream.runDrain(run.readFile("model")));
      assert.equal(reason._tag, "FileUnavailable");
    }),
);

effectTest("a path that was written on Windows is followed", () =>
  Effect.gen(function* () {
    const { data, parts, files } = yield* emptyExport;
    yield* Effect.promise(async () => {
      await mkdir(join(files, "r/logs"), { recursive: true });
      await writeFile(join(files, "r/logs/a.txt"), "found");
    });
    const source = make({ data });
    yield* writePart(join(parts, partName("r")), parametersOf("r"));
    const file = { path: "r\\logs\\a.txt", sizeBytes: null, mimeType: null };
    const bytes = source.readFile({ project: PROJECT, file });
    assert.equal(yield* Stream.mkString(Stream.decodeText(bytes)), "found");
  }));

effectTest(
  "any range of bytes of a file can be read, across the chunks that it comes in",
  () =>
    Effect.gen(function* () {
      const { data, parts, files } = yield* emptyExport;
      const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 31) % 251);
      yield* Effect.promise(() => writeFile(join(files, "big"), bytes));
      yield* writePart(join(parts, partName("r")), parametersOf("r"));
      const source = make({ data });
      const file = { path: "big", sizeBytes: null, mimeType: null };
      for (
        const [from, length] of [
          [undefined, undefined],
          [0, 0],
          [0, 1],
          [262_143, 3],
          [262_144, 262_144],
          [100, undefined],
          [599_999, 10],
          [600_000, 5],
          [700_000, undefined],
          [1, 599_999],
        ]
      ) {
        const chunks = yield* Stream.runCollect(
          source.readFile({ project: PROJECT, file, from, length }),
        );
        const start = from ?? 0;
        assert.deepEqual(
          Buffer.concat(chunks),
          Buffer.from(bytes.slice(start, start + (length ?? Infinity))),
          `${from} ${length}`,
        );
      }
    }),
);
