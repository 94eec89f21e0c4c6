import { decode } from "./src/metaflow/pickle/Pickle.ts";
for (const n of Deno.args) {
  const b=Deno.readFileSync(`/tmp/perf_${n}.pkl`);
  const ts=[]; 
  for (let i=0;i<3;i++){ const t=performance.now(); const r:any=decode(b); ts.push(performance.now()-t); if(r._tag!=="Success") console.log(n,r.failure.message); }
  console.log(n,(b.length/1e6).toFixed(1)+"MB",ts.map(x=>x.toFixed(0)+"ms").join(" "), (Deno.memoryUsage().rss/2**20).toFixed(0)+"MiB rss");
}
