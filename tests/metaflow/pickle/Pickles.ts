/**
 * Pickles to test with: those of the fixtures, and ones put together by hand.
 *
 * @module
 */
import type { JsonObject } from "./PythonTag.ts";

/** A pickle of a fixture, with what Python made of it. */
export interface Stream {
  readonly b64: string;
  /** The value. */
  readonly value?: JsonObject;
  /** The names and arguments, where Python must not call them. */
  readonly structure?: JsonObject;
  /** The name of the exception. */
  readonly error?: string;
}

/** Pickles by name. */
export type Streams = Readonly<Record<string, Stream>>;

const read = (file: string) => JSON.parse(Deno.readTextFileSync(new URL(file, import.meta.url)));

/** Small values in all protocols, and streams made by hand: `shared/fixtures/metaflow`. */
export const pickles: Streams = read("../fixtures/pickles.json").pickles;

/** Values as several versions of NumPy, pandas, PyArrow and Polars pickle them: `fixtures/make_stacks.py`. */
export const stacks: Readonly<Record<string, Streams>> = read("./fixtures/stacks.json");

/** The bytes of a pickle. */
export const bytesOf = ({ b64 }: Stream): Uint8Array => Uint8Array.fromBase64(b64);

/** A pickle of characters, one for each byte, and of bytes. */
export const assemble = (...parts: ReadonlyArray<string | Uint8Array>): Uint8Array => {
  const bytes = parts.map((part) =>
    typeof part === "string" ? Uint8Array.from(part, (character) => character.charCodeAt(0)) : part
  );
  const whole = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of bytes) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
};

/** Four bytes, lowest first. */
export const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** A text as protocol 4 has it. */
export const str = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
