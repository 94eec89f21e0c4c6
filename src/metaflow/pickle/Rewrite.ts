/**
 * The second pass: turns the symbolic tree into values. Calls that a rule knows become its value,
 * all others stay what they are, opaque objects.
 *
 * What is shared in the pickle is shared in the result, and what contains itself does so there too.
 * Only an object that a rule would replace stays opaque if it is among its own parts: it would have
 * to exist before it can be made.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { type Container, containerOf } from "./Containers.ts";
import { Keys } from "./Keys.ts";
import { globalName, tagged } from "./Narrow.ts";
import { InvalidText, PickleError } from "./PickleError.ts";
import { isArray, isMap, PickleObject, type PickleValue } from "./PickleValue.ts";
import type { Call, Context } from "./Rule.ts";
import { CONSTANTS, RULES } from "./Rules.ts";
import { decodeUtf8, utf8Length, utf8ToLatin1 } from "./Text.ts";
import {
  type BytesNode,
  type CallNode,
  GlobalNode,
  type Node,
  type SharedNode,
  TextNode,
  type Tree,
} from "./Tree.ts";

/** What becomes of integers and of values that TypeScript has no separate type for. */
export interface RewriteOptions {
  readonly typed: boolean;
  readonly bigints: boolean;
}

/** A node whose parts are being made. */
interface Frame {
  readonly node: SharedNode;
  readonly parts: ReadonlyArray<Node>;
  /** The values of the parts so far; the value itself, for a list or tuple. */
  readonly values: Array<PickleValue>;
}

/** The place of a call that has been begun, and that nothing has needed before its end. */
const BEGUN = Symbol("begun");

type Mutable<A> = { -readonly [K in keyof A]: A[K] };

/** Turns a tree into its value, a number of steps at a time. */
export class Rewriting {
  readonly #root: Node;
  readonly #context: Context;
  /** By the `id` of the node; `undefined` before it is begun. */
  readonly #values: Array<PickleValue | undefined | typeof BEGUN>;
  readonly #containers = new Map<CallNode, Container>();
  readonly #frames: Array<Frame> = [];

  constructor(tree: Tree, budget: Budget, options: RewriteOptions) {
    this.#root = tree.root;
    this.#context = { ...options, budget, keys: new Keys(budget) };
    this.#values = new Array(tree.size);
  }

