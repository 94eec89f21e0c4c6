import { Neptune } from "jsr:@nereid/nereid@^0.1.0";
import { Effect } from "effect";

const double = Neptune.layerTest({ "team/vision": {} });
const project = await Effect.runPromise(Effect.provide(Neptune.ReadOnlyProject.open(), double));
console.log(project.projectIdentifier);
