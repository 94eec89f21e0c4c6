import * as Nql from "jsr:@nereid/nereid@^0.1.0/neptune/Nql";
import { Result } from "effect";

const query = Nql.parse("`config/lr` > 0.1 AND NOT `sys/failed` = true");
console.log(Result.getOrThrow(Result.flatMap(query, Nql.print)));
