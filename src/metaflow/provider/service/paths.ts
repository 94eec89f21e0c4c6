/**
 * Where a metadata service has what.
 *
 * @module
 */
import type { ObjectPath } from "../../Pathspec.ts";

const COLLECTIONS = ["flows", "runs", "steps", "tasks"] as const;

/** The fields in which records have their ids. */
const IDS = ["flow_id", "run_number", "step_name", "task_id"] as const;

/** The path of an object. */
export const pathOf = (path: ObjectPath): string =>
  path.map((id, depth) => `/${COLLECTIONS[depth]}/${encodeURIComponent(id)}`).join("");

/** The path of the list of its children. */
export const childrenPathOf = (path: ObjectPath): string =>
  `${pathOf(path)}/${COLLECTIONS[path.length]}`;

/** The id in the record of an object so many levels down; a service has numbers for some. */
export const idOf = (record: unknown, depth: number): string => {
  const id = (record as Readonly<Record<string, unknown>> | null)?.[IDS[depth - 1]!];
  if (typeof id === "string" || typeof id === "number") return String(id);
  throw new TypeError(`its ${IDS[depth - 1]} is ${JSON.stringify(id)}`);
};
