/**
 * Which of the metadata of a task belong to which of its attempts.
 *
 * @module
 */
import type { MetadataRecord } from "../MetadataProvider.ts";

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
