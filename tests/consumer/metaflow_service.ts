import { Metaflow } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const [url] = Deno.args;
const layer = Metaflow.layerService({ url, namespace: null });
console.log(String(await Effect.runPromise(Effect.provide(Metaflow.Run.get("TideFlow/7"), layer))));
