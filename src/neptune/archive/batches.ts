/**
 * Divides the parts of a project into batches that are read in one go.
 *
 * Polars takes one file or one pattern, and opening a file costs more than reading a small one. So
 * the parts of a batch are those that a pattern on the digests in their names picks out: `*-3[0-7]*`
 * is a 32nd of a project.
 *
 * @module
 */
import { basename } from "node:path";
import type { Listing, Part } from "./Listing.ts";

/** Parts that are read together: all those wanted of some runs. */
export interface Batch {
  readonly parts: ReadonlyArray<Part>;
  /** The digests of these parts, and of no others; without them, the parts are read one by one. */
  readonly digests: Digests | undefined;
}

/** The digests that begin with `prefix` and go on with one of the digits of `next`. */
export interface Digests {
  readonly prefix: string;
  readonly next: string;
}

/** The file names that have one of some digests. */
export const pattern = ({ prefix, next }: Digests): string =>
  `*-${prefix}[${next}]${"?".repeat(DIGITS - 1 - prefix.length)}_part_*.parquet`;

const DIGITS = 16;

// What a pattern takes for a digest: so many characters, which may be two UTF-16 units each.
const ONE_DIGEST = /-.{16}_part_/su;
const TWO_DIGESTS = /-.{16}_part_.*-.{16}_part_/su;

const BATCH_PARTS = 512;

// Below this share of the files that a pattern picks, single files are cheaper.
const WORTHWHILE_SHARE = 0.25;

/** Whether so few of the parts of a project are wanted that each is read by itself. */
export const areFew = (listing: Listing, parts: ReadonlyArray<Part>): boolean =>
  parts.length < listing.parts.length * WORTHWHILE_SHARE;

/**
 * Batches of files that have up to so many bytes together, in the order of their digests. Sizes do
 * not matter where parts are few.
 */
export const batches = (
  listing: Listing,
  parts: ReadonlyArray<Part>,
  sizes: ReadonlyMap<Part, number>,
  batchBytes: number,
): ReadonlyArray<Batch> => {
  if (areFew(listing, parts)) return oneByOne(parts);
  const all = listing.parts;
  // A digest must not be found anywhere but in its place.
  const ambiguous = all.some(({ path, digest }) =>
    (digest === undefined ? ONE_DIGEST : TWO_DIGESTS).test(basename(path))
  );
  const hasDigest = (part: Part): boolean => part.digest !== undefined && !ambiguous;
  const fits = (files: ReadonlyArray<Part>): boolean =>
    files.length <= BATCH_PARTS &&
    files.reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0) <= batchBytes;

  const pack = (
    prefix: string,
    wanted: ReadonlyArray<Part>,
    present: ReadonlyArray<Part>,
  ): ReadonlyArray<Batch> => {
    const sparse = wanted.length < 2 || wanted.length < present.length * WORTHWHILE_SHARE;
    if (sparse || prefix.length === DIGITS) return oneByOne(wanted);
    const packed: Array<Batch> = [];
    let open: (Batch & { digests: Digests; files: ReadonlyArray<Part> }) | undefined;
    const presentBy = byDigit(prefix, present);
    for (const [digit, some] of byDigit(prefix, wanted)) {
      const files = presentBy.get(digit) ?? [];
      const together = [...open?.files ?? [], ...files];
      if (!fits(files)) {
        packed.push(...open === undefined ? [] : [open], ...pack(prefix + digit, some, files));
        open = undefined;
      } else if (open !== undefined && fits(together)) {
        const next = open.digests.next + digit;
        open = { parts: [...open.parts, ...some], digests: { prefix, next }, files: together };
      } else {
        if (open !== undefined) packed.push(open);
        open = { parts: some, digests: { prefix, next: digit }, files };
      }
    }
    return open === undefined ? packed : [...packed, open];
  };
  return [
    ...pack("", parts.filter(hasDigest), all.filter(hasDigest)),
    ...oneByOne(parts.filter((part) => !hasDigest(part))),
  ];
};

/** Smaller batches of the same parts. */
export const split = ({ parts, digests }: Batch): ReadonlyArray<Batch> => {
  if (digests === undefined || parts.length === 1) return oneByOne(parts);
  const { prefix, next } = digests;
  const longer = next.length > 1 ? prefix : prefix + next;
  if (longer.length === DIGITS) return oneByOne(parts);
  return Array.from(byDigit(longer, parts), ([digit, some]) => ({
    parts: some,
    digests: { prefix: longer, next: digit },
  }));
};

/** A batch for each run. */
const oneByOne = (parts: ReadonlyArray<Part>): ReadonlyArray<Batch> =>
  Array.from(
    Map.groupBy(parts, (part) => part.digest ?? part.run).values(),
    (ofRun) => ({ parts: ofRun, digests: undefined }),
  );

const byDigit = (
  prefix: string,
  parts: ReadonlyArray<Part>,
): ReadonlyMap<string, ReadonlyArray<Part>> =>
  new Map(
    [...Map.groupBy(parts, (part) => part.digest?.[prefix.length] ?? "")]
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
