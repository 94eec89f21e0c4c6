/**
 * The ids by which clients name projects and runs, and what a source calls them.
 *
 * A client knows a run as `workspace/project/SYS-1`, and by what this server gives out as internal
 * ids. Those of Neptune are UUIDs; here they are a source's own names, without their slashes.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { NeptuneSource, Project, RunKey } from "../NeptuneSource.ts";
import * as Nql from "../Nql.ts";
import { textsAt } from "./rows.ts";

/** A run that a client has named. */
export interface NamedRun {
  readonly project: string;
  readonly key: RunKey;
  /** `undefined` where the client did not use it. */
  readonly sysId: string | undefined;
}

/** Knows projects and runs by the ids of clients. */
export interface Identifiers {
  /** The project of an id, which may be its name. */
  readonly project: (id: string) => Effect.Effect<Project, NeptuneErrorReason>;
  /**
   * The runs of some ids, in the same order; `undefined` for those that do not exist. Internal ids
   * are of a run in `project`.
   */
  readonly runs: (
    ids: ReadonlyArray<string>,
    project?: string,
  ) => Effect.Effect<ReadonlyArray<NamedRun | undefined>, NeptuneErrorReason>;
  /** Remembers the system ids of some runs, where they are known anyway. */
  readonly learn: (
    project: string,
    runs: ReadonlyArray<RunKey>,
    sysIds: ReadonlyArray<string | undefined>,
  ) => void;
}

/** The internal id of a run or a project. */
export const internalId = encodeURIComponent;

const nameOf = (id: string): string => {
  if (id.includes("/")) return id;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

// A query has at most 250,000 characters, of which an id takes some 30 and can take more.
const IDS_A_SEARCH = 2000;

/** Identifiers of a source of which nothing is known yet. */
export const make = (source: NeptuneSource): Identifiers => {
  const projects = new Map<string, Project>();
  const keys = new Map<string, Map<string, RunKey>>();

  const keysIn = (project: string): Map<string, RunKey> => {
    const known = keys.get(project) ?? new Map<string, RunKey>();
    keys.set(project, known);
    return known;
  };

  const project = (id: string) =>
    Effect.suspend(() => {
      const name = nameOf(id);
      const known = projects.get(name);
      if (known !== undefined) return Effect.succeed(known);
      return Effect.tap(
        source.project(name),
        (found) => Effect.sync(() => projects.set(name, found)),
      );
    });

  const learn: Identifiers["learn"] = (project, runs, sysIds) => {
    const known = keysIn(project);
    runs.forEach((run, row) => {
      const sysId = sysIds[row];
      if (sysId !== undefined) known.set(sysId, run);
    });
  };

  const findAll = (project: string, sysIds: ReadonlyArray<string>) => {
    const [first, ...rest] = sysIds.map((id) => Nql.equals({ name: "sys/id", type: "string" }, id));
    return first === undefined ? Effect.void : source.search({
      project,
      kind: "runs",
      query: Nql.or([first, ...rest]),
      sortBy: { attribute: "sys/creation_time", type: "datetime", direction: "ascending" },
      attributes: ["sys/id"],
    }).pipe(
      Stream.runForEach(({ runs, columns }) =>
        Effect.sync(() => learn(project, runs, textsAt(columns, "sys/id", runs.length)))
      ),
    );
  };

  return {
    project,
    learn,
    runs: (ids, ofProject) =>
      Effect.gen(function* () {
        const named = ids.map((id) => {
          const slash = id.lastIndexOf("/");
          if (slash >= 0) return { project: id.slice(0, slash), sysId: id.slice(slash + 1) };
          return { project: ofProject, key: nameOf(id) };
        });
        for (const [name, ofOne] of Map.groupBy(named, ({ project }) => project)) {
          if (name === undefined) continue;
          yield* project(name);
          const known = keysIn(name);
          const unknown = new Set(
            ofOne.flatMap(({ sysId }) => sysId === undefined || known.has(sysId) ? [] : sysId),
          );
          const missing = [...unknown];
          for (let i = 0; i < missing.length; i += IDS_A_SEARCH) {
            yield* findAll(name, missing.slice(i, i + IDS_A_SEARCH));
          }
        }
        return named.map(({ project, sysId, key }) => {
          if (project === undefined) return undefined;
          const run = key ?? keysIn(project).get(sysId);
          return run === undefined ? undefined : { project, key: run, sysId };
        });
      }),
  };
};
