import pl from "nodejs-polars";
import { decode } from "./src/metaflow/pickle/Pickle.ts";
import { dataFrameOf } from "./src/metaflow/pickle/Frames.ts";
const j=JSON.parse(Deno.readTextFileSync("tests/metaflow/pickle/stacks.json"));
const [stack,...names]=Deno.args;
for (const [k,v] of Object.entries(j) as any) { if(!k.includes(stack)) continue; for (const n of Object.keys(v)) { if (!names.some(x=>n.startsWith(x))) continue; const r:any=decode(Uint8Array.fromBase64(v[n].b64)); const f:any=dataFrameOf(pl,r.success); console.log(n, f._tag==="Success"? f.success.frame.toString()+JSON.stringify([f.success.asText,f.success.omitted]) : f.failure.message); } }
