import { Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const program = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("team/vision");
  return yield* project.fetchRuns();
});
const double = Neptune.layerTest({ "team/vision": { "VIS-1": {} } });
console.log((await Effect.runPromise(Effect.provide(program, double))).height);
