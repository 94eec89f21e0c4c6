/**
 * Reads machine-learning run metadata: Neptune 3, from a server or from an export on disk.
 *
 * @module
 */
export * as Neptune from "./src/neptune/mod.ts";
export * as Progress from "./src/Progress.ts";
