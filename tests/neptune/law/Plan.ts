/**
 * Random projects, and how an exporter would have written them.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Arbitrary, Effect, type Scope } from "effect";
import type { Histogram } from "../../../src/neptune/Attribute.ts";
import { emptyExport, partName, type Row, writePart } from "../archive/writePart.ts";
import { below, choice, either, some, sometimes } from "./draw.ts";

/** A value of an attribute, as a row of an export has it. */
type Value = Partial<Row> & Pick<Row, "attribute_type">;

/** Points of a series. */
interface Point extends Value {
  readonly step: string;
  readonly timestamp: number;
}

export interface PlannedRun {
  readonly id: string;
  readonly attributes: ReadonlyArray<readonly [path: string, Value]>;
  readonly series: ReadonlyArray<readonly [path: string, ReadonlyArray<Point>]>;
}

/** A project to be. */
export type Plan = ReadonlyArray<PlannedRun>;

/**
 * Paths of series, and no other. A run has one type under a path, and could have two if a series that
 * it inherits had the path of something else of its own; so each of them has one type.
 */
const SERIES_PATHS = [
  "m/loss",
  "m/loss:float_series",
  "p/ünï 😀",
  "__proto__",
  "height",
  "monitoring/cpu",
] as const;

/** Paths that are taken for something else easily. */
export const PATHS = [
  ...SERIES_PATHS,
  "a",
  "p/back`tick",
  "p/back\\slash",
  'p/quote"d',
  "p/new\nline",
  "p/with space",
  "p/regex.*[x](y)|^$?",
  "constructor",
  `p/${"длинный/".repeat(80)}`,
  "sys/tags",
  "sys/owner",
  "sys/description",
] as const;

export const RUN_IDS = ["run", "run/1", "a.b", "a_b", "Ünï 😀", 'q"u\\o', "..", "RUN"] as const;

const NAMES = ["exp", "exp 2", "", 'odd "name"'] as const;

export const TEXTS = ["", "a", "b", "Ab", 'q"\\', "é😀", "line\nline", "0", "true"] as const;
export const INTEGERS = [0n, 1n, -1n, 7n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)] as const;
export const FLOATS = [0, -0, 1, 0.1, -2.5, 1e300, 5e-324, Infinity, -Infinity] as const;
export const STEPS = ["0", "0.5", "1", "1.000001", "2", "3", "7", "100000000000.25"] as const;
const TIMES = [0, -1, 1_700_000_000_123, 253_402_300_799_999] as const;

const value: Arbitrary.Arbitrary<Value> = either<Value>([
  Arbitrary.map(choice(INTEGERS), (int_value) => ({ attribute_type: "int", int_value })),
  Arbitrary.map(choice(FLOATS), (float_value) => ({ attribute_type: "float", float_value })),
  Arbitrary.map(choice(TEXTS), (string_value) => ({ attribute_type: "string", string_value })),
  Arbitrary.map(choice([true, false]), (bool_value) => ({ attribute_type: "bool", bool_value })),
  Arbitrary.map(
    choice(TIMES),
    (datetime_value) => ({ attribute_type: "datetime", datetime_value }),
  ),
  Arbitrary.map(
    some(["x", "y", "é, z", ""]),
    (string_set_value) => ({ attribute_type: "string_set", string_set_value }),
  ),
  Arbitrary.map(
    choice(["a.txt", "deep/b.png", "c"]),
    (path) => ({ attribute_type: "file", file_value: { path } }),
  ),
]);

const histogram: Arbitrary.Arbitrary<Histogram> = Arbitrary.map(
  Arbitrary.all([choice(["COUNTING", "DENSITY"]), below(4)]),
  ([type, bins]) => ({
    type,
    edges: Array.from({ length: bins + 1 }, (_, i) => i / 2),
    values: Array.from({ length: bins }, (_, i) => i * 10),
  }),
);

/** What the points of a type of series hold; a file can be lost. */
const POINTS: ReadonlyArray<Arbitrary.Arbitrary<Value>> = [
  Arbitrary.map(
    choice([...FLOATS, NaN, 2, 3, 4]),
    (float_value) => ({ attribute_type: "float_series", float_value }),
  ),
  Arbitrary.map(
    choice(TEXTS),
    (string_value) => ({ attribute_type: "string_series", string_value }),
  ),
  Arbitrary.map(
    histogram,
    (histogram_value) => ({ attribute_type: "histogram_series", histogram_value }),
  ),
  Arbitrary.map(
    sometimes(choice(["a.txt", "deep/b.png"]), 4),
    (path) => ({
      attribute_type: "file_series",
      ...path !== undefined && { file_value: { path } },
    }),
  ),
];

