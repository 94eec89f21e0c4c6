/**
 * What a pickle puts aside to refer to again.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import type { Node } from "./Tree.ts";

const ENTRY = 16;

/** Values by index. Pickles count from 0; another index is allowed, and costs no more memory. */
export class Memo {
  readonly #dense: Array<Node> = [];
  readonly #sparse = new Map<number, Node>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Puts a value aside under the next index, which is how many there are. */
  add(node: Node): void {
    this.set(this.#dense.length + this.#sparse.size, node);
  }

  /** Puts a value aside, in place of an earlier one. */
  set(index: number, node: Node): void {
    this.#budget.heap(ENTRY);
    if (index < this.#dense.length) {
      this.#dense[index] = node;
    } else if (index === this.#dense.length && this.#sparse.size === 0) {
      this.#dense.push(node);
    } else {
      this.#budget.heap(3 * ENTRY);
      this.#sparse.set(index, node);
    }
    this.#budget.memo(this.#dense.length + this.#sparse.size);
  }

  /** The value under an index. */
  get(index: number): Node | undefined {
    return index < this.#dense.length ? this.#dense[index] : this.#sparse.get(index);
  }
}
