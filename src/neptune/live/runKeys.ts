/**
 * How runs are called: by the project and what the server calls `sys/id`, as in `acme/demo/DEM-1`.
 *
 * @module
 */
import type { RunKey } from "../NeptuneSource.ts";

/** The key of a run of a project. */
export const keyOf = (project: string, sysId: string): RunKey => `${project}/${sysId}`;
