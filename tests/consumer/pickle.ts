import * as Pickle from "jsr:@nereid/nereid@^0.1.0/metaflow/Pickle";
import { Result } from "effect";

console.log(Result.getOrThrow(Pickle.decode(new TextEncoder().encode("I7\n."))));
