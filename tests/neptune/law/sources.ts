/**
 * An export, and the same export behind a server and a client.
 *
 * @module
 */
import { Effect, Layer, type Scope } from "effect";
import { FetchHttpClient } from "effect/http";
import { Neptune } from "@nereid/nereid";
import { type Answering, answering } from "./Question.ts";

/** Reads an export. */
export const archive = (
  data: string,
): Effect.Effect<Answering, Neptune.NeptuneError | Neptune.NeptuneErrorReason, Scope.Scope> =>
  Effect.flatMap(sourceOf(Neptune.layerArchive({ data })), answering);

/** Reads what a server in this process makes of an export. */
export const served = (
  data: string,
): Effect.Effect<Answering, Neptune.NeptuneError | Neptune.NeptuneErrorReason, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Layer.provide(Neptune.Server.layer(), Neptune.layerArchive({ data })),
    );
    const { apiToken, fetch } = yield* Effect.provide(Neptune.Server.Server, context);
    const live = Layer.provide(
      Neptune.layerLive({ apiToken, retryFor: "1 second" }),
      Layer.succeed(FetchHttpClient.Fetch, fetch),
    );
    return yield* Effect.flatMap(sourceOf(live), answering);
  });

const sourceOf = <E>(layer: Layer.Layer<Neptune.NeptuneSource, E>) =>
  Effect.flatMap(Layer.build(layer), (context) => Effect.provide(Neptune.NeptuneSource, context));
