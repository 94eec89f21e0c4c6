/**
 * What neptune-query is asked about an export.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import type { AttributeValue, FileRef } from "../../../src/neptune/Attribute.ts";
import type {
  AttributeSelection,
  RunKey,
  RunKind,
  StepRange,
} from "../../../src/neptune/NeptuneSource.ts";
import { attributeValue } from "../../../src/neptune/run/attributeValue.ts";
import { sha256Of } from "../../neptune/archive/compare.ts";
import { filesOf, type Fixture } from "../../neptune/archive/fixtures.ts";
import { anyNumber, byCodePoint, type Cell, type Column, histogramOf } from "./Answer.ts";
import { bucketsOf, type Series } from "./buckets.ts";
import type { Question } from "./Question.ts";
import {
  inOrder,
  inRange,
  isExperiment,
  KINDS,
  type Point,
  textOf,
  type TrueRun,
  truthOf,
} from "./Truth.ts";

/** Runs, as both languages name them, and what that means. */
export interface Selection {
  readonly python: unknown;
  readonly query: Neptune.Nql.Query;
  readonly where: (run: TrueRun) => boolean;
}

/** Attributes, as both languages name them, and what that means. */
export interface Attributes {
  readonly python: unknown;
  readonly select: AttributeSelection;
  /** As an export names them; all of them when absent. */
  readonly types?: ReadonlyArray<string>;
  readonly fits: (path: string) => boolean;
}

export interface TableRequest {
  readonly sortBy?: readonly [path: string, type: string];
  readonly ascending?: boolean;
  readonly limit?: number;
  readonly suffix?: boolean;
  /** Of all projects that there are. */
  readonly everywhere?: boolean;
}

export interface PointsRequest {
  readonly range?: readonly [number | null, number | null];
  readonly tail?: number;
  readonly lineage?: boolean;
  readonly time?: boolean;
}

/** What an export names a type, by what Neptune does. */
const EXPORTED: Readonly<Record<string, string>> = {
  stringSet: "string_set",
  fileRef: "file",
  floatSeries: "float_series",
  stringSeries: "string_series",
  histogramSeries: "histogram_series",
  fileRefSeries: "file_series",
};

const NEPTUNE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EXPORTED).map(([neptune, exported]) => [exported, neptune]),
);

