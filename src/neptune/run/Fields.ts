/**
 * The values of a run's fields, each kept once it is fetched.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { AttributeValue } from "../Attribute.ts";
import { checkPath } from "../arguments.ts";
import { FieldNotFound, type NeptuneErrorReason } from "../NeptuneError.ts";
import { everyAttribute, type NeptuneSource, type RunKey } from "../NeptuneSource.ts";
import { once } from "../once.ts";
import { attributeValue } from "./attributeValue.ts";

/** Which run of which source. */
export interface RunOfSource {
  readonly source: NeptuneSource;
  readonly project: string;
  readonly key: RunKey;
  /** What to call the run in messages. */
  readonly name: string;
}

/** The fields of a run. */
export interface Fields {
  /** The paths of all fields when they were first listed, and of those accessed since. */
  readonly names: Effect.Effect<ReadonlyArray<string>, NeptuneErrorReason>;
  /** The value of a field. Callers that ask at the same time share one request. */
  readonly get: (path: string) => Effect.Effect<AttributeValue, NeptuneErrorReason>;
  /** Fetches the values that are not kept yet, in one request; those that do not exist are not. */
  readonly prefetch: (paths: Iterable<string>) => Effect.Effect<void, NeptuneErrorReason>;
  /** What is kept, by path. */
  readonly kept: ReadonlyMap<string, AttributeValue>;
  readonly forget: (path: string) => void;
}

/** The fields of a run of which nothing is known yet. */
export const make = ({ source, project, key, name }: RunOfSource): Fields => {
  const kept = new Map<string, AttributeValue>();
  const pending = new Map<string, Effect.Effect<void, NeptuneErrorReason>>();

  const read = (paths: ReadonlyArray<string>) =>
    source.values({ project, runs: [key], select: { paths } }).pipe(
      Stream.runForEach((columns) =>
        Effect.sync(() => {
          for (const column of columns) {
            if (column.rows.length > 0) kept.set(column.path, attributeValue(column, 0));
          }
        })
      ),
    );

  const names = once(
    source.definitions({ project, runs: [key], select: everyAttribute }).pipe(
      Stream.runCollect,
      Effect.map((pages) => new Set(pages.flat().map(({ path }) => path))),
    ),
  );

  const get = (path: string): Effect.Effect<AttributeValue, NeptuneErrorReason> =>
    Effect.flatMap(checkPath(path), () => {
      const value = kept.get(path);
      if (value !== undefined) return Effect.succeed(value);
      const reading = pending.get(path) ?? once(read([path]));
      pending.set(path, reading);
      return reading.pipe(
        Effect.ensuring(Effect.sync(() => pending.delete(path))),
        Effect.andThen(Effect.suspend(() => {
          const value = kept.get(path);
          return value === undefined
            ? Effect.fail(new FieldNotFound({ run: name, path }))
            : Effect.succeed(value);
        })),
      );
    });

  return {
    names: Effect.map(names, (listed) => [...listed.union(new Set(kept.keys()))]),
    get,
    prefetch: (paths) =>
      Effect.suspend(() => {
        const missing = new Set(paths).difference(kept);
        return missing.size === 0 ? Effect.void : read([...missing]);
      }),
    kept,
    forget: (path) => void kept.delete(path),
  };
};
