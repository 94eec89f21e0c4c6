import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Result } from "effect";
import {
  decode,
  decodeInSlices,
  type DecodeOptions,
  isArray,
  isFrozenSet,
  isMap,
  isTuple,
  PickleObject,
  type PickleValue,
} from "../../../src/metaflow/pickle/Pickle.ts";
import { assemble, bytesOf, pickles, stacks, str } from "./Pickles.ts";

const valueOf = (bytes: Uint8Array, options?: DecodeOptions): PickleValue =>
  Result.getOrThrow(decode(bytes, options));

const fixture = (name: string, options?: DecodeOptions): PickleValue =>
  valueOf(bytesOf(pickles[name]!), options);

const base64 = (text: string, options?: DecodeOptions): PickleValue =>
  valueOf(Uint8Array.fromBase64(text), options);

const objectOf = (value: PickleValue): PickleObject => {
  ok(value instanceof PickleObject);
  return value;
};

// [2, 2.0, True, -0.0, 2**53, 2**53 + 1, -2**63, b"a", bytearray(b"a"), (1,), {1}, frozenset([1])]
const MIXED =
  "gAWVVAAAAAAAAABdlChLAkdAAAAAAAAAAIhHgAAAAAAAAACKBwAAAAAAACCKBwEAAAAAACCKCAAAAAAAAACA" +
  "QwFhlJYBAAAAAAAAAGGUSwGFlI+UKEsBkChLAZGUZS4=";

Deno.test("by default values have the plainest type that holds them", () => {
  deepStrictEqual(base64(MIXED), [
    2,
    2,
    true,
    -0,
    9007199254740992n,
    9007199254740993n,
    -9223372036854775808n,
    Uint8Array.of(97),
    Uint8Array.of(97),
    [1],
    new Set([1]),
    new Set([1]),
  ]);
});

Deno.test("typed values tell whole floats from integers and bytearray from bytes", () => {
  const values = base64(MIXED, { typed: true });
  ok(isArray(values));
  deepStrictEqual(values.slice(0, 4), [
    2,
    { _tag: "Float", value: 2 },
    true,
    { _tag: "Float", value: -0 },
  ]);
  deepStrictEqual(values.slice(7, 9), [
    Uint8Array.of(97),
    { _tag: "ByteArray", bytes: Uint8Array.of(97) },
  ]);
});

Deno.test("tuples and frozensets are frozen, lists and sets are not", () => {
  const values = base64(MIXED);
  ok(isArray(values));
  deepStrictEqual([values, values[9]].map(isTuple), [false, true]);
  deepStrictEqual([values[10], values[11]].map(isFrozenSet), [false, true]);
});

Deno.test("with `bigints` every integer is a bigint and no float is", () => {
  const values = base64(MIXED, { bigints: true });
  ok(isArray(values));
  deepStrictEqual(values.slice(0, 5), [2n, 2, true, -0, 9007199254740992n]);
  deepStrictEqual(fixture("np_i8.p4", { bigints: true }), -7n);
  deepStrictEqual(fixture("d_keys.p4", { bigints: true }), fixture("d_keys.p2", { bigints: true }));
});

Deno.test("scalars of NumPy are plain unless their type is asked for", () => {
  strictEqual(fixture("np_f8.p4"), 1.5);
  const scalar = fixture("np_i8.p4", { typed: true });
  ok(scalar !== null && typeof scalar === "object" && "_tag" in scalar);
  ok(scalar._tag === "NumpyScalar");
  deepStrictEqual([scalar.value, scalar.dtype.kind, scalar.dtype.itemSize], [-7, "i", 8]);
});

Deno.test("missing values of pandas are null unless their kind is asked for", () => {
  const newest = Object.values(stacks).at(-1)!;
  for (const [name, tag] of [["nat.p4", "NaT"], ["na.p4", "NA"]] as const) {
    const bytes = bytesOf(newest[name]!);
    strictEqual(valueOf(bytes), null);
    deepStrictEqual(valueOf(bytes, { typed: true }), { _tag: "Missing", name: tag });
  }
});

