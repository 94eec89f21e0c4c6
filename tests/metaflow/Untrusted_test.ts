/**
 * Trees that somebody else has made, or that are damaged: each gives an error that says what is
 * wrong and where, and nothing outside of them is read.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Effect, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { assemble } from "./pickle/Pickles.ts";
import { makeTree, reasonOf, temporary, type Tree, write } from "./trees.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const TASK = "F/1/start/1";

/** A tree of one task with one artifact, 7. */
const makeTask = Effect.map(makeTree, (tree) => {
  tree.run("F/1");
  tree.task(TASK);
  tree.metadata(TASK, "attempt", "0");
  tree.metadata(TASK, "attempt-done", "0");
  tree.artifact(TASK, "seven", bytes("I7\n."));
  return tree;
});

const blobOf = (tree: Tree): string => {
  const record = JSON.parse(
    Deno.readTextFileSync(`${tree.root}/.metaflow/${TASK}/_meta/0_artifact_seven.json`),
  );
  return `F/data/${record.sha.slice(0, 2)}/${record.sha}`;
};

const value = (tree: Tree, options: Metaflow.LocalOptions = {}) =>
  Effect.flatMap(Metaflow.Task.get(TASK), (task) => task.data("seven")).pipe(
    Effect.provide(tree.layer(options)),
  );

effectTest("a tree written by hand is read", () =>
  Effect.gen(function* () {
    strictEqual(yield* value(yield* makeTask), 7);
  }));

effectTest(
  "records that are no JSON, or not what Metaflow writes, are errors that name the file",
  () =>
    Effect.gen(function* () {
      const records = [
        "",
        "{",
        "null",
        "[]",
        "5",
        "{}",
        `{"ts_epoch": "now"}`,
        `{"ts_epoch": 1e300}`,
      ];
      const damaged = [
        ...records.map(bytes),
        Uint8Array.of(0xff, 0xfe),
        new Uint8Array(17 * 2 ** 20),
      ];
      for (const content of damaged) {
        const tree = yield* makeTask;
        const opened = yield* Effect.provide(Metaflow.Task.get(TASK), tree.layer());
        const check = (file: string, read: Effect.Effect<unknown, Metaflow.MetaflowError>) =>
          Effect.gen(function* () {
            tree.file(file, content);
            const reason = yield* reasonOf(read);
            strictEqual(reason._tag, "MetadataFailure", `${reason.message} of ${file}`);
            ok(reason.message.includes(join(tree.root, ".metaflow", file)), reason.message);
          });
        const get = <A>(got: Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>) =>
          Effect.provide(got, tree.layer());
        yield* check(`${TASK}/_meta/0_artifact_seven.json`, opened.data("seven"));
        yield* check(`${TASK}/_meta/0_artifact_seven.json`, Stream.runCollect(opened.artifacts()));
        yield* check(`${TASK}/_meta/sysmeta_attempt_1.json`, opened.metadata);
        yield* check(`${TASK}/_meta/_self.json`, get(Metaflow.Task.get(TASK)));
        yield* check("F/1/_meta/_self.json", get(Metaflow.Run.get("F/1")));
        const flow = Metaflow.Flow.get("F");
        yield* check(
          "F/1/_meta/_self.json",
          get(Effect.flatMap(flow, (flow) => Stream.runCollect(flow.runs()))),
        );
      }
    }),
);

effectTest("a task whose run is not recorded contradicts itself", () =>
  Effect.gen(function* () {
    const tree = yield* makeTask;
    Deno.removeSync(`${tree.root}/.metaflow/F/1/_meta`, { recursive: true });
    const reason = yield* reasonOf(Effect.provide(Metaflow.Task.get(TASK), tree.layer()));
    strictEqual(reason._tag, "InternalError");
    ok(reason.message.includes("F/1"));
  }));

