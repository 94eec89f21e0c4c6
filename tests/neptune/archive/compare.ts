/**
 * Compares what is read of a fixture with its ground truth.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DateTime, Effect, Schema, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import type { AnyValue, AttributeValue } from "../../../src/neptune/Attribute.ts";
import { everyAttribute, type NeptuneSource } from "../../../src/neptune/NeptuneSource.ts";
import { attributeValue } from "../../../src/neptune/run/attributeValue.ts";
import { checkPoints } from "./comparePoints.ts";
import {
  type ExpectedAggregates,
  type ExpectedAttribute,
  type ExpectedFileAttribute,
  type ExpectedRun,
  type JsonNumber,
  number,
} from "./expected.ts";
import type { Fixture } from "./fixtures.ts";

/** What Neptune calls the types of an export. */
const NEPTUNE_TYPES: Readonly<Record<string, string>> = {
  string_set: "stringSet",
  file: "fileRef",
  file_set: "fileSet",
  float_series: "floatSeries",
  string_series: "stringSeries",
  histogram_series: "histogramSeries",
  file_series: "fileRefSeries",
};

/** What Neptune calls a type of an export. */
export const neptuneType = (type: string): string => NEPTUNE_TYPES[type] ?? type;

/** The attributes that an export has of a run: not those that it has lost, and always the run's id. */
export const attributesOf = (
  { expected }: Fixture,
  run: ExpectedRun,
): ReadonlyArray<ExpectedAttribute> => {
  const archived = run.attributes
    .map((attribute) => ({ ...attribute, value: archivedValue(attribute) }))
    .filter(({ value }) => value !== null);
  const path = expected.flavour === "neptune3" ? "sys/custom_run_id" : "sys/id";
  return archived.some((attribute) => attribute.path === path)
    ? archived
    : [...archived, { path, type: "string", value: run.runId }];
};

const archivedValue = ({ value, archived = value }: ExpectedAttribute) => archived;

/** The files that an export has of a run. */
export const filesOf = (run: ExpectedRun): ReadonlyArray<ExpectedFileAttribute> =>
  run.files.filter(({ missingOnServer }) => missingOnServer !== true);

/** The type of every field that an export has of a run, by path. */
export const fieldsOf = (fixture: Fixture, run: ExpectedRun): ReadonlyMap<string, string> =>
  new Map(
    [...attributesOf(fixture, run), ...run.series, ...filesOf(run)]
      .map(({ path, type }) => [path, neptuneType(type)]),
  );

/** A value as the ground truth writes it, apart from numbers, which stay what they are. */
export const written = (value: AnyValue): unknown => {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Set) return [...value];
  return DateTime.isDateTime(value) ? DateTime.formatIso(value) : value;
};

/** The value of an attribute in the same form. */
export const expectedValue = ({ type, value }: ExpectedAttribute): unknown => {
  switch (type) {
    case "float":
      return Number(value);
    case "int": {
      const whole = Number(value);
      return Number.isSafeInteger(whole) ? whole : value;
    }
    default:
      return value;
  }
};

/** The aggregates as an attribute has them. */
export const checkAggregates = (
  actual: { readonly [Name in keyof ExpectedAggregates]-?: number | null },
  expected: ExpectedAggregates,
  message: string,
): void => {
  for (const name of ["last", "lastStep", "min", "max"] as const) {
    assert.equal(actual[name], orNull(expected[name]), `${message}: ${name}`);
  }
  // Of equal values, the rounding of their average is all the variance there is.
  const rounding = { average: 0, variance: ((actual.average ?? 0) * 1e-15) ** 2 };
  for (const name of ["average", "variance"] as const) {
    const value = orNull(expected[name]);
    const tolerance = Math.abs(value ?? 0) * 1e-12 + rounding[name];
    const difference = Math.abs((actual[name] ?? 0) - (value ?? 0));
    assert(
      (actual[name] === null) === (value === null) && difference <= tolerance,
      `${message}: ${name} is ${actual[name]}, not ${value}`,
    );
  }
};

const orNull = (value: JsonNumber | undefined): number | null =>
  value === undefined ? null : number(value);

/** Checks all attributes of all runs of a fixture, read at once; of series, that they are there. */
export const checkValues = (
  source: NeptuneSource,
  fixture: Fixture,
): Effect.Effect<void, Neptune.NeptuneErrorReason> =>
  Effect.gen(function* () {
    const project = fixture.expected.project;
    const runs = fixture.runs.map(({ runId }) => runId);
    const request = { project, runs, select: everyAttribute };
    const columns = yield* Stream.runCollect(source.values(request));
    const found = new Map(runs.map((run) => [run, new Map<string, AttributeValue>()]));
    for (const column of columns.flat()) {
      column.rows.forEach((row, cell) => {
        found.get(runs[row]!)?.set(column.path, attributeValue(column, cell));
      });
    }
    for (const expected of fixture.runs) {
      const actual = found.get(expected.runId)!;
      const types = [...actual].map(([path, { type }]) => [path, type] as const);
      assert.deepEqual(new Map(types), fieldsOf(fixture, expected), expected.runId);
      for (const attribute of attributesOf(fixture, expected)) {
        const value = Schema.decodeSync(Neptune.Attribute.Any)(actual.get(attribute.path)!);
        assert.deepEqual(written(value), expectedValue(attribute), attribute.path);
      }
    }
  });

/** Checks the runs of a fixture, their attributes and their points. */
export const checkAll = (
  source: NeptuneSource,
  fixture: Fixture,
): Effect.Effect<void, Neptune.NeptuneErrorReason> =>
  Effect.gen(function* () {
    const pages = yield* Stream.runCollect(source.search({
      project: fixture.expected.project,
      kind: "runs",
      query: Neptune.Nql.everything,
      sortBy: { attribute: "sys/id", type: "string", direction: "ascending" },
      attributes: [],
    }));
    const listed = pages.flatMap(({ runs }) => runs);
    assert.deepEqual(listed.toSorted(), fixture.runs.map(({ runId }) => runId).sort());
    yield* checkValues(source, fixture);
    yield* checkPoints(source, fixture);
  });

/** The hash of the bytes of a file. */
export const sha256Of = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
): Effect.Effect<string, E, R> =>
  bytes.pipe(
    Stream.runFold(() => createHash("sha256"), (hash, chunk) => hash.update(chunk)),
    Effect.map((hash) => hash.digest("hex")),
  );
