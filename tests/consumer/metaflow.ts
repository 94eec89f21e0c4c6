import { Metaflow } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const program = Effect.gen(function* () {
  const run = yield* Metaflow.Run.get("TideFlow/1795617626130956");
  return yield* run.finished;
});
const root = "../../examples/data/metaflow";
const local = Metaflow.layerLocal({
  root,
  rootMapping: { "/home/ann/flows": root },
  namespace: null,
});
console.log(await Effect.runPromise(Effect.provide(program, local)));