/** Everything that can be asked. */
export const queryQuestionsAbout = (fixture: Fixture) => {
  const runs = truthOf(fixture);
  const project = fixture.expected.project;
  const within = (kind: RunKind, { where }: Selection) =>
    runs.filter((run) => (kind === "runs" || isExperiment(run)) && where(run));
  const labelPath = (kind: RunKind) => kind === "runs" ? "sys/custom_run_id" : "sys/name";
  const labelOf = (kind: RunKind, run: TrueRun): string => textOf(run, labelPath(kind));
  const one = (kind: RunKind) => kind === "runs" ? "run" : "experiment";

  /** Searches runs; gives their keys and labels. */
  const found = (
    kind: RunKind,
    { query }: Selection,
    { sortBy = ["sys/creation_time", "datetime"], ascending = false, limit }: TableRequest = {},
  ) =>
    Effect.gen(function* () {
      const source = yield* Neptune.NeptuneSource;
      const pages = yield* Stream.runCollect(source.search({
        project,
        kind,
        query,
        sortBy: {
          attribute: sortBy[0],
          type: NEPTUNE[sortBy[1]] ?? sortBy[1],
          direction: ascending ? "ascending" : "descending",
        },
        limit,
        attributes: [labelPath(kind)],
      }));
      const labels = new Map<RunKey, string>();
      for (const { runs, columns } of pages) {
        for (const column of columns) {
          if (column.type !== "string") continue;
          column.rows.forEach((row, i) => labels.set(runs[row]!, column.values[i]!));
        }
      }
      return { source, keys: pages.flatMap(({ runs }) => runs), labels };
    });

  const typesOf = ({ types }: Attributes) => types?.map((type) => NEPTUNE[type] ?? type);

  const asked = <A>(
    effect: Effect.Effect<A, Neptune.NeptuneErrorReason, Neptune.NeptuneSource>,
  ): Question["ours"] =>
    Effect.mapError(effect, (reason) => new Neptune.NeptuneError({ method: "interop", reason }));

  const list = (kind: RunKind, selection: Selection): Question => ({
    name: `list_${kind} ${JSON.stringify(selection.python)}`,
    call: `list_${kind}`,
    args: { [kind]: selection.python },
    ours: asked(
      Effect.map(found(kind, selection), ({ labels }) => [...labels.values()].sort(byCodePoint)),
    ),
    truth: () => within(kind, selection).map((run) => labelOf(kind, run)).sort(byCodePoint),
  });

  const listAttributes = (
    kind: RunKind,
    selection: Selection,
    attributes: Attributes,
  ): Question => ({
    name: `${kind} list_attributes ${JSON.stringify([selection.python, attributes.python])}`,
    call: `${kind}.list_attributes`,
    args: { [kind]: selection.python, attributes: attributes.python },
    ours: asked(Effect.gen(function* () {
      const { source, keys } = yield* found(kind, selection);
      const pages = yield* Stream.runCollect(source.definitions({
        project,
        runs: keys,
        select: attributes.select,
        types: typesOf(attributes),
      }));
      return [...new Set(pages.flat().map(({ path }) => path))].sort(byCodePoint);
    })),
    truth: () =>
      [...new Set(within(kind, selection).flatMap((run) => fieldsOf(run, attributes)))]
        .sort(byCodePoint),
  });

  const table = (
    kind: RunKind,
    selection: Selection,
    attributes: Attributes,
    request: TableRequest = {},
  ): Question => {
    const { sortBy, ascending = false, limit, suffix = false, everywhere = false } = request;
    const laid = (
      labels: ReadonlyArray<string>,
      rows: ReadonlyArray<ReadonlyMap<string, readonly [type: string, Cell]>>,
    ) => {
      const types = new Map<string, string>();
      const named = rows.map((row) =>
        new Map([...row].map(([path, [type, cell]]) => {
          const name = suffix ? `${path}:${type}` : path;
          types.set(name, type);
          return [name, cell] as const;
        }))
      );
      const columns = [...types].sort(([a], [b]) => byCodePoint(a, b)).map(
        ([name, type]): Column => ({
          name,
          kind: type === "string_set" || type === "file" || type === "file_series"
            ? "object"
            : KINDS[type] ?? "object",
          cells: named.map((row) => row.get(name) ?? null),
        }),
      );
      return everywhere
        ? {
          index: ["project", one(kind)],
          labels: labels.map((label) => [project, label]),
          height: labels.length,
          columns,
        }
        : { index: [one(kind)], labels, height: labels.length, columns };
    };
    return {
      name: `${kind} table ${JSON.stringify([selection.python, attributes.python, request])}`,
      call: `fetch_${kind}_table${everywhere ? "_global" : ""}`,
      args: {
        [kind]: selection.python,
        attributes: attributes.python,
        ...sortBy && { sort_by: { name: sortBy[0], type: sortBy[1] } },
        sort_direction: ascending ? "asc" : "desc",
        ...limit !== undefined && { limit },
        type_suffix_in_column_names: suffix,
      },
      ...!suffix && hasIndexName(kind, selection, attributes) && {
        skip: {
          "neptune-query": `an attribute called ${one(kind)} is taken for the index (IndexError)`,
        },
      },
      ours: asked(Effect.gen(function* () {
        const { source, keys, labels } = yield* found(kind, selection, request);
        const pages = yield* Stream.runCollect(source.values({
          project,
          runs: keys,
          select: attributes.select,
          types: typesOf(attributes),
        }));
        const rows = keys.map(() => new Map<string, readonly [string, Cell]>());
        for (const column of pages.flat()) {
          column.rows.forEach((row, i) => {
            const value = attributeValue(column, i);
            const type = EXPORTED[value.type] ?? value.type;
            rows[row]!.set(column.path, [type, lastOf(value)]);
          });
        }
        return laid(keys.map((key) => labels.get(key)!), rows);
      })),
      truth: () => {
        const [path, order] = [sortBy?.[0] ?? "sys/creation_time", ascending];
        const rows = inOrder(within(kind, selection), path, order).slice(0, limit);
        return laid(
          rows.map((run) => labelOf(kind, run)),
          rows.map((run) =>
            new Map(
              fieldsOf(run, attributes).map((path) => {
                const { type, cell } = run.fields.get(path)!;
                return [path, [type, cell] as const];
              }),
            )
          ),
        );
      },
    };
  };

  const hasIndexName = (kind: RunKind, selection: Selection, attributes: Attributes): boolean =>
    within(kind, selection).some((run) => fieldsOf(run, attributes).includes(one(kind)));

  const points = (
    kind: RunKind,
    selection: Selection,
    attributes: Attributes,
    request: PointsRequest = {},
    types: ReadonlyArray<string> = ["float_series"],
  ): Question => {
    const { range = [null, null], tail, lineage = true, time = true } = request;
    const what = types[0] === "float_series" ? "metrics" : "series";
    const laid = (all: ReadonlyArray<readonly [path: string, label: string, Point]>) => {
      const paths = [...new Set(all.map(([path]) => path))].sort(byCodePoint);
      return {
        index: [one(kind), "step"],
        series: paths.map((path) => {
          const points = all.filter(([each]) => each === path)
            .map(([, label, [step, value, at]]) => [label, step, value, time ? { time: at } : null])
            .sort((a, b) =>
              byCodePoint(a[0] as string, b[0] as string) || Number(a[1]) - Number(b[1])
            )
            // Of points with one step a frame has the first.
            .filter(([label, step], i, sorted) =>
              i === 0 || sorted[i - 1]![0] !== label || sorted[i - 1]![1] !== step
            );
          return { name: path, points };
        }),
      };
    };
    return {
      name: `${kind} ${what} ${JSON.stringify([selection.python, attributes.python, request])}`,
      call: `${kind}.fetch_${what}`,
      args: {
        [kind]: selection.python,
        attributes: attributes.python,
        step_range: range,
        lineage_to_the_root: lineage,
        ...tail !== undefined && { tail_limit: tail },
        ...time && { include_time: "absolute" },
      },
      ours: asked(Effect.gen(function* () {
        const { source, keys, labels } = yield* found(kind, selection);
        const wanted = (attributes.types ?? types).filter((type) => types.includes(type));
        const defined = (yield* Stream.runCollect(source.definitions({
          project,
          runs: keys,
          select: attributes.select,
          types: wanted.map((type) => NEPTUNE[type]!),
        }))).flat();
        const paths = [...new Set(defined.map(({ path }) => path))];
        const bounds: StepRange = { from: range[0] ?? undefined, to: range[1] ?? undefined };
        const all: Array<readonly [string, string, Point]> = [];
        for (const type of wanted) {
          const read = {
            float_series: source.floatSeries,
            string_series: source.stringSeries,
            histogram_series: source.histogramSeries,
            file_series: source.fileRefSeries,
          }[type as "float_series"];
          const chunks = yield* Stream.runCollect(read({
            project,
            runs: keys,
            attributes: paths,
            inheritance: lineage ? "all" : kind === "runs" ? "none" : "experiment",
            range: bounds,
            tail,
            previews: false,
          }));
          for (const { run, attribute, offsets, step, timestamp, value } of chunks) {
            run.forEach((r, i) => {
              for (let p = offsets[i]!; p < offsets[i + 1]!; p++) {
                const cell = pointCell(type, value[p]);
                const label = labels.get(keys[r]!)!;
                all.push([paths[attribute[i]!]!, label, [step[p]!, cell, timestamp[p]!]]);
              }
            });
          }
        }
        return laid(all);
      })),
      truth: () =>
        laid(
          within(kind, selection).flatMap((run) =>
            fieldsOf(run, attributes).filter((path) => types.includes(run.fields.get(path)!.type))
              .flatMap((path) => {
                const own = lineage || run.fields.get(path)!.type === "file_series"
                  ? run.points.get(path)!
                  : kind === "runs"
                  ? run.ownPoints.get(path)!
                  : ofExperiment(run, path);
                const chosen = inRange(own, range);
                return chosen.slice(tail === undefined ? 0 : Math.max(0, chosen.length - tail))
                  .map((point) => [path, labelOf(kind, run), point] as const);
              })
          ),
        ),
      inPython: (answer, note) => {
        if (time) return answer;
        const { index, series } = answer as ReturnType<typeof laid>;
        return {
          index,
          series: series.map(({ name, points }) => ({
            name,
            points: points.filter(([, , value]) => {
              const isNaN = JSON.stringify(value) === '{"float":"NaN"}';
              if (isNaN) note("a NaN is a value and not missing");
              return !isNaN;
            }),
          })),
        };
      },
    };
  };

  /** Points that are own or inherited from ancestors of the same experiment. */
  const ofExperiment = (run: TrueRun, path: string): ReadonlyArray<Point> => {
    const name = textOf(run, "sys/name");
    let points = run.ownPoints.get(path)!;
    for (const { runId, upToStep } of run.ancestors) {
      const ancestor = runs.find(({ id }) => id === runId)!;
      if (textOf(ancestor, "sys/name") !== name) continue;
      const steps = new Set(points.map(([step]) => step));
      const inherited = (ancestor.ownPoints.get(path) ?? [])
        .filter(([step]) => step <= upToStep && !steps.has(step));
      points = [...points, ...inherited].sort(([a], [b]) => a - b);
    }
    return points;
  };

  /** Points of experiments, in buckets of equal width. */
  const buckets = (selection: Selection, attributes: Attributes, limit: number): Question => ({
    name: `buckets ${JSON.stringify([selection.python, attributes.python, { limit }])}`,
    call: "fetch_metric_buckets",
    args: { experiments: selection.python, y: attributes.python, limit },
    ours: asked(Effect.gen(function* () {
      const { source, keys, labels } = yield* found("experiments", selection);
      const defined = yield* Stream.runCollect(source.definitions({
        project,
        runs: keys,
        select: attributes.select,
        types: ["floatSeries"],
      }));
      const paths = defined.flat().map(({ path }) => path);
      const chunks = yield* Stream.runCollect(source.floatSeries({
        project,
        runs: keys,
        attributes: paths,
        inheritance: "all",
        range: {},
        previews: false,
      }));
      const all = chunks.flatMap(({ run, attribute, offsets, step, value }) =>
        Array.from(run, (r, i): Series => {
          const [start, end] = [offsets[i]!, offsets[i + 1]!];
          const points = Array.from(
            step.slice(start, end),
            (step, p) => [step, value[start + p]!] as const,
          );
          return [labels.get(keys[r]!)!, paths[attribute[i]!]!, points];
        })
      );
      return bucketsOf(all, limit);
    })),
    truth: () => {
      const all = within("experiments", selection).flatMap((run) =>
        fieldsOf(run, attributes).filter((path) => run.fields.get(path)!.type === "float_series")
          .map((path): Series => [
            labelOf("experiments", run),
            path,
            run.points.get(path)!.map(([step, cell]) =>
              [step, Number((cell as { readonly float: unknown }).float)] as const
            ),
          ])
      );
      return bucketsOf(all, limit);
    },
  });

  /** The files of a table or of series, downloaded. */
  const download = (
    kind: RunKind,
    selection: Selection,
    attributes: Attributes,
    series: boolean,
  ): Question => {
    const root = join(filesOf(fixture), fixture.expected.projectDirectory);
    return {
      name: `${kind} download ${JSON.stringify([selection.python, attributes.python, { series }])}`,
      call: `${kind}.download_files`,
      args: {
        [kind]: selection.python,
        attributes: attributes.python,
        ...series && { series: true },
      },
      ours: asked(Effect.gen(function* () {
        const { source, keys, labels } = yield* found(kind, selection);
        const pages = yield* Stream.runCollect(source.values({
          project,
          runs: keys,
          select: attributes.select,
          types: [series ? "fileRefSeries" : "fileRef"],
        }));
        const files: Array<readonly [label: string, step: number, path: string, FileRef]> = [];
        for (const column of pages.flat()) {
          if (column.type !== "fileRef") continue;
          column.rows.forEach((row, i) =>
            files.push([labels.get(keys[row]!)!, NaN, column.path, column.values[i]!])
          );
        }
        const paths = series ? [...new Set(pages.flat().map(({ path }) => path))] : [];
        const chunks = yield* Stream.runCollect(source.fileRefSeries({
          project,
          runs: keys,
          attributes: paths,
          inheritance: "all",
          range: {},
          previews: false,
        }));
        for (const { run, attribute, offsets, step, value } of chunks) {
          run.forEach((r, i) => {
            for (let p = offsets[i]!; p < offsets[i + 1]!; p++) {
              const file = value[p];
              if (file) files.push([labels.get(keys[r]!)!, step[p]!, paths[attribute[i]!]!, file]);
            }
          });
        }
        const hashed = yield* Effect.forEach(files, ([label, step, path, file]) =>
          Effect.map(
            sha256Of(source.readFile({ project, file })),
            (hash) => [label, anyNumber(step), path, hash],
          ));
        return hashed.sort((a, b) => byCodePoint(a.join(), b.join()));
      })),
      truth: () => {
        const entry = (label: string, step: number, path: string, cell: Cell) => {
          if (typeof cell !== "object" || cell === null || !("file" in cell)) return [];
          const bytes = Deno.readFileSync(join(root, cell.file.path));
          const hash = createHash("sha256").update(bytes).digest("hex");
          return [[label, anyNumber(step), path, hash]];
        };
        return within(kind, selection).flatMap((run) => {
          const label = labelOf(kind, run);
          return fieldsOf(run, attributes).flatMap((path) => {
            const { type, cell } = run.fields.get(path)!;
            return series && type === "file_series"
              ? run.points.get(path)!.flatMap(([step, value]) => entry(label, step, path, value))
              : !series && type === "file"
              ? entry(label, NaN, path, cell)
              : [];
          });
        }).sort((a, b) => byCodePoint(a.join(), b.join()));
      },
    };
  };

  return { list, listAttributes, table, points, buckets, download };
};

