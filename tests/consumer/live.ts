import { Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const program = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("team/vision");
  const run = yield* project.run({ withId: "VIS-1" });
  return yield* run.fetch("loss");
});
const live = Neptune.layerLive({ apiToken: Deno.args[0] });
console.log(await Effect.runPromise(Effect.provide(program, live)));
