import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Arbitrary, Effect, Result, Schema } from "effect";
import {
  decode,
  type DecodeOptions,
  isArray,
  isTabular,
  PickleError,
  type PickleValue,
  show,
  toDataFrame,
} from "../../../src/metaflow/pickle/Pickle.ts";
import { assemble, bytesOf, pickles, stacks, str, uint32 } from "./Pickles.ts";

const reasonOf = (bytes: Uint8Array, options?: DecodeOptions): string => {
  const result = decode(bytes, options);
  return Result.isFailure(result) ? result.failure.reason._tag : "no failure";
};

const limitOf = (bytes: Uint8Array, options?: DecodeOptions): string => {
  const result = decode(bytes, options);
  ok(Result.isFailure(result) && result.failure.reason._tag === "LimitExceeded");
  return result.failure.reason.limit;
};

const valueOf = (bytes: Uint8Array, options?: DecodeOptions): PickleValue =>
  Result.getOrThrow(decode(bytes, options));

// ------------------------------------------------------------------------------ damaged bytes

const streams: ReadonlyArray<Uint8Array> = [pickles, ...Object.values(stacks)]
  .flatMap((some) => Object.values(some).map(bytesOf));

const between = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum }));

const damage = Arbitrary.schema(Schema.Struct({
  stream: between(0, streams.length - 1),
  edits: Schema.Array(Schema.Struct({ at: between(0, 9999), byte: between(0, 255) })),
  cutAt: between(0, 40_000),
  typed: Schema.Boolean,
}));

/** Small, so that no damage takes long; the streams themselves need less. */
const LIMITS = { maxHeapBytes: 2 ** 26, maxBufferBytes: 2 ** 24, maxSteps: 10_000_000 };

Deno.test("damaged pickles give a value or a PickleError, and values show and become frames", async () => {
  const result = await Effect.runPromise(Arbitrary.checkEffect(
    damage,
    ({ stream, edits, cutAt, typed }) =>
      Effect.gen(function* () {
        const bytes = streams[stream]!.slice(0, cutAt);
        for (const { at, byte } of edits) bytes[Math.floor(at / 10_000 * bytes.length)] = byte;
        const decoded = decode(bytes, { ...LIMITS, typed });
        if (Result.isFailure(decoded)) return decoded.failure instanceof PickleError;
        const value = decoded.success;
        if (show(value, 1000).length > 1000) return false;
        // Native code reads the streams of Polars, and says much of those that are damaged.
        if (!isTabular(value) || value._tag === "PolarsFrame") return true;
        const built = yield* Effect.result(toDataFrame(value));
        return Result.isSuccess(built) || built.failure instanceof PickleError;
      }),
    { runs: 20_000, size: 6, seed: 7 },
  ));
  strictEqual(Arbitrary.formatCheckFailure(result), undefined);
});

Deno.test("every stream that is cut off anywhere fails or is whole", () => {
  for (const bytes of streams.filter(({ length }) => length < 300)) {
    const end = bytes.lastIndexOf(0x2e);
    for (let length = 0; length < end; length++) {
      const result = decode(bytes.subarray(0, length));
      ok(Result.isFailure(result) || bytes.subarray(0, length).includes(0x2e));
    }
  }
});

// ------------------------------------------------------------------------------------ bounds

Deno.test("a length beyond the input fails before anything is allocated", () => {
  const lengths = [
    "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fx",
    "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xffx",
    "\x80\x04\x8d\x00\x00\x00\x00\x01\x00\x00\x00x",
    "\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x7fx",
    "\x80\x03B\xff\xff\xff\xffx",
    "X\xff\xff\xff\xffx",
    "\x80\x02\x8b\xff\xff\xff\x7fx",
    "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
  ];
  for (const stream of lengths) strictEqual(reasonOf(assemble(stream)), "Truncated");
});

Deno.test("negative lengths are refused", () => {
  strictEqual(reasonOf(assemble("\x80\x02\x8b\xff\xff\xff\xff.")), "Malformed");
  strictEqual(reasonOf(assemble("T\xff\xff\xff\xff.")), "Malformed");
});

