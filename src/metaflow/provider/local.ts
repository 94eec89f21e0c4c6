/**
 * Metadata in a directory, where Metaflow keeps it unless it is told of a service.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Effect, Stream } from "effect";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type { MetadataFilter, MetadataProvider, ObjectRecord } from "../MetadataProvider.ts";
import type { ObjectPath, StepPath } from "../Pathspec.ts";
import { inSlices, reading } from "./local/files.ts";
import { readArtifact, readArtifacts } from "./local/artifacts.ts";
import { mutateTags } from "./local/tags.ts";
import { childNames, readChild, readMetadata, readSelf, tagsOfRun } from "./local/tree.ts";
import { hasTags, newestFirst } from "./records.ts";

/** The names of the directories that hold metadata, by the type of the provider. */
export const DIRECTORIES = { local: ".metaflow", spin: ".metaflow_spin" } as const;

/**
 * Metadata below a directory that contains `.metaflow`, or `.metaflow_spin`; it need not exist yet.
 *
 * Everything is read anew at each request, for flows that run change it.
 */
export const make = (
  directory: string,
  type: keyof typeof DIRECTORIES = "local",
): MetadataProvider => {
  const root = join(resolve(directory), DIRECTORIES[type]);

  const listed = (path: ObjectPath): Effect.Effect<Array<ObjectRecord>, MetaflowErrorReason> =>
    Effect.gen(function* () {
      const names = yield* reading(() => childNames(root, path));
      if (names.length === 0) return [];
      const inherited = path.length < 2 ? undefined : yield* reading(() => tagsOfRun(root, path));
      const children = yield* inSlices(names, (name) => readChild(root, path, name, inherited));
      return children.sort(newestFirst);
    });

  return {
    type,
    info: directory,
    self: (path) => reading(() => readSelf(root, path)),
    children: (path, { tags }) =>
      Stream.fromArrayEffect(
        Effect.map(
          listed(path),
          (children) => children.filter((child) => hasTags(child, tags)),
        ),
      ),
    filteredTasks: (step, filter) =>
      Stream.fromArrayEffect(
        Effect.flatMap(
          listed(step),
          (tasks) =>
            inSlices(tasks, (task) => fulfils(root, step, task, filter) ? task : undefined),
        ),
      ),
    metadata: (task, fields) => reading(() => readMetadata(root, task, fields)),
    artifacts: (task, request) =>
      Stream.fromArrayEffect(reading(() => readArtifacts(root, task, request))),
    artifact: (task, name, attempt) => reading(() => readArtifact(root, task, name, attempt)),
    mutateTags: (run, change) => mutateTags(root, run, change),
  };
};

const fulfils = (
  root: string,
  step: StepPath,
  task: ObjectRecord,
  { field, value, match }: MetadataFilter,
): boolean =>
  readMetadata(root, [...step, task.id], [field]).some((record) =>
    match === "exact" ? record.value === value : String(record.value).startsWith(`${value},`)
  );
