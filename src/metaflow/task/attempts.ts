/**
 * Which of the metadata of a task belong to which of its attempts.
 *
 * @module
 */
import { Result } from "effect";
import { NotFound } from "../MetaflowError.ts";
import type { MetadataRecord } from "../MetadataProvider.ts";

/** Metaflow itself tries no task more often. */
const MAX_ATTEMPTS = 6;

/** An attempt that a caller asks for; whether it happened is not known here. */
export const checkAttempt = (
  attempt: number | undefined,
): Result.Result<number | undefined, NotFound> => {
  if (attempt === undefined) return Result.succeed(attempt);
  const refuse = (what: string) =>
    Result.fail(new NotFound({ message: `Attempt can only be ${what}, not ${attempt}` }));
  if (!Number.isInteger(attempt)) return refuse("an integer");
  if (attempt < 0) return refuse("non-negative");
  return attempt < MAX_ATTEMPTS ? Result.succeed(attempt) : refuse(`smaller than ${MAX_ATTEMPTS}`);
};

const ATTEMPT = /^attempt_id:(\d+)$/;

const attemptOf = (record: MetadataRecord): number | undefined => {
  for (const tag of record.tags) {
    const [, attempt] = ATTEMPT.exec(tag) ?? [];
    if (attempt !== undefined) return Number(attempt);
  }
  return undefined;
};

/**
 * The metadata of one attempt. Old ones, and some new ones, do not say which attempt they are of:
 * then all belong to the attempt that had started last when they were recorded.
 */
export const ofAttempt = (
  records: ReadonlyArray<MetadataRecord>,
  attempt: number,
): ReadonlyArray<MetadataRecord> => {
  const attempts = records.map(attemptOf);
  if (!attempts.includes(undefined)) return records.filter((_, i) => attempts[i] === attempt);
  const started = startOf(records, attempt);
  const next = startOf(records, attempt + 1) ?? Infinity;
  return started === undefined
    ? []
    : records.filter(({ createdAt }) => started <= createdAt && createdAt < next);
};

const startOf = (records: ReadonlyArray<MetadataRecord>, attempt: number): number | undefined =>
  records.find(({ name, value }) => name === "attempt" && Number(value) === attempt)?.createdAt;

/** The newest of each name. */
export const newestOf = (
  records: ReadonlyArray<MetadataRecord>,
): ReadonlyMap<string, MetadataRecord> =>
  new Map(
    records.toSorted((a, b) => a.createdAt - b.createdAt).map((record) => [record.name, record]),
  );