effectTest(
  "a directory that may not be read is an error, a stray file is not",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      tree.file("F/1/start/stray", "x");
      tree.file("F/1/start/1/_meta/tmp8x7", "x");
      tree.file("F/1/start/other/file", "x");
      tree.file("mf.cards/F/x", "x");
      const tasks = Effect.flatMap(
        Metaflow.Step.get("F/1/start"),
        (step) => Stream.runCollect(step.tasks()),
      ).pipe(Effect.provide(tree.layer()));
      deepStrictEqual((yield* tasks).map(String), [`Task('${TASK}')`]);
      const flows = Effect.provide(Stream.runCollect(Metaflow.Metaflow.flows), tree.layer());
      deepStrictEqual((yield* flows).map(String), ["Flow('F')"]);
      // Permissions do not hold for root, so a loop of links stands for what cannot be opened.
      Deno.removeSync(`${tree.root}/.metaflow/F/1/start`, { recursive: true });
      Deno.symlinkSync("start", `${tree.root}/.metaflow/F/1/start`);
      const reason = yield* reasonOf(
        Effect.provide(Metaflow.Step.get("F/1/start"), tree.layer()),
      );
      strictEqual(reason._tag, "MetadataFailure");
    }),
);

effectTest(
  "a pipe in the place of a file is no file, and nothing waits for it",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      const pipe = (file: string) => {
        const path = join(tree.root, ".metaflow", file);
        try {
          Deno.removeSync(path);
        } catch {
          // It is a new one.
        }
        strictEqual(new Deno.Command("mkfifo", { args: [path] }).outputSync().success, true);
      };
      pipe(`${blobOf(tree)}_meta`);
      strictEqual((yield* reasonOf(value(tree)))._tag, "DataFailure");
      Deno.removeSync(join(tree.root, ".metaflow", `${blobOf(tree)}_meta`));
      pipe(blobOf(tree));
      strictEqual((yield* reasonOf(value(tree)))._tag, "DataFailure");
      pipe(`${TASK}/_meta/sysmeta_x_1.json`);
      const task = yield* Effect.provide(Metaflow.Task.get(TASK), tree.layer());
      strictEqual((yield* task.metadata).length, 2);
      pipe(`${TASK}/_meta/_self.json`);
      const reason = yield* reasonOf(Effect.provide(Metaflow.Task.get(TASK), tree.layer()));
      strictEqual(reason._tag, "NotFound");
    }),
);

effectTest(
  "a blob that is missing or damaged is an error, and never another value",
  () =>
    Effect.gen(function* () {
      const damages: ReadonlyArray<readonly [string, (tree: Tree, blob: string) => void, RegExp]> =
        [
          [
            "missing",
            (tree, blob) => Deno.removeSync(`${tree.root}/.metaflow/${blob}`),
            /rootMapping/,
          ],
          ["another value", (tree, blob) => tree.file(blob, gzipSync("I8\n.")), /hash/],
          ["cut", (tree, blob) => tree.file(blob, gzipSync("I7\n.").subarray(0, -3)), /gzip/],
          ["no gzip", (tree, blob) => tree.file(blob, "I7\n."), /gzip/],
          ["empty", (tree, blob) => tree.file(blob, ""), /gzip/],
          ["raw, it says", (tree, blob) => tree.file(`${blob}_meta`, VERSION(1, true)), /hash/],
          [
            "version 2",
            (tree, blob) => tree.file(`${blob}_meta`, VERSION(2)),
            /Unknown encoding version/,
          ],
          [
            "no version",
            (tree, blob) => tree.file(`${blob}_meta`, "{}"),
            /Could not extract encoding/,
          ],
          ["no JSON", (tree, blob) => tree.file(`${blob}_meta`, "{"), /Could not extract encoding/],
          [
            "a bomb",
            (tree, blob) => tree.file(blob, gzipSync(new Uint8Array(2 ** 24))),
            /more than 1048576 bytes/,
          ],
          [
            "large",
            (tree, blob) => tree.file(blob, new Uint8Array(2 ** 20 + 1)),
            /more than 1048576 bytes/,
          ],
        ];
      for (const [name, damage, message] of damages) {
        const tree = yield* makeTask;
        damage(tree, blobOf(tree));
        const reason = yield* reasonOf(value(tree, { maxBytes: 2 ** 20 }));
        strictEqual(reason._tag, "DataFailure", name);
        ok(message.test(reason.message), `${name}: ${reason.message}`);
        // A stream of the same bytes fails at its end, but for what is only large.
        if (name === "a bomb" || name === "large") continue;
        const artifact = yield* Effect.provide(
          Metaflow.DataArtifact.get(`${TASK}/seven`),
          tree.layer(),
        );
        strictEqual((yield* reasonOf(Stream.runDrain(artifact.stream)))._tag, "DataFailure", name);
      }
    }),
);