Deno.test("each bound holds, and its default lets ordinary values through", () => {
  const nested = assemble("]".repeat(300), "a".repeat(299), ".");
  strictEqual(limitOf(nested, { maxDepth: 299 }), "maxDepth");
  ok(isArray(valueOf(nested, { maxDepth: 300 })));
  const remembered = assemble("N", "\x94".repeat(11), ".");
  strictEqual(limitOf(remembered, { maxMemo: 10 }), "maxMemo");
  strictEqual(valueOf(remembered, { maxMemo: 11 }), null);
  const bytes = assemble("\x80\x03B", uint32(5000), new Uint8Array(5000), ".");
  strictEqual(limitOf(bytes, { maxBufferBytes: 4999 }), "maxBufferBytes");
  ok(valueOf(bytes, { maxBufferBytes: 5000 }) instanceof Uint8Array);
  strictEqual(limitOf(assemble("]".repeat(10_000)), { maxHeapBytes: 2 ** 20 }), "maxHeapBytes");
  strictEqual(limitOf(assemble("N0".repeat(10_000), "N."), { maxSteps: 10_000 }), "maxSteps");
});

Deno.test("millions of empty containers exceed a bound before they exhaust memory", () => {
  for (const opcode of ["]", "}", ")", "\x8f", "N", "("]) {
    const stream = new Uint8Array(10_000_000).fill(opcode.charCodeAt(0));
    strictEqual(limitOf(stream, { maxHeapBytes: 2 ** 26 }), "maxHeapBytes");
  }
});

Deno.test("a value is put aside under a huge index without memory for those before", () => {
  strictEqual(valueOf(assemble("Nr\xff\xff\xff\xff0j\xff\xff\xff\xff.")), null);
  strictEqual(valueOf(assemble("Np99999999999999\n0g99999999999999\n.")), null);
});

Deno.test("integers of very many digits are refused before they are computed", () => {
  strictEqual(limitOf(assemble("L", "1".repeat(2_000_000), "L\n.")), "maxSteps");
});

Deno.test("a text of digits that is no float is refused in time", () => {
  strictEqual(reasonOf(assemble("F", "1".repeat(1_000_000), "x\n.")), "Malformed");
});

// ------------------------------------------------------------------------------------ sharing

/** Lists of ten times the list before, 99 times: 10^99 elements to anyone who counts them. */
const LAUGHS = assemble(
  "]q\x00",
  Array.from(
    { length: 99 },
    (_, i) => `](${`h${String.fromCharCode(i)}`.repeat(10)}eq${String.fromCharCode(i + 1)}`,
  ).join(""),
  ".",
);

Deno.test("lists of lists that are all the same one stay the same one", () => {
  let list = valueOf(LAUGHS);
  for (let depth = 0; depth < 99; depth++) {
    ok(isArray(list) && list.length === 10);
    strictEqual(new Set(list).size, 1);
    list = list[0] ?? null;
  }
  deepStrictEqual(list, []);
  ok(show(valueOf(LAUGHS)).length <= 10_000);
});

Deno.test("tuples of tuples that are all the same one can be keys", () => {
  // (1,), then 200 times a tuple of two times the tuple before.
  const tuples = Array.from({ length: 200 }, (_, i) => {
    const before = `h${String.fromCharCode(i)}`;
    return `0${before}${before}\x86q${String.fromCharCode(i + 1)}`;
  });
  const dict = valueOf(assemble("\x80\x04K\x01\x85q\x00", tuples.join(""), "}h\xc8K\x07s."));
  ok(dict instanceof Map);
  deepStrictEqual([...dict.values()], [7]);
});

Deno.test("deep tuples and frozensets can be keys", () => {
  for (
    const stream of [
      assemble("})", "\x85".repeat(90_000), "K\x07s."),
      assemble("}", "(".repeat(90_000), "\x91".repeat(90_000), "K\x07s."),
    ]
  ) {
    const dict = valueOf(stream);
    ok(dict instanceof Map);
    deepStrictEqual([...dict.values()], [7]);
  }
});

Deno.test("integers that a Map takes long to tell apart exceed the default bounds", () => {
  const keys = Array.from(
    { length: 20_000 },
    (_, i) => `\x8a\x0b\x01${"\x00".repeat(7)}${String.fromCharCode(i & 255, i >> 8 & 255, 1)}N`,
  );
  strictEqual(limitOf(assemble("\x80\x02}(", keys.join(""), "u.")), "maxSteps");
});