const fieldsOf = (run: TrueRun, { fits, types }: Attributes): ReadonlyArray<string> =>
  [...run.fields].filter(([path, { type }]) =>
    fits(path) && (types === undefined || types.includes(type))
  ).map(([path]) => path);

const pointCell = (type: string, value: unknown): Cell => {
  switch (type) {
    case "float_series":
      return { float: anyNumber(value as number) };
    case "string_series":
      return { text: value as string };
    case "histogram_series":
      return { histogram: histogramOf(value as Parameters<typeof histogramOf>[0]) };
    default:
      return fileCell(value as Parameters<typeof fileCell>[0]);
  }
};

const fileCell = (
  file: {
    readonly path: string;
    readonly sizeBytes: number | null;
    readonly mimeType: string | null;
  } | null,
): Cell =>
  file === null
    ? null
    : { file: { path: file.path, size: file.sizeBytes, mimeType: file.mimeType } };

/** The value of an attribute; of a series the last one. */
const lastOf = ({ type, value }: AttributeValue): Cell => {
  switch (type) {
    case "bool":
      return value;
    case "int":
      return { int: String(value) };
    case "float":
      return { float: anyNumber(value) };
    case "string":
    case "experimentState":
      return { text: value };
    case "datetime":
      return { time: value };
    case "stringSet":
      return { set: value.toSorted(byCodePoint) };
    case "floatSeries":
      return value.lastStep === null ? null : { float: anyNumber(value.last!) };
    case "stringSeries":
      return value.last === null ? null : { text: value.last };
    case "histogramSeries":
      return value.last && { histogram: histogramOf(value.last) };
    case "fileRefSeries":
      return fileCell(value.last);
    default:
      return fileCell(value);
  }
};
