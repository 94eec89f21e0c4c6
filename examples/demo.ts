/**
 * Reads a small project of real training runs out of a Neptune export, and draws a metric.
 *
 * `deno task demo` runs it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Chart, Neptune } from "@nereid/nereid";
import { Console, Effect, Schema } from "effect";

const data = fileURLToPath(new URL("./data/digits/data", import.meta.url));
const picture = fileURLToPath(new URL("./forks.svg", import.meta.url));

const heading = (text: string) => Console.log(`\n\x1b[1m${text}\x1b[0m`);

// A run's fields by name and type; what does not fit is an error that names the field.
const Config = Schema.Struct({
  optimizer: Neptune.Attribute.String,
  learningRate: Neptune.Attribute.Float,
  parameters: Neptune.Attribute.Integer,
  startedAt: Neptune.Attribute.Datetime,
  tags: Neptune.Attribute.StringSet,
  testAccuracy: Neptune.Attribute.Float,
}).pipe(Schema.encodeKeys({
  optimizer: "config/optimizer",
  learningRate: "config/lr",
  parameters: "model/parameters",
  startedAt: "sys/creation_time",
  tags: "sys/tags",
  testAccuracy: "result/test_accuracy",
}));

const Fork = Schema.Struct({
  name: Neptune.Attribute.String,
  forkStep: Schema.optionalKey(Schema.Union([Neptune.Attribute.Float, Neptune.Attribute.Integer])),
}).pipe(Schema.encodeKeys({ name: "sys/name", forkStep: "sys/forking/step" }));

const demo = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");

  yield* heading("Experiments that converged, best first: a sweep over handwritten digits");
  const table = yield* project.fetchExperimentsDf({
    columns: ["sys/id", "config/lr", "val/loss", "result/test_accuracy"],
    query: "`result/converged`:bool = true AND min(`val/loss`:floatSeries) < 0.06",
    sortBy: "result/test_accuracy",
    limit: 6,
  });
  const columns = ["sys/id", "sys/name", "config/lr", "val/loss", "result/test_accuracy"];
  yield* Console.log(table.select(...columns).toString());

  yield* heading("One of them, decoded by a schema");
  const run = yield* project.run({ experimentName: "rmsprop to adam" });
  yield* Console.log(yield* run.decode(Config));

  yield* heading("Its val/loss, with the points inherited from the run it was forked from");
  const loss = yield* run.fetchValues("val/loss");
  yield* Console.log(loss.toString());

  yield* heading("Two runs and what became of their forks, drawn");
  const lines = yield* Effect.forEach(
    ["DIG-12", "DIG-22", "DIG-10", "DIG-21"],
    (withId) =>
      Effect.gen(function* () {
        const run = yield* project.run({ withId });
        const { name, forkStep } = yield* run.decode(Fork);
        return { name: `${withId} ${name}`, points: yield* run.fetchValues("val/loss"), forkStep };
      }),
  );
  const chart = yield* Chart.lines(
    new Map(lines.map(({ name, points }) => [name, points])),
    {
      title: "Two runs and what became of their forks",
      x: "step",
      y: { column: "value", title: "val/loss", scale: "log" },
      forks: new Map(
        lines.flatMap(({ name, forkStep }) => forkStep === undefined ? [] : [[name, forkStep]]),
      ),
    },
  );
  yield* Chart.save(chart, picture);
  yield* Console.log(`${picture}\n`);
});

await Effect.runPromise(Effect.provide(demo, Neptune.layerArchive({ data })));
