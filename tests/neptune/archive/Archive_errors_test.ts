import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Effect } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../../effectTest.ts";
import {
  acceptance,
  copyOf,
  digits,
  edge,
  modelVersions,
  partsDirectory,
  temporaryDirectory,
} from "./fixtures.ts";

/** The error of opening a project of an export that is none. */
const failureOf = (options: Neptune.ArchiveOptions, project = "nereid/digits") =>
  Effect.flip(
    Effect.provide(Neptune.ReadOnlyProject.open(project), Neptune.layerArchive(options)),
  );

/** Checks that a directory is said to be no export, and why. */
const checkRefused = (options: Neptune.ArchiveOptions, why: RegExp) =>
  Effect.gen(function* () {
    const error = yield* failureOf(options);
    assert.equal(error.method, "ReadOnlyProject.open");
    assert.equal(error.reason._tag, "ArchiveNotFound");
    assert(error.message.includes(JSON.stringify(options.data)), error.message);
    assert.match(error.message, why);
    assert.match(error.message, /--data-path/);
  });

effectTest("a directory that does not exist", () =>
  Effect.gen(function* () {
    const data = join(yield* temporaryDirectory, "nowhere");
    yield* checkRefused({ data }, /no such file or directory/i);
  }));

effectTest("an empty directory", () =>
  Effect.gen(function* () {
    yield* checkRefused({ data: yield* temporaryDirectory }, /it is empty/);
  }));

effectTest("a file in place of the directory", () =>
  Effect.gen(function* () {
    const data = join(yield* temporaryDirectory, "data");
    yield* Effect.promise(() => writeFile(data, ""));
    yield* checkRefused({ data }, /not a directory/i);
  }));

effectTest("a directory of files", () =>
  Effect.gen(function* () {
    const data = yield* temporaryDirectory;
    yield* Effect.promise(() => writeFile(join(data, "notes.txt"), ""));
    yield* checkRefused({ data }, /it holds no directory/);
  }));

effectTest("directories that hold no export", () =>
  Effect.gen(function* () {
    const data = yield* temporaryDirectory;
    yield* Effect.promise(async () => {
      await mkdir(join(data, "src"));
      await writeFile(join(data, "src", "main.ts"), "");
      await mkdir(join(data, "docs"));
    });
    yield* checkRefused({ data }, /none of its directories holds a file that the exporter wrote/);
  }));

effectTest("a directory all of whose files are damaged", () =>
  Effect.gen(function* () {
    const data = yield* temporaryDirectory;
    yield* Effect.promise(async () => {
      await mkdir(join(data, "p"));
      await writeFile(join(data, "p", "r-0123456789abcdef_part_0.parquet"), "not Parquet");
    });
    yield* checkRefused({ data }, /and that is whole/);
  }));

effectTest(
  "the directory of a project in place of the one above it",
  () =>
    Effect.gen(function* () {
      const data = partsDirectory(digits);
      yield* checkRefused({ data }, /may be the directory of a project/);
    }),
);

effectTest("runs, where there are only models", () =>
  Effect.gen(function* () {
    const { data } = modelVersions.options;
    yield* checkRefused({ data }, /none of its directories/);
  }));

effectTest("a project that is not there, beside those that are", () =>
  Effect.gen(function* () {
    const { fixture } = yield* copyOf(acceptance);
    const { data } = fixture.options;
    yield* Effect.promise(() =>
      symlink(partsDirectory(edge), join(data, edge.expected.projectDirectory))
    );
    const { reason, message } = yield* failureOf({ data }, "test/acceptances");
    assert(reason._tag === "ProjectNotFound");
    assert.deepEqual(reason.available, [edge.expected.project, acceptance.expected.project]);
    assert.match(message, /"test\/acceptances" was not found.*"test\/acceptance"/);
  }));
