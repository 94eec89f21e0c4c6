/**
 * The package as it will come from JSR, used from another project, with the permissions that its
 * documentation states.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Effect, Redacted } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "./effectTest.ts";

const CONSUMER = fileURLToPath(new URL("./consumer", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const deno = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.promise(async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: CONSUMER,
      env: { NO_COLOR: "1", ...env },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), error: text(stderr) };
  });

/** The flags that the documentation states for a program that does something. */
const flagsFor = (purpose: string): ReadonlyArray<string> => {
  const text = Deno.readTextFileSync(`${ROOT}/docs/permissions.md`);
  const row = text.split("\n").find((line) => line.startsWith("|") && line.includes(purpose));
  assert(row, `docs/permissions.md says nothing about "${purpose}"`);
  const flags = row.split("|")[2]!.match(/--[^`\s]+/g) ?? [];
  assert(flags.length > 0 || row.includes("nothing"), row);
  return flags;
};

/** What each program is an example of, and what it prints. */
const PROGRAMS = [
  ["imports.ts", "parses queries", Array(11).fill("true").join(" ")],
  ["nql.ts", "parses queries", '((`config/lr` > "0.1") AND (NOT (`sys/failed` = "true")))'],
  ["pickle.ts", "decodes pickles", "7"],
  ["double.ts", "works with `Neptune.layerTest`", "0.5"],
  ["chart.ts", "draws a chart", "true"],
  ["table.ts", "makes a table of anything", "1"],
  ["archive.ts", "reads an export of Neptune", "[ 0.02, 23 ]"],
  ["metaflow.ts", "reads the files of Metaflow", "true"],
  ["metaflow_service.ts", "asks a metadata service", "Run('TideFlow/7')"],
  ["live.ts", "reads a Neptune server", "0.5"],
  ["serve.ts", "serves a source to other programs", "string"],
  ["environment.ts", "to the environment", "team/vision"],
] as const;

const DOUBLE = Neptune.layerTest({
  "team/vision": { "VIS-1": { loss: { points: [[0, 0.5]] } } },
});

/** The host of a metadata service with one run. */
const metadataService = Effect.acquireRelease(
  Effect.sync(() =>
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) =>
        new URL(request.url).pathname === "/ping"
          ? new Response("pong", { headers: { METADATA_SERVICE_VERSION: "2.5.1" } })
          : Response.json({ run_number: 7, ts_epoch: 1, tags: [], system_tags: [] }),
    )
  ),
  (service) => Effect.promise(() => service.shutdown()),
).pipe(Effect.map(({ addr }) => `127.0.0.1:${addr.port}`));

for (const [program, purpose, output] of PROGRAMS) {
  effectTest(
    `${program} runs with the permissions stated, and with no less`,
    () =>
      Effect.gen(function* () {
        const server = yield* Neptune.Server.serve().pipe(Effect.provide(DOUBLE));
        const service = yield* metadataService;
        const flags = flagsFor(purpose).map((flag) =>
          flag.replace("<root>", `${ROOT}/examples/data/metaflow`)
            .replace("<host>", new URL(server.url).host)
            .replace("<service>", service)
        );
        const args = program === "live.ts"
          ? [Redacted.value(server.apiToken)]
          : program === "metaflow_service.ts"
          ? [`http://${service}`]
          : [];
        const run = (flags: ReadonlyArray<string>) =>
          deno(["run", "--no-prompt", "--quiet", ...flags, program, ...args], {
            NEPTUNE_PROJECT: "team/vision",
          });
        assert.deepEqual(yield* run(flags), { code: 0, out: output + "\n", error: "" });
        for (const flag of flags) {
          const { code, error } = yield* run(flags.filter((each) => each !== flag));
          assert.notEqual(code, 0, `${program} does not need ${flag}`);
          // It says which flag helps.
          assert.match(error, new RegExp(flag.split("=")[0]!));
        }
      }),
  );
}

Deno.test("each line of the permissions has a program", () => {
  const rows = Deno.readTextFileSync(`${ROOT}/docs/permissions.md`).split("\n")
    .filter((line) => line.startsWith("|")).slice(2);
  const purposes = [...PROGRAMS.map(([, purpose]) => purpose), "cli.ts serve"];
  for (const row of rows) {
    assert(purposes.some((purpose) => row.includes(purpose)), row);
  }
});

effectTest(
  "the command line says what it takes, with the permissions to serve and no more",
  () =>
    Effect.gen(function* () {
      const flags = flagsFor("cli.ts serve");
      const cli = ["run", "--no-prompt", "--quiet", ...flags, `${ROOT}/cli.ts`, "serve"];
      const { code, out, error } = yield* deno([...cli, "--help"]);
      assert.equal(error, "");
      assert.equal(code, 0);
      assert.match(out, /nereid serve .*<data-root>/);
      const mistaken = yield* deno([...cli, "--nonsense"]);
      assert.equal(mistaken.code, 1);
      assert.match(mistaken.error, /nonsense/);
    }),
);

effectTest(
  "the consumer type-checks, and imports every entry point",
  () =>
    Effect.gen(function* () {
      const names = PROGRAMS.map(([program]) => program);
      const checked = yield* deno(["check", "--quiet", ...names]);
      assert.deepEqual(checked, { code: 0, out: "", error: "" });
      const { exports } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
      const imports = Deno.readTextFileSync(`${CONSUMER}/imports.ts`);
      for (const entry of Object.keys(exports)) {
        // The command line is run, not imported.
        if (entry === "./cli") continue;
        const specifier = `"jsr:@nereid/nereid@^0.1.0${entry.slice(1)}"`;
        assert(imports.includes(specifier), `imports.ts lacks ${specifier}`);
      }
    }),
);
