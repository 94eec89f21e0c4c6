/**
 * A project of an export, with all that is kept of it in memory.
 *
 * @module
 */
import * as Catalogue from "./Catalogue.ts";
import * as ProjectIndex from "./ProjectIndex.ts";
import * as Summaries from "./Summaries.ts";
import type { Listing } from "./Listing.ts";
import type { Settings } from "./Settings.ts";

/** What is kept of a project while its directory does not change. */
export interface Project extends ProjectIndex.ProjectIndex {
  /** The directory of the project's files, if the export was opened with them. */
  readonly files: string | undefined;
  readonly catalogue: Catalogue.Catalogue;
  readonly summaries: Summaries.Summaries;
}

/** A project of which nothing but its file names is known yet. */
export const make = (
  listing: Listing,
  files: string | undefined,
  settings: Settings,
): Project => {
  const index = ProjectIndex.make(listing, settings);
  return { ...index, files, catalogue: Catalogue.make(index), summaries: Summaries.make(index) };
};
