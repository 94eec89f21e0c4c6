/**
 * Signs URLs of logged files, and sends the bytes to those who have one.
 *
 * @module
 */
import { Effect } from "effect";
import { type HttpServerRequest, HttpServerResponse } from "effect/http";
import type { FileRef } from "../Attribute.ts";
import type { NeptuneSource } from "../NeptuneSource.ts";
import type { CreateSignedUrlsRequest, CreateSignedUrlsResponse } from "../wire/files.ts";
import type { Authorization } from "./authorization.ts";
import { type Failure, urlOf } from "./http.ts";
import type { Identifiers } from "./Identifiers.ts";
import { badRequest, Refused } from "./Refused.ts";
import { seconds } from "./startUp.ts";

type Request = HttpServerRequest.HttpServerRequest;

/** Where the bytes are. */
export const FILES = "/files";

// A download begins within it; clients sign again what has expired.
const LIFETIME = 3600;

/** Signs URLs, in the order of the request and whether or not there is such a file. */
export const signedUrls = (
  identifiers: Identifiers,
  authorization: Authorization,
  request: Request,
  { files }: CreateSignedUrlsRequest,
): Effect.Effect<CreateSignedUrlsResponse, Failure> =>
  Effect.gen(function* () {
    const { origin } = urlOf(request);
    const expires = String((yield* seconds) + LIFETIME);
    const signed = yield* Effect.forEach(files, ({ project_identifier, path, permission }) =>
      Effect.gen(function* () {
        if (permission !== "read") {
          return yield* new Refused({ status: 403, message: "Nothing can be written here." });
        }
        const { identifier } = yield* identifiers.project(project_identifier);
        const url = new URL(FILES, origin);
        url.search = new URLSearchParams({
          project: identifier,
          path,
          expires,
          // The name by which tracers know not to record it.
          Signature: authorization.sign(identifier, path, expires),
        }).toString();
        return { project_identifier, path, url: url.href, provider: "gcp" };
      }));
    return { files: signed };
  });

/** Sends the bytes of a file, or a range of them, to whoever has a signed URL. */
export const download = (
  source: NeptuneSource,
  authorization: Authorization,
  request: Request,
): Effect.Effect<HttpServerResponse.HttpServerResponse, Failure> =>
  Effect.gen(function* () {
    const parameters = urlOf(request).searchParams;
    const [project, path, expires, signature] = ["project", "path", "expires", "Signature"]
      .map((name) => parameters.get(name) ?? "") as [string, string, string, string];
    const isSigned = authorization.isSignature(signature, project, path, expires);
    // Clients take 400 for an expired signature, and ask for another one.
    if (!isSigned || Number(expires) < (yield* seconds)) {
      return yield* badRequest("The URL is not signed, or its signature has expired.");
    }
    const file: FileRef = { path, sizeBytes: null, mimeType: null };
    const size = yield* source.fileSize({ project, file });
    const range = rangeOf(request.headers.range, size);
    if (range === "unsatisfiable") {
      return HttpServerResponse.empty({
        status: 416,
        headers: { "content-range": `bytes */${size}` },
      });
    }
    const { start, end } = range ?? { start: 0, end: size };
    return HttpServerResponse.stream(
      source.readFile({ project, file, from: start, length: end - start }),
      {
        status: range === undefined ? 200 : 206,
        contentType: "application/octet-stream",
        contentLength: end - start,
        headers: {
          "accept-ranges": "bytes",
          ...range === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${size}` },
        },
      },
    );
  });

interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * The one range that a header asks for; none, and so the whole file, if it asks for several or for
 * something else, as HTTP allows.
 */
export const rangeOf = (
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return start >= size || (first === "" && Number(last) === 0) ? "unsatisfiable" : { start, end };
};
