/**
 * The texts and decimal numbers of a pickle.
 *
 * Functions return `undefined` for what is not valid; the machine knows where that was.
 *
 * @module
 */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes UTF-8 as Python's `surrogatepass` does: lone surrogates are kept, and so is a leading byte
 * order mark.
 */
export const decodeUtf8 = (
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined => {
  // The platform's decoder costs more per call than a short text does here.
  if (end - start < 24) {
    let text = "";
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return withSurrogates(bytes.subarray(start, end));
  }
};

/** As {@link decodeUtf8}, in pieces between the surrogates, which alone the platform refuses. */
const withSurrogates = (bytes: Uint8Array): string | undefined => {
  const pieces: Array<string> = [];
  let start = 0;
  try {
    for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
      const second = bytes[at + 1] ?? 0;
      const third = bytes[at + 2] ?? 0;
      if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
      pieces.push(utf8.decode(bytes.subarray(start, at)));
      pieces.push(String.fromCharCode(0xd000 | (second & 0x3f) << 6 | (third & 0x3f)));
      start = at + 3;
    }
    pieces.push(utf8.decode(bytes.subarray(start)));
    return pieces.join("");
  } catch {
    return undefined;
  }
};

/** How many characters there are in UTF-8. */
export const utf8Length = (utf8: Uint8Array): number => {
  let length = utf8.length;
  // Of more than one byte, all but the first begin with the bits 10.
  for (let at = 0; at < utf8.length; at++) length -= utf8[at]! >> 7 & ~(utf8[at]! >> 6);
  return length;
};

/**
 * Turns UTF-8 into Latin-1, one byte for each character. `false` if there is a character that
 * Latin-1 does not have.
 *
 * Without branches, for which of the bytes of an array comes next cannot be predicted.
 */
export const utf8ToLatin1 = (utf8: Uint8Array, into: Uint8Array): boolean => {
  let wrong = 0;
  let previous = 0;
  let previousLeads = 0;
  for (let at = 0, to = 0; at < utf8.length; at++) {
    const byte = utf8[at]!;
    const high = byte >> 7;
    const leads = high & byte >> 6;
    // What a leading byte writes, the next one overwrites.
    into[to] = byte & 0x7f & high - 1 | (previous << 6 & 0xc0 | byte & 0x3f) & -high;
    to += 1 - leads;
    wrong |= previousLeads ^ high ^ leads | leads * (byte & 0x3e ^ 2);
    previous = byte;
    previousLeads = leads;
  }
  return (wrong | previousLeads) === 0;
};

/** Decodes one byte for each character. */
export const decodeLatin1 = (bytes: Uint8Array): string => {
  const pieces: Array<string> = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return pieces.join("");
};

/** One byte for each character; `undefined` if there is one that Latin-1 does not have. */
export const encodeLatin1 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) return undefined;
    bytes[i] = unit;
  }
  return bytes;
};

/** Decodes ASCII; anything else is not valid. */
export const decodeAscii = (bytes: Uint8Array): string | undefined =>
  bytes.some((byte) => byte >= 0x80) ? undefined : decodeLatin1(bytes);

/** Decodes UTF-32, as NumPy and arrays have it, without the zeros at its end. */
export const decodeUtf32 = (
  bytes: Uint8Array,
  start: number,
  end: number,
  bigEndian: boolean,
): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let last = end;
  while (last > start && view.getUint32(last - 4, !bigEndian) === 0) last -= 4;
  let text = "";
  for (let at = start; at < last; at += 4) {
    const point = view.getUint32(at, !bigEndian);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  }
  return text;
};

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[^])/g;

/** Decodes `raw-unicode-escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX`, the text of protocol 0. */
export const decodeRawUnicodeEscape = (bytes: Uint8Array): string | undefined => {
  let valid = true;
  const text = decodeLatin1(bytes).replace(ESCAPE, (whole, short, long) => {
    const digits: string | undefined = short ?? long;
    if (digits === undefined) {
      if (whole === "\\u" || whole === "\\U") valid = false;
      return whole;
    }
    const point = parseInt(digits, 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    valid = false;
    return whole;
  });
  return valid ? text : undefined;
};

const STRING_ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]?))/g;

const ESCAPED: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Reads the quoted, escaped byte string of Python 2. */
export const readQuoted = (bytes: Uint8Array): Uint8Array | undefined => {
  const line = decodeLatin1(bytes).trim();
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || !line.endsWith(quote)) {
    return undefined;
  }
  let valid = true;
  const text = line.slice(1, -1).replace(STRING_ESCAPE, (whole, hex, octal, other) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
    if (other === "" || other === "x") valid = false;
    return ESCAPED[other] ?? whole;
  });
  return valid ? encodeLatin1(text) : undefined;
};

/** An integer as it is represented everywhere: `number` if exact, else `bigint`. */
export const narrow = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** Reads a decimal integer, such as `-12` or `12L`. */
export const parseInteger = (text: string): number | bigint | undefined => {
  const digits = /^\s*([+-]?\d+)L?\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : narrow(BigInt(digits.replace(/^\+/, "")));
};

/** Reads a decimal float as Python's `float` does. */
export const parseFloatText = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(trimmed);
  if (special === null) return undefined;
  if (special[2] === undefined) return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
};

/** Reads a two's-complement integer of any length, lowest byte first; nothing is 0. */
export const readLong = (bytes: Uint8Array): number | bigint => {
  if (bytes.length === 0) return 0;
  const digits = new Array<string>(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    digits[bytes.length - 1 - i] = bytes[i]!.toString(16).padStart(2, "0");
  }
  return narrow(BigInt.asIntN(8 * bytes.length, BigInt("0x" + digits.join(""))));
};
