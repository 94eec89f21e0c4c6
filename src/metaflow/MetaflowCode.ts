/**
 * The code that a task ran.
 *
 * @module
 */
import type { Effect, Schema } from "effect";
import type { CodeMember } from "./code/Package.ts";
import type { MetaflowError } from "./MetaflowError.ts";

export type { CodeMember } from "./code/Package.ts";

/** A code package: the files of a flow, and those of the Metaflow that ran it. */
export interface MetaflowCode {
  /** Where the package is in the datastore. */
  readonly path: string;
  /** What was recorded in it: `script`, `metaflow_version`, `environment_type`, … */
  readonly info: Schema.JsonObject;
  /** The name of the file that defines the flow. */
  readonly scriptName: string;
  /** The source of that file. */
  readonly flowspec: string;
  /** All members of the archive, as they are in it. */
  readonly tarball: ReadonlyArray<CodeMember>;

  /**
   * Writes the user's own files into a directory, which is made if it is not there, and returns
   * their paths.
   *
   * Nothing outside of the directory is written, whatever names the archive has, and nothing that is
   * there is replaced. Fails with `DataFailure`; before the first file is written if it has links or
   * names that lead out.
   */
  extract(
    directory: string,
  ): Effect.Effect<ReadonlyArray<string>, MetaflowError>;

  /** Writes all members into a directory, those of Metaflow too, as {@link extract} does. */
  extractAll(
    directory: string,
  ): Effect.Effect<ReadonlyArray<string>, MetaflowError>;

  /** As Python prints it: `<MetaflowCode: hello.py>`. */
  toString(): string;
}
