/**
 * Opens flows.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import type { DataFrame } from "../../Polars.ts";
import type { Client } from "../Client.ts";
import type { Flow } from "../Flow.ts";
import { runsFrame } from "../frames/runs.ts";
import { type MetaflowError, operation, streaming } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import { checkId, type Kind, parse, show } from "../Pathspec.ts";
import type { Run } from "../Run.ts";
import { endpointTask, isSuccessful } from "../task/state.ts";
import { Base } from "./base.ts";
import { RunObject } from "./run.ts";
import { childrenOf, currentScope, exists, load, type Scope } from "./scope.ts";

/** Opens a flow by its name. */
export const openFlow = (pathspec: string): Effect.Effect<Flow, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const [flow] = yield* Effect.fromResult(parse("Flow", pathspec));
    return new FlowObject(scope, [flow!], yield* load(scope, "Flow", [flow!]));
  }).pipe(operation("Flow.get"));