const VERSION = (version: number, raw = false) =>
  JSON.stringify({ cas_version: version, cas_raw: raw });

effectTest(
  "blobs without attributes are compressed, ones that say so are not",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      Deno.removeSync(join(tree.root, ".metaflow", `${blobOf(tree)}_meta`));
      strictEqual(yield* value(tree), 7);
      tree.file(`${blobOf(tree)}_meta`, VERSION(1, true));
      tree.file(blobOf(tree), "I7\n.");
      strictEqual(yield* value(tree), 7);
      const artifact = yield* Effect.provide(
        Metaflow.DataArtifact.get(`${TASK}/seven`),
        tree.layer(),
      );
      deepStrictEqual(yield* artifact.bytes, bytes("I7\n."));
      strictEqual(yield* artifact.size, 4);
    }),
);

effectTest("hashes and places that lead elsewhere are refused", () =>
  Effect.gen(function* () {
    const secret = yield* temporary;
    write(join(secret, "F/data/aa/key"), "secret");
    const changes = [
      { sha: "../../../../etc/passwd" },
      { sha: "A".repeat(40) },
      { sha: "" },
      { location: "/etc/passwd" },
      { location: `${secret}/Other/data/aa/${"a".repeat(40)}` },
      { ds_type: "local", location: `:root:${secret}/../../..` },
    ];
    for (const change of changes) {
      const tree = yield* makeTask;
      tree.artifact(TASK, "seven", bytes("I7\n."), change);
      strictEqual((yield* reasonOf(value(tree)))._tag, "DataFailure", JSON.stringify(change));
    }
    for (const ds_type of ["azure", "gs", "", "__proto__", "constructor"]) {
      const tree = yield* makeTask;
      tree.artifact(TASK, "seven", bytes("I7\n."), { ds_type });
      const reason = yield* reasonOf(value(tree));
      strictEqual(reason._tag, "Unsupported");
      ok(reason.message.includes(JSON.stringify(ds_type)), reason.message);
    }
  }));

effectTest(
  "values of other encodings are refused, with the name of who wrote them",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      for (
        const content_type of ["pickle-v4", "gzip+pickle-v4", "gzip+pickle-v2", "pickle-v2", null]
      ) {
        tree.artifact(TASK, "seven", bytes("I7\n."), { content_type });
        strictEqual(yield* value(tree), 7);
      }
      tree.artifact(TASK, "seven", bytes("I7\n."), { content_type: "json-v1" });
      tree.file(
        `${TASK}/0.data.json`,
        JSON.stringify({ info: { seven: { size: 4, serializer_info: { source: "mfext" } } } }),
      );
      const reason = yield* reasonOf(value(tree));
      strictEqual(reason._tag, "DataFailure");
      ok(/json-v1.*extension mfext/.test(reason.message), reason.message);
      tree.artifact(TASK, "seven", bytes("cos\nsystem\n(Vtrue\ntR."));
      // It is shown, and not called.
      strictEqual(String(yield* value(tree)), "os.system('true')");
      tree.artifact(TASK, "seven", bytes("nonsense"));
      strictEqual((yield* reasonOf(value(tree)))._tag, "DataFailure");
    }),
);

/** The pickle of an included file, in protocol 2. */
const included = (url: string, more = ""): Uint8Array =>
  assemble(
    "\x80\x02cmetaflow.includefile\nIncludedFile\n)\x81" +
      `(dV_descriptor\n(dVtype\nVuploader-v2\nsVsub-type\nVexternal\nsVurl\nV${url}\n` +
      `sVis_text\nI01\nsVsize\nI5\ns${more}sb.`,
  );