const seriesOf = (
  point: Arbitrary.Arbitrary<Value>,
): Arbitrary.Arbitrary<ReadonlyArray<Point>> =>
  Arbitrary.flatMap(some(STEPS), (steps) =>
    Arbitrary.map(
      Arbitrary.all(steps.map(() => point)),
      (values) =>
        values.map((value, i) => ({
          ...value,
          step: steps[i]!,
          timestamp: 1_700_000_000_000 + i,
        })),
    ));

const series: ReadonlyMap<string, Arbitrary.Arbitrary<ReadonlyArray<Point>>> = new Map(
  SERIES_PATHS.map((path, i) => [path, seriesOf(POINTS[i % POINTS.length]!)]),
);

/** What Neptune itself knows of a run, with holes. */
const system = (index: number): Arbitrary.Arbitrary<PlannedRun["attributes"]> =>
  Arbitrary.map(
    Arbitrary.all({
      name: sometimes(choice(NAMES)),
      head: sometimes(choice([true, false])),
      trashed: sometimes(choice([true, false, false])),
      created: sometimes(choice(TIMES)),
      parent: sometimes(choice(RUN_IDS)),
      step: choice([0, 0.5, 1, 2, 100]),
    }),
    ({ name, head, trashed, created, parent, step }) => {
      const known: Record<string, Value | undefined> = {
        "sys/id": { attribute_type: "string", string_value: `MADE-${index + 1}` },
        "sys/name": name === undefined
          ? undefined
          : { attribute_type: "string", string_value: name },
        "sys/experiment/is_head": head === undefined
          ? undefined
          : { attribute_type: "bool", bool_value: head },
        "sys/trashed": trashed === undefined
          ? undefined
          : { attribute_type: "bool", bool_value: trashed },
        "sys/creation_time": created === undefined
          ? undefined
          : { attribute_type: "datetime", datetime_value: created },
        "sys/forking/parent": parent === undefined
          ? undefined
          : { attribute_type: "string", string_value: parent },
        "sys/forking/step": parent === undefined
          ? undefined
          : { attribute_type: "float", float_value: step },
      };
      return Object.entries(known).filter((entry): entry is [string, Value] =>
        entry[1] !== undefined
      );
    },
  );

const run = (id: string, index: number): Arbitrary.Arbitrary<PlannedRun> =>
  Arbitrary.flatMap(some(PATHS), (paths) =>
    Arbitrary.map(
      Arbitrary.all({
        system: system(index),
        own: Arbitrary.all(
          paths.map((path): Arbitrary.Arbitrary<Value | ReadonlyArray<Point>> =>
            series.get(path) ?? value
          ),
        ),
      }),
      ({ system, own }): PlannedRun => {
        const all = own.map((what, i) => [paths[i]!, what] as const);
        return {
          id,
          attributes: [
            ["sys/custom_run_id", { attribute_type: "string", string_value: id }],
            ...system,
            ...all.flatMap(([path, what]) =>
              Array.isArray(what) ? [] : [[path, what as Value] as const]
            ),
          ],
          series: all.flatMap(([path, what]) =>
            Array.isArray(what) && what.length > 0
              ? [[path, what as ReadonlyArray<Point>] as const]
              : []
          ),
        };
      },
    ));

/** Projects of up to so many runs, of which some fork from others, or from none that is there. */
export const plans: Arbitrary.Arbitrary<Plan> = Arbitrary.flatMap(
  some(RUN_IDS),
  (ids) => Arbitrary.all((ids.length === 0 ? ["alone"] : ids.slice(0, 5)).map(run)),
);

/** Writes a project as an export; it is gone when the scope closes. */
export const write = (
  plan: Plan,
): Effect.Effect<{ readonly data: string }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { data, parts, files } = yield* emptyExport;
    yield* Effect.forEach(plan, ({ id, attributes, series }) => {
      const rows: ReadonlyArray<Row> = [
        ...attributes.map(([attribute_path, value]) => ({ run_id: id, attribute_path, ...value })),
        ...series.flatMap(([attribute_path, points]) =>
          points.map((point) => ({ run_id: id, attribute_path, ...point }))
        ),
      ];
      const paths = rows.flatMap(({ file_value }) =>
        file_value === undefined ? [] : [file_value.path]
      );
      return Effect.andThen(
        writePart(join(parts, partName(id)), rows),
        Effect.promise(() =>
          Promise.all([...new Set(paths)].map(async (path) => {
            await mkdir(dirname(join(files, path)), { recursive: true });
            await Deno.writeTextFile(join(files, path), `bytes of ${path}`);
          }))
        ),
      );
    }, { concurrency: 4, discard: true });
    return { data };
  });