const DTYPE = (code: string, order: string): string =>
  `cnumpy\ndtype\n${str(code)}\x89\x88\x87R(K\x03${
    str(order)
  }NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;

const RECONSTRUCT = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R";

Deno.test("one stretch of bytes in a thousand arrays that must be copied is refused", () => {
  const length = 2 ** 20;
  const array = assemble(RECONSTRUCT, "(K\x01J", uint32(length / 4), "\x85h\x01\x89h\x00tb");
  const stream = assemble(
    "\x80\x04B",
    uint32(length),
    new Uint8Array(length),
    "q\x000",
    DTYPE("i4", ">"),
    "q\x010](",
    ...new Array<Uint8Array>(1000).fill(array),
    "e.",
  );
  strictEqual(limitOf(stream), "maxBufferBytes");
});

Deno.test("one list that a hundred thousand calls would copy is refused", () => {
  const items = "K\x07".repeat(100_000);
  for (const name of ["list", "tuple", "set", "frozenset"]) {
    const calls = `cbuiltins\n${name}\nh\x00\x85R`.repeat(100_000);
    strictEqual(limitOf(assemble("](", items, "eq\x000](", calls, "e.")), "maxHeapBytes");
  }
  const tuple = assemble("(", items, "tq\x000](", "cm\nX\nh\x00R".repeat(100_000), "e.");
  strictEqual(limitOf(tuple), "maxSteps");
});

Deno.test("billions of elements of no bytes are refused", () => {
  const dtype = `cnumpy\ndtype\n${str("S0")}\x89\x88\x87R(K\x03${str("|")}NNNK\x00K\x01K\x00tb`;
  const stream = assemble(
    "\x80\x04",
    RECONSTRUCT,
    "(K\x01J\xff\xff\xff\x7f\x85",
    dtype,
    "\x89C\x00tb.",
  );
  strictEqual(limitOf(stream), "maxHeapBytes");
});

Deno.test("a structured type of 2^40 fields stays what the pickle says", () => {
  const structured = (field: string): string =>
    `cnumpy\ndtype\n${str("V0")}\x89\x88\x87R(K\x03${str("|")}N${str("a")}${str("b")}\x86` +
    `}(${str("a")}${field}K\x00\x86${str("b")}${field}K\x00\x86uK\x00K\x01K\x00tb`;
  let stream = `\x80\x04${DTYPE("V0", "|")}q\x000`;
  for (let i = 0; i < 40; i++) {
    const [before, after] = [String.fromCharCode(i), String.fromCharCode(i + 1)];
    stream += `${structured(`h${before}`)}q${after}0`;
  }
  const value = valueOf(assemble(stream, "h\x28."));
  ok(show(value).length <= 10_000);
});

Deno.test("a range of 2^52 rows is not counted out", () => {
  const stream = assemble(
    "\x80\x04cpandas.core.indexes.base\n_new_Index\ncpandas\nRangeIndex\n}(",
    `${str("name")}N${str("start")}K\x00${str("step")}K\x01`,
    `${str("stop")}\x8a\x07\x00\x00\x00\x00\x00\x00\x10u\x86R.`,
  );
  const index = valueOf(stream);
  ok(isTabular(index) && index._tag === "Index");
  strictEqual(index.height, 2 ** 52);
});

// -------------------------------------------------------------------------------- dangerous names

Deno.test("functions that Python must not call stay names, whatever they are called with", () => {
  const names = ["os\nsystem", "builtins\neval", "builtins\n__import__", "subprocess\nPopen"];
  for (const name of names) {
    const value = valueOf(assemble(`c${name}\n(Vecho PWNED\ntR.`));
    strictEqual(show(value), `${name.replace("\n", ".")}('echo PWNED')`);
  }
});

Deno.test("keys that mean something to JavaScript are keys like others", () => {
  const value = valueOf(assemble("\x80\x04}", str("__proto__"), "}", str("polluted"), "\x88ss."));
  ok(value instanceof Map);
  deepStrictEqual([...value.keys()], ["__proto__"]);
  strictEqual(Object.hasOwn(Object.prototype, "polluted"), false);
});
