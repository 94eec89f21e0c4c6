/**
 * Pathspecs, the names of objects: `Flow/run/step/task/artifact`, and as much of it as an object has.
 *
 * @module
 */
import { Result } from "effect";
import { InvalidPathspec } from "./MetaflowError.ts";

/** The kinds of objects that pathspecs name. */
export type Kind = "Flow" | "Run" | "Step" | "Task" | "DataArtifact";

/** The ids that lead to an object: of its flow, its run, its step and its task. */
export type ObjectPath = ReadonlyArray<string>;

/** A flow and a run of it. */
export type RunPath = readonly [flow: string, run: string];

/** A flow, a run of it and a step of that. */
export type StepPath = readonly [flow: string, run: string, step: string];

/** A flow, a run of it, a step of that and a task of that. */
export type TaskPath = readonly [flow: string, run: string, step: string, task: string];

/** A task, and the name of an artifact of it. */
export type ArtifactPath = readonly [...TaskPath, name: string];

/** The paths of the kinds of objects. */
export interface Paths {
  readonly Flow: readonly [flow: string];
  readonly Run: RunPath;
  readonly Step: StepPath;
  readonly Task: TaskPath;
  readonly DataArtifact: ArtifactPath;
}

const FORMS: Readonly<Record<Kind, string>> = {
  Flow: "FlowName",
  Run: "FlowName/RunID",
  Step: "FlowName/RunID/StepName",
  Task: "FlowName/RunID/StepName/TaskID",
  DataArtifact: "FlowName/RunID/StepName/TaskID/ArtifactName",
};

/**
 * Whether a text can be an id: Metaflow knows no rule, but ids become parts of paths and URLs, where
 * these would lead elsewhere.
 */
export const isId = (text: string): boolean =>
  text !== "" && text !== "." && text !== ".." && !/[/\\\0]/.test(text);

/** The ids of a pathspec that names an object of a kind. */
export const parse = <K extends Kind>(
  kind: K,
  pathspec: string,
): Result.Result<Paths[K], InvalidPathspec> => {
  const ids = String(pathspec).split("/");
  const problem = `Expects ${kind}('${FORMS[kind]}')`;
  return ids.length === FORMS[kind].split("/").length && ids.every(isId)
    // There are as many as the form has, which is that of the kind.
    ? Result.succeed(ids as ReadonlyArray<string> as Paths[K])
    : Result.fail(new InvalidPathspec({ pathspec: String(pathspec), problem }));
};

/** Fails for what can be no id. */
export const checkId = (id: string): Result.Result<string, InvalidPathspec> =>
  isId(String(id)) ? Result.succeed(String(id)) : Result.fail(
    new InvalidPathspec({ pathspec: String(id), problem: "Expects the id of one object" }),
  );

/** What Python prints of an object. */
export const show = (kind: Kind, path: ObjectPath, attempt?: number): string =>
  attempt === undefined
    ? `${kind}('${path.join("/")}')`
    : `${kind}('${path.join("/")}', attempt=${attempt})`;
