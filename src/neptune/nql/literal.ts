/**
 * How the text of a value in a query is read. A text that does not fit reads as `undefined`.
 *
 * @module
 */
import { DateTime } from "effect";

/** A finite number: the double nearest to it, and exactly where it lies between integers. */
export interface NumberLiteral {
  readonly nearest: number;
  /** The greatest integer that is not above the number. */
  readonly floor: bigint;
  /** Whether `floor` is the number itself. */
  readonly whole: boolean;
}

const NUMBER = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?(?:([kmgt])(i?)b)?$/i;

/**
 * Reads a decimal number, with or without a unit of bytes.
 *
 * Neptune documents numbers such as `50MB`, but not what the unit means. Here `KB`, `MB`, `GB` and
 * `TB` are powers of 1000, `KiB` and so on powers of 1024. NaN and infinities are no numbers to
 * compare with, as on Neptune's server.
 */
export const readNumber = (text: string): NumberLiteral | undefined => {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", integer = "", fraction = "", exponent = "0", unit, binary] = match;
  const thousands = unit === undefined ? 0 : "kmgt".indexOf(unit.toLowerCase()) + 1;
  const factor = binary ? 1024 ** thousands : 1;
  const power = Number(exponent) + (binary ? 0 : 3 * thousands);

  const nearest = Number(`${sign}${integer}.${fraction}e${power}`) * factor;
  if (!Number.isFinite(nearest)) return undefined;

  const digits = BigInt(sign + integer + fraction) * BigInt(factor);
  const scale = power - fraction.length;
  if (scale >= 0) return { nearest, floor: digits * 10n ** BigInt(scale), whole: true };
  const divisor = 10n ** BigInt(-scale);
  const quotient = digits / divisor;
  const rest = digits % divisor;
  return { nearest, floor: rest < 0n ? quotient - 1n : quotient, whole: rest === 0n };
};

const INSTANT =
  /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-]\d\d)(?::?(\d\d))?)$/;

const BEFORE_NOW = /^-(\d{1,6})([hdM])$/;

const HOUR = 3_600_000;

/**
 * Reads a time as milliseconds since the epoch: ISO 8601 with date, time and offset, or `-2h`,
 * `-5d`, `-1M` for hours, days and calendar months before `now`.
 *
 * A time between two milliseconds reads as half way between them, which compares with any number of
 * whole milliseconds as the time itself does.
 */
export const readInstant = (text: string, now: number): number | undefined => {
  const before = BEFORE_NOW.exec(text);
  if (before !== null) {
    const amount = Number(before[1]);
    if (before[2] === "h") return now - amount * HOUR;
    if (before[2] === "d") return now - amount * 24 * HOUR;
    const then = DateTime.subtract(DateTime.makeUnsafe(now), { months: amount });
    return DateTime.toEpochMillis(then);
  }
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, date = "", time, second = "00", fraction = "", hours, minutes = "00"] = match;
  const millisecond = fraction.slice(0, 3).padEnd(3, "0");
  const offset = hours === undefined ? "Z" : `${hours}:${minutes}`;
  const instant = Date.parse(`${date}T${time}:${second}.${millisecond}${offset}`);
  if (Number.isNaN(instant) || !isDate(date)) return undefined;
  return /[1-9]/.test(fraction.slice(3)) ? instant + 0.5 : instant;
};

// Date.parse reads 30 February as 1 March.
const isDate = (date: string): boolean => new Date(`${date}T00:00Z`).toISOString().startsWith(date);

/** Reads `true` or `false`, in any case. */
export const readBoolean = (text: string): boolean | undefined => BOOLEANS.get(text.toLowerCase());

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([["true", true], ["false", false]]);

/**
 * Reads the state of a run, in any case: the server's `running` and `idle`, or the documentation's
 * `active` and `inactive` for the same.
 */
export const readState = (text: string): "running" | "idle" | undefined =>
  STATES.get(text.toLowerCase());

const STATES: ReadonlyMap<string, "running" | "idle"> = new Map([
  ["running", "running"],
  ["active", "running"],
  ["idle", "idle"],
  ["inactive", "idle"],
]);
