/**
 * Bounded decompression: a file of some megabytes can say that it is one of some terabytes.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import { Result } from "effect";

/** Inflates, or says why that cannot be done. */
export const gunzip = (bytes: Uint8Array, maxBytes: number): Result.Result<Uint8Array, string> =>
  Result.try({
    try: () => {
      const chunkSize = Math.min(expectedLength(bytes), Math.max(maxBytes, MIN_CHUNK));
      const inflated = gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize });
      return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
    },
    catch: (cause) => cause instanceof RangeError ? tooLarge(maxBytes) : "it is no whole gzip file",
  });

const MIN_CHUNK = 64;

/** No byte of a gzip file becomes more than so many. */
const MAX_RATIO = 1032;

/**
 * How much a gzip file inflates to, as far as it can be believed. It says so at its end; to inflate
 * into one piece takes half the time.
 */
const expectedLength = ({ buffer, byteOffset, length }: Uint8Array): number => {
  if (length < 4) return MIN_CHUNK;
  const said = new DataView(buffer, byteOffset, length).getUint32(length - 4, true);
  return Math.min(said, length * MAX_RATIO) + MIN_CHUNK;
};

/** What is said of anything that is larger than it may be. */
export const tooLarge = (maxBytes: number): string =>
  `it has more than ${maxBytes} bytes, the \`maxBytes\` of the layer. If you trust it, allow more`;
