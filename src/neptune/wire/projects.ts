/**
 * Projects, in JSON.
 *
 * @module
 */
import { Schema } from "effect";

/** A project. */
export interface ProjectDTO {
  /** A UUID, which can stand for `workspace/project` in requests. */
  readonly id: string;
  readonly organizationId: string;
  /** The workspace. */
  readonly organizationName: string;
  /** What `sys/id` begins with. */
  readonly projectKey: string;
  readonly name: string;
  readonly version: number;
}

/** {@link ProjectDTO} */
export const ProjectDTO: Schema.Codec<ProjectDTO> = Schema.Struct({
  id: Schema.String,
  organizationId: Schema.String,
  organizationName: Schema.String,
  projectKey: Schema.String,
  name: Schema.String,
  version: Schema.Int,
});

/** A project in a list. */
export interface ProjectListEntry {
  readonly id: string;
  readonly organizationName: string;
  readonly projectKey: string;
  readonly name: string;
}

/** Some of the projects that can be read. */
export interface ProjectList {
  readonly entries: ReadonlyArray<ProjectListEntry>;
  readonly matchingItemCount: number;
}

/** {@link ProjectList} */
export const ProjectList: Schema.Codec<ProjectList> = Schema.Struct({
  entries: Schema.Array(Schema.Struct({
    id: Schema.String,
    organizationName: Schema.String,
    projectKey: Schema.String,
    name: Schema.String,
  })),
  matchingItemCount: Schema.Int,
});
