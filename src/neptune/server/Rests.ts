/**
 * What was read and not sent yet, kept for the client that will ask for it next.
 *
 * Clients ask for a long answer page by page, and a source reads it as a whole. Nothing depends on
 * what is kept here: what has been dropped is read again.
 *
 * @module
 */

/** Rests of answers by what they follow. */
export interface Rests<Rest> {
  /** The rest that follows, if it is still there; it is given once. */
  readonly take: (key: string, now: number) => Rest | undefined;
  readonly keep: (key: string, rest: Rest, size: number, now: number) => void;
}

// What is older may be out of date; times are in milliseconds.
const MAX_AGE = 60_000;

/** Rests of `capacity` together; the oldest are dropped first. */
export const make = <Rest>(capacity: number): Rests<Rest> => {
  const kept = new Map<
    string,
    { readonly rest: Rest; readonly size: number; readonly at: number }
  >();
  let total = 0;

  const drop = (key: string) => {
    const entry = kept.get(key);
    if (entry === undefined) return undefined;
    kept.delete(key);
    total -= entry.size;
    return entry;
  };

  const dropOld = (now: number) => {
    for (const [key, { at }] of kept) {
      if (total <= capacity && now - at <= MAX_AGE) return;
      drop(key);
    }
  };

  return {
    take: (key, now) => {
      dropOld(now);
      return drop(key)?.rest;
    },
    keep: (key, rest, size, now) => {
      drop(key);
      total += size;
      kept.set(key, { rest, size, at: now });
      dropOld(now);
    },
  };
};
