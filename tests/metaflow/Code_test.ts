import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Effect } from "effect";
import { packTar, type TarEntry } from "modern-tar";
import { Metaflow } from "../../mod.ts";
import { effectTest } from "../effectTest.ts";
import { CURRENT, makeTree, reading, reasonOf, temporary, type Tree } from "./trees.ts";

const filesBelow = (directory: string, prefix = ""): ReadonlyArray<string> =>
  [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(directory, name), `${prefix}${name}/`) : [`${prefix}${name}`]
  ).sort();

const OWN = [
  "park_code.py",
  "park_fail.py",
  "park_graph.py",
  "park_linear.py",
  "park_retry.py",
  "park_types.py",
];

effectTest(
  "a code package is told, read and extracted, Metaflow's own files apart",
  () =>
    Effect.gen(function* () {
      const task = yield* Metaflow.Task.get("ParkCodeFlow/1795197368199884/end/2");
      const code = yield* task.code;
      ok(code !== null);
      strictEqual(yield* task.code, code);
      strictEqual(String(code), "<MetaflowCode: park_code.py>");
      const sha = "4b144e3baa9d01b2473b4d469a7727fbfd3ed014";
      strictEqual(code.path, `/srv/mfdev/.metaflow/ParkCodeFlow/data/4b/${sha}`);
      strictEqual(code.info.metaflow_version, "2.19.38");
      const source = Deno.readTextFileSync(
        new URL("fixtures/flows/park_code.py", import.meta.url),
      );
      strictEqual(code.flowspec, source);
      deepStrictEqual(code.tarball.map(({ name }) => name).sort(), [
        ".mf_code/metaflow/version.py",
        ".mf_install",
        ".mf_meta/CONFIG",
        ".mf_meta/DIST_INFO",
        ".mf_meta/INFO",
        ...OWN,
      ]);
      const directory = yield* temporary;
      const own = join(directory, "deep/own");
      deepStrictEqual([...yield* code.extract(own)].sort(), OWN.map((name) => join(own, name)));
      deepStrictEqual(filesBelow(own), OWN);
      strictEqual(Deno.readTextFileSync(join(own, "park_code.py")), source);
      const all = join(directory, "all");
      strictEqual((yield* code.extractAll(all)).length, 11);
      ok(filesBelow(all).includes(".mf_code/metaflow/version.py"));
      // Nothing that is there is replaced.
      Deno.writeTextFileSync(join(own, "park_code.py"), "mine");
      strictEqual((yield* reasonOf(code.extract(own)))._tag, "DataFailure");
      strictEqual(Deno.readTextFileSync(join(own, "park_code.py")), "mine");
    }).pipe(Effect.provide(reading(CURRENT))),
);

effectTest(
  "the code of a run is that of the newest step which has some",
  () =>
    Effect.gen(function* () {
      const run = yield* Metaflow.Run.get("ParkCodeFlow/1795197368199884");
      strictEqual(String(yield* run.code), "<MetaflowCode: park_code.py>");
      const start = yield* Metaflow.Task.get("ParkCodeFlow/1795197368199884/start/1");
      deepStrictEqual(yield* Effect.all([start.code, start.environmentInfo]), [null, null]);
    }).pipe(Effect.provide(reading(CURRENT))),
);

const text = (text: string) => new TextEncoder().encode(text);

const file = (name: string, body = "x"): TarEntry => {
  const data = text(body);
  return { header: { name, size: data.length, type: "file", mode: 0o644 }, body: data };
};

const INFO = `{"script": "flow.py", "environment_type": "local"}`;

/** Stores an archive as the code of a task, and opens it. */
const openPackage = (
  tree: Tree,
  archive: Uint8Array,
  changes: Readonly<Record<string, unknown>> = {},
) => {
  const sha = createHash("sha1").update(archive).digest("hex");
  const key = `F/data/${sha.slice(0, 2)}/${sha}`;
  tree.run("F/1");
  tree.task("F/1/start/1");
  tree.file(key, archive);
  const location = join(tree.root, ".metaflow", key);
  const reference = { ds_type: "local", sha, location, ...changes };
  tree.metadata("F/1/start/1", "code-package", JSON.stringify(reference));
  return Effect.flatMap(Metaflow.Task.get("F/1/start/1"), (task) => task.code).pipe(
    Effect.provide(tree.layer({ maxBytes: 2 ** 20 })),
  );
};

const pack = (...entries: ReadonlyArray<TarEntry>) =>
  Effect.map(Effect.promise(() => packTar([...entries])), (tar) => new Uint8Array(gzipSync(tar)));

effectTest(
  "packages before markers have Metaflow's files at the top",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      const archive = yield* pack(
        file("INFO", INFO),
        file("CONFIG", "{}"),
        file("conda.manifest", "{}"),
        file("metaflow/__init__.py"),
        file("metaflow_extensions/x.py"),
        file("flow.py", "print('ü')"),
        file("lib/metaflow/mine.py"),
      );
      const code = yield* openPackage(tree, archive);
      strictEqual(code?.flowspec, "print('ü')");
      const directory = yield* temporary;
      yield* code!.extract(directory);
      deepStrictEqual(filesBelow(directory), ["flow.py", "lib/metaflow/mine.py"]);
    }),
);

