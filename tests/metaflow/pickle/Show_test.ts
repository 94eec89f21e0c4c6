import { ok, strictEqual } from "node:assert/strict";
import { Result } from "effect";
import { decode, PickleObject, show } from "../../../src/metaflow/pickle/Pickle.ts";
import { bytesOf, pickles, stacks } from "./Pickles.ts";

const shown = (name: string, typed = true): string => {
  const stream = pickles[name] ?? Object.values(stacks).at(-1)![name]!;
  return show(Result.getOrThrow(decode(bytesOf(stream), { typed })));
};

Deno.test("values of Python's own types are written as Python's repr does", () => {
  // repr() of Python 3.11, for values whose repr can be evaluated.
  strictEqual(shown("none.p4"), "None");
  strictEqual(shown("true.p2"), "True");
  strictEqual(shown("int_m2p70.p4"), "-1180591620717411303424");
  strictEqual(shown("f.p4"), "0.1");
  strictEqual(shown("f_whole.p4"), "2.0");
  strictEqual(shown("f_ninf.p4"), "-inf");
  strictEqual(shown("b.p4"), "b'\\x00\\x01\\xff\\x0a'");
  strictEqual(shown("l.p4"), "[1, 'two', 3.0, None, True]");
  strictEqual(shown("t1.p4"), "(1,)");
  strictEqual(shown("t0.p4"), "()");
  strictEqual(shown("set_.p4"), "{1, 2}");
  strictEqual(shown("set_empty.p4"), "set()");
  strictEqual(shown("fset_empty.p4"), "frozenset()");
  strictEqual(shown("rng.p4"), "range(1, 10, 3)");
  strictEqual(shown("slc.p4"), "slice(1, None, 2)");
  strictEqual(shown("dec.p4"), "Decimal('1.10')");
  strictEqual(shown("exc.p4"), "ValueError('x', 1)");
  strictEqual(shown("rec_list.p4"), "[1, [...]]");
  strictEqual(
    shown("d_keys.p4"),
    "{1: 'i', '1': 's', (1, 2): 't', None: 'n', 2.5: 'f', b'k': 'b'}",
  );
});

Deno.test("an unknown object shows its class and everything that is known of it", () => {
  const stream = pickles["obj.p4"]!;
  const object = Result.getOrThrow(decode(bytesOf(stream)));
  ok(object instanceof PickleObject);
  strictEqual(String(object), "park_models.Thing(a=1)");
  strictEqual(Deno.inspect(object), "park_models.Thing(a=1)");
});

Deno.test("arrays and frames show what they are, and little of what is in them", () => {
  strictEqual(shown("nd.p4"), "array(shape=(2, 3), dtype=<f8, [0, 1, 2, 3, 4, 5])");
  strictEqual(shown("df.p4"), "DataFrame(2 rows, columns=['i', 'f'])");
  strictEqual(
    shown("dtype_struct.p4"),
    "dtype([('a', '<i4'), ('b', '>f8', (2,))])",
  );
});

Deno.test("texts are no longer than asked for", () => {
  const long = Array.from({ length: 100_000 }, (_, i) => i);
  strictEqual(show(long, 12), "[0, 1, 2, 3…");
  strictEqual(show("x".repeat(1000), 5), "'xxx…");
});

Deno.test("nothing that any fixture holds fails to be shown", () => {
  for (const streams of [pickles, ...Object.values(stacks)]) {
    for (const stream of Object.values(streams)) {
      const result = decode(bytesOf(stream));
      if (Result.isSuccess(result)) ok(show(result.success).length > 0);
    }
  }
});
