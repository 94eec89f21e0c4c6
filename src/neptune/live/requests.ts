/**
 * Cuts what is wanted into requests of a size that a server takes.
 *
 * @module
 */

/** How many requests of one operation are under way at once. */
export const AT_ONCE = 8;

/** What the identifier of a run counts in the size of a request. */
export const RUN_BYTES = 50;

/** How many bytes of paths and identifiers a request may have. */
export const REQUEST_BYTES = 220_000;

const utf8 = new TextEncoder();

/** How long a text is in UTF-8. */
export const bytesOf = (text: string): number => {
  // Most paths are ASCII, for which there is nothing to encode.
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return utf8.encode(text).length;
  }
  return text.length;
};

/** Items in groups of at most so many, whose sizes add up to at most so much, each at least one. */
export const groupsOf = <A>(
  items: ReadonlyArray<A>,
  most: number,
  sizeOf: (item: A) => number = () => 0,
  size = Infinity,
): ReadonlyArray<ReadonlyArray<A>> => {
  const groups: Array<Array<A>> = [];
  let left = 0;
  for (const item of items) {
    const itemSize = sizeOf(item);
    const last = groups.at(-1);
    if (last === undefined || last.length >= most || itemSize > left) {
      groups.push([item]);
      left = size - itemSize;
    } else {
      last.push(item);
      left -= itemSize;
    }
  }
  return groups;
};
