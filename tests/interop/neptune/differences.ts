/**
 * What pandas makes of a table, beside ours: the differences of `docs/differences.md` that any table
 * can show, by the words that are there.
 *
 * @module
 */
import type { Cell, Column, Table } from "./Answer.ts";
import type { Answer, Note } from "./Question.ts";

/** An answer of ours as Python gives it; `unsupported` are paths of which it has no values. */
export const inPandas = (
  answer: Answer,
  unsupported: ReadonlySet<string>,
  note: Note,
): Answer => {
  if (Array.isArray(answer)) return answer.map((each) => inPandas(each, unsupported, note));
  if (typeof answer !== "object" || answer === null) return answer;
  if ("mimeType" in answer && answer.mimeType === null) {
    note("a file without a known MIME type has an empty one on a server");
    return { ...answer, mimeType: "" };
  }
  if (isTable(answer)) {
    const columns = answer.columns.map((column) => inSeries(column, unsupported, note));
    return {
      ...answer,
      columns: columns.map((column) => ({
        ...column,
        cells: inPandas(column.cells, unsupported, note),
      })),
    };
  }
  return Object.fromEntries(
    Object.entries(answer).map(([name, each]) => [name, inPandas(each, unsupported, note)]),
  );
};

const isTable = (answer: object): answer is Table => "height" in answer && "columns" in answer;

const inSeries = (
  { name, kind, cells }: Column,
  unsupported: ReadonlySet<string>,
  note: Note,
): Column => {
  if (unsupported.has(name)) {
    if (cells.some((cell) => cell !== null)) {
      note("string and histogram series, files and file series have cells");
    }
    return { name, kind: "missing", cells: cells.map(() => null) };
  }
  const shown = cells.map((cell): Cell => {
    if (!isNaN(cell)) return cell;
    note("a NaN is a value and not missing");
    return null;
  });
  if (shown.every((cell) => cell === null)) {
    if (shown.length > 0 || kind !== "missing") {
      note("a column that no returned run has is of type Null, a system attribute of its own type");
    }
    return { name, kind: "missing", cells: shown };
  }
  const hasGap = shown.includes(null);
  switch (kind) {
    case "int":
      if (!hasGap) return { name, kind, cells: shown };
      note("integers stay integers beside rows without one");
      return {
        name,
        kind: "float",
        cells: shown.map((cell) =>
          cell && { float: Number((cell as { readonly int: string }).int) }
        ),
      };
    case "bool":
      if (hasGap) note("a table is a Polars frame");
      return { name, kind: hasGap ? "object" : "bool", cells: shown };
    case "text":
      return { name, kind: "object", cells: shown };
    default:
      return { name, kind, cells: shown };
  }
};

const isNaN = (cell: Cell): boolean =>
  typeof cell === "object" && cell !== null && "float" in cell && cell.float === "NaN";

/** Columns without a value say nothing by their type. */
export const withoutEmptyTypes = (answer: Answer): Answer => {
  if (Array.isArray(answer)) return answer.map(withoutEmptyTypes);
  if (typeof answer !== "object" || answer === null) return answer;
  if (isTable(answer)) {
    return {
      ...answer,
      columns: answer.columns.map((column) =>
        column.cells.every((cell) => cell === null) ? { ...column, kind: "missing" } : column
      ),
    };
  }
  return Object.fromEntries(
    Object.entries(answer).map(([name, each]) => [name, withoutEmptyTypes(each)]),
  );
};
