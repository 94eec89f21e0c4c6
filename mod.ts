/**
 * Reads machine-learning run metadata: Neptune 3, from a server or from an export on disk, and
 * Metaflow.
 *
 * @module
 */
export * as Chart from "./src/Chart.ts";
export * as Metaflow from "./src/metaflow/mod.ts";
export * as Neptune from "./src/neptune/mod.ts";
export * as Progress from "./src/Progress.ts";
