import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { ConfigProvider, Effect, Layer, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import * as Configuration from "../../src/metaflow/Configuration.ts";
import { parseSpec } from "../../src/metaflow/provider/open.ts";
import { effectTest } from "../effectTest.ts";
import { makeTree, reasonOf, temporary, Tree, write } from "./trees.ts";

const environment = (env: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env }));

const setting = (name: string, env: Readonly<Record<string, string>>) =>
  Configuration.make.pipe(
    Effect.flatMap((configuration) => configuration.text(name)),
    Effect.provide(environment(env)),
  );

effectTest(
  "a setting is in the environment, else in the file of the user or of a profile",
  () =>
    Effect.gen(function* () {
      const home = yield* temporary;
      const file = { METAFLOW_USER: "filed", METAFLOW_SERVICE_HEADERS: { a: "b" }, METAFLOW_X: 5 };
      write(join(home, "config.json"), JSON.stringify(file));
      write(join(home, "config_blue.json"), JSON.stringify({ METAFLOW_USER: "blue" }));
      const METAFLOW_HOME = home;
      strictEqual(yield* setting("USER", { METAFLOW_HOME, METAFLOW_USER: "set" }), "set");
      strictEqual(yield* setting("USER", { METAFLOW_HOME }), "filed");
      strictEqual(yield* setting("SERVICE_HEADERS", { METAFLOW_HOME }), `{"a":"b"}`);
      strictEqual(yield* setting("X", { METAFLOW_HOME }), "5");
      strictEqual(yield* setting("NOWHERE", { METAFLOW_HOME }), undefined);
      strictEqual(yield* setting("USER", { METAFLOW_HOME, METAFLOW_PROFILE: "blue" }), "blue");
      strictEqual(yield* setting("X", { METAFLOW_HOME, METAFLOW_PROFILE: "blue" }), undefined);
      const missing = yield* Effect.flip(setting("X", { METAFLOW_HOME, METAFLOW_PROFILE: "red" }));
      ok(missing.message.includes(join(home, "config_red.json")), missing.message);
      // The environment is asked first, and alone if it knows.
      const broken = { METAFLOW_HOME, METAFLOW_PROFILE: "red", METAFLOW_X: "6" };
      strictEqual(yield* setting("X", broken), "6");
    }),
);

effectTest("the default home is below that of the user", () =>
  Effect.gen(function* () {
    const HOME = yield* temporary;
    write(join(HOME, ".metaflowconfig/config.json"), `{"METAFLOW_X": "here"}`);
    strictEqual(yield* setting("X", { HOME }), "here");
  }));

effectTest(
  "a file that is no JSON object is an error that names it",
  () =>
    Effect.gen(function* () {
      const home = yield* temporary;
      for (const text of ["{", "[]", "null", "\0"]) {
        write(join(home, "config.json"), text);
        const error = yield* Effect.flip(setting("X", { METAFLOW_HOME: home }));
        ok(error.message.includes(join(home, "config.json")), error.message);
      }
    }),
);

Deno.test("names of metadata are read as Python reads them", () => {
  const specs = [
    ["local", { type: "local", info: undefined }],
    ["local@", { type: "local", info: undefined }],
    ["local@/a@b", { type: "local", info: "/a@b" }],
    ["spin@.", { type: "spin", info: "." }],
    ["service@https://x", { type: "service", info: "https://x" }],
    ["https://ann@x/", { type: "service", info: "https://ann@x/" }],
    ["/data/flows", { type: "local", info: "/data/flows" }],
    ["other@x", { type: "local", info: "other@x" }],
  ] as const;
  for (const [text, spec] of specs) deepStrictEqual(parseSpec(text), spec);
});

const flows = Effect.map(
  Stream.runCollect(Metaflow.Metaflow.flows),
  (flows) => flows.map(({ id }) => id),
);

