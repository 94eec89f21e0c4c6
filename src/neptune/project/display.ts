/**
 * How a notebook shows a project: how much there is, and the newest experiments.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { note } from "../../display/asking.ts";
import { type Html, join, table } from "../../display/html.ts";
import { shortTime } from "../../display/value.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource, RunKind, RunPage } from "../NeptuneSource.ts";
import { attributeValue } from "../run/attributeValue.ts";
import { inTrash } from "./filters.ts";

const EXPERIMENTS = 10;
const COLUMNS = ["sys/id", "sys/name", "sys/creation_time"];

/** Fetches counts and at most 10 experiments; of what is not in the trash. */
export const describeProject = (
  source: NeptuneSource,
  project: string,
): Effect.Effect<Html, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const newest = (kind: RunKind, limit: number): Effect.Effect<
      ReadonlyArray<RunPage>,
      NeptuneErrorReason
    > =>
      Stream.runCollect(source.search({
        project,
        kind,
        query: inTrash(false),
        sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "descending" },
        limit,
        attributes: COLUMNS,
      }));
    const experiments = yield* newest("experiments", EXPERIMENTS);
    const runs = yield* newest("runs", 1);
    const found = experiments[0]?.total ?? 0;
    const all = runs[0]?.total ?? 0;
    const rows = experiments.flatMap(rowsOf);
    return join(
      note(`${all} runs, of which ${found} are experiments`),
      rows.length === 0 ? "" : table(COLUMNS, rows),
      found > rows.length ? note(`The newest ${rows.length}; fetchExperiments lists all.`) : "",
    );
  });

const rowsOf = ({ runs, columns }: RunPage): ReadonlyArray<ReadonlyArray<string>> => {
  const rows = runs.map(() => COLUMNS.map(() => ""));
  for (const column of columns) {
    const at = COLUMNS.indexOf(column.path);
    column.rows.forEach((row, cell) => {
      const { type, value } = attributeValue(column, cell);
      const cells = rows[row];
      if (cells !== undefined) cells[at] = type === "datetime" ? shortTime(value) : String(value);
    });
  }
  return rows;
};
