import assert from "node:assert/strict";
import { basename } from "node:path";
import { Effect } from "effect";
import { type Batch, batches, pattern, split } from "../../../src/neptune/archive/batches.ts";
import { digest, fileName, sanitise } from "../../../src/neptune/archive/Layout.ts";
import type { Listing, Part } from "../../../src/neptune/archive/Listing.ts";

/** A part of so many bytes. */
interface SizedPart extends Part {
  readonly bytes: number;
}

/** The parts of a run, of so many bytes each. */
const partsOf = (run: string, sizes: ReadonlyArray<number>): ReadonlyArray<SizedPart> =>
  sizes.map((bytes, number) => ({
    path: `/data/project/${fileName(run)}_part_${number}.parquet`,
    run: fileName(run),
    digest: digest(run),
    number,
    bytes,
  }));

/** The parts of a run in the layout that had no digests. */
const withoutDigest = (run: string, sizes: ReadonlyArray<number>): ReadonlyArray<SizedPart> =>
  sizes.map((bytes, number) => ({
    path: `/data/project/${sanitise(run)}_part_${number}.parquet`,
    run: sanitise(run),
    digest: undefined,
    number,
    bytes,
  }));

const sizesOf = (parts: ReadonlyArray<SizedPart>) =>
  new Map<Part, number>(parts.map((part) => [part, part.bytes]));

const listingOf = (parts: ReadonlyArray<SizedPart>): Listing => ({
  directory: "/data/project",
  runs: Map.groupBy(
    parts.filter(({ run }) => run !== undefined),
    (part) => part.digest ?? part.run!,
  ),
  shared: parts.filter(({ run }) => run === undefined),
  parts,
  sizes: Effect.succeed(sizesOf(parts)),
  warnings: [],
});

/** The files that Polars reads for a batch, of all that there are. */
const filesOf = ({ parts, digests }: Batch, all: ReadonlyArray<Part>): ReadonlyArray<string> => {
  if (digests === undefined) return parts.map(({ path }) => path);
  const glob = pattern(digests).replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
  const regex = new RegExp(`^${glob}$`, "su");
  return all.map(({ path }) => path).filter((path) => regex.test(basename(path)));
};

/** Checks what must hold of any division into batches. */
const check = (
  all: ReadonlyArray<SizedPart>,
  wanted: ReadonlyArray<SizedPart>,
  batchBytes: number,
): ReadonlyArray<Batch> => {
  const found = batches(listingOf(all), wanted, sizesOf(all), batchBytes);
  const inBatches = found.flatMap(({ parts }) => parts);
  assert.deepEqual(inBatches.map(({ path }) => path).sort(), wanted.map(({ path }) => path).sort());

  const wantedPaths = new Set(wanted.map(({ path }) => path));
  const read = found.flatMap((batch) => filesOf(batch, all)).filter((path) =>
    wantedPaths.has(path)
  );
  assert.equal(new Set(read).size, read.length, "no wanted file is read twice");
  assert.equal(read.length, wanted.length, "every wanted file is read");

  const batchOf = new Map<string | undefined, Batch>();
  for (const batch of found) {
    for (const part of batch.parts) {
      const same = batchOf.get(part.digest ?? part.run) ?? batch;
      assert.equal(batch, same, "the parts of a run are in one batch");
      batchOf.set(part.digest ?? part.run, batch);
    }
    const files = filesOf(batch, all).map((path) => all.find((part) => part.path === path)!);
    if (batch.digests === undefined) continue;
    assert(files.length <= 512);
    assert(files.reduce((sum, { bytes }) => sum + bytes, 0) <= batchBytes);
    checkSplit(batch);
  }
  return found;
};

/** Checks that a batch that fails comes down to runs by themselves. */
const checkSplit = (batch: Batch): void => {
  const smaller = split(batch);
  assert.deepEqual(
    smaller.flatMap(({ parts }) => parts).map(({ path }) => path).sort(),
    batch.parts.map(({ path }) => path).sort(),
  );
  for (const part of smaller) {
    if (part.digests === undefined) {
      assert.equal(new Set(part.parts.map(({ digest }) => digest)).size, 1);
    } else {
      const { prefix, next } = part.digests;
      assert.equal(next.length, 1);
      for (const { digest } of part.parts) assert(digest!.startsWith(prefix + next));
      assert(prefix.length + 1 <= 16);
      checkSplit(part);
    }
  }
};

const RUNS = Array.from({ length: 3000 }, (_, i) => `run ${i}`);
const MANY = RUNS.flatMap((run, i) => partsOf(run, i % 10 === 0 ? [50, 50, 7] : [10]));

Deno.test("all runs of a large project, whatever the size of a batch", () => {
  for (const batchBytes of [0, 5, 100, 5000, 20_000, 1e9]) check(MANY, MANY, batchBytes);
  assert(check(MANY, MANY, 1e9).length < 10, "a few patterns find 3600 small files");
});

Deno.test("some of the runs: patterns where they pick mostly those, single files otherwise", () => {
  const runs = [...Map.groupBy(MANY, ({ digest }) => digest).values()];
  for (const every of [2, 3, 5, 50, 1000]) {
    const wanted = runs.filter((_, i) => i % every === 0).flat();
    const found = check(MANY, wanted, 20_000);
    if (every >= 50) assert(found.every(({ digests }) => digests === undefined));
    if (every === 2) assert(found.some(({ digests }) => digests !== undefined));
  }
});

Deno.test("one run, or none", () => {
  check(MANY, MANY.slice(0, 3), 1e9);
  check(MANY.slice(0, 3), MANY.slice(0, 3), 1e9);
  assert.deepEqual(check(MANY, [], 1e9), []);
  assert.deepEqual(check([], [], 1e9), []);
});

Deno.test("a run that is larger than a batch is read by itself", () => {
  const large = partsOf("large", [500, 500]);
  const found = check([...MANY, ...large], [...MANY, ...large], 900);
  const batch = found.find(({ parts }) => parts.includes(large[0]!))!;
  assert.equal(batch.digests, undefined);
  assert.equal(batch.parts.length, 2);
});

Deno.test("parts without a digest, of a run and of all runs, are never found by a pattern", () => {
  const shared = [0, 1, 2].map((number): SizedPart => ({
    path: `/data/project/part_${number}.parquet`,
    run: undefined,
    digest: undefined,
    number,
    bytes: 10,
  }));
  const all = [...MANY.slice(0, 50), ...withoutDigest("old run", [10, 10]), ...shared];
  const found = check(all, all, 1e9);
  assert(found.some(({ digests }) => digests !== undefined));
});

// Each of them has what looks like a digest before its own one.
const AMBIGUOUS = [
  "x-0123456789abcdef_part_0",
  "x-0anything goes!!_part_9",
  "x-0_part_9-4567890_part_7",
  "-0123456789abcdef_part_",
  // 16 characters, of which one is two units of UTF-16.
  "x-0𝒳aaaaaaaaaaaaaa_part_0",
];

for (const run of AMBIGUOUS) {
  Deno.test(`${run}: where a pattern would find a file twice, there are no patterns`, () => {
    const all = [...MANY.slice(0, 100), ...partsOf(run, [10, 10])];
    const found = check(all, all, 1e9);
    assert(found.every(({ digests }) => digests === undefined));
  });
}

Deno.test("nor where one would find a file of the layout that had no digests", () => {
  const all = [...MANY.slice(0, 100), ...withoutDigest("x-0THIS_IS_NOT_HEX", [10, 10])];
  const found = check(all, all, 1e9);
  assert(found.every(({ digests }) => digests === undefined));
});