effectTest(
  "metadata can be switched, back again, and not at all if the new one is not there",
  () =>
    Effect.gen(function* () {
      const [first, second] = [yield* makeTree, yield* makeTree];
      first.run("A/1");
      second.run("B/1");
      yield* Effect.gen(function* () {
        strictEqual(yield* Metaflow.getMetadata, `local@${first.root}`);
        const [opened] = yield* Stream.runCollect(Metaflow.Metaflow.flows);
        strictEqual(yield* Metaflow.metadata(`local@${second.root}`), `local@${second.root}`);
        deepStrictEqual(yield* flows, ["B"]);
        strictEqual((yield* opened!.get("1")).pathspec, "A/1");
        const nowhere = yield* temporary;
        for (const spec of [nowhere, `local@${nowhere}`, `${first.root}/.metaflow`]) {
          const reason = yield* reasonOf(Metaflow.metadata(spec));
          strictEqual(reason._tag, "InvalidSetting");
          ok(reason.message.includes("Could not find directory .metaflow in directory"));
          strictEqual(yield* Metaflow.getMetadata, `local@${second.root}`);
        }
        strictEqual(yield* Metaflow.defaultMetadata, `local@${first.root}`);
        deepStrictEqual(yield* flows, ["A"]);
        // What is not written yet is empty, and has its name.
        strictEqual(yield* Metaflow.metadata(`${second.root}/`), `local@${second.root}/`);
      }).pipe(Effect.provide(first.layer()));
    }),
);

effectTest("a spin is read as local metadata is", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("A/1");
    Deno.renameSync(join(tree.root, ".metaflow"), join(tree.root, ".metaflow_spin"));
    new Tree(tree.root).run("B/1");
    const spin = Effect.andThen(Metaflow.metadata(`spin@${tree.root}`), flows);
    deepStrictEqual(yield* Effect.provide(spin, tree.layer()), ["A"]);
  }));

effectTest("the root of data is configured, and need not exist", () =>
  Effect.gen(function* () {
    const tree = yield* makeTree;
    tree.run("A/1");
    const layer = (root: string) =>
      Metaflow.layerLocal({ namespace: null }).pipe(
        Layer.provide(environment({ METAFLOW_DATASTORE_SYSROOT_LOCAL: root })),
      );
    deepStrictEqual(yield* flows.pipe(Effect.provide(layer(tree.root))), ["A"]);
    const nowhere = `${tree.root}/nowhere`;
    deepStrictEqual(yield* flows.pipe(Effect.provide(layer(nowhere))), []);
    const reason = yield* reasonOf(Metaflow.Run.get("A/1").pipe(Effect.provide(layer(nowhere))));
    strictEqual(reason._tag, "NotFound");
    const given = yield* reasonOf(
      flows.pipe(Effect.provide(Metaflow.layerLocal({ root: nowhere }))),
    );
    strictEqual(given._tag, "InvalidSetting");
  }));

effectTest(
  "metadata that is not named is that of the directory of the program, or above it",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("A/1");
      write(join(tree.root, ".metaflow/config.json"), `{"METAFLOW_USER": "nearest"}`);
      write(join(tree.root, "deep/down/program.ts"), program);
      const run = (cwd: string) =>
        Effect.promise(async () => {
          const args = [
            "run",
            "--allow-read",
            "--no-prompt",
            `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
            join(tree.root, "deep/down/program.ts"),
          ];
          const output = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
          return new TextDecoder().decode(output.success ? output.stdout : output.stderr);
        });
      strictEqual(yield* run(join(tree.root, "deep/down")), `A user:nearest local@${tree.root}\n`);
      const elsewhere = yield* temporary;
      strictEqual(
        yield* run(elsewhere),
        " UnknownUser local@<No .metaflow directory found in current working tree>\n",
      );
    }),
);

const program = `
import { Metaflow } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
import { Effect, Stream } from "effect";
const flows = Metaflow.withNamespace(null)(Stream.runCollect(Metaflow.Metaflow.flows));
const program = Effect.all([
  Effect.map(flows, (flows) => flows.map(({ id }) => id).join()),
  Effect.catch(Metaflow.getNamespace, ({ reason }) => Effect.succeed(reason._tag)),
  Metaflow.getMetadata,
]);
console.log((await Effect.runPromise(Effect.provide(program, Metaflow.layerDefault()))).join(" "));
`;
