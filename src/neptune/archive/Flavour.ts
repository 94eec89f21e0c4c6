/**
 * Which of its two exporters wrote an export, for they mean different things by the same columns.
 *
 * @module
 */
import { type Table, textOf } from "./Parameters.ts";

/**
 * `neptune3`: `run_id` is `sys/custom_run_id`, and there are experiments and forks. `neptune2`:
 * `run_id` is `sys/id`, names are free labels, the times of points are local times of the exporting
 * machine that are labelled UTC, and the steps of file series only count the files.
 */
export type Flavour = "neptune2" | "neptune3";

/** Tells the exporter from what it wrote; Neptune 3 where nothing tells. */
export const flavourOf = (table: Table): Flavour => {
  const has = (prefix: string) => table.columns.keys().some((path) => path.startsWith(prefix));
  if (NEPTUNE_3.some(has)) return "neptune3";
  const ids = table.runs.map((run) => [run, textOf(table, run, "sys/id")] as const);
  const named = ids.filter(([, id]) => id !== undefined);
  return named.length > 0 && named.every(([run, id]) => run === id) ? "neptune2" : "neptune3";
};

const NEPTUNE_3 = ["sys/experiment/", "sys/forking/", "sys/diagnostics/"];
