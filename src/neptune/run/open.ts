/**
 * Opens runs and experiments by what names them.
 *
 * @module
 */
import { Effect, Schema, Stream } from "effect";
import { checkOptions, many, OneOrMany, refuse } from "../arguments.ts";
import { type NeptuneErrorReason, RunNotFound } from "../NeptuneError.ts";
import type { NeptuneSource, RunKey } from "../NeptuneSource.ts";
import * as Nql from "../Nql.ts";
import { inTrash, withCustomIds, withIds, withNames } from "../project/filters.ts";
import type { ReadOnlyProject, RunSelector } from "../ReadOnlyProject.ts";
import type { ReadOnlyRun } from "../ReadOnlyRun.ts";
import { make } from "./make.ts";

/** The ways to name a run, and what each means for a search. */
const WAYS = {
  withId: { attribute: "sys/id", kind: "runs", query: withIds },
  customId: { attribute: "sys/custom_run_id", kind: "runs", query: withCustomIds },
  experimentName: {
    attribute: "sys/name",
    kind: "experiments",
    query: (names: ReadonlyArray<string>) => Nql.and([inTrash(false), withNames(names)]),
  },
} as const;

type Way = keyof typeof WAYS;

/** Opens the run that a selector names. */
export const openOne = (
  source: NeptuneSource,
  project: ReadOnlyProject,
  selector: RunSelector,
): Effect.Effect<ReadOnlyRun, NeptuneErrorReason> =>
  Effect.gen(function* () {
    yield* checkOptions(Selector, selector);
    const ways: Partial<Record<Way, string | null>> = selector;
    const given = (Object.keys(WAYS) as ReadonlyArray<Way>).filter((way) => ways[way] != null);
    const [way] = given;
    if (way === undefined || given.length > 1) {
      const names = Object.keys(WAYS).join(", ");
      return yield* refuse(
        "selector",
        way === undefined
          ? `You must provide one of ${names}, and exactly one of them.`
          : `You must provide exactly one of ${names}, not ${given.join(" and ")}.`,
      );
    }
    const [run] = yield* Stream.runCollect(openAll(source, project, way, [ways[way]!]));
    return run!;
  });

const Text = Schema.optional(Schema.NullOr(Schema.String));
const Selector = Schema.Struct({ withId: Text, customId: Text, experimentName: Text });

const Texts = Schema.optional(Schema.NullOr(OneOrMany));
const Ids = Schema.Struct({ withIds: Texts, customIds: Texts });
const Names = Schema.Struct({ names: Texts });

/** Opens the runs of some ids, one after another. */
export const openRuns = (
  source: NeptuneSource,
  project: ReadOnlyProject,
  ids: {
    readonly withIds?: OneOrMany | null | undefined;
    readonly customIds?: OneOrMany | null | undefined;
  },
): Stream.Stream<ReadOnlyRun, NeptuneErrorReason> =>
  Stream.unwrap(Effect.map(
    checkOptions(Ids, ids),
    () =>
      Stream.concat(
        openAll(source, project, "withId", many(ids.withIds)),
        openAll(source, project, "customId", many(ids.customIds)),
      ),
  ));

/** Opens the experiments of some names, one after another. */
export const openExperiments = (
  source: NeptuneSource,
  project: ReadOnlyProject,
  names: { readonly names?: OneOrMany | null | undefined },
): Stream.Stream<ReadOnlyRun, NeptuneErrorReason> =>
  Stream.unwrap(Effect.map(
    checkOptions(Names, names),
    () => openAll(source, project, "experimentName", many(names.names)),
  ));

const openAll = (
  source: NeptuneSource,
  project: ReadOnlyProject,
  way: Way,
  values: ReadonlyArray<string>,
): Stream.Stream<ReadOnlyRun, NeptuneErrorReason> => {
  if (values.length === 0) return Stream.empty;
  const found = Effect.map(
    Stream.runCollect(find(source, project.projectIdentifier, way, values)),
    (runs) => new Map(runs.flat().reverse().map((run) => [run.value, run])),
  );
  return Stream.unwrap(
    Effect.map(found, (runs) =>
      Stream.fromIterable(values).pipe(Stream.mapEffect((value) => {
        const run = runs.get(value);
        return run === undefined
          ? Effect.fail(new RunNotFound({ project: project.projectIdentifier, by: way, value }))
          : Effect.succeed(make(source, project, run.key, run.sysId ?? run.key));
      }))),
  );
};

/** The runs that have one of some values, newest first. */
const find = (source: NeptuneSource, project: string, way: Way, values: ReadonlyArray<string>) =>
  source.search({
    project,
    kind: WAYS[way].kind,
    query: WAYS[way].query(values),
    sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "descending" },
    attributes: ["sys/id", WAYS[way].attribute],
  }).pipe(Stream.map(({ runs, columns }) => {
    const textAt = (path: string, row: number) => {
      for (const column of columns) {
        if (column.path !== path || column.type !== "string") continue;
        const cell = column.rows.indexOf(row);
        if (cell >= 0) return column.values[cell];
      }
      return undefined;
    };
    return runs.map((key: RunKey, row) => ({
      key,
      sysId: textAt("sys/id", row),
      value: textAt(WAYS[way].attribute, row),
    }));
  }));
