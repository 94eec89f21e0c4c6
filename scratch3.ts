import { Budget } from "./src/metaflow/pickle/Budget.ts";
import { Machine } from "./src/metaflow/pickle/Machine.ts";
import { Rewriting } from "./src/metaflow/pickle/Rewrite.ts";
for (const n of Deno.args) {
  const b=Deno.readFileSync(`/tmp/perf_${n}.pkl`);
  for (let i=0;i<4;i++){ const t=performance.now(); const bud=new Budget({},b.length); const m=new Machine(b,bud); let tree=m.run(1e5); while(!tree) tree=m.run(1e5); const t1=performance.now(); const r=new Rewriting(tree,bud,{typed:false,bigints:false}); let v=r.run(1e5); while(!v) v=r.run(1e5); const t2=performance.now(); console.log(n,(t1-t).toFixed(0),(t2-t1).toFixed(0)); }
}
