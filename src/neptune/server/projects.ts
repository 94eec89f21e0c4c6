/**
 * Tells clients which projects there are.
 *
 * @module
 */
import { Effect } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource, Project } from "../NeptuneSource.ts";
import type { ProjectDTO, ProjectList } from "../wire/projects.ts";
import { type Identifiers, internalId } from "./Identifiers.ts";

/** Looks a project up. */
export const projectOf = (
  identifiers: Identifiers,
  id: string,
): Effect.Effect<ProjectDTO, NeptuneErrorReason> => Effect.map(identifiers.project(id), toDto);

/** Lists projects: those of a workspace and with a text in their names, as far as asked for. */
export const listProjects = (
  source: NeptuneSource,
  parameters: URLSearchParams,
): Effect.Effect<ProjectList & { readonly totalItemCount: number }, NeptuneErrorReason> =>
  Effect.map(source.projects, (projects) => {
    const workspace = parameters.get("organizationIdentifier");
    const text = parameters.get("searchTerm")?.toLowerCase() ?? "";
    const offset = Number(parameters.get("offset") ?? 0);
    const limit = Number(parameters.get("limit") ?? Infinity);
    const matching = projects.filter((project) =>
      (workspace === null ||
        [project.workspace, internalId(project.workspace)].includes(workspace)) &&
      project.name.toLowerCase().includes(text)
    );
    return {
      entries: matching.slice(offset, offset + limit)
        .map((project) => ({ ...toDto(project), visibility: "priv" })),
      matchingItemCount: matching.length,
      totalItemCount: projects.length,
    };
  });

const toDto = ({ identifier, workspace, name, key }: Project): ProjectDTO => ({
  id: internalId(identifier),
  organizationId: internalId(workspace),
  organizationName: workspace,
  projectKey: key ?? "",
  name,
  version: 1,
});
