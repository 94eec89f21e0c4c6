/**
 * The symbolic tree: what the instructions of a pickle build, with names in place of whatever Python
 * would import and call. Nothing in it has been interpreted.
 *
 * Integers are `number` as far as that is exact, else `bigint`. A `number` without a fraction is
 * always an integer of Python: whole floats are {@link FloatNode}s. Nodes are shared and can form
 * cycles, as the values of the pickle do; `id` counts them from 0.
 *
 * @module
 */

/** A node of the tree. */
export type Node = null | boolean | number | bigint | string | FloatNode | SharedNode;

/** A float without a fraction, such as 2.0. */
export class FloatNode {
  readonly kind = "Float";
  constructor(readonly value: number) {}
}

/** A node that keeps its identity, because others can refer to it. */
export type SharedNode =
  | BytesNode
  | TextNode
  | GlobalNode
  | ListNode
  | TupleNode
  | DictNode
  | SetNode
  | CallNode;

/** `bytes`, or `bytearray` when mutable: a view of the input. */
export class BytesNode {
  readonly kind = "Bytes";
  constructor(readonly id: number, readonly bytes: Uint8Array, readonly mutable: boolean) {}
}

/** A long text that is not decoded yet: a view of the input, at `offset` in it. */
export class TextNode {
  readonly kind = "Text";
  constructor(readonly id: number, readonly utf8: Uint8Array, readonly offset: number) {}
}

/** The name of a class, function or constant. */
export class GlobalNode {
  readonly kind = "Global";
  /** Module and name with a point between them. */
  readonly qualified: string;
  constructor(readonly id: number, readonly module: string, readonly name: string) {
    this.qualified = `${module}.${name}`;
  }
}

/** `list`. */
export class ListNode {
  readonly kind = "List";
  constructor(readonly id: number, readonly items: Array<Node>) {}
}

/** `tuple`. */
export class TupleNode {
  readonly kind = "Tuple";
  constructor(readonly id: number, readonly items: ReadonlyArray<Node>) {}
}

/** `dict`: keys and values in turn, in the order in which they were set. */
export class DictNode {
  readonly kind = "Dict";
  constructor(readonly id: number, readonly pairs: Array<Node>) {}
}

/** `set` or `frozenset`. */
export class SetNode {
  readonly kind = "Set";
  constructor(readonly id: number, readonly items: Array<Node>, readonly frozen: boolean) {}
}

/** What Python would make by calling something: the callee, and all that the pickle hands to it. */
export class CallNode {
  readonly kind = "Call";
  /** What `__setstate__` or `__dict__` would receive. */
  state: Node | undefined = undefined;
  /** What would be appended or added. */
  readonly items: Array<Node> = [];
  /** What would be set by key: keys and values in turn. */
  readonly pairs: Array<Node> = [];

  constructor(
    readonly id: number,
    readonly callee: Node,
    readonly args: TupleNode,
    readonly kwargs: DictNode | undefined,
  ) {}
}

/** A tree and how many nodes of it have an `id`. */
export interface Tree {
  readonly root: Node;
  readonly size: number;
}
