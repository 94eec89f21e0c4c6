/**
 * Lists runs and experiments.
 *
 * @module
 */
import { Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource, RunKind, RunPage } from "../NeptuneSource.ts";
import type { RunIdentifiers } from "../ReadOnlyProject.ts";
import { inTrash } from "./filters.ts";

/** Lists what is not in the trash, by `sys/id` as text, descending. */
export const list = (
  source: NeptuneSource,
  project: string,
  kind: RunKind,
): Stream.Stream<RunIdentifiers, NeptuneErrorReason> =>
  source.search({
    project,
    kind,
    query: inTrash(false),
    sortBy: { attribute: "sys/id", type: "string", direction: "descending" },
    attributes: ["sys/id", "sys/name", "sys/custom_run_id"],
  }).pipe(Stream.map(identifiersOf), Stream.flattenIterable);

const identifiersOf = ({ runs, columns }: RunPage): ReadonlyArray<RunIdentifiers> => {
  const textsOf = (path: string): ReadonlyArray<string | null> => {
    const whole = columns.find((column) => column.path === path);
    if (whole?.type === "string" && whole.rows.length === runs.length) return whole.values;
    const texts = new Array<string | null>(runs.length).fill(null);
    for (const column of columns) {
      if (column.path !== path || column.type !== "string") continue;
      column.rows.forEach((row, cell) => texts[row] = column.values[cell]!);
    }
    return texts;
  };
  const ids = textsOf("sys/id");
  const names = textsOf("sys/name");
  const customIds = textsOf("sys/custom_run_id");
  return runs.map((_, row) => ({
    "sys/id": ids[row]!,
    "sys/name": names[row]!,
    "sys/custom_run_id": customIds[row]!,
  }));
};
