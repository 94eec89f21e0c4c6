/**
 * Reads the body of an answer.
 *
 * @module
 */

/** Reads all of a body, and tells whenever a part of it has come; none once the signal aborts. */
export const readBody = async (
  response: Response,
  signal: AbortSignal,
  arrived: () => void,
): Promise<Uint8Array<ArrayBuffer>> => {
  if (response.body === null) return new Uint8Array(0);
  // The length is that of what is sent; compressed bodies become longer.
  const announced = response.headers.has("content-encoding")
    ? 0
    : Number(response.headers.get("content-length") ?? 0);
  let bytes = new Uint8Array(Math.min(announced || FIRST_CAPACITY, LARGEST_ANNOUNCED));
  let length = 0;
  const reader = response.body.getReader();
  // The body of an answer that was made in this process knows nothing of the signal.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const chunk = read.value;
      arrived();
      if (length + chunk.length > bytes.length) {
        const grown = new Uint8Array(Math.max(length + chunk.length, bytes.length * 2));
        grown.set(bytes.subarray(0, length));
        bytes = grown;
      }
      bytes.set(chunk, length);
      length += chunk.length;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
  }
  signal.throwIfAborted();
  return bytes.subarray(0, length);
};

const FIRST_CAPACITY = 64 * 1024;

// What a server only announces does not decide how much memory is taken.
const LARGEST_ANNOUNCED = 256 * 2 ** 20;
