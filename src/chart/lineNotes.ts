/**
 * What a chart of lines says about itself.
 *
 * @module
 */
import { counted, styleNotes } from "./Drawing.ts";
import { type Line, POINTS_A_LINE } from "./line.ts";

/** What was reduced, what is left out, and what is a gap. */
export const lineNotes = (
  laid: ReadonlyArray<Line>,
  forks: number,
  count: number,
): ReadonlyArray<string> => {
  const sum = (of: (line: Line) => number): number => laid.reduce((n, line) => n + of(line), 0);
  const notes: Array<string> = [];
  const limit = POINTS_A_LINE.toLocaleString("en-US");
  const reduced = laid.filter(({ isReduced }) => isReduced);
  const total = sum(({ total }) => total);
  if (total === 0) notes.push("There is no point that could be drawn.");
  if (forks > 0) {
    notes.push(
      "● where a run was forked from another one" +
        (laid.some(({ hasInherited }) => hasInherited)
          ? "; what it inherited is drawn faintly."
          : "."),
    );
  }
  if (reduced.length > 0) {
    const most = Math.max(...reduced.map(({ total }) => total)).toLocaleString("en-US");
    notes.push(
      (count === 1
        ? `Of ${most} points, at most ${limit} are drawn`
        : `Of ${counted(reduced.length, "line", "lines")} with more than ${limit} points, up to ` +
          `${most}, at most ${limit} are drawn`) +
        ": the lowest and the highest of each bucket.",
    );
  }
  const withoutX = sum(({ withoutX }) => withoutX);
  const notPositive = sum(({ notPositive }) => notPositive);
  const withoutY = sum(({ withoutY }) => withoutY);
  if (withoutX > 0) {
    notes.push(`${counted(withoutX, "point has", "points have")} no place along x: left out.`);
  }
  if (withoutY > 0) {
    notes.push(`${counted(withoutY, "point is", "points are")} missing, NaN or infinite: gaps.`);
  }
  if (notPositive > 0) {
    notes.push(
      `${counted(notPositive, "point is", "points are")} not above 0 and have no place on a ` +
        "logarithmic scale: gaps.",
    );
  }
  return [...notes, ...styleNotes("lines", count)];
};
