/**
 * Containers of the module `collections`. They can be members of themselves, so that they must exist
 * before what they contain does.
 *
 * @module
 */
import type { Keys } from "./Keys.ts";
import { integer } from "./Narrow.ts";
import type { DefaultDict, Deque, PickleValue } from "./PickleValue.ts";
import type { Call } from "./Rule.ts";
import { type CallNode, GlobalNode, ListNode, TupleNode } from "./Tree.ts";

/** A container that exists, and is filled when all of its parts do. */
export interface Container {
  readonly value: PickleValue;
  readonly fill: (call: Call, keys: Keys) => void;
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] };

/** The container that a call stands for, if it has the form in which Python 3 pickles one. */
export const containerOf = (call: CallNode, typed: boolean): Container | undefined => {
  const { callee, args: { items: args }, kwargs, state } = call;
  if (!(callee instanceof GlobalNode) || kwargs !== undefined || state !== undefined) {
    return undefined;
  }
  const hasKeysOnly = call.items.length === 0;
  const hasItemsOnly = call.pairs.length === 0;
  switch (callee.qualified) {
    case "collections.OrderedDict":
      return hasKeysOnly && args.length === 0 ? orderedDict(typed) : undefined;
    case "collections.defaultdict":
      return hasKeysOnly && args.length <= 1 ? defaultDict(typed) : undefined;
    case "collections.deque":
      return hasItemsOnly && args.length <= 2 && args.slice(0, 1).every(isEmpty)
        ? deque(typed)
        : undefined;
  }
};

const isEmpty = (node: unknown): boolean =>
  (node instanceof ListNode || node instanceof TupleNode) && node.items.length === 0;

const orderedDict = (typed: boolean): Container => {
  const entries = new Map<PickleValue, PickleValue>();
  return {
    value: typed ? { _tag: "OrderedDict", entries } : entries,
    fill: ({ pairs }, keys) => keys.fillMap(entries, pairs),
  };
};

const defaultDict = (typed: boolean): Container => {
  const entries = new Map<PickleValue, PickleValue>();
  const value: Mutable<DefaultDict> = { _tag: "DefaultDict", factory: null, entries };
  return {
    value: typed ? value : entries,
    fill: ({ args, pairs }, keys) => {
      value.factory = args[0] ?? null;
      keys.fillMap(entries, pairs);
    },
  };
};

const deque = (typed: boolean): Container => {
  const items: Array<PickleValue> = [];
  const value: Mutable<Deque> = { _tag: "Deque", maxLength: null, items };
  return {
    value: typed ? value : items,
    fill: (call) => {
      value.maxLength = integer(call.args[1]) ?? null;
      for (const item of call.items) items.push(item);
    },
  };
};
