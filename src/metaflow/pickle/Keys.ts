/**
 * Dicts and sets by Python's equality: `True`, `1` and `1.0` are one key, and so are equal tuples.
 *
 * Two objects are two keys, also if Python would find them equal: a pickle that Python has written
 * does not have equal keys in one dict.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { isFrozenSet, isTagged, isTuple, type PickleValue } from "./PickleValue.ts";
import { decodeLatin1 } from "./Text.ts";

type Compound = ReadonlyArray<PickleValue> | ReadonlySet<PickleValue>;

const compound = (value: PickleValue): Compound | undefined =>
  isTuple(value) || isFrozenSet(value) ? value : undefined;

/** The float that is equal to an integer. */
const asNumber = (value: bigint): number | undefined => {
  const number = Number(value);
  return Number.isFinite(number) && BigInt(number) === value ? number : undefined;
};

/** What is known of the keys of one dict. */
class Firsts {
  /** The first of equal keys, by what identifies them. */
  readonly keys = new Map<unknown, PickleValue>();
  readonly #lows = new Map<bigint, number>();

  /**
   * How many keys there have been with the lowest 64 bits of this one. A `Map` looks at no others
   * when it stores integers, and compares all that are alike in them.
   */
  alike(key: bigint): number {
    const low = BigInt.asUintN(64, key);
    const count = (this.#lows.get(low) ?? 0) + 1;
    this.#lows.set(low, count);
    return count;
  }
}

/** Fills the dicts and sets of one pickle. */
export class Keys {
  /** What stands for bytes and compound keys: equal ones have the same token. */
  readonly #tokens = new Map<string, object>();
  readonly #tokenOf = new Map<object, object>();
  readonly #numbers = new Map<unknown, number>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Sets keys and values, which come in turn: an equal key keeps its place and gets the new value. */
  fillMap(
    target: Map<PickleValue, PickleValue>,
    pairs: ReadonlyArray<PickleValue>,
  ): void {
    let firsts: Firsts | undefined;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const key = pairs[i] ?? null;
      const value = pairs[i + 1] ?? null;
      // Texts are equal to themselves only, as in JavaScript.
      if (typeof key === "string") target.set(key, value);
      else target.set(this.#first(key, firsts ??= new Firsts(), target), value);
    }
  }

  /** Adds members; of equal ones the first. */
  fillSet(target: Set<PickleValue>, members: ReadonlyArray<PickleValue>): void {
    let firsts: Firsts | undefined;
    for (const member of members) {
      if (typeof member === "string") target.add(member);
      else target.add(this.#first(member, firsts ??= new Firsts(), target));
    }
  }

  /** The first key that is equal to this one. */
  #first(
    key: PickleValue,
    firsts: Firsts,
    target: { has(key: PickleValue): boolean },
  ): PickleValue {
    const identity = this.#identity(key);
    if (typeof identity === "bigint") this.#budget.step(16 * firsts.alike(identity));
    const first = firsts.keys.get(identity);
    if (first !== undefined || firsts.keys.has(identity)) return first ?? null;
    // JavaScript takes every NaN for the same key, Python none.
    const own: PickleValue = target.has(key) ? { _tag: "Float", value: NaN } : key;
    firsts.keys.set(identity, own);
    return own;
  }

  /** Something that is the same to a `Map` for equal keys only. */
  #identity(key: PickleValue): unknown {
    if (typeof key === "boolean") return Number(key);
    if (typeof key === "number") return Number.isNaN(key) ? {} : key;
    if (typeof key === "bigint") return asNumber(key) ?? key;
    if (typeof key !== "object" || key === null) return key;
    if (key instanceof Uint8Array) return this.#bytes(key);
    const parts = compound(key);
    if (parts !== undefined) return this.#compound(parts);
    return isTagged(key) && key._tag === "Float" ? this.#identity(key.value) : key;
  }

  #bytes(bytes: Uint8Array): object {
    return this.#tokenOf.get(bytes) ?? this.#setToken(bytes, `b${decodeLatin1(bytes)}`);
  }

  #setToken(key: object, text: string): object {
    this.#budget.heap(128 + 2 * text.length);
    const token = this.#tokens.get(text) ?? {};
    this.#tokens.set(text, token);
    this.#tokenOf.set(key, token);
    return token;
  }

  /** Parts before wholes, each whole once: tuples can be deep, and share their parts. */
  #compound(whole: Compound): object {
    const pending = [whole];
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const parts = this.#tokenOf.has(next) ? [] : [...next];
      const before = parts
        .map(compound)
        .filter((part) => part !== undefined)
        .filter((part) => !this.#tokenOf.has(part));
      for (const part of before) pending.push(part);
      if (before.length > 0) continue;
      pending.pop();
      if (this.#tokenOf.has(next)) continue;
      const numbers = parts.map((part) => this.#number(part));
      this.#setToken(
        next,
        next instanceof Set ? `{${numbers.sort((a, b) => a - b).join()}}` : `(${numbers.join()})`,
      );
    }
    return this.#tokenOf.get(whole) ?? whole;
  }

  #number(part: PickleValue): number {
    const parts = compound(part);
    const identity = parts === undefined ? this.#identity(part) : this.#tokenOf.get(parts);
    const known = this.#numbers.get(identity);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(identity, number);
    return number;
  }
}
