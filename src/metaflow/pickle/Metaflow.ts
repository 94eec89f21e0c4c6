/**
 * Rules for Metaflow's own classes.
 *
 * @module
 */
import type { ClientReference, ExceptionWrapper, IncludedFile } from "./MetaflowTypes.ts";
import { array, integer, map, natural, text } from "./Narrow.ts";
import { isMap } from "./PickleValue.ts";
import type { NamedTuple } from "./PythonTypes.ts";
import { ofArgs, ofState, type Rule } from "./Rule.ts";

/** Why a task failed. `task.exception` is one of these. */
const exceptionWrapper: Rule = ofState((_, state): ExceptionWrapper | undefined => {
  const attributes = map(state);
  const exception = text(attributes?.get("exception"));
  const type = text(attributes?.get("type"));
  return exception === undefined || type === undefined ? undefined : {
    _tag: "ExceptionWrapper",
    type,
    exception,
    stacktrace: text(attributes?.get("stacktrace")) ?? null,
  };
});

const includedFile: Rule = ofState((_, state): IncludedFile | undefined => {
  const descriptor = map(map(state)?.get("_descriptor"));
  const type = text(descriptor?.get("type"));
  const url = text(descriptor?.get("url"));
  if (type === undefined || url === undefined) return undefined;
  return {
    _tag: "IncludedFile",
    type,
    subType: text(descriptor?.get("sub-type")) ?? null,
    url,
    isText: descriptor?.get("is_text") === true,
    encoding: text(descriptor?.get("encoding")) ?? null,
    size: integer(descriptor?.get("size")) ?? null,
    note: text(descriptor?.get("note")) ?? null,
  };
});

type Kind = ClientReference["kind"];

/** All layouts: one list since 2.8.4, whose further members are where it was found, or attributes. */
const clientObject = (kind: Kind): Rule =>
  ofState((_, state): ClientReference | undefined => {
    if (!isMap(state)) return undefined;
    const data = array(state.get("data"));
    const [pathspec, attempt] = data ?? [state.get("_pathspec"), state.get("_attempt")];
    if (data === undefined && pathspec === undefined && kind !== "Metaflow") return undefined;
    return {
      _tag: "ClientReference",
      kind,
      pathspec: text(pathspec) ?? null,
      attempt: natural(attempt) ?? null,
    };
  });

const KINDS: ReadonlyArray<Kind> = ["Metaflow", "Flow", "Run", "Step", "Task", "DataArtifact"];

const FRAME = ["step", "var", "num_splits", "index", "value"];

/** The named tuple of which a task's foreach stack consists; until 2.2 it had no value. */
const foreachFrame: Rule = ofArgs((values): NamedTuple | undefined =>
  values.length < 4 || values.length > 5 ? undefined : {
    _tag: "NamedTuple",
    class: "__main__.ForeachFrame",
    fields: FRAME,
    values: FRAME.map((_, i) => values[i] ?? null),
  }
);

/** By the full name of what is called. */
export const METAFLOW_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["metaflow.exception.MetaflowExceptionWrapper", exceptionWrapper],
  ["metaflow.includefile.IncludedFile", includedFile],
  ...KINDS.map((kind) => [`metaflow.client.core.${kind}`, clientObject(kind)] as const),
  ["__main__.ForeachFrame", foreachFrame],
  ["metaflow.task.ForeachFrame", foreachFrame],
];
