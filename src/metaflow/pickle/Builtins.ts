/**
 * Rules for what Python has built in.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { array, bytes, float, map, tagged, text } from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { Integer } from "./PythonTypes.ts";
import { ofArgs, type Rule } from "./Rule.ts";
import { encodeLatin1 } from "./Text.ts";

const EXCEPTIONS =
  ("ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup " +
    "BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError " +
    "ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError " +
    "DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup " +
    "FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError " +
    "ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError " +
    "KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError " +
    "NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning " +
    "PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError " +
    "ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError " +
    "SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError " +
    "UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning " +
    "UserWarning ValueError Warning ZeroDivisionError").split(" ");

const exception = (name: string): Rule => ({ args, kwargs, state, items, pairs }) => {
  const attributes = state === undefined || state === null ? new Map() : map(state);
  return attributes === undefined || kwargs !== undefined || items.length + pairs.length > 0
    ? undefined
    : { _tag: "Exception", class: name, args, attributes };
};

const integerArg = (value: PickleValue | undefined): Integer | undefined =>
  typeof value === "number" || typeof value === "bigint" ? value : undefined;

const range: Rule = ofArgs(([start, stop, step, ...rest]) => {
  const [from, to, by] = [integerArg(start), integerArg(stop), integerArg(step)];
  return from === undefined || to === undefined || by === undefined || rest.length > 0
    ? undefined
    : { _tag: "Range", start: from, stop: to, step: by };
});

const slice: Rule = ofArgs(([start, stop, step, ...rest]) =>
  start === undefined || stop === undefined || step === undefined || rest.length > 0
    ? undefined
    : { _tag: "Slice", start, stop, step }
);

const complex: Rule = ofArgs(([real, imaginary, ...rest]) => {
  const [re, im] = [float(real), float(imaginary)];
  return re === undefined || im === undefined || rest.length > 0
    ? undefined
    : { _tag: "Complex", re, im };
});

/**
 * The members of a call such as `set([1, 2])`, the form that sets have in protocols before 4. They
 * are charged for, as a list can be that of many calls.
 */
const members = (
  args: ReadonlyArray<PickleValue>,
  budget: Budget,
): ReadonlyArray<PickleValue> | undefined => {
  const items = args.length === 0 ? [] : args.length === 1 ? array(args[0]) : undefined;
  budget.heap(64 * (items?.length ?? 0));
  return items;
};

const set = (frozen: boolean): Rule =>
  ofArgs((args, { budget, keys }) => {
    const items = members(args, budget);
    if (items === undefined) return undefined;
    const made = new Set<PickleValue>();
    keys.fillSet(made, items);
    return frozen ? Object.freeze(made) : made;
  });

const list: Rule = ofArgs((args, { budget }) => members(args, budget)?.slice());

const tuple: Rule = ofArgs((args, { budget }) => {
  const items = members(args, budget)?.slice();
  return items === undefined ? undefined : Object.freeze(items);
});

/** The keys and values, in turn, of what a dict is made of: another one, or pairs. */
export const dictPairs = (
  args: ReadonlyArray<PickleValue>,
  budget: Budget,
): ReadonlyArray<PickleValue> | undefined => {
  const source = map(args[0]);
  if (source !== undefined && args.length === 1) {
    budget.heap(128 * source.size);
    return [...source].flat();
  }
  const items = members(args, budget)?.map(array);
  return items?.every((pair) => pair?.length === 2)
    ? items.flatMap((pair) => pair ?? [])
    : undefined;
};

const dict: Rule = ({ args, kwargs, state, items, pairs }, { budget, keys }) => {
  const first = dictPairs(args, budget);
  if (first === undefined || kwargs !== undefined || state !== undefined || items.length > 0) {
    return undefined;
  }
  const made = new Map<PickleValue, PickleValue>();
  keys.fillMap(made, [...first, ...pairs]);
  return made;
};

const latin1 = (
  args: ReadonlyArray<PickleValue>,
  budget: Budget,
): Uint8Array | undefined => {
  const [source, encoding] = [text(args[0]), text(args[1])];
  if (source === undefined || encoding === undefined || !/^latin-?1$/.test(encoding)) {
    return undefined;
  }
  budget.heap(source.length);
  return encodeLatin1(source);
};

const bytesOf: Rule = ofArgs((args) => args.length === 0 ? new Uint8Array() : undefined);

const bytearray: Rule = ofArgs((args, { budget, typed }) => {
  const content = args.length === 0
    ? new Uint8Array()
    : args.length === 1
    ? bytes(args[0])
    : latin1(args, budget);
  return content === undefined || !typed ? content : { _tag: "ByteArray", bytes: content };
});

const getattr: Rule = ofArgs(([owner, name, ...rest]) => {
  const of = tagged(owner, "Global") ?? tagged(owner, "Attribute");
  return of === undefined || typeof name !== "string" || rest.length > 0
    ? undefined
    : { _tag: "Attribute", of, name };
});

/** By the full name of what is called. */
export const BUILTIN_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ...EXCEPTIONS.map((name) => [`builtins.${name}`, exception(name)] as const),
  ["builtins.range", range],
  ["builtins.slice", slice],
  ["builtins.complex", complex],
  ["builtins.set", set(false)],
  ["builtins.frozenset", set(true)],
  ["builtins.list", list],
  ["builtins.tuple", tuple],
  ["builtins.dict", dict],
  ["builtins.bytes", bytesOf],
  ["builtins.bytearray", bytearray],
  ["builtins.getattr", getattr],
];

/** By full name. */
export const BUILTIN_CONSTANTS: ReadonlyArray<readonly [string, PickleValue]> = [
  ["builtins.Ellipsis", { _tag: "Ellipsis" }],
  ["builtins.NotImplemented", { _tag: "NotImplemented" }],
];
