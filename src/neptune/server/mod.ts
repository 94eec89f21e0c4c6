/**
 * Answers Neptune's protocol from any source: programs that were written for Neptune's service, in
 * Python or not, read an export or another server through it, unchanged.
 *
 * @module
 */
export { serve } from "./serve.ts";
export type { ServeOptions } from "./serve.ts";
export { layer, make, Server } from "./Server.ts";
export type { ServerOptions } from "./Server.ts";
