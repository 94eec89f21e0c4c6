/**
 * The code of tasks.
 *
 * @module
 */
import { Effect } from "effect";
import {
  InternalError,
  type MetaflowError,
  type MetaflowErrorReason,
  operation,
} from "../MetaflowError.ts";
import type { MetaflowCode } from "../MetaflowCode.ts";
import type { TaskRef } from "../objects/scope.ts";
import { newestValues, textOf } from "../task/metadata.ts";
import { extract } from "./extract.ts";
import { type CodeMember, type Package, readPackage } from "./Package.ts";

const FIELD = "code-package";

/** The package of the code that a task ran; `undefined` if it was not stored. */
export const packageOf = (
  task: TaskRef,
): Effect.Effect<Package | undefined, MetaflowErrorReason> =>
  Effect.flatMap(newestValues(task, [FIELD]), (values) => {
    const reference = textOf(values, FIELD);
    return reference === undefined
      ? Effect.succeed(undefined)
      : readPackage(task.scope.client, task.path[0], reference);
  });

/** The code that a task ran; `null` if it was not stored. */
export const codeOf = (task: TaskRef): Effect.Effect<MetaflowCode | null, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const read = yield* packageOf(task);
    if (read === undefined) return null;
    const { script } = read.info;
    const file = read.members.find(({ name, type }) => name === script && type === "file");
    if (typeof script === "string" && file !== undefined) return new Code(read, script, file);
    return yield* new InternalError({
      problem: `The code package ${read.path} does not have the file ${JSON.stringify(script)} ` +
        "that it says defines the flow.",
    });
  });

class Code implements MetaflowCode {
  readonly #package: Package;
  readonly scriptName: string;
  readonly flowspec: string;

  constructor(read: Package, scriptName: string, file: CodeMember) {
    this.#package = read;
    this.scriptName = scriptName;
    this.flowspec = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.bytes);
  }

  get path(): string {
    return this.#package.path;
  }

  get info(): Package["info"] {
    return this.#package.info;
  }

  get tarball(): ReadonlyArray<CodeMember> {
    return this.#package.members;
  }

  extract(directory: string): Effect.Effect<ReadonlyArray<string>, MetaflowError> {
    const { members, isOwn } = this.#package;
    return extract(members.filter(isOwn), directory).pipe(operation("MetaflowCode.extract"));
  }

  extractAll(directory: string): Effect.Effect<ReadonlyArray<string>, MetaflowError> {
    return extract(this.tarball, directory).pipe(operation("MetaflowCode.extractAll"));
  }

  toString(): string {
    return `<MetaflowCode: ${this.scriptName}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
