/**
 * Writes the members of an archive into a directory, and nowhere else.
 *
 * @module
 */
import { join } from "node:path";
import { Effect } from "effect";
import { DataFailure, describe } from "../MetaflowError.ts";
import type { CodeMember } from "./Package.ts";

/**
 * Writes members into a directory, and returns the paths of their files. If one of them could end up
 * outside of it, nothing is written. Nothing that is there already is replaced or followed.
 */
export const extract = (
  members: ReadonlyArray<CodeMember>,
  directory: string,
): Effect.Effect<ReadonlyArray<string>, DataFailure> =>
  Effect.gen(function* () {
    // A member that is there twice is replaced by its later self.
    const files = new Map<string, CodeMember>();
    for (const member of members) {
      const problem = problemOf(member);
      if (problem !== undefined) {
        return yield* new DataFailure({
          location: `${member.name} of the code package`,
          problem: `${problem}; nothing was extracted`,
        });
      }
      if (member.type === "file") files.set(partsOf(member.name).join("/"), member);
    }
    yield* attempt(directory, () => Deno.mkdir(directory, { recursive: true }));
    const made = new Set<string>();
    const paths: Array<string> = [];
    for (const [name, { bytes, mode }] of files) {
      const parents = partsOf(name).slice(0, -1);
      for (let depth = 1; depth <= parents.length; depth++) {
        const parent = join(directory, ...parents.slice(0, depth));
        if (!made.has(parent)) yield* attempt(parent, () => makeDirectory(parent));
        made.add(parent);
      }
      const path = join(directory, name);
      yield* attempt(path, () =>
        Deno.writeFile(path, bytes, { createNew: true, mode: mode & 0o777 }));
      paths.push(path);
    }
    return paths;
  });

const partsOf = (name: string): ReadonlyArray<string> =>
  name.split("/").filter((part) => part !== "" && part !== ".");

const problemOf = ({ name, type }: CodeMember): string | undefined => {
  if (type !== "file" && type !== "directory") return `it is a ${type}, which is not extracted`;
  return name.startsWith("/") || /^[a-z]:/i.test(name) || /[\\\0]/.test(name) ||
      partsOf(name).includes("..") || (type === "file" && partsOf(name).length === 0)
    ? "it would be outside of the directory"
    : undefined;
};

/** Makes a directory, or takes one that is there, but no link to one. */
const makeDirectory = async (path: string): Promise<void> => {
  try {
    await Deno.mkdir(path);
  } catch (cause) {
    const found = await Deno.lstat(path);
    if (!found.isDirectory) throw cause;
  }
};

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DataFailure> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new DataFailure({ location: path, problem: describe(cause), cause }),
  });
