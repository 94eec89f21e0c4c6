/**
 * What lies in the directory of a project: the parts of each run, and what is wrong with them.
 *
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Effect } from "effect";
import { ArchiveNotFound, describe } from "../NeptuneError.ts";
import type { RunKey } from "../NeptuneSource.ts";
import type { NeptuneWarning } from "../NeptuneWarning.ts";
import { once } from "../once.ts";
import { digest, parsePartName, sanitise } from "./Layout.ts";

/** A Parquet file. */
export interface Part {
  readonly path: string;
  /** What the file's name says of its run; `undefined` where parts are shared by all runs. */
  readonly run: string | undefined;
  readonly digest: string | undefined;
  readonly number: number;
}

/** The files of a project as its directory lists them. */
export interface Listing {
  readonly directory: string;
  /** The parts of each run in order, by the digest of its id, or by its sanitised id without one. */
  readonly runs: ReadonlyMap<string, ReadonlyArray<Part>>;
  /** Parts that are shared by all runs, in the oldest layout. */
  readonly shared: ReadonlyArray<Part>;
  /** All of these parts. */
  readonly parts: ReadonlyArray<Part>;
  /** How many bytes each part has. The file system is asked when it is first wanted. */
  readonly sizes: Effect.Effect<ReadonlyMap<Part, number>>;
  /** Runs without a part 0, and parts that are missing between others. */
  readonly warnings: ReadonlyArray<NeptuneWarning>;
}

/** All parts that can hold something of a run; none if there is no such run. */
export const partsOf = (listing: Listing, run: RunKey): ReadonlyArray<Part> => {
  const known = found.get(listing) ?? new Map<RunKey, ReadonlyArray<Part>>();
  found.set(listing, known);
  const parts = known.get(run) ?? [
    ...listing.runs.get(digest(run)) ?? listing.runs.get(sanitise(run)) ?? [],
    ...listing.shared,
  ];
  // Anything can be asked for; what is not there is not kept.
  if (parts.length > 0) known.set(run, parts);
  return parts;
};

// A digest takes as long as all else that is done with a run without parameters.
const found = new WeakMap<Listing, Map<RunKey, ReadonlyArray<Part>>>();

/** Lists a project's directory; no file is opened. */
export const list = (directory: string): Effect.Effect<Listing, ArchiveNotFound> =>
  Effect.tryPromise({
    try: async () => arrange(directory, await read(directory)),
    catch: (cause) => new ArchiveNotFound({ path: directory, problem: describe(cause), cause }),
  });

/** Whether two listings of a directory name the same files. */
export const isSame = (a: Listing, b: Listing): boolean => {
  const filesOf = ({ parts, warnings }: Listing) =>
    JSON.stringify([parts.map(({ path }) => path).sort(), warnings]);
  return filesOf(a) === filesOf(b);
};

type File = Part & { readonly temporary: boolean };

const read = async (directory: string): Promise<ReadonlyArray<File>> => {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = entry.isDirectory() ? undefined : parsePartName(entry.name);
    return name === undefined ? [] : [{ path: join(directory, entry.name), ...name }];
  });
};

const sizesOf = (parts: ReadonlyArray<Part>): Listing["sizes"] =>
  Effect.promise(async () =>
    new Map(
      await Promise.all(parts.map(async (part) =>
        // One that is a link to nothing, or gone by now, is damaged when it is read, if it ever is.
        [part, await stat(part.path).then(({ size }) => size, () => 0)] as const
      )),
    )
  );

const arrange = (directory: string, files: ReadonlyArray<File>): Listing => {
  const runs = new Map<string, ReadonlyArray<Part>>();
  const warnings: Array<NeptuneWarning> = [];
  let shared: ReadonlyArray<Part> = [];
  for (const [run, all] of Map.groupBy(files, (file) => file.digest ?? file.run)) {
    const parts = all.filter((file) => !file.temporary).sort((a, b) => a.number - b.number);
    if (run === undefined) {
      shared = parts;
    } else if (parts[0]?.number === 0) {
      runs.set(run, parts);
    } else {
      warnings.push(unfinished(all));
      continue;
    }
    warnings.push(...gaps(parts));
  }
  const parts = [...[...runs.values()].flat(), ...shared];
  return { directory, runs, shared, parts, sizes: once(sizesOf(parts)), warnings };
};

const unfinished = (files: ReadonlyArray<File>): NeptuneWarning => {
  const [{ path, run }] = files as readonly [File];
  return {
    kind: "UnfinishedRun",
    message: `The export of run ${run} was never finished, for it has no part 0: ` +
      `${files.map((file) => file.path).sort().join(", ")}. It is not listed; export it again.`,
    file: path,
    run,
  };
};

const gaps = (parts: ReadonlyArray<Part>): ReadonlyArray<NeptuneWarning> =>
  parts.flatMap(({ path, run, number }, i) => {
    const first = (parts[i - 1]?.number ?? -1) + 1;
    if (number === first) return [];
    const file = path.replace(/\d+\.parquet$/, `${first}.parquet`);
    const upTo = number - 1 === first ? "" : ` and those up to part ${number - 1}`;
    return [{
      kind: "MissingPart",
      message: `${file}${upTo} should be there, for part ${number} is. What it held is lost; ` +
        "export the run again.",
      file,
      run,
    }];
  });
