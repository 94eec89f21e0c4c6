/**
 * When a request is tried again.
 *
 * @module
 */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait after so many failures in a row, in milliseconds; `random` is from 0 to 1. */
export const backoff = (failures: number, random: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1) * random);

/** How long a `Retry-After` asks to wait, in milliseconds: it is a number of seconds, or a date. */
export const retryAfterOf = (
  header: string | null | undefined,
  now: number,
): number | undefined => {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};
