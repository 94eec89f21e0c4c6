/**
 * Rules for `datetime` and the libraries of time zones.
 *
 * @module
 */
import { DateTime, Option } from "effect";
import { bytes, float, int64, integer, map, tagged, text } from "./Narrow.ts";
import type { PickleValue } from "./PickleValue.ts";
import type { Timedelta, TimeZone } from "./PythonTypes.ts";
import { ofArgs, type Rule } from "./Rule.ts";
import { encodeLatin1 } from "./Text.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** The packed fields of a date or time; Python 2 has them as text. */
const packed = (value: PickleValue | undefined, length: number): Uint8Array | undefined => {
  const content = typeof value === "string" && value.length === length
    ? encodeLatin1(value)
    : bytes(value);
  return content?.length === length ? content : undefined;
};

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** Year, month and day, packed from `at` on; the highest bit of the month is none of it. */
const isoDate = (fields: Uint8Array, at: number): string | undefined => {
  const year = fields[at]! * 256 + fields[at + 1]!;
  const month = fields[at + 2]! & 127;
  const day = fields[at + 3]!;
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
      day <= daysIn(year, month)
    ? `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`
    : undefined;
};

/** Hour, minute, second and microseconds, packed from `at` on. */
const isoTime = (fields: Uint8Array, at: number, hour: number): string | undefined => {
  const [minute, second] = [fields[at + 1]!, fields[at + 2]!];
  const micros = fields[at + 3]! << 16 | fields[at + 4]! << 8 | fields[at + 5]!;
  if (hour > 23 || minute > 59 || second > 59 || micros > 999_999) return undefined;
  const fraction = micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`;
  return `${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
};

/** How far a zone's clock is ahead when it shows this; `null` if that is not known. */
const offsetAt = (zone: TimeZone, clockMillis: number, fold: 0 | 1): number | null => {
  if (zone.offsetSeconds !== null || zone.name === null) return zone.offsetSeconds;
  const timeZone = zone.name;
  const instant = (disambiguation: "compatible" | "earlier" | "later"): number | null =>
    Option.match(
      DateTime.makeZoned(clockMillis, { timeZone, adjustForTimeZone: true, disambiguation }),
      {
        onNone: () => null,
        onSome: ({ epochMilliseconds }) => epochMilliseconds,
      },
    );
  const first = instant("compatible");
  if (first === null) return null;
  // With `fold`, Python takes the offset after clocks were set, else the one before.
  const earlier = fold === 0 ? first : instant("earlier");
  const chosen = fold === 0 || earlier !== first ? earlier : instant("later");
  return chosen === null ? null : (clockMillis - chosen) / 1000;
};

/** Looking up a time zone takes this much longer than other things do. */
const ZONE_STEPS = 200;

const datetime: Rule = ofArgs(([content, timeZone = null, ...rest], { budget }) => {
  const fields = packed(content, 10);
  if (fields === undefined || rest.length > 0) return undefined;
  const fold = fields[2]! > 127 ? 1 : 0;
  const [date, time] = [isoDate(fields, 0), isoTime(fields, 4, fields[4]!)];
  if (date === undefined || time === undefined) return undefined;
  const zone = tagged(timeZone, "TimeZone");
  if (zone?.offsetSeconds === null) budget.step(ZONE_STEPS);
  const clockMillis = zone && Date.parse(`${date}T${time.slice(0, 8)}Z`);
  const offsetSeconds = zone && clockMillis !== undefined
    ? offsetAt(zone, clockMillis, fold)
    : null;
  return {
    _tag: "Datetime",
    iso: `${date}T${time}`,
    fold,
    timeZone,
    offsetSeconds,
    epochMicros: offsetSeconds === null || clockMillis === undefined
      ? null
      : BigInt(clockMillis) * 1000n + BigInt(time.slice(9)) -
        BigInt(Math.round(offsetSeconds * 1e6)),
  };
});

const date: Rule = ofArgs(([content, ...rest]) => {
  const fields = packed(content, 4);
  const iso = fields && isoDate(fields, 0);
  return iso === undefined || rest.length > 0 ? undefined : { _tag: "Date", iso };
});

const time: Rule = ofArgs(([content, timeZone = null, ...rest]) => {
  const fields = packed(content, 6);
  if (fields === undefined || rest.length > 0) return undefined;
  const fold = fields[0]! > 127 ? 1 : 0;
  const iso = isoTime(fields, 0, fields[0]! & 127);
  return iso === undefined ? undefined : { _tag: "Time", iso, fold, timeZone };
});

const timedelta: Rule = ofArgs((args) => {
  const [days, seconds, micros] = args.map(int64);
  return days === undefined || seconds === undefined || micros === undefined || args.length !== 3
    ? undefined
    : { _tag: "Timedelta", microseconds: (days * 86_400n + seconds) * 1_000_000n + micros };
});

const zone = (name: string | null, offsetSeconds: number | null): TimeZone => ({
  _tag: "TimeZone",
  name,
  label: null,
  offsetSeconds,
});

const fixed = (label: string | null, offsetSeconds: number): TimeZone => ({
  _tag: "TimeZone",
  name: null,
  label,
  offsetSeconds,
});

const UTC = zone("UTC", 0);

const seconds = (delta: Timedelta): number => Number(delta.microseconds) / 1e6;

const timezone: Rule = ofArgs(([offset, name, ...rest]) => {
  const delta = tagged(offset, "Timedelta");
  if (delta === undefined || rest.length > 0) return undefined;
  if (name === undefined) return delta.microseconds === 0n ? UTC : fixed(null, seconds(delta));
  return typeof name === "string" ? fixed(name, seconds(delta)) : undefined;
});

/** A rule for a zone that is called by its IANA name, which is an argument. */
const named = (position: number, name: (argument: string) => string | undefined): Rule =>
  ofArgs((args) => {
    const found = name(text(args[position]) ?? "");
    return found === undefined || found === "" ? undefined : zone(found, null);
  });

const same = (name: string): string => name;

/** Localized zones of `pytz` have the offset in force; others that of their first years. */
const pytz: Rule = ofArgs(([name, offset]) =>
  typeof name === "string" ? zone(name, integer(offset) ?? null) : undefined
);

const pytzOffset: Rule = ofArgs(([minutes]) => {
  const offset = integer(minutes);
  return offset === undefined ? undefined : fixed(null, offset * 60);
});

/** Name and offset are arguments, or attributes. */
const dateutilOffset: Rule = ({ args, state }) => {
  const attributes = map(state);
  const [name, offset] = attributes === undefined
    ? args
    : [attributes.get("_name"), attributes.get("_offset")];
  const delta = tagged(offset, "Timedelta");
  const ahead = delta === undefined ? float(offset) : seconds(delta);
  return ahead === undefined ? undefined : fixed(text(name) ?? null, ahead);
};

const utc: Rule = ofArgs((args) => args.length === 0 ? UTC : undefined);

/** By the full name of what is called. */
export const DATETIME_RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["datetime.datetime", datetime],
  ["datetime.date", date],
  ["datetime.time", time],
  ["datetime.timedelta", timedelta],
  ["datetime.timezone", timezone],
  ["zoneinfo.ZoneInfo._unpickle", named(0, same)],
  ["zoneinfo.ZoneInfo", named(0, same)],
  ["pytz._UTC", utc],
  ["pytz._p", pytz],
  ["pytz.FixedOffset", pytzOffset],
  ["pytz._FixedOffset", pytzOffset],
  ["dateutil.tz.tz.tzutc", utc],
  ["dateutil.tz.tz.tzoffset", dateutilOffset],
  ["dateutil.tz.tz.tzfile", named(1, (path) => path.split("/zoneinfo/")[1])],
  ["dateutil.tz._tzfile._unpickle", named(1, same)],
];
