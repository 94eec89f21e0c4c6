/**
 * Compresses answers for clients that ask for it.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { createGzip } from "node:zlib";

// Below it nothing is gained.
const MIN_BYTES = 1024;

/**
 * The response compressed, if the client takes that and it pays: not what is small, and not the bytes
 * of files, which are what they are, and of which ranges can be asked.
 */
export const gzipped = (request: Request, response: Response): Response => {
  const { body, headers, status } = response;
  const length = headers.get("content-length");
  if (
    body === null || status !== 200 || headers.has("accept-ranges") ||
    (length !== null && Number(length) < MIN_BYTES) ||
    !accepts(request.headers.get("accept-encoding") ?? "")
  ) return response;
  // The fastest level: clients are near, and numbers do not get much smaller with any other.
  const gzip = Duplex.toWeb(createGzip({ level: 1 })) as Bytes;
  const changed = new Headers(headers);
  changed.delete("content-length");
  changed.set("content-encoding", "gzip");
  changed.append("vary", "accept-encoding");
  return new Response(body.pipeThrough(gzip), { status, headers: changed });
};

// The same streams, but Node has types of its own for them.
type Bytes = ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;

const accepts = (header: string): boolean =>
  header.split(",").some((part) => {
    const [coding, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return coding === "gzip" && (quality === undefined || Number(quality.slice(2)) > 0);
  });
