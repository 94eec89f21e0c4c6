/**
 * The order of texts in Python and in Neptune, which is not that of JavaScript: UTF-16 puts the
 * characters beyond U+FFFF before those from U+E000.
 *
 * @module
 */

/** Compares texts by their code points. */
export const byCodePoint = (a: string, b: string): -1 | 0 | 1 => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) < rank(y) ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
};

// Surrogates stand for code points above every other UTF-16 unit.
const rank = (unit: number): number => unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