  /** Takes up to so many steps; the value, once it is finished. */
  run(count: number): { readonly value: PickleValue } | undefined {
    let left = count;
    while (left > 0) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) {
        left--;
        const value = this.#value(this.#root);
        if (value === undefined) continue;
        this.#context.budget.step(count - left);
        return { value };
      }
      const { parts, values } = frame;
      while (values.length < parts.length && left > 0) {
        left--;
        const value = this.#value(parts[values.length] ?? null);
        // Without a value, it has become the frame on top.
        if (value === undefined) break;
        values.push(value);
      }
      if (frame === this.#frames.at(-1) && values.length === parts.length) {
        left--;
        this.#frames.pop();
        this.#finish(frame);
      }
    }
    this.#context.budget.step(count);
    return undefined;
  }

  /** The value of a node; `undefined` if its parts must be made first, which is begun. */
  #value(node: Node): PickleValue | undefined {
    if (typeof node === "number") {
      return this.#context.bigints && Number.isInteger(node) ? BigInt(node) : node;
    }
    if (typeof node !== "object" || node === null) return node;
    if (node.kind === "Float") {
      return this.#context.typed ? { _tag: "Float", value: node.value } : node.value;
    }
    const value = this.#values[node.id];
    if (value === undefined) return this.#begin(node);
    return value === BEGUN ? this.#early(node) : value;
  }

  #begin(node: SharedNode): PickleValue | undefined {
    switch (node.kind) {
      case "Bytes":
        return this.#keep(node, this.#bytes(node));
      case "Text":
        return this.#keep(node, this.#text(node));
      case "Global":
        return this.#keep(node, this.#named(node));
      case "List":
      case "Tuple":
        this.#values[node.id] = this.#enter(node, node.items);
        return undefined;
      case "Dict":
        this.#values[node.id] = new Map();
        this.#enter(node, node.pairs);
        return undefined;
      case "Set":
        this.#values[node.id] = new Set();
        this.#enter(node, node.items);
        return undefined;
      case "Call": {
        const bytes = this.#encodedBytes(node);
        if (bytes !== undefined) return this.#keep(node, bytes);
        const container = containerOf(node, this.#context.typed);
        if (container !== undefined) this.#containers.set(node, container);
        this.#values[node.id] = container?.value ?? BEGUN;
        this.#enter(node, [
          node.callee,
          node.args,
          node.kwargs ?? null,
          node.state ?? null,
          ...node.items,
          ...node.pairs,
        ]);
        return undefined;
      }
    }
  }

  #keep(node: SharedNode, value: PickleValue): PickleValue {
    this.#values[node.id] = value;
    return value;
  }

  #enter(node: SharedNode, parts: ReadonlyArray<Node>): Array<PickleValue> {
    const values: Array<PickleValue> = [];
    this.#frames.push({ node, parts, values });
    this.#context.budget.depth(this.#frames.length);
    return values;
  }

  /** A call that is among its own parts: an object that is filled in when they all exist. */
  #early(node: SharedNode): PickleValue {
    return this.#keep(node, new PickleObject(null, [], NONE, undefined, [], NONE));
  }

  #finish({ node, values }: Frame): void {
    const made = this.#values[node.id];
    if (node.kind === "Tuple") Object.freeze(values);
    else if (node.kind === "Dict" && made instanceof Map) this.#context.keys.fillMap(made, values);
    else if (node.kind === "Set" && made instanceof Set) {
      this.#context.keys.fillSet(made, values);
      if (node.frozen) Object.freeze(made);
    } else if (node.kind === "Call") {
      const call = asCall(node, values);
      // Arguments can be those of many calls.
      this.#context.budget.step(call.args.length);
      const container = this.#containers.get(node);
      if (container !== undefined) container.fill(call, this.#context.keys);
      else if (made instanceof PickleObject) this.#describe(made, call);
      else {
        const value = RULES.get(call.name)?.(call, this.#context);
        this.#values[node.id] = value === undefined
          ? this.#describe(new PickleObject(null, [], NONE, undefined, [], NONE), call)
          : value;
      }
    }
  }

  /** Writes everything that is known of a call into its object. */
  #describe(object: Mutable<PickleObject>, call: Call): PickleObject {
    const { callee, args } = constructed(call);
    object.callee = callee;
    object.args = args;
    object.kwargs = call.kwargs ?? NONE;
    object.state = call.state;
    object.items = call.items;
    if (call.pairs.length > 0) {
      const entries = new Map<PickleValue, PickleValue>();
      this.#context.keys.fillMap(entries, call.pairs);
      object.entries = entries;
    }
    return object;
  }

  #named({ module, name, qualified }: GlobalNode): PickleValue {
    const constant = CONSTANTS.get(qualified);
    if (constant === undefined) return { _tag: "Global", module, name };
    return tagged(constant, "Missing") && !this.#context.typed ? null : constant;
  }

  #bytes({ bytes, mutable }: BytesNode): PickleValue {
    const copy = this.#context.budget.bytes(bytes.length);
    copy.set(bytes);
    return mutable && this.#context.typed ? { _tag: "ByteArray", bytes: copy } : copy;
  }

  #text({ utf8, offset }: TextNode): string {
    const { budget } = this.#context;
    // No engine has strings of more characters.
    budget.heap(utf8.length < 2 ** 29 ? 2 * utf8.length : Infinity);
    const decoded = decodeUtf8(utf8, 0, utf8.length);
    if (decoded !== undefined) return decoded;
    throw new PickleError({ reason: new InvalidText({ offset, encoding: "UTF-8" }) });
  }

  /** `bytes` as protocols 0 to 2 have it, a call that encodes a text; that can be very long. */
  #encodedBytes({ callee, args: { items } }: CallNode): Uint8Array | undefined {
    if (!(callee instanceof GlobalNode) || callee.qualified !== "_codecs.encode") return undefined;
    const [source, encoding] = items;
    if (encoding !== "latin1" && encoding !== "latin-1") return undefined;
    const utf8 = source instanceof TextNode
      ? source.utf8
      : typeof source === "string"
      ? new TextEncoder().encode(source)
      : undefined;
    if (utf8 === undefined) return undefined;
    const bytes = this.#context.budget.bytes(utf8Length(utf8));
    return utf8ToLatin1(utf8, bytes) ? bytes : undefined;
  }
}

const NONE: ReadonlyMap<PickleValue, PickleValue> = new Map();

const asCall = (node: CallNode, values: ReadonlyArray<PickleValue>): Call => {
  const [callee = null, args, kwargs, state] = values;
  const itemsEnd = 4 + node.items.length;
  return {
    name: node.callee instanceof GlobalNode ? node.callee.qualified : nameOf(callee),
    callee,
    args: isArray(args) ? args : [],
    kwargs: node.kwargs !== undefined && isMap(kwargs) ? kwargs : undefined,
    state: node.state === undefined ? undefined : state,
    items: values.slice(4, itemsEnd),
    pairs: values.slice(itemsEnd),
  };
};

/** The full name of a callee that is not simply a name; an attribute's begins with its class. */
const nameOf = (callee: PickleValue): string => {
  const attribute = tagged(callee, "Attribute");
  return attribute === undefined
    ? globalName(callee) ?? ""
    : `${globalName(attribute.of) ?? ""}.${attribute.name}`;
};

/** The class and arguments of an object; protocols before 4 hand them to a function of `copyreg`. */
const constructed = (
  { name, callee, args }: Call,
): { readonly callee: PickleValue; readonly args: ReadonlyArray<PickleValue> } => {
  const [type = null, base, value = null] = args;
  if (name === "copyreg._reconstructor" && args.length === 3) {
    return { callee: type, args: globalName(base) === "builtins.object" ? [] : [value] };
  }
  if (name === "copyreg.__newobj__" && args.length > 0) {
    return { callee: type, args: args.slice(1) };
  }
  return { callee, args };
};