// ------------------------------------------------------------------------------- identity

Deno.test("what is shared stays shared, and what contains itself does", () => {
  const shared = fixture("shared.p4");
  ok(isMap(shared));
  strictEqual(shared.get("a"), shared.get("b"));
  const list = fixture("rec_list.p0");
  ok(isArray(list));
  strictEqual(list[1], list);
  const dict = fixture("rec_dict.p2");
  ok(isMap(dict));
  strictEqual(dict.get("self"), dict);
  const tuple = fixture("rec_tuple.p1");
  ok(isTuple(tuple) && isArray(tuple[0]));
  strictEqual(tuple[0][0], tuple);
  // d = defaultdict(list); d["self"] = d
  const own = base64(
    "gASVQQAAAAAAAACMC2NvbGxlY3Rpb25zlIwLZGVmYXVsdGRpY3SUk5SMCGJ1aWx0aW5zlIwEbGlzdJSTlIWUUpSM" +
      "BHNlbGaUaAdzLg==",
  );
  ok(isMap(own));
  strictEqual(own.get("self"), own);
});

const BENCH_IN_BENCH = {
  0: "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjX19tYWluX18KQmVuY2gKcDEKY19fYnVpbHRpbl9fCm9iamVjd" +
    "ApwMgpOdHAzClJwNAooZHA1ClZtYXRlcmlhbApwNgpWb2FrCnA3CnNWc2VhdHMKcDgKSTMKc1ZjaGlsZApwOQpnMAooZz" +
    "EKZzIKTnRwMTAKUnAxMQooZHAxMgpnNgpnNwpzZzgKSTMKc1ZwYXJlbnQKcDEzCmc0CnNic2Iu",
  4: "gASVXgAAAAAAAACMCF9fbWFpbl9flIwFQmVuY2iUk5QpgZR9lCiMCG1hdGVyaWFslIwDb2FrlIwFc2VhdHOUSwOMB" +
    "WNoaWxklGgCKYGUfZQoaAVoBmgHSwOMBnBhcmVudJRoA3VidWIu",
};

Deno.test("objects that refer to each other do so in every protocol", () => {
  for (const pickle of Object.values(BENCH_IN_BENCH)) {
    const bench = objectOf(base64(pickle));
    strictEqual(bench.name, "__main__.Bench");
    deepStrictEqual(bench.args, []);
    const child = objectOf(bench.attributes.get("child") ?? null);
    strictEqual(child.attributes.get("parent"), bench);
    strictEqual(child.attributes.get("seats"), 3);
  }
});

Deno.test("a call that is among its own arguments stays a call", () => {
  // A list in a Decimal in the list: nothing that Python can make.
  const list = valueOf(assemble("]q\x00cdecimal\nDecimal\nh\x00\x85Ra."));
  ok(isArray(list));
  const decimal = objectOf(list[0] ?? null);
  strictEqual(decimal.name, "decimal.Decimal");
  strictEqual(decimal.args[0], list);
});

Deno.test("values share no memory with the bytes they come from", () => {
  const bytes = assemble("\x80\x03C\x03abc.");
  const value = valueOf(bytes);
  bytes.fill(0);
  deepStrictEqual(value, Uint8Array.of(97, 98, 99));
});

// ----------------------------------------------------------------------------------- keys

