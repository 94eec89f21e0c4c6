import pl from "nodejs-polars";
import { decode, show, isTabular } from "./src/metaflow/pickle/Pickle.ts";
import { dataFrameOf } from "./src/metaflow/pickle/Frames.ts";
import { Result } from "effect";
let seed=Number(Deno.args[0]??1); const rnd=()=>{ seed=(seed*1103515245+12345)&0x7fffffff; return seed/0x7fffffff; };
const all: [string,Uint8Array][]=[];
for (const [n,v] of Object.entries(JSON.parse(Deno.readTextFileSync("tests/metaflow/fixtures/pickles.json")).pickles) as any) all.push([n,Uint8Array.fromBase64(v.b64)]);
for (const [k,s] of Object.entries(JSON.parse(Deno.readTextFileSync("tests/metaflow/pickle/stacks.json"))) as any) for (const [n,v] of Object.entries(s) as any) all.push([k.slice(0,12)+n,Uint8Array.fromBase64(v.b64)]);
const end=performance.now()+Number(Deno.args[1]??60)*1000; let n=0, ok=0; let worst=0; const reasons=new Map();
while(performance.now()<end){ const [name,b]=all[Math.floor(rnd()*all.length)]; const c=b.slice(); const k=1+Math.floor(rnd()*4); for(let i=0;i<k;i++) c[Math.floor(rnd()*c.length)]=Math.floor(rnd()*256); const d= rnd()<0.2? c.subarray(0,Math.floor(rnd()*c.length)):c;
  const t=performance.now(); let r; try { r=decode(d,{typed:rnd()<0.5,bigints:rnd()<0.2}); if (Result.isSuccess(r)) { ok++; show(r.success); if (isTabular(r.success)) { const f=dataFrameOf(pl,r.success); } } else reasons.set(r.failure.reason._tag,(reasons.get(r.failure.reason._tag)??0)+1); } catch(e) { console.log("CRASH",name,e instanceof Error? e.stack!.slice(0,700):e, d.toBase64().slice(0,400)); Deno.exit(1); }
  const dt=performance.now()-t; if(dt>worst&&dt>200){ worst=dt; console.log("slow",name,dt, r&&Result.isFailure(r)?r.failure.message:"ok"); } n++; }
console.log(n,ok,reasons,(Deno.memoryUsage().rss/2**20).toFixed(0));
