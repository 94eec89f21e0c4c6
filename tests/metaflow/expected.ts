/**
 * Compares what this library says with what the Python client said of the same data.
 *
 * Both are brought into one form: what has no order is put into one, and what is chosen to differ
 * (`docs/differences.md`) is what it should be. Nothing else is forgiven.
 *
 * @module
 */
import { type Json, type JsonObject, normal } from "./pickle/PythonTag.ts";

/** The names of all artifacts in an `expected.json` that no list of Python has. */
export const privateNames = (expected: JsonObject): ReadonlyArray<string> => {
  const names = new Set<string>();
  eachTask(expected, (task) => {
    for (const name of Object.keys(object(task.artifacts))) {
      if (name.startsWith("_")) names.add(name);
    }
  });
  return [...names];
};

/** How many tasks and artifacts there are, to see that something was compared. */
export const countOf = (
  dumped: JsonObject,
): { readonly tasks: number; readonly artifacts: number } => {
  let tasks = 0;
  let artifacts = 0;
  eachTask(dumped, (task) => {
    tasks++;
    artifacts += Object.keys(object(task.artifacts)).length;
  });
  return { tasks, artifacts };
};

/** What a dump and an `expected.json` say differently: a line for each place. */
export const differences = (dumped: JsonObject, expected: JsonObject): ReadonlyArray<string> => {
  const found: Array<string> = [];
  compare(found, "", comparable(dumped), comparable(chosen(expected)));
  return found;
};

const compare = (found: Array<string>, path: string, actual: Json, expected: Json): void => {
  if (isObject(actual) && isObject(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(found, `${path}/${key}`, own(actual, key), own(expected, key));
    }
  } else if (isList(actual) && isList(expected) && actual.length === expected.length) {
    expected.forEach((item, i) => compare(found, `${path}[${i}]`, actual[i]!, item));
  } else if (!Object.is(actual, expected)) {
    found.push(`${path}: ${show(actual)}, but Python says ${show(expected)}`);
  }
};

const ABSENT = "(nothing)";

const own = (json: JsonObject, key: string): Json => Object.hasOwn(json, key) ? json[key]! : ABSENT;

const show = (json: Json): string => JSON.stringify(json).slice(0, 400);

// ------------------------------------------------------------------------------------- one form

/** The same in the order of everything that has no order, and values as they compare. */
const comparable = ({ flows, namespaces, values }: JsonObject): JsonObject => ({
  flows: mapValues(flows, (flow) => ({
    ...flow,
    runs: mapValues(flow.runs, (run) => ({
      ...run,
      steps_in_order: withoutTies(run.steps_in_order),
      steps: mapValues(run.steps, (step) => ({
        ...step,
        parent_steps: withoutMessage(step.parent_steps),
        child_steps: withoutMessage(step.child_steps),
        tasks_in_order: withoutTies(step.tasks_in_order),
        tasks: mapValues(step.tasks, comparableTask),
      })),
    })),
  })),
  namespaces: namespaces!,
  values: values!,
});

const comparableTask = (task: JsonObject): JsonObject => ({
  ...task,
  parent_tasks: withoutMessage(task.parent_tasks),
  child_tasks: withoutMessage(task.child_tasks),
  exception: normal(task.exception!),
  metadata: ordered(task.metadata),
  metadata_dict: sortedKeys(task.metadata_dict),
  iteration: withoutTies(task.iteration),
  ...task.attempts === undefined ? {} : {
    attempts: mapValues(task.attempts, (attempt) => ({
      ...attempt,
      metadata: ordered(attempt.metadata),
    })),
  },
});

const withoutMessage = (json: Json | undefined): Json => {
  const { message: _message, ...rest } = object(json);
  return rest;
};

/** Names with times, newest first: those of one millisecond in the order of their names. */
const withoutTies = (json: Json | undefined): Json => {
  const result: Array<Json> = [];
  let group: Array<Json> = [];
  for (const item of list(json)) {
    if (group.length > 0 && list(group[0])[1] !== list(item)[1]) {
      result.push(...ordered(group));
      group = [];
    }
    group.push(item);
  }
  return [...result, ...ordered(group)];
};

const ordered = (json: Json | undefined): ReadonlyArray<Json> =>
  list(json)
    .map((item) =>
      [JSON.stringify(item, isObject(item) ? Object.keys(item).toSorted() : null), item] as const
    )
    .toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([, item]) => item);

