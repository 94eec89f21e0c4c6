/**
 * The projects of a server.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import { type NeptuneErrorReason, ProjectNotFound } from "../NeptuneError.ts";
import type { Project } from "../NeptuneSource.ts";
import type { ProjectListEntry } from "../wire/projects.ts";
import type { Service } from "./Service.ts";

const PAGE = 500;

/** All projects that can be read. */
export const projects = (
  service: Service,
): Effect.Effect<ReadonlyArray<Project>, NeptuneErrorReason> =>
  Stream.runCollect(
    Stream.paginate(0, (offset) =>
      Effect.map(service.projects(offset, PAGE), ({ entries }) => [
        entries.map(toProject),
        entries.length < PAGE ? Option.none() : Option.some(offset + entries.length),
      ])),
  );

/** Looks a project up. */
export const project = (
  service: Service,
  identifier: string,
): Effect.Effect<Project, NeptuneErrorReason> =>
  Effect.map(service.project(identifier), toProject).pipe(
    Effect.catchTag("ResourceNotFound", (missing) =>
      projects(service).pipe(
        Effect.mapError(() => missing),
        Effect.flatMap((found) =>
          Effect.fail(
            new ProjectNotFound({
              project: identifier,
              available: found.map(({ identifier }) => identifier),
            }),
          )
        ),
      )),
  );

const toProject = (
  { organizationName, name, projectKey }: Omit<ProjectListEntry, "id">,
): Project => ({
  identifier: `${organizationName}/${name}`,
  workspace: organizationName,
  name,
  key: projectKey || null,
});
