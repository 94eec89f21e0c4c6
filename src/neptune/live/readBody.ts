/**
 * Reads the body of an answer.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads all of a body, and tells whenever a part of it has come; none once the signal aborts. */
export const readBody = async (
  { body, headers }: Response,
  signal: AbortSignal,
  arrived: () => void,
): Promise<Bytes> => {
  if (body === null) return new Uint8Array(0);
  // The length is that of what is sent; compressed bodies become longer.
  const announced = headers.has("content-encoding")
    ? 0
    : Number(headers.get("content-length") ?? 0);
  const reader = announced > 0 && announced <= LARGEST_ANNOUNCED ? inPlaceReader(body) : undefined;
  return reader === undefined
    ? await untilAborted(body.getReader(), signal, (reader) => collect(reader, arrived))
    : await untilAborted(reader, signal, (reader) => fill(reader, announced, arrived));
};

// What a server only announces does not decide how much memory is taken.
const LARGEST_ANNOUNCED = 256 * 2 ** 20;

/** A reader that writes to memory of ours, which saves a copy; not every stream has one. */
const inPlaceReader = (
  body: ReadableStream<Bytes>,
): ReadableStreamBYOBReader | undefined => {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
};

const untilAborted = async <Reader extends { readonly cancel: () => Promise<void> }>(
  reader: Reader,
  signal: AbortSignal,
  read: (reader: Reader) => Promise<Bytes>,
): Promise<Bytes> => {
  // The body of an answer that was made in this process knows nothing of the signal.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const bytes = await read(reader);
    signal.throwIfAborted();
    return bytes;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
};

const fill = async (
  reader: ReadableStreamBYOBReader,
  length: number,
  arrived: () => void,
): Promise<Bytes> => {
  // One byte more than announced, so that there is room when the end is read.
  let bytes: Bytes = new Uint8Array(length + 1);
  let at = 0;
  while (at < bytes.length) {
    const { done, value } = await reader.read(bytes.subarray(at));
    if (value === undefined) break;
    arrived();
    bytes = new Uint8Array(value.buffer);
    at += value.length;
    if (done) break;
  }
  if (at !== length) throw new Error(`the body has ${at} bytes instead of ${length}: end of file`);
  return bytes.subarray(0, at);
};

const FIRST_CAPACITY = 64 * 1024;

const collect = async (
  reader: ReadableStreamDefaultReader<Bytes>,
  arrived: () => void,
): Promise<Bytes> => {
  let bytes = new Uint8Array(FIRST_CAPACITY);
  let length = 0;
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
  return bytes.subarray(0, length);
};
