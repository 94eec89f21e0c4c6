/**
 * Reads machine-learning run metadata: Neptune 3, from a server or from an export on disk, and
 * Metaflow.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
 *   return yield* project.fetchExperimentsDf({ columns: ["config/lr", "val/loss"], limit: 3 });
 * });
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data" });
 * const table = await Effect.runPromise(Effect.provide(program, archive));
 * console.log(table.height); // 3
 * ```
 *
 * @module
 */
export * as Chart from "./src/Chart.ts";
export * as Metaflow from "./src/metaflow/mod.ts";
export * as Neptune from "./src/neptune/mod.ts";
export * as Notebook from "./src/Notebook.ts";
export * as Progress from "./src/Progress.ts";
