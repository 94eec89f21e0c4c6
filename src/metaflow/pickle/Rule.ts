/**
 * Rules: how the construction of a known class becomes a value. Rules are found by the full name of
 * what Python would call, and never by a part of it.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import type { Keys } from "./Keys.ts";
import type { PickleValue } from "./PickleValue.ts";

/** What a rule may use. */
export interface Context {
  /** Whether nothing is merged: see `DecodeOptions`. */
  readonly typed: boolean;
  /** Whether every integer is a `bigint`. */
  readonly bigints: boolean;
  readonly budget: Budget;
  readonly keys: Keys;
}

/** A construction: what Python would call, and all that it would be handed. */
export interface Call {
  /** The full name of the callee; the empty text for one without a name. */
  readonly name: string;
  readonly callee: PickleValue;
  readonly args: ReadonlyArray<PickleValue>;
  readonly kwargs: ReadonlyMap<PickleValue, PickleValue> | undefined;
  readonly state: PickleValue | undefined;
  readonly items: ReadonlyArray<PickleValue>;
  /** Keys and values in turn. */
  readonly pairs: ReadonlyArray<PickleValue>;
}

/** Makes the value, or returns `undefined` for a form that it does not know: the call stays opaque. */
export type Rule = (call: Call, context: Context) => PickleValue | undefined;

/** Rules by the full name of the callee. */
export type Rules = ReadonlyMap<string, Rule>;

/** A rule for calls that consist of arguments only. */
export const ofArgs = (
  make: (args: ReadonlyArray<PickleValue>, context: Context) => PickleValue | undefined,
): Rule =>
(call, context) => isBare(call) && call.state === undefined ? make(call.args, context) : undefined;

/** A rule for calls that consist of arguments and a state. */
export const ofState = (
  make: (
    args: ReadonlyArray<PickleValue>,
    state: PickleValue,
    context: Context,
  ) => PickleValue | undefined,
): Rule =>
(call, context) =>
  isBare(call) && call.state !== undefined ? make(call.args, call.state, context) : undefined;

const isBare = ({ kwargs, items, pairs }: Call): boolean =>
  kwargs === undefined && items.length === 0 && pairs.length === 0;

/** The same rule under several names. */
export const under = (
  names: ReadonlyArray<string>,
  rule: Rule,
): ReadonlyArray<readonly [string, Rule]> => names.map((name) => [name, rule] as const);
