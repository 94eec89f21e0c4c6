/**
 * Times of points in Neptune 2 exports: the wall clock of the exporting machine, labelled UTC.
 *
 * @module
 */
import { DateTime } from "effect";

/**
 * Turns what the wall clock of a time zone showed, as milliseconds labelled UTC, into true UTC.
 *
 * Of an hour that the clock ran through twice it takes the first run, as Python does.
 */
export const toUtc = (timeZone: DateTime.TimeZone): (wallClock: number) => number => {
  // Clocks are set at whole quarters of an hour.
  const offsets = new Map<number, number>();
  return (wallClock) => {
    if (Number.isNaN(wallClock)) return NaN;
    const quarter = Math.floor(wallClock / QUARTER) * QUARTER;
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const zoned = DateTime.makeZonedUnsafe(quarter, {
        timeZone,
        adjustForTimeZone: true,
        disambiguation: "earlier",
      });
      offset = quarter - DateTime.toEpochMillis(zoned);
      offsets.set(quarter, offset);
    }
    return wallClock - offset;
  };
};

const QUARTER = 15 * 60_000;
