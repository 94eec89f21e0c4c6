import { Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const program = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("nereid/digits");
  const run = yield* project.run({ withId: "DIG-3" });
  return [yield* run.fetch("config/lr"), (yield* project.fetchRuns()).height];
});
const archive = Neptune.layerArchive({ data: "../../examples/data/digits/data" });
console.log(await Effect.runPromise(Effect.provide(program, archive)));
