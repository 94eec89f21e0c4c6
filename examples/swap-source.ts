/**
 * One program on three sources: an export, a running server, and a test double. Only the layer
 * differs.
 *
 * ```sh
 * deno run --allow-read --allow-ffi --allow-sys examples/swap-source.ts export
 * deno run --allow-read --allow-ffi --allow-sys examples/swap-source.ts double
 *
 * # In one terminal a server, here one of ours; it prints the token that the other one needs.
 * deno run -A cli.ts serve examples/data/digits/data
 * NEPTUNE_API_TOKEN=… deno run --allow-read --allow-ffi --allow-sys --allow-net \
 *   --allow-env=NEPTUNE_API_TOKEN examples/swap-source.ts server
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Neptune } from "@nereid/nereid";
import { Console, Effect } from "effect";

/** What a fork came to, beside the run that it left. */
interface Gain {
  readonly fork: string;
  readonly loss: number;
  readonly parentLoss: number;
}

/** Tells of each fork whether it was worth it; it does not know where runs come from. */
export const gains: Effect.Effect<
  ReadonlyArray<Gain>,
  Neptune.NeptuneError,
  Neptune.NeptuneSource
> = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
  const table = yield* project.fetchRunsDf({
    columns: ["sys/name", "sys/forking/parent", "val/loss"],
    sortBy: "sys/custom_run_id",
    ascending: true,
  });
  const runs = table.toRecords();
  const lossOf = new Map(runs.map((run) => [run["sys/custom_run_id"], run["val/loss"]]));
  return runs.filter((run) => lossOf.has(run["sys/forking/parent"])).map((run) => ({
    fork: String(run["sys/name"]),
    loss: Number(run["val/loss"]),
    parentLoss: Number(lossOf.get(run["sys/forking/parent"])),
  }));
});

const SOURCES = {
  export: Neptune.layerArchive({
    data: fileURLToPath(new URL("./data/digits/data", import.meta.url)),
  }),
  // Where it is, and who asks, is in NEPTUNE_API_TOKEN.
  server: Neptune.layerLive(),
  double: Neptune.layerTest({
    "nereid/digits": {
      "DIG-1": { "sys/name": "parent", "val/loss": { points: [[0, 1], [1, 0.5], [2, 0.4]] } },
      "DIG-2": {
        "sys/name": "child",
        "sys/forking/parent": "DIG-1",
        "sys/forking/step": 1,
        "val/loss": { points: [[2, 0.2]] },
      },
    },
  }),
};

if (import.meta.main) {
  const source = SOURCES[Deno.args[0] as keyof typeof SOURCES] ?? SOURCES.export;
  const program = Effect.gen(function* () {
    for (const { fork, loss, parentLoss } of yield* gains) {
      const verdict = loss < parentLoss ? "better" : "worse";
      yield* Console.log(`${fork}: ${loss.toFixed(4)}, ${verdict} than ${parentLoss.toFixed(4)}`);
    }
  });
  await Effect.runPromise(Effect.provide(program, source));
}
