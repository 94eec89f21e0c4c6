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
      const inflated = gunzipSync(bytes, { maxOutputLength: maxBytes });
      return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
    },
    catch: (cause) => cause instanceof RangeError ? tooLarge(maxBytes) : "it is no whole gzip file",
  });

/** What is said of anything that is larger than it may be. */
export const tooLarge = (maxBytes: number): string =>
  `it has more than ${maxBytes} bytes, the \`maxBytes\` of the layer. If you trust it, allow more`;
