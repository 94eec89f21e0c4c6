import { Chart, Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const program = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("team/vision");
  const run = yield* project.run({ withId: "VIS-1" });
  const loss = yield* run.fetchValues("loss");
  return yield* Chart.svg(yield* Chart.lines(loss, { x: "step", y: "value" }));
});
const double = Neptune.layerTest({ "team/vision": { "VIS-1": { loss: { points: [[0, 0.5]] } } } });
console.log((await Effect.runPromise(Effect.provide(program, double))).startsWith("<svg"));
