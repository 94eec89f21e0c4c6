/**
 * Reads Neptune 3 and its exports: projects, runs, every type of field.
 *
 * A program opens a {@link ReadOnlyProject} and is given a source by a layer.
 *
 * @example
 * ```ts
 * import * as Neptune from "@nereid/nereid/neptune";
 * import { Effect } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
 *   const run = yield* project.run({ withId: "DIG-3" });
 *   return yield* run.fetch("config/optimizer", Neptune.Attribute.String);
 * });
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data" });
 * console.log(await Effect.runPromise(Effect.provide(program, archive))); // sgd
 * ```
 *
 * @module
 */
export { layer as layerArchive } from "./archive/Archive.ts";
export type { ArchiveOptions } from "./archive/Archive.ts";
export { layer as layerLive } from "./live/Live.ts";
export type { LiveOptions } from "./live/Settings.ts";
export * as Attribute from "./Attribute.ts";
export { NeptuneError } from "./NeptuneError.ts";
export type { NeptuneErrorReason } from "./NeptuneError.ts";
export { NeptuneSource } from "./NeptuneSource.ts";
export { collectWarnings, CurrentWarningHandler } from "./NeptuneWarning.ts";
export type { NeptuneWarning, NeptuneWarningKind, WarningHandler } from "./NeptuneWarning.ts";
export * as Nql from "./Nql.ts";
export * as Server from "./server/mod.ts";
export { ReadOnlyProject } from "./ReadOnlyProject.ts";
export type { RunIdentifiers, RunSelector, TableOptions } from "./ReadOnlyProject.ts";
export type {
  FetchValuesOptions,
  Field,
  PointsOptions,
  PrefetchSeriesOptions,
  ReadOnlyRun,
  StepRange,
} from "./ReadOnlyRun.ts";
export type {
  TestField,
  TestFile,
  TestPoint,
  TestPointOptions,
  TestProjects,
  TestRun,
  TestSeries,
} from "./testing/TestData.ts";
export { layer as layerTest } from "./testing/TestSource.ts";
export type { TestOptions, TestRequest } from "./testing/TestSource.ts";
