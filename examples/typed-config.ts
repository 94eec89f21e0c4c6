/**
 * Decodes the configuration of every run of a project by a schema, and reports what does not fit.
 *
 * ```sh
 * deno run --allow-read --allow-ffi --allow-sys examples/typed-config.ts
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Neptune } from "@nereid/nereid";
import type { DecodeFailed } from "@nereid/nereid/neptune/NeptuneError";
import { Array, Console, Effect, Result, Schema, Stream } from "effect";

// What this program takes a training run to be. A field is an attribute's schema, or made from one.
// Its keys are the paths themselves, so that the report has everything that is wrong with a run:
// fields that `Schema.encodeKeys` renames are looked at only when all of them are there.
const Training = Schema.Struct({
  "config/optimizer": Neptune.Attribute.String.pipe(
    Schema.decodeTo(Schema.Literals(["sgd", "adam", "rmsprop"])),
  ),
  "config/lr": Neptune.Attribute.Float.check(Schema.isBetween({ minimum: 1e-6, maximum: 1 })),
  "config/weight_decay": Neptune.Attribute.Float.check(
    Schema.isBetween({ minimum: 0, maximum: 1 }),
  ),
  "config/momentum": Schema.optionalKey(Neptune.Attribute.Float),
  "sys/tags": Neptune.Attribute.StringSet,
  "result/test_accuracy": Neptune.Attribute.Float,
});

type Training = typeof Training.Type;

// A run that does not fit is an outcome too; a damaged file, say, still ends the program.
const decode = (
  run: Neptune.ReadOnlyRun,
): Effect.Effect<Result.Result<Training, DecodeFailed>, Neptune.NeptuneError> =>
  Effect.catchReason(
    Effect.map(run.decode(Training), Result.succeed),
    "NeptuneError",
    "DecodeFailed",
    (reason) => Effect.succeed(Result.fail(reason)),
  );

const main = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
  const ids = yield* Stream.runCollect(project.listRuns());
  const withIds = ids.flatMap((run) => run["sys/id"] ?? []);
  const outcomes = yield* project.fetchReadOnlyRuns({ withIds }).pipe(
    Stream.mapEffect(decode, { concurrency: 4 }),
    Stream.runCollect,
  );
  const [trainings, misfits] = Array.separate(outcomes);
  yield* Console.log(`${trainings.length} of ${outcomes.length} runs fit.`);

  // From here on, the compiler knows what a run is.
  const accuracy = (training: Training) => training["result/test_accuracy"];
  const best = trainings.reduce((a, b) => accuracy(b) > accuracy(a) ? b : a);
  yield* Console.log(`The best has ${best["config/optimizer"]} at ${best["config/lr"]}.\n`);

  for (const { message } of misfits) yield* Console.log(message);
});

const data = fileURLToPath(new URL("./data/digits/data", import.meta.url));
await Effect.runPromise(Effect.provide(main, Neptune.layerArchive({ data })));
