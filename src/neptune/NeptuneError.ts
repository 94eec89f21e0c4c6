/**
 * The one error of the Neptune side: every operation fails with a {@link NeptuneError}, whose
 * `reason` says what happened and whether trying again could help.
 *
 * @module
 */
import { type Cause, Data, Effect } from "effect";
import { errorDisplay } from "../display/error.ts";
import { jupyterDisplay, type MediaBundle } from "../display/jupyter.ts";
import { type Reason, type ReasonClass, reasonClass } from "../Reason.ts";
import type { ServerReason } from "./ServerReasons.ts";

export type { Reason };
export * from "./ServerReasons.ts";

const quote = (text: string): string => JSON.stringify(text);

const list = (items: ReadonlyArray<string>, limit = 5): string =>
  items.slice(0, limit).map(quote).join(", ") + (items.length > limit ? ", …" : "");

const InvalidArgumentBase: ReasonClass<
  "InvalidArgument",
  { parameter: string; message: string }
> = reasonClass("InvalidArgument");

/** An argument has a value that the call cannot work with; no value was requested. */
export class InvalidArgument extends InvalidArgumentBase {}

const InvalidQueryBase: ReasonClass<
  "InvalidQuery",
  { query: string; position: number; problem: string }
> = reasonClass("InvalidQuery");

/** An NQL text does not parse; `position` counts UTF-16 units from the start of `query`. */
export class InvalidQuery extends InvalidQueryBase {
  override get message(): string {
    const before = this.query.slice(0, this.position).split("\n");
    const line = before.length;
    const column = (before.at(-1) ?? "").length;
    const text = this.query.split("\n")[line - 1] ?? "";
    const start = Math.max(0, column - 60);
    const excerpt = text.slice(start, column + 60);
    return `The query is not valid NQL at line ${line}, column ${column + 1}: ${this.problem}.\n` +
      `  ${excerpt}\n  ${" ".repeat(column - start)}^`;
  }
}

const InvalidRegexBase: ReasonClass<
  "InvalidRegex",
  { parameter: string; pattern: string; problem: string }
> = reasonClass("InvalidRegex");

/** A pattern is not an RE2 regular expression. */
export class InvalidRegex extends InvalidRegexBase {
  override get message(): string {
    return `${this.parameter} is not a valid RE2 regular expression: ${quote(this.pattern)} ` +
      `(${this.problem}). RE2 has no look-around and no back-references.`;
  }
}

const MissingConfigurationBase: ReasonClass<
  "MissingConfiguration",
  { variable: string; parameter: string }
> = reasonClass("MissingConfiguration");

/** Something that must be known was neither given nor set in the environment. */
export class MissingConfiguration extends MissingConfigurationBase {
  override get message(): string {
    return `No ${this.parameter} was given. Pass it, or make sure that ${this.variable} is set ` +
      `(and readable: --allow-env=${this.variable}).`;
  }
}

const ProjectNotFoundBase: ReasonClass<
  "ProjectNotFound",
  { project: string; available: ReadonlyArray<string> }
> = reasonClass("ProjectNotFound");

/** The source holds no such project. */
export class ProjectNotFound extends ProjectNotFoundBase {
  override get message(): string {
    return `Project ${quote(this.project)} was not found. ` +
      (this.available.length === 0
        ? "There is no project here."
        : `There is: ${list(this.available)}.`);
  }
}

const RunNotFoundBase: ReasonClass<
  "RunNotFound",
  { project: string; by: "withId" | "customId" | "experimentName"; value: string }
> = reasonClass("RunNotFound");

const RUN_KEY = { withId: "Neptune ID", customId: "custom id", experimentName: "name" } as const;

/** The project holds no such run or experiment. */
export class RunNotFound extends RunNotFoundBase {
  override get message(): string {
    return `No experiment found with ${RUN_KEY[this.by]} '${this.value}' in ${this.project}.`;
  }
}

const FieldNotFoundBase: ReasonClass<
  "FieldNotFound",
  { run: string; path: string }
> = reasonClass("FieldNotFound");

/** The run has no field at this path. */
export class FieldNotFound extends FieldNotFoundBase {
  override get message(): string {
    return `Run ${this.run} has no field ${quote(this.path)}. \`run.fieldNames\` lists them.`;
  }
}

const TypeMismatchBase: ReasonClass<
  "TypeMismatch",
  { run: string; path: string; expected: string; actual: string }
> = reasonClass("TypeMismatch");

/** The field exists, but its type is not the one the call needs. */
export class TypeMismatch extends TypeMismatchBase {
  override get message(): string {
    return `Field ${quote(this.path)} of run ${this.run} is of type ${this.actual}, ` +
      `not ${this.expected}.`;
  }
}

const DecodeFailedBase: ReasonClass<
  "DecodeFailed",
  {
    run: string;
    failures: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
    cause?: unknown;
  }
> = reasonClass("DecodeFailed");

