/**
 * Text as Python decodes it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Result } from "effect";

/**
 * Decodes text of an encoding that Python names, with line breaks as Python reads them; or says why
 * that cannot be done.
 */
export const decodeText = (
  bytes: Uint8Array,
  encoding: string | null,
): Result.Result<string, string> =>
  Result.map(
    decodeExactly(bytes, encoding ?? "utf-8"),
    (text) => text.replaceAll(/\r\n?/g, "\n"),
  );

const decodeExactly = (bytes: Uint8Array, encoding: string): Result.Result<string, string> => {
  const name = encoding.toLowerCase().replaceAll("_", "-");
  // To the Web, these are names of windows-1252.
  if (/^(latin-?1|l1|iso-?8859-?1)$/.test(name)) {
    const { buffer, byteOffset, length } = bytes;
    return Result.succeed(Buffer.from(buffer, byteOffset, length).toString("latin1"));
  }
  if (/^(us-?)?ascii$/.test(name) && bytes.some((byte) => byte > 127)) {
    return Result.fail("it is not ASCII");
  }
  return Result.try({
    try: () =>
      new TextDecoder(WEB_NAMES.get(name) ?? name, { fatal: true, ignoreBOM: name !== "utf-8-sig" })
        .decode(bytes),
    catch: (cause) =>
      cause instanceof RangeError
        ? `its encoding ${JSON.stringify(encoding)} is not known here`
        : `it is not ${encoding}`,
  });
};

const WEB_NAMES = new Map([["utf8", "utf-8"], ["u8", "utf-8"], ["utf-8-sig", "utf-8"]]);
