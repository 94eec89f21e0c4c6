/**
 * A value in a few characters.
 *
 * @module
 */

const CHARACTERS = 120;

/** Numbers with six digits, times in UTC, long texts cut. */
export const shortValue = (value: unknown): string => {
  if (typeof value === "number") return shortNumber(value);
  if (value instanceof Date) return shortTime(value.getTime());
  if (typeof value === "object" && value !== null) {
    return cut(JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? `${inner}` : inner));
  }
  return cut(String(value));
};

/** A number with six digits at most, where it is not whole. */
export const shortNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15
    ? String(value)
    : String(Number(value.toPrecision(6)));

/** A time in UTC, such as `2026-11-20 18:50:16.577`, without fractions of a second that are zero. */
export const shortTime = (milliseconds: number): string => {
  if (Number.isNaN(new Date(milliseconds).getTime())) return "invalid time";
  const text = new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "");
  return text.replace(/\.000$/, "");
};

const cut = (text: string): string => {
  const characters = text.length > CHARACTERS ? [...text.slice(0, 2 * CHARACTERS)] : [];
  return characters.length > CHARACTERS ? `${characters.slice(0, CHARACTERS - 1).join("")}…` : text;
};
