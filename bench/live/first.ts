/**
 * Fetches a small table and prints its first row: what a script waits for at least.
 *
 * @module
 */
import { Console, Effect } from "effect";
import { Neptune } from "../../mod.ts";

const program = Effect.gen(function* () {
  const project = yield* Neptune.ReadOnlyProject.open("bench/table");
  const table = yield* project.fetchRunsDf({ columns: ["config/p0"], limit: 10 });
  yield* Console.log(table.row(0));
});
await Effect.runPromise(Effect.provide(program, Neptune.layerLive()));
