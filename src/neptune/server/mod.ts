/**
 * Answers Neptune's protocol from any source: programs that were written for Neptune's service, in
 * Python or not, read an export or another server through it, unchanged.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect, Layer } from "effect";
 * import { FetchHttpClient } from "effect/http";
 *
 * const program = Effect.flatMap(
 *   Neptune.ReadOnlyProject.open("nereid/digits"),
 *   (project) => project.run({ withId: "DIG-3" }),
 * );
 *
 * // A client of a server of an export, all in one process. `serve` does it on a port.
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data" });
 * const client = Layer.unwrap(Effect.map(Neptune.Server.Server, ({ apiToken, fetch }) =>
 *   Layer.provide(
 *     Neptune.layerLive({ apiToken }),
 *     Layer.succeed(FetchHttpClient.Fetch, fetch),
 *   )));
 * const served = Layer.provide(client, Layer.provide(Neptune.Server.layer(), archive));
 * const run = await Effect.runPromise(Effect.provide(program, served));
 * console.log(run.withId); // DIG-3
 * ```
 *
 * @module
 */
export { serve } from "./serve.ts";
export type { ServeOptions } from "./serve.ts";
export { layer, make, Server } from "./Server.ts";
export type { ServerOptions } from "./Server.ts";