effectTest(
  "an archive that would write elsewhere is refused as a whole",
  () =>
    Effect.gen(function* () {
      const link = (type: "symlink" | "link"): TarEntry => ({
        header: { name: "link", size: 0, type, linkname: "/etc", mode: 0o777 },
      });
      const device: TarEntry = {
        header: { name: "null", size: 0, type: "character-device", mode: 0o666 },
      };
      const hostile = [
        file("../outside"),
        file("a/../../outside"),
        file("/tmp/outside"),
        file("a\\..\\outside"),
        file("c:/outside"),
        file("."),
        link("symlink"),
        link("link"),
        device,
      ];
      for (const entry of hostile) {
        const tree = yield* makeTree;
        const archive = yield* pack(file("INFO", INFO), file("flow.py"), entry);
        const code = yield* openPackage(tree, archive);
        const parent = yield* temporary;
        const directory = join(parent, "in/side");
        for (const extract of [code!.extract(directory), code!.extractAll(directory)]) {
          const reason = yield* reasonOf(extract);
          strictEqual(reason._tag, "DataFailure");
          ok(reason.message.includes("nothing was extracted"), reason.message);
        }
        deepStrictEqual([...Deno.readDirSync(parent)], []);
      }
    }),
);

effectTest(
  "links that are in the directory already are not followed",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      const archive = yield* pack(file("INFO", INFO), file("flow.py"), file("lib/a.py"));
      const code = yield* openPackage(tree, archive);
      const outside = yield* temporary;
      for (const name of ["lib", "flow.py"]) {
        const directory = yield* temporary;
        Deno.symlinkSync(join(outside, name), join(directory, name));
        if (name === "lib") Deno.mkdirSync(join(outside, name), { recursive: true });
        strictEqual((yield* reasonOf(code!.extract(directory)))._tag, "DataFailure");
        deepStrictEqual(filesBelow(outside), []);
      }
    }),
);

effectTest("what is no code package is an error that says so", () =>
  Effect.gen(function* () {
    const good = yield* pack(file("INFO", INFO), file("flow.py"));
    const bomb = new Uint8Array(gzipSync(new Uint8Array(2 ** 21)));
    const cases = [
      [good, { sha: "0".repeat(40) }, "DataFailure"],
      [good, { sha: "../../../etc/passwd" }, "DataFailure"],
      [good, { location: "/etc/passwd" }, "DataFailure"],
      [good, { location: 5 }, "InternalError"],
      [good, { ds_type: "azure" }, "Unsupported"],
      [good, { metadata: `{"archive_format": "zip"}` }, "Unsupported"],
      [yield* pack(file("flow.py")), {}, "InternalError"],
      [yield* pack(file("INFO", INFO)), {}, "InternalError"],
      [yield* pack(file("INFO", "[]"), file("flow.py")), {}, "InternalError"],
      [new Uint8Array(gzipSync(text("no tar at all"))), {}, "DataFailure"],
      [good.slice(0, -10), {}, "DataFailure"],
      [text("no gzip"), {}, "DataFailure"],
      [bomb, {}, "DataFailure"],
    ] as const;
    for (const [archive, changes, expected] of cases) {
      const reason = yield* reasonOf(openPackage(yield* makeTree, archive, changes));
      strictEqual(reason._tag, expected, reason.message);
    }
  }));

effectTest(
  "the environment of a task is what Metaflow resolved, if it did",
  () =>
    Effect.gen(function* () {
      const environmentOf = (info: object, prefix?: string) =>
        Effect.gen(function* () {
          const tree = yield* makeTree;
          const archive = yield* pack(
            file(".mf_install", "{}"),
            file(".mf_meta/INFO", JSON.stringify({ script: "flow.py", ...info })),
            file(".mf_meta/conda.manifest", `{"id7": {"linux-64": {"packages": ["numpy"]}}}`),
            file("flow.py"),
          );
          yield* openPackage(tree, archive);
          if (prefix !== undefined) tree.metadata("F/1/start/1", "conda_env_prefix", prefix);
          const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
          return yield* task.environmentInfo;
        });
      strictEqual(yield* environmentOf({}), null);
      strictEqual(yield* environmentOf({ environment_type: "local" }), "Local environment");
      strictEqual(yield* environmentOf({ environment_type: "uv" }), "Local environment");
      deepStrictEqual(yield* environmentOf({ environment_type: "conda" }), {});
      deepStrictEqual(
        yield* environmentOf({ environment_type: "pypi" }, "/linux-64/id7"),
        { packages: ["numpy"] },
      );
      const unknown = environmentOf({ environment_type: "conda" }, "/linux-64/id8");
      strictEqual((yield* reasonOf(unknown))._tag, "InternalError");
    }),
);