const sortedKeys = (json: Json | undefined): Json =>
  Object.fromEntries(Object.entries(object(json)).toSorted(([a], [b]) => a < b ? -1 : 1));

// ------------------------------------------------------------------------------ what is to differ

/** What Python says, but for what is chosen to differ. */
const chosen = (expected: JsonObject, sizes = sizesOf(expected)): JsonObject => ({
  flows: mapValues(expected.flows, (flow) => ({
    ...flow,
    runs: mapValues(flow.runs, (run) => ({
      ...run,
      origin_pathspec: withoutNone(run.origin_pathspec),
      steps: mapValues(run.steps, (step) => ({
        ...step,
        origin_pathspec: withoutNone(step.origin_pathspec),
        parent_steps: neighbours(step.parent_steps),
        child_steps: neighbours(step.child_steps),
        tasks: mapValues(step.tasks, (task) => ({
          ...task,
          origin_pathspec: withoutNone(task.origin_pathspec),
          parent_tasks: neighbours(task.parent_tasks),
          child_tasks: neighbours(task.child_tasks),
          artifacts: Object.fromEntries(
            Object.entries(object(task.artifacts)).map(([name, artifact]) => {
              const [sha, size, ...rest] = list(artifact);
              const known = isObject(size) ? object(sizeOf(sizes, { sha: sha!, size })).ok! : size!;
              return [name, [sha!, known, ...rest]];
            }),
          ),
          ...task.attempts === undefined ? {} : {
            attempts: mapValues(task.attempts, (attempt) => ({
              ...attempt,
              artifacts: mapValues(attempt.artifacts, (artifact) => ({
                ...artifact,
                size: sizeOf(sizes, artifact),
              })),
            })),
          },
        })),
      })),
    })),
  })),
  namespaces: expected.namespaces!,
  values: mapValues(expected.values, (value) => normal(value.value ?? value.structure ?? null)),
});

/** Python takes the text `None` for the id of a run. */
const withoutNone = (json: Json | undefined): Json => {
  const { ok } = object(json);
  return typeof ok === "string" && ok.split("/")[1] === "None" ? { ok: null } : json!;
};

/**
 * What has no place in the graph fails with `NotFound` here; and where Python fails because a step
 * of the graph was never executed, there is none.
 */
const neighbours = (json: Json | undefined): Json => {
  const { error } = object(json);
  return error === "KeyError" ? { error: "NotFound" } : error === undefined ? json! : { ok: [] };
};

/** Python fails for an attempt that wrote no `DONE.lock`, and for ones of old releases. */
const sizeOf = (sizes: ReadonlyMap<Json, Json>, { sha, size }: JsonObject): Json => {
  const { error } = object(size);
  return error === undefined
    ? size!
    : { ok: sizes.get(sha!) ?? "a size that Python does not know" };
};

/** The sizes of serialized values, as far as Python knows any. */
const sizesOf = (expected: JsonObject): ReadonlyMap<Json, Json> => {
  const sizes = new Map<Json, Json>();
  eachTask(expected, (task) => {
    for (const artifact of Object.values(object(task.artifacts))) {
      const [sha, size] = list(artifact);
      if (typeof size === "number") sizes.set(sha!, size);
    }
  });
  return sizes;
};

// ------------------------------------------------------------------------------------------ JSON

const eachTask = (dumped: JsonObject, visit: (task: JsonObject) => void): void => {
  for (const flow of Object.values(object(dumped.flows))) {
    for (const run of Object.values(object(object(flow).runs))) {
      for (const step of Object.values(object(object(run).steps))) {
        for (const task of Object.values(object(object(step).tasks))) visit(object(task));
      }
    }
  }
};

const isList = (json: Json | undefined): json is ReadonlyArray<Json> => Array.isArray(json);

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !isList(json);

const list = (json: Json | undefined): ReadonlyArray<Json> => {
  if (isList(json)) return json;
  throw new TypeError(`${JSON.stringify(json)} is no list`);
};

const object = (json: Json | undefined): JsonObject => {
  if (isObject(json)) return json;
  throw new TypeError(`${JSON.stringify(json)} is no object`);
};

const mapValues = (json: Json | undefined, change: (value: JsonObject) => Json): JsonObject =>
  Object.fromEntries(
    Object.entries(object(json)).map(([key, value]) => [key, change(object(value))]),
  );
