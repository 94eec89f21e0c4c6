/**
 * Signs URLs of logged files, and sends the bytes to those who have one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
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

/** Below it are the bytes. Azure's client takes it for the names of an account and a container. */
const FILES = "/files/bytes/";

/** Where all of them are, for a router. */
export const ANY_FILE = `${FILES}*`;

// A download begins within it; clients sign again what has expired.
const LIFETIME = 3600;

/**
 * Signs URLs, in the order of the request and whether or not there is such a file. The provider tells
 * clients how to download: by a plain request, or as from Azure.
 */
export const signedUrls = (
  identifiers: Identifiers,
  authorization: Authorization,
  request: Request,
  provider: "gcp" | "azure",
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
        const url = new URL(FILES + encode([identifier, path]), origin);
        // Azure's client sends no other parameters on, and tracers do not record the latter.
        url.searchParams.set("se", expires);
        url.searchParams.set("sig", authorization.sign(identifier, path, expires));
        return { project_identifier, path, url: url.href, provider };
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
    const { pathname, searchParams } = urlOf(request);
    const [project, path] = decode(pathname.slice(FILES.length));
    const expires = searchParams.get("se") ?? "";
    const isSigned = authorization.isSignature(
      searchParams.get("sig") ?? "",
      project,
      path,
      expires,
    );
    // Clients take 400 for an expired signature, and ask for another one.
    if (!isSigned || Number(expires) < (yield* seconds)) {
      return yield* badRequest("The URL is not signed, or its signature has expired.");
    }
    const file: FileRef = { path, sizeBytes: null, mimeType: null };
    const size = yield* source.fileSize({ project, file });
    const range = rangeOf(request.headers["x-ms-range"] ?? request.headers.range, size);
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

// Paths in URLs lose their dots on the way, and characters that are escaped can be escaped again.
const encode = (name: readonly [project: string, path: string]): string =>
  Buffer.from(JSON.stringify(name)).toString("base64url");

const decode = (text: string): readonly [project: string, path: string] => {
  try {
    const [project, path] = JSON.parse(Buffer.from(text, "base64url").toString());
    return [String(project), String(path)];
  } catch {
    return ["", ""];
  }
};

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
