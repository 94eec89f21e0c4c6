/**
 * The ground truth of the fixtures, which the code under test did not produce; the README beside the
 * fixtures says what each part of it means.
 *
 * @module
 */

/** A number, or the name of one that JSON does not have. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

export interface ExpectedHistogram {
  readonly type: string;
  readonly edges: ReadonlyArray<JsonNumber>;
  readonly values: ReadonlyArray<JsonNumber>;
}

/** A file as it was logged, and where the export has it; a file that was lost has no path. */
export interface ExpectedFile {
  readonly archivePath: string | null;
  readonly sha256?: string;
  readonly size?: number;
  readonly mimeType?: string;
  readonly missingOnServer?: true;
  /** Another attribute has overwritten it. */
  readonly onDiskSha256?: string;
}

export interface ExpectedFileAttribute extends ExpectedFile {
  readonly path: string;
  readonly type: "file" | "file_set" | "artifact";
  /** Of a file set. */
  readonly contents?: ReadonlyArray<{ readonly sha256: string; readonly size: number }>;
  /** Of an artifact: the JSON list itself. */
  readonly artifactFiles?: ReadonlyArray<unknown>;
}

export interface ExpectedAttribute {
  readonly path: string;
  readonly type: string;
  /** `null` where the server knew the attribute and did not deliver its value. */
  readonly value: JsonValue | null;
  /** What the export has instead of the value; `null` for nothing. */
  readonly archived?: JsonValue | null;
}

type JsonValue = string | number | boolean | ReadonlyArray<string>;

export interface ExpectedPoints {
  readonly steps: ReadonlyArray<JsonNumber>;
  readonly values: ReadonlyArray<JsonNumber | string | ExpectedHistogram | ExpectedFile>;
  readonly timestamps: ReadonlyArray<number>;
  readonly loggedSteps?: ReadonlyArray<JsonNumber>;
  readonly archivedSteps?: ReadonlyArray<JsonNumber>;
  readonly archivedTimestamps?: ReadonlyArray<number | null>;
}

export interface ExpectedAggregates {
  readonly last: JsonNumber;
  readonly lastStep: JsonNumber;
  readonly min?: JsonNumber;
  readonly max?: JsonNumber;
  readonly average?: JsonNumber;
  readonly variance?: JsonNumber;
}

export interface ExpectedSeries {
  readonly path: string;
  readonly type: "float_series" | "string_series" | "histogram_series" | "file_series";
  readonly own: ExpectedPoints;
  /** With what is inherited; like `own` if absent. */
  readonly full?: ExpectedPoints;
  readonly aggregates?: ExpectedAggregates;
}

export interface ExpectedRun {
  readonly runId: string;
  readonly sysId: string | null;
  readonly customRunId: string | null;
  readonly name: string | null;
  readonly experimentHead?: boolean | null;
  readonly forkParent?: string | null;
  readonly forkStep?: number | null;
  readonly lineage?: ReadonlyArray<{ readonly runId: string; readonly upToStep: number }>;
  readonly parts: ReadonlyArray<string>;
  readonly attributes: ReadonlyArray<ExpectedAttribute>;
  readonly series: ReadonlyArray<ExpectedSeries>;
  readonly files: ReadonlyArray<ExpectedFileAttribute>;
  readonly lost?: ReadonlyArray<{ readonly path: string; readonly type: string }>;
}

export interface Expected {
  readonly flavour: "neptune2" | "neptune3";
  readonly project: string;
  readonly projectDirectory: string;
  readonly exporterTimeZone?: string;
  readonly runs: ReadonlyArray<ExpectedRun>;
  readonly models?: ReadonlyArray<ExpectedRun>;
  readonly modelVersions?: ReadonlyArray<ExpectedRun>;
  readonly incomplete?: ReadonlyArray<
    { readonly id: string; readonly files: ReadonlyArray<string> }
  >;
  readonly damagedFiles?: ReadonlyArray<{ readonly file: string; readonly runId: string }>;
}

/** Reads the ground truth in a directory of fixtures. */
export const readExpected = (directory: string): Expected =>
  JSON.parse(Deno.readTextFileSync(`${directory}/expected.json`));

/** The number that JSON names. */
export const number = (value: JsonNumber): number => Number(value);

/** The points of a series with what it inherits. */
export const fullPoints = ({ own, full = own }: ExpectedSeries): ExpectedPoints => full;