effectTest(
  "included files are read below directories that the program has named, only",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      const elsewhere = yield* temporary;
      write(join(elsewhere, "inside/text"), "a\r\nü\r");
      write(join(tree.root, "data/text"), "below");
      Deno.symlinkSync(join(elsewhere, "inside/text"), join(tree.root, "link"));
      const content = (url: string, options: Metaflow.LocalOptions = {}) => {
        tree.artifact(TASK, "seven", included(url));
        return value(tree, options);
      };
      strictEqual(yield* content(`local://${tree.root}/data/text`), "below");
      const outside = [
        `local://${elsewhere}/inside/text`,
        `local://${tree.root}/../${elsewhere.split("/").at(-1)}/inside/text`,
        `local://${tree.root}/link`,
        "local:///etc/passwd",
        "local://",
      ];
      for (const url of outside) {
        const reason = yield* reasonOf(content(url));
        strictEqual(reason._tag, "DataFailure", url);
        ok(/fileRoots|not there|Empty path/.test(reason.message), reason.message);
      }
      // Line breaks are as Python reads them.
      const fileRoots = [join(elsewhere, "inside")];
      strictEqual(yield* content(outside[0]!, { fileRoots }), "a\nü\n");
      strictEqual(yield* content(outside[2]!, { fileRoots }), "a\nü\n");
      const rootMapping = { "/written": join(elsewhere, "inside") };
      strictEqual(yield* content("local:///written/text", { rootMapping }), "a\nü\n");
      const gone = yield* reasonOf(content(`local://${tree.root}/gone`));
      ok(gone.message.includes("not there any more"), gone.message);
      for (const url of ["file:///etc/passwd", "http://127.0.0.1/", "gs://b/k", "text"]) {
        strictEqual((yield* reasonOf(content(url)))._tag, "Unsupported", url);
      }
      tree.artifact(
        TASK,
        "seven",
        included(`local://${tree.root}/data/text`, "Vencoding\nVx-9\ns"),
      );
      const encoding = yield* reasonOf(value(tree));
      ok(encoding.message.includes(`"x-9" is not known`), encoding.message);
    }),
);

effectTest(
  "logs and sizes are read below the root of their data only",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTask;
      const elsewhere = yield* temporary;
      write(join(elsewhere, "secret"), "secret");
      tree.metadata(TASK, "ds-type", "local");
      tree.metadata(TASK, "ds-root", `${tree.root}/.metaflow`);
      Deno.symlinkSync(
        join(elsewhere, "secret"),
        join(tree.root, ".metaflow", TASK, "0.task_stdout.log"),
      );
      const task = yield* Effect.provide(Metaflow.Task.get(TASK), tree.layer());
      strictEqual((yield* reasonOf(task.stdout))._tag, "DataFailure");
      tree.file(`${TASK}/0.data.json`, "nonsense");
      const artifact = yield* task.get("seven");
      strictEqual((yield* reasonOf(artifact.size))._tag, "DataFailure");
      strictEqual((yield* reasonOf(task.artifactsDf()))._tag, "DataFailure");
    }),
);

effectTest("clones that name each other, or nothing, end", () =>
  Effect.gen(function* () {
    const tree = yield* makeTask;
    tree.run("F/2");
    tree.task("F/2/start/9");
    for (const [task, run, other] of [[TASK, "2", "9"], ["F/2/start/9", "1", "1"]] as const) {
      tree.metadata(task, "origin-run-id", run);
      tree.metadata(task, "origin-task-id", other);
    }
    tree.metadata("F/2/start/9", "only-there", "x");
    const task = yield* Effect.provide(Metaflow.Task.get(TASK), tree.layer());
    strictEqual((yield* task.metadataDict).get("only-there"), "x");
    strictEqual(yield* task.originPathspec, "F/2/start/9");
    Deno.removeSync(`${tree.root}/.metaflow/F/2`, { recursive: true });
    const gone = yield* reasonOf(task.metadata);
    deepStrictEqual([gone._tag, gone.message], ["NotFound", "Task('F/2/start/9') does not exist"]);
    tree.metadata(TASK, "origin-run-id", "../..");
    strictEqual((yield* reasonOf(task.metadata))._tag, "InternalError");
  }));
