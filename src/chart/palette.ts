/**
 * Colours, dashes and shapes that can be told apart by everybody, and on grey paper.
 *
 * @module
 */

/**
 * From dark to light in even steps, so that a grey copy keeps the order; neighbours differ in hue
 * for those who see no red, no green or no blue.
 */
export const COLORS: ReadonlyArray<string> = [
  "#111111",
  "#1f3f8f",
  "#b5341b",
  "#1f9470",
  "#dba11c",
];

/** Whoever comes after the last colour gets the colours again, with the next dash. */
export const DASHES: ReadonlyArray<ReadonlyArray<number>> = [[1, 0], [7, 3], [2, 3], [9, 3, 2, 3]];

/** As {@link DASHES} for points. */
export const SHAPES: ReadonlyArray<string> = ["circle", "square", "triangle-up", "diamond"];

/** How many categories look different from each other. */
export const STYLES: number = COLORS.length * DASHES.length;

/** The colours of `count` categories. */
export const colorsOf = (count: number): Array<string> =>
  Array.from({ length: count }, (_, i) => COLORS[i % COLORS.length] ?? "");

/** For measures: from dark to light, and not so light that white paper swallows it. */
export const RAMP: ReadonlyArray<string> = [
  "#2b0b52",
  "#3b3b8f",
  "#2a6899",
  "#1d8a86",
  "#4fae59",
  "#bccb23",
];

/** The colours of `count` categories that are areas, which no dash can tell apart. */
export const areaColorsOf = (count: number): Array<string> =>
  count <= COLORS.length
    ? colorsOf(count)
    : Array.from({ length: count }, (_, i) => alongRamp(i / (count - 1)));

const alongRamp = (fraction: number): string => {
  const place = fraction * (RAMP.length - 1);
  const below = Math.min(Math.floor(place), RAMP.length - 2);
  const channel = (at: number, offset: number): number =>
    parseInt((RAMP[at] ?? "").slice(offset, offset + 2), 16);
  return [1, 3, 5].reduce((hex, offset) => {
    const from = channel(below, offset);
    const value = Math.round(from + (place - below) * (channel(below + 1, offset) - from));
    return hex + value.toString(16).padStart(2, "0");
  }, "#");
};

/** The dashes of `count` categories. */
export const dashesOf = (count: number): Array<Array<number>> =>
  Array.from(
    { length: count },
    (_, i) => [...DASHES[Math.floor(i / COLORS.length) % DASHES.length] ?? []],
  );

/** The shapes of `count` categories. */
export const shapesOf = (count: number): Array<string> =>
  Array.from({ length: count }, (_, i) => SHAPES[i % SHAPES.length] ?? "");
