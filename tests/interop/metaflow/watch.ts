/**
 * Reads flows while they are written.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { Metaflow } from "@nereid/nereid";
import { type Json, tagOf } from "../../metaflow/pickle/PythonTag.ts";

type Failing<A> = Effect.Effect<A, Metaflow.MetaflowError, Metaflow.Client>;

/** What was seen of tasks: by pathspec the names of artifacts and their values, as JSON. */
export type Seen = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** All artifacts of all tasks that there are now, with logs and metadata read besides. */
export const look: Failing<Seen> = Effect.gen(function* () {
  const seen = new Map<string, ReadonlyMap<string, string>>();
  const flows = yield* Stream.runCollect(Metaflow.Metaflow.flows);
  for (const flow of flows) {
    for (const run of yield* Stream.runCollect(flow.runs())) {
      yield* run.finished;
      for (const step of yield* Stream.runCollect(run.steps())) {
        for (const task of yield* Stream.runCollect(step.tasks())) {
          seen.set(task.pathspec, yield* artifactsOf(task));
          yield* Effect.all([task.metadata, task.stdout, task.finished, task.exception]);
        }
      }
    }
  }
  return seen;
});

const artifactsOf = (task: Metaflow.Task): Failing<ReadonlyMap<string, string>> =>
  Effect.map(
    Effect.flatMap(Stream.runCollect(task.artifacts()), (artifacts) =>
      Effect.forEach(artifacts, (artifact) =>
        Effect.map(artifact.decode({ typed: true }), (value): readonly [string, Json] => [
          artifact.id,
          tagOf(value),
        ]))),
    (values) =>
      new Map(values.map(([name, value]) => [name, JSON.stringify(value)])),
  );

/**
 * What was seen while flows were written that is not so in the end. Lists are whole only if metadata
 * and data are in one directory: elsewhere artifacts appear one after another.
 */
export const contradictions = (
  looks: ReadonlyArray<Seen>,
  end: Seen,
  isWhole: boolean,
): ReadonlyArray<string> =>
  looks.flatMap((seen, i) =>
    Array.from(seen).flatMap(([pathspec, artifacts]) => {
      const final = end.get(pathspec);
      if (final === undefined) return [`look ${i}: ${pathspec} is no task in the end`];
      const isPartial = isWhole && artifacts.size > 0 && artifacts.size !== final.size;
      return [
        ...isPartial ? [`look ${i}: ${pathspec} had only ${[...artifacts.keys()]}`] : [],
        ...Array.from(artifacts).flatMap(([name, value]) =>
          final.get(name) === value ? [] : [`look ${i}: ${pathspec}/${name} was ${value}`]
        ),
      ];
    })
  );