Deno.test("equal keys of different types are one key: the first stays, with the last value", () => {
  // As Python 3.11 loads them: {1: 'c'}
  const one = "}(K\x01Va\n\x88Vb\nG?\xf0\x00\x00\x00\x00\x00\x00Vc\nu.";
  deepStrictEqual(valueOf(assemble(one)), new Map([[1, "c"]]));
  deepStrictEqual(valueOf(assemble(one), { typed: true }), new Map([[1, "c"]]));
  deepStrictEqual(valueOf(assemble(one), { bigints: true }), new Map([[1n, "c"]]));
  // {0: 'c', 'x': 'b'}
  const zero = valueOf(assemble("}(K\x00Va\nVx\nVb\n\x89Vc\nu."));
  ok(isMap(zero));
  deepStrictEqual([...zero], [[0, "c"], ["x", "b"]]);
  // {(1,): 'b'}
  deepStrictEqual(
    valueOf(assemble("}(K\x01\x85Va\n\x88\x85Vb\nu.")),
    new Map([[Object.freeze([1]), "b"]]),
  );
  // {b'a': 'z', 'a': 'y'}
  const letters = valueOf(assemble("}(C\x01aVx\nVa\nVy\nC\x01aVz\nu."));
  ok(isMap(letters));
  deepStrictEqual([...letters], [[Uint8Array.of(97), "z"], ["a", "y"]]);
  // {1, 2}
  deepStrictEqual(
    valueOf(assemble("\x80\x04\x8f(K\x01\x88G?\xf0\x00\x00\x00\x00\x00\x00K\x02\x90.")),
    new Set([1, 2]),
  );
});

Deno.test("two keys that are not a number are two keys", () => {
  // {float("nan"): 1, float("nan"): 2}
  const dict = base64("gASVGwAAAAAAAAB9lChHf/gAAAAAAABLAUd/+AAAAAAAAEsCdS4=");
  ok(isMap(dict));
  deepStrictEqual([...dict.values()], [1, 2]);
});

// ----------------------------------------------------------------------------- opaque objects

Deno.test("attributes in slots and in the dict of an object are its attributes", () => {
  // class Slotted: __slots__ = ("a", "__dict__"), with a = 1 and b = 2
  const slotted = objectOf(base64(
    "gAJjX19tYWluX18KU2xvdHRlZApxACmBcQF9cQJYAQAAAGJxA0sCc31xBFgBAAAAYXEFSwFzhnEGYi4=",
  ));
  deepStrictEqual([...slotted.attributes], [["b", 2], ["a", 1]]);
});

Deno.test("subclasses of list and dict keep their items and attributes", () => {
  const list = objectOf(base64(
    "gAJjX19tYWluX18KTApxACmBcQEoSwFLAmV9cQJYBAAAAG5vdGVxA1gBAAAAeHEEc2Iu",
  ));
  deepStrictEqual([list.name, list.items], ["__main__.L", [1, 2]]);
  deepStrictEqual([...list.attributes], [["note", "x"]]);
  const dict = objectOf(base64("gAJjX19tYWluX18KRApxACmBcQFYAQAAAGtxAksBcy4="));
  deepStrictEqual([dict.name, [...dict.entries]], ["__main__.D", [["k", 1]]]);
});

Deno.test("members of enums are the attribute of a class, or a call of it, as Python had it", () => {
  const called = objectOf(base64("gASVHQAAAAAAAACMCF9fbWFpbl9flIwGU2Vhc29ulJOUSwSFlFKULg=="));
  deepStrictEqual([called.name, called.args], ["__main__.Season", [4]]);
  const named = valueOf(
    assemble("\x80\x04cbuiltins\ngetattr\nc__main__\nSeason\n", str("WINTER"), "\x86R."),
  );
  deepStrictEqual(named, {
    _tag: "Attribute",
    of: { _tag: "Global", module: "__main__", name: "Season" },
    name: "WINTER",
  });
});

Deno.test("exceptions of other modules keep arguments and attributes; so do keyword arguments", () => {
  // class Err(ValueError), with code = 7
  const error = objectOf(base64(
    "gASVKwAAAAAAAACMCF9fbWFpbl9flIwDRXJylJOUjANiYWSUhZRSlH2UjARjb2RllEsHc2Iu",
  ));
  deepStrictEqual([error.name, error.args], ["__main__.Err", ["bad"]]);
  deepStrictEqual([...error.attributes], [["code", 7]]);
  // __getnewargs_ex__ = ((1,), {"k": 2})
  const keyed = objectOf(base64(
    "gASVIQAAAAAAAACMCF9fbWFpbl9flIwBS5STlEsBhZR9lIwBa5RLAnOSlC4=",
  ));
  deepStrictEqual([keyed.args, [...keyed.kwargs]], [[1], [["k", 2]]]);
});

