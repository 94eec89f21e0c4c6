import { Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const double = Neptune.layerTest({ "team/vision": {} });
const program = Effect.scoped(Neptune.Server.serve({ port: Number(Deno.args[0] ?? 0) }));
console.log(typeof (await Effect.runPromise(Effect.provide(program, double))).url);
