import assert from "node:assert/strict";
import { Effect, Redacted } from "effect";
import { Neptune } from "@nereid/nereid";
import { effectTest } from "../effectTest.ts";
import { digits, expectedRun } from "../neptune/archive/fixtures.ts";
import { runExample } from "./runExample.ts";

const NATIVE = ["--allow-read", "--allow-ffi", "--allow-sys"];

const lossOf = (runId: string): number =>
  Number(
    expectedRun(digits, runId).series.find(({ path }) => path === "val/loss")!.aggregates!.last,
  );

/** What the program has to say of the digits. */
const truth = digits.runs.toSorted((a, b) => a.runId < b.runId ? -1 : 1)
  .filter(({ forkParent }) => forkParent != null)
  .map(({ runId, name, forkParent }) => {
    const [loss, parentLoss] = [lossOf(runId), lossOf(forkParent!)];
    const verdict = loss < parentLoss ? "better" : "worse";
    return `${name}: ${loss.toFixed(4)}, ${verdict} than ${parentLoss.toFixed(4)}\n`;
  }).join("");

effectTest("swap-source: an export", () =>
  Effect.gen(function* () {
    const ended = yield* runExample("swap-source.ts", { flags: NATIVE, args: ["export"] });
    assert.deepEqual(ended, { code: 0, out: truth, error: "" });
  }));

effectTest("swap-source: a running server", () =>
  Effect.gen(function* () {
    const server = yield* Neptune.Server.serve().pipe(
      Effect.provide(Neptune.layerArchive(digits.options)),
    );
    const ended = yield* runExample("swap-source.ts", {
      flags: [
        ...NATIVE,
        `--allow-net=${new URL(server.url).host}`,
        "--allow-env=NEPTUNE_API_TOKEN",
      ],
      args: ["server"],
      env: { NEPTUNE_API_TOKEN: Redacted.value(server.apiToken) },
    });
    assert.deepEqual(ended, { code: 0, out: truth, error: "" });
  }));

effectTest("swap-source: a test double", () =>
  Effect.gen(function* () {
    const ended = yield* runExample("swap-source.ts", { flags: NATIVE, args: ["double"] });
    const out = "child: 0.2000, better than 0.4000\n";
    assert.deepEqual(ended, { code: 0, out, error: "" });
  }));
