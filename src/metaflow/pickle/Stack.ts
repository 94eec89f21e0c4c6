/**
 * The values that a pickle has built and not used yet, with marks between them.
 *
 * @module
 */
import type { Node } from "./Tree.ts";

const NO_VALUE = "an instruction needs a value, and there is none";

/** A stack in which nothing below the last mark can be reached but by removing the mark. */
export class Stack {
  readonly #nodes: Array<Node> = [];
  readonly #marks: Array<number> = [];
  /** How many values are below the last mark. */
  #fence = 0;
  readonly #malformed: (problem: string) => never;

  constructor(malformed: (problem: string) => never) {
    this.#malformed = malformed;
  }

  /** Puts a value on top. */
  push(node: Node): void {
    this.#nodes.push(node);
  }

  /** The value on top. */
  top(): Node {
    const node = this.#nodes.at(-1);
    if (node === undefined || this.#nodes.length === this.#fence) {
      return this.#malformed(NO_VALUE);
    }
    return node;
  }

  /** Removes the value on top. */
  pop(): Node {
    const node = this.top();
    this.#nodes.pop();
    return node;
  }

  /** Removes so many values from the top; the first is the one that was lowest. */
  popSome(count: number): ReadonlyArray<Node> {
    const start = this.#nodes.length - count;
    return start < this.#fence ? this.#malformed(NO_VALUE) : this.#nodes.splice(start);
  }

  /** Puts a mark on top. */
  mark(): void {
    this.#marks.push(this.#nodes.length);
    this.#fence = this.#nodes.length;
  }

  /** Removes the last mark and all values above it. */
  popMark(): Array<Node> {
    const mark = this.#marks.pop();
    if (mark === undefined) {
      return this.#malformed("an instruction needs a mark, and there is none");
    }
    this.#fence = this.#marks.at(-1) ?? 0;
    return this.#nodes.splice(mark);
  }

  /** Removes what is on top, a value or a mark. */
  drop(): void {
    if (this.#marks.length > 0 && this.#nodes.length === this.#fence) this.popMark();
    else this.pop();
  }
}