/**
 * Fields of a run did not fit the schema; `failures` has one entry for each.
 *
 * What is wrong with the run as a whole has an empty path. A field that `Schema.encodeKeys` renamed
 * goes by its new name where its type fits and its value does not.
 */
export class DecodeFailed extends DecodeFailedBase {
  override get message(): string {
    return `Run ${this.run} does not fit the schema:\n` +
      this.failures.map(({ path, problem }) =>
        path === "" ? `  ${problem}` : `  ${quote(path)}: ${problem}`
      ).join("\n");
  }
}

const ArchiveNotFoundBase: ReasonClass<
  "ArchiveNotFound",
  { path: string; problem: string; cause?: unknown }
> = reasonClass("ArchiveNotFound");

/** The data directory of the export is missing, unreadable or empty, or holds no export. */
export class ArchiveNotFound extends ArchiveNotFoundBase {
  override get message(): string {
    if (this.cause instanceof Deno.errors.NotCapable) {
      return `The export ${quote(this.path)} may not be read: ${this.problem}.`;
    }
    return `${
      quote(this.path)
    } is not a Neptune export: ${this.problem}. Pass the directory that ` +
      "neptune-exporter was given as --data-path; it holds one directory for each project.";
  }
}

const DamagedFileBase: ReasonClass<
  "DamagedFile",
  { path: string; problem: string; cause?: unknown }
> = reasonClass("DamagedFile");

/** A file of the export cannot be read. */
export class DamagedFile extends DamagedFileBase {
  override get message(): string {
    return `${quote(this.path)} cannot be read: ${this.problem}. Export the run again, or open ` +
      "the archive without `strict` to go on without this file.";
  }
}

const FileUnavailableBase: ReasonClass<
  "FileUnavailable",
  { path: string; problem: string; cause?: unknown }
> = reasonClass("FileUnavailable");

/** The bytes of a logged file cannot be had: missing, unreadable, or outside of their root. */
export class FileUnavailable extends FileUnavailableBase {
  override get message(): string {
    return `File ${quote(this.path)} is not available: ${this.problem}.`;
  }
}

const NativeFailureBase: ReasonClass<
  "NativeFailure",
  { operation: string; cause: unknown }
> = reasonClass("NativeFailure");

/** Polars refused an operation that should have worked, or could not be loaded at all. */
export class NativeFailure extends NativeFailureBase {
  override get message(): string {
    return `Polars failed in ${this.operation}: ${describe(this.cause)}. Its native code needs ` +
      "--allow-ffi --allow-sys --allow-read.";
  }
}

/** What can go wrong on the Neptune side. */
export type NeptuneErrorReason =
  | InvalidArgument
  | InvalidQuery
  | InvalidRegex
  | MissingConfiguration
  | ProjectNotFound
  | RunNotFound
  | FieldNotFound
  | TypeMismatch
  | DecodeFailed
  | ArchiveNotFound
  | DamagedFile
  | FileUnavailable
  | NativeFailure
  | ServerReason;

const NeptuneErrorBase: new (
  fields: { readonly method: string; readonly reason: NeptuneErrorReason },
) => Cause.YieldableError & {
  readonly _tag: "NeptuneError";
  readonly method: string;
  readonly reason: NeptuneErrorReason;
} = Data.TaggedError("NeptuneError");

/**
 * The error of every operation on Neptune data.
 *
 * `method` is the operation that failed, such as `ReadOnlyProject.fetchRunsDf`; `reason` is one of
 * the classes of this module, told apart by its `_tag`. The message is the reason's, and says what
 * to do; the reason's `cause`, where there is one, is what a library underneath reported.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const open = Neptune.ReadOnlyProject.open("no/such-project").pipe(
 *   Effect.provide(Neptune.layerArchive({ data: "examples/data/digits/data" })),
 *   Effect.catchReason("NeptuneError", "ProjectNotFound", (reason) => Effect.succeed(reason.available)),
 * );
 * console.log(await Effect.runPromise(open)); // [ "nereid/digits" ]
 * ```
 */
export class NeptuneError extends NeptuneErrorBase {
  override get message(): string {
    return this.reason.message;
  }

  override get cause(): unknown {
    return this.reason.cause;
  }

  /** `true` when the same call may succeed later without any change. */
  get isTransient(): boolean {
    return this.reason.isTransient;
  }

  /** What `console.error` and loggers show: the message too, which is no field. */
  override toJSON(): object {
    const { _tag, method, message, reason } = this;
    return { _tag, method, message, reason };
  }

  /** Shows the reason, the operation and the message in a notebook. */
  [jupyterDisplay](): MediaBundle {
    return errorDisplay(this);
  }
}

/** Names the operation that fails with a reason. */
export const failingAs = (method: string): <A, R>(
  operation: Effect.Effect<A, NeptuneErrorReason, R>,
) => Effect.Effect<A, NeptuneError, R> =>
  Effect.mapError((reason) => new NeptuneError({ method, reason }));

/** The message of anything thrown, for the text of a reason. */
export const describe = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);