Deno.test("a known class with parts that it never has stays opaque", () => {
  const date = objectOf(
    valueOf(assemble("cdatetime\ndate\nC\x04\x07\xe8\x02\x1d\x85R]b.")),
  );
  strictEqual(date.name, "datetime.date");
  const thirtieth = objectOf(valueOf(assemble("cdatetime\ndate\nC\x04\x07\xe8\x02\x1e\x85R.")));
  strictEqual(thirtieth.name, "datetime.date");
});

// ------------------------------------------------------------------------------- Metaflow

Deno.test("an included file is its description", () => {
  const descriptor = [
    [str("type"), str("uploader-v2")],
    [str("sub-type"), str("uploaded")],
    [str("url"), str("local:///data/Flow/0a")],
    [str("is_text"), "\x88"],
    [str("encoding"), str("utf-8")],
    [str("size"), "K\x07"],
    [str("note"), "N"],
  ].map((pair) => pair.join("")).join("");
  const file = valueOf(assemble(
    "\x80\x04cmetaflow.includefile\nIncludedFile\n)\x81}",
    str("_descriptor"),
    `}(${descriptor}usb.`,
  ));
  deepStrictEqual(file, {
    _tag: "IncludedFile",
    type: "uploader-v2",
    subType: "uploaded",
    url: "local:///data/Flow/0a",
    isText: true,
    encoding: "utf-8",
    size: 7,
    note: null,
  });
});

Deno.test("objects of the client are references, in every layout they have had", () => {
  const layouts = {
    current: `${str("version")}${str("2.12.27")}${str("data")}](${str("F/1/s/2")}K\x01${
      str("local@/x")
    }NNe`,
    before: `${str("version")}${str("2.8.4")}${str("data")}](${str("F/1/s/2")}K\x01\x88e`,
    first: `${str("_pathspec")}${str("F/1/s/2")}${str("_attempt")}K\x01`,
  };
  for (const state of Object.values(layouts)) {
    deepStrictEqual(
      valueOf(assemble("\x80\x04cmetaflow.client.core\nTask\n)\x81}(", state, "ub.")),
      { _tag: "ClientReference", kind: "Task", pathspec: "F/1/s/2", attempt: 1 },
    );
  }
});

// --------------------------------------------------------------------------------- slices

Deno.test("decoding in slices pauses, and gives what decoding at once gives", () => {
  const bytes = assemble("](", "K\x07".repeat(250_000), "e.");
  let pauses = 0;
  const slices = decodeInSlices(bytes);
  let slice = slices.next();
  for (; !slice.done; slice = slices.next()) pauses++;
  ok(pauses >= 4);
  deepStrictEqual(Result.getOrThrow(slice.value), valueOf(bytes));
});

// ---------------------------------------------------------------------------------- errors

Deno.test("instructions that contradict each other are refused where Python refuses them", () => {
  const streams = [
    "0.",
    "a.",
    "]a.",
    "}K\x01s.",
    "(K\x01d.",
    "](K\x01u.",
    "\x80\x04NN\x93.",
    "NNR.",
    "e.",
    "t.",
    ".",
    "Ix\n.",
    "g1\n.",
    "N(a.",
    "F1_0\n.",
  ];
  for (const stream of streams) {
    const result = decode(assemble(stream));
    ok(Result.isFailure(result), stream);
    strictEqual(result.failure.reason._tag, "Malformed", stream);
  }
  for (const stream of ["V\\u12\n.", "X\x01\x00\x00\x00\xff.", "S'abc\n.", "Sabc\n."]) {
    const result = decode(assemble(stream));
    ok(Result.isFailure(result), stream);
    strictEqual(result.failure.reason._tag, "InvalidText", stream);
  }
});

Deno.test("an error says where the pickle is damaged and what to do", () => {
  const result = decode(assemble("\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00N."));
  ok(Result.isFailure(result));
  strictEqual(
    result.failure.message,
    "The pickle is cut off at byte 11: 32 more are needed, 2 are left. Read the artifact again, " +
      "or check that its blob was copied whole.",
  );
});
