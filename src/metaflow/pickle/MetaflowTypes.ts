/**
 * Values of Metaflow's own types.
 *
 * @module
 */
import type { Integer } from "./PythonTypes.ts";

/** The exception of a task, as Metaflow keeps it. */
export interface ExceptionWrapper {
  readonly _tag: "ExceptionWrapper";
  /** `builtins.ValueError` */
  readonly type: string;
  /** Its text. */
  readonly exception: string;
  readonly stacktrace: string | null;
}

/** A file that was included in a flow; its content is elsewhere, at `url`. */
export interface IncludedFile {
  readonly _tag: "IncludedFile";
  /** `uploader-v2`, `uploader-v1` or `external`. */
  readonly type: string;
  /** `uploaded` or `external`; `null` before `uploader-v2`. */
  readonly subType: string | null;
  readonly url: string;
  readonly isText: boolean;
  /** Of a text. */
  readonly encoding: string | null;
  /** In bytes. */
  readonly size: Integer | null;
  readonly note: string | null;
}

/** A pickled object of Metaflow's client, such as a `Run`. It is not looked up. */
export interface ClientReference {
  readonly _tag: "ClientReference";
  readonly kind: "Metaflow" | "Flow" | "Run" | "Step" | "Task" | "DataArtifact";
  readonly pathspec: string | null;
  readonly attempt: number | null;
}
