/**
 * Random questions to a source, and their answers in a form that two sources can be compared in.
 *
 * @module
 */
import { Arbitrary, Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import type { FileRef } from "../../../src/neptune/Attribute.ts";
import type {
  AttributeSelection,
  Inheritance,
  NeptuneSource,
  RunKey,
  SearchRequest,
  StepRange,
} from "../../../src/neptune/NeptuneSource.ts";
import { attributeValue } from "../../../src/neptune/run/attributeValue.ts";
import { PROJECT } from "../archive/writePart.ts";
import { below, choice, either, some, sometimes } from "./draw.ts";
import { FLOATS, INTEGERS, PATHS, type Plan, STEPS, TEXTS } from "./Plan.ts";

const { Nql } = Neptune;

/** A question; runs are those of the plan, by their place in it. */
export type Question =
  | { readonly ask: "search"; readonly request: Omit<SearchRequest, "project"> }
  | {
    readonly ask: "definitions";
    readonly runs: ReadonlyArray<string> | undefined;
    readonly select: AttributeSelection;
    readonly types: ReadonlyArray<string> | undefined;
  }
  | {
    readonly ask: "values";
    readonly runs: ReadonlyArray<string>;
    readonly select: AttributeSelection;
    readonly types: ReadonlyArray<string> | undefined;
  }
  | {
    readonly ask: "floatSeries" | "stringSeries" | "histogramSeries" | "fileRefSeries";
    readonly runs: ReadonlyArray<string>;
    readonly attributes: ReadonlyArray<string>;
    readonly inheritance: Inheritance;
    readonly range: StepRange;
    readonly head: number | undefined;
    readonly tail: number | undefined;
  }
  | {
    readonly ask: "file";
    readonly path: string;
    readonly from: number | undefined;
    readonly length: number | undefined;
  };

const TYPES = [
  "bool",
  "int",
  "float",
  "string",
  "datetime",
  "stringSet",
  "floatSeries",
  "stringSeries",
  "histogramSeries",
  "fileRef",
  "fileRefSeries",
] as const;

const AGGREGATES = ["last", "min", "max", "average", "variance"] as const;
const OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;
const PATTERNS = ["", "^m/", "s$", "[[:punct:]]", "(?i)A", "\\.", "^$", "é", "\\x{1F600}"] as const;

/** NQL has no word for a path with a back-tick. */
const NAMEABLE = [
  ...PATHS.filter((path) => !path.includes("`")),
  "sys/name",
  "sys/id",
  "not/there",
];

const condition = (depth: number): Arbitrary.Arbitrary<Neptune.Nql.Condition> =>
  depth === 0 ? predicate : either<Neptune.Nql.Condition>([
    predicate,
    Arbitrary.map(condition(depth - 1), Nql.not),
    Arbitrary.map(
      Arbitrary.all([condition(depth - 1), condition(depth - 1)]),
      ([a, b]) => Nql.and([a, b]),
    ),
    Arbitrary.map(
      Arbitrary.all([condition(depth - 1), condition(depth - 1)]),
      ([a, b]) => Nql.or([a, b]),
    ),
  ]);

const name = choice(NAMEABLE);
const number = either<number | bigint>([choice(FLOATS.filter(Number.isFinite)), choice(INTEGERS)]);

const predicate: Arbitrary.Arbitrary<Neptune.Nql.Predicate> = either<Neptune.Nql.Predicate>([
  Arbitrary.map(
    Arbitrary.all([name, choice([...TYPES, "experimentState"]), choice([true, false])]),
    ([name, type, negated]) => ({ ...Nql.exists({ name, type }), negated }),
  ),
  Arbitrary.map(
    Arbitrary.all([name, choice(["int", "float"] as const), choice(OPERATORS), number]),
    ([name, type, operator, value]) => Nql.compare({ name, type }, operator, value),
  ),
  Arbitrary.map(
    Arbitrary.all([name, choice(AGGREGATES), choice(OPERATORS), number]),
    ([name, aggregate, operator, value]) =>
      Nql.compare({ name, type: "floatSeries", aggregate }, operator, value),
  ),
  Arbitrary.map(
    Arbitrary.all([name, choice(OPERATORS), choice(TEXTS)]),
    ([name, operator, value]) => Nql.compare({ name, type: "string" }, operator, value),
  ),
  Arbitrary.map(
    Arbitrary.all([name, choice(["=", "!="] as const), choice(["true", "False"])]),
    ([name, operator, value]) => Nql.compare({ name, type: "bool" }, operator, value),
  ),
  Arbitrary.map(
    Arbitrary.all([
      name,
      choice(OPERATORS),
      choice(["2023-11-14T22:13:20.123Z", "1970-01-01T00:00:00Z"]),
    ]),
    ([name, operator, value]) => Nql.compare({ name, type: "datetime" }, operator, value),
  ),
  Arbitrary.map(
    Arbitrary.all([
      name,
      choice(["string", "stringSet"] as const),
      choice(TEXTS),
      choice([true, false]),
    ]),
    ([name, type, value, negated]) => ({ ...Nql.contains({ name, type }, value), negated }),
  ),
  Arbitrary.map(
    Arbitrary.all([name, choice(PATTERNS), choice([true, false])]),
    ([name, pattern, negated]) => ({ ...Nql.matches({ name, type: "string" }, pattern), negated }),
  ),
]);

const selection: Arbitrary.Arbitrary<AttributeSelection> = either<AttributeSelection>([
  Arbitrary.map(some([...PATHS, "sys/id", "not/there"]), (paths) => ({ paths })),
  Arbitrary.map(
    Arbitrary.array(
      Arbitrary.all({ all: some(PATTERNS.slice(0, 4)), none: some(PATTERNS.slice(3)) }),
      { maxLength: 2 },
    ),
    (anyOf) => ({ anyOf }),
  ),
  Arbitrary.Constant({ anyOf: [{ all: [], none: [] }] }),
]);

/** Questions about a project. */
export const questionsAbout = (plan: Plan): Arbitrary.Arbitrary<Question> => {
  const runs = some(plan.map(({ id }) => id));
  const types = sometimes(some(TYPES), 3);
  const step = sometimes(choice(STEPS.map(Number)), 3);
  const count = sometimes(Arbitrary.map(below(4), (n) => n + 1), 3);
  return either<Question>([
    Arbitrary.map(
      Arbitrary.all({
        kind: choice(["runs", "experiments"] as const),
        query: either<Neptune.Nql.Query>([condition(2), Arbitrary.Constant(Nql.everything)]),
        attribute: choice([...PATHS, "sys/name", "sys/id", "sys/creation_time", "not/there"]),
        type: choice(["int", "float", "string", "bool", "datetime", "floatSeries"]),
        aggregate: choice(AGGREGATES),
        direction: choice(["ascending", "descending"] as const),
        offset: sometimes(below(4), 3),
        limit: sometimes(below(4), 3),
        attributes: some([...PATHS, "sys/custom_run_id", "not/there"]),
      }),
      ({ attribute, type, aggregate, direction, ...request }): Question => ({
        ask: "search",
        request: {
          ...request,
          sortBy: {
            attribute,
            type,
            direction,
            ...type === "floatSeries" && { aggregate },
          },
        },
      }),
    ),
    Arbitrary.map(
      Arbitrary.all({ runs: sometimes(runs), select: selection, types }),
      (request): Question => ({ ask: "definitions", ...request }),
    ),
    Arbitrary.map(
      Arbitrary.all({ runs, select: selection, types }),
      (request): Question => ({ ask: "values", ...request }),
    ),
    Arbitrary.map(
      Arbitrary.all({
        ask: choice(["floatSeries", "stringSeries", "histogramSeries", "fileRefSeries"] as const),
        runs,
        attributes: some([...PATHS, "not/there"]),
        inheritance: choice(["all", "experiment", "none"] as const),
        after: step,
        from: step,
        to: step,
        before: step,
        head: count,
        tail: count,
      }),
      ({ after, from, to, before, head, tail, ...request }): Question => ({
        ...request,
        range: { after, from, to, before },
        head: tail === undefined ? head : undefined,
        tail,
      }),
    ),
    Arbitrary.map(
      Arbitrary.all({
        path: choice(["a.txt", "deep/b.png", "c", "not/there", "../outside", ""]),
        from: sometimes(choice([0, 1, 5, 1000])),
        length: sometimes(choice([0, 1, 7, 1000])),
      }),
      (request): Question => ({ ask: "file", ...request }),
    ),
  ]);
};

/** A source that answers, with how it names the runs of a plan. */
export interface Answering {
  readonly source: NeptuneSource;
  readonly keys: ReadonlyMap<string, RunKey>;
  readonly ids: ReadonlyMap<RunKey, string>;
}

/** Finds out how a source names runs. */
export const answering = (
  source: NeptuneSource,
): Effect.Effect<Answering, Neptune.NeptuneErrorReason> =>
  Effect.map(
    Stream.runCollect(source.search({
      project: PROJECT,
      kind: "runs",
      query: Nql.everything,
      sortBy: { attribute: "sys/custom_run_id", type: "string", direction: "ascending" },
      attributes: ["sys/custom_run_id"],
    })),
    (pages) => {
      const named = pages.flatMap(({ runs, columns }) =>
        columns.flatMap((column) =>
          column.type === "string"
            ? column.values.map((id, i) => [id, runs[column.rows[i]!]!] as const)
            : []
        )
      );
      return { source, keys: new Map(named), ids: new Map(named.map(([id, key]) => [key, id])) };
    },
  );

/** The answer of a source, or the kind of its failure. */
export const answer = (
  { source, keys, ids }: Answering,
  question: Question,
): Effect.Effect<unknown> => {
  const keysOf = (runs: ReadonlyArray<string>) => runs.map((id) => keys.get(id)!);
  const found = Effect.suspend((): Effect.Effect<unknown, Neptune.NeptuneErrorReason> => {
    switch (question.ask) {
      case "search":
        return Effect.map(
          Stream.runCollect(source.search({ project: PROJECT, ...question.request })),
          (pages) => ({
            total: [...new Set(pages.map(({ total }) => total))],
            runs: pages.flatMap(({ runs, columns }) =>
              runs.map((key, row) => [
                ids.get(key),
                columns.flatMap((column) =>
                  [...column.rows].flatMap((r, cell) =>
                    r === row
                      ? [[`${column.path}:${column.type}`, attributeValue(column, cell)] as const]
                      : []
                  )
                ).sort(byKey),
              ])
            ),
          }),
        );
      case "definitions": {
        const { ask: _, runs, ...request } = question;
        const named = runs === undefined ? undefined : keysOf(runs);
        return Effect.map(
          Stream.runCollect(source.definitions({ project: PROJECT, ...request, runs: named })),
          (pages) => pages.flat().map(({ path, type }) => [`${path}:${type}`] as const).sort(byKey),
        );
      }
      case "values": {
        const { ask: _, runs, ...request } = question;
        return Effect.map(
          Stream.runCollect(source.values({ project: PROJECT, ...request, runs: keysOf(runs) })),
          (pages) =>
            pages.flat().flatMap((column) =>
              [...column.rows].map((row, cell) =>
                [
                  JSON.stringify([runs[row], column.path, column.type]),
                  attributeValue(column, cell),
                ] as const
              )
            ).sort(byKey),
        );
      }
      case "file": {
        const { path, from, length } = question;
        const file: FileRef = { path, sizeBytes: null, mimeType: null };
        return Effect.map(
          Stream.runCollect(source.readFile({ project: PROJECT, file, from, length })),
          (chunks) => Buffer.concat(chunks).toString(),
        );
      }
      default: {
        const { ask, runs, ...request } = question;
        const all = { project: PROJECT, ...request, runs: keysOf(runs), previews: false };
        return Effect.map(
          Stream.runCollect<Chunk, Neptune.NeptuneErrorReason, never>(source[ask](all)),
          (chunks) => {
            const points = new Map<string, Array<readonly [number, number, unknown]>>();
            for (const { run, attribute, offsets, step, timestamp, value } of chunks) {
              run.forEach((r, i) => {
                const key = JSON.stringify([runs[r], request.attributes[attribute[i]!]]);
                const own = points.get(key) ?? [];
                for (let p = offsets[i]!; p < offsets[i + 1]!; p++) {
                  own.push([step[p]!, timestamp[p]!, value[p]]);
                }
                points.set(key, own);
              });
            }
            return [...points].filter(([, own]) => own.length > 0).sort(byKey);
          },
        );
      }
    }
  });
  return found.pipe(Effect.catch((reason) => Effect.succeed({ failed: reason._tag })));
};

interface Chunk {
  readonly run: Uint32Array;
  readonly attribute: Uint32Array;
  readonly offsets: Uint32Array;
  readonly step: Float64Array;
  readonly timestamp: Float64Array;
  readonly value: ArrayLike<unknown>;
}

const byKey = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
  a[0] < b[0] ? -1 : Number(a[0] > b[0]);
