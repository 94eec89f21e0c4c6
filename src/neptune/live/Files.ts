/**
 * Reads the bytes of logged files, from where the server says that they are.
 *
 * @module
 */
import { Effect, Option, Stream } from "effect";
import { FileUnavailable, type NeptuneErrorReason } from "../NeptuneError.ts";
import type { FileRequest } from "../NeptuneSource.ts";
import type { Service } from "./Service.ts";

/** How much is read at once; a connection that is lost costs no more than that. */
const PIECE_BYTES = 8 * 2 ** 20;

const SIGNATURES = 3;

/** The bytes of a file, or of a part of it. */
export const readFile = (
  service: Service,
  { project, file, from = 0, length = Infinity }: FileRequest,
): Stream.Stream<Uint8Array, NeptuneErrorReason> => {
  if (length <= 0) {
    // No bytes of a file that is there.
    const present = fileSize(service, { project, file: { ...file, sizeBytes: null } });
    return Stream.unwrap(Effect.as(present, Stream.empty));
  }
  const end = from + length;
  return Stream.unwrap(Effect.map(sign(service, project, file.path), (url) => {
    let signed = url;

    /** The piece from an offset; signs the file again if the signature has expired. */
    const piece = (
      offset: number,
      signatures: number,
    ): Effect.Effect<Piece, NeptuneErrorReason> =>
      Effect.gen(function* () {
        const last = Math.min(offset + PIECE_BYTES, end) - 1;
        const { status, headers, body } = yield* service.download(
          signed,
          `bytes=${offset}-${last}`,
          [400, 403, 404, 416],
        );
        switch (status) {
          case 206: {
            const total = totalOf(headers);
            if (total === undefined && body.length === 0) return { bytes: body, isLast: true };
            const next = offset + body.length;
            const isLast = next >= Math.min(end, total ?? Infinity) ||
              total === undefined && body.length <= last - offset;
            if (!isLast && body.length === 0) {
              return yield* unavailable(file.path, "its storage sends nothing of it");
            }
            return { bytes: body, isLast };
          }
          case 404:
            return yield* unavailable(file.path, "it has not been uploaded, or not yet");
          case 416:
            return { bytes: new Uint8Array(0), isLast: true };
          case 400:
          case 403:
            if (signatures >= SIGNATURES) {
              return yield* unavailable(
                file.path,
                `its storage does not accept the signed URL (${status})`,
              );
            }
            signed = yield* sign(service, project, file.path);
            return yield* piece(offset, signatures + 1);
          default:
            // The storage knows no ranges, and has sent everything.
            return { bytes: body.subarray(offset, Math.min(end, body.length)), isLast: true };
        }
      });

    return Stream.paginate(from, (offset) =>
      Effect.map(piece(offset, 1), ({ bytes, isLast }) => [
        bytes.length === 0 ? [] : [bytes],
        isLast ? Option.none() : Option.some(offset + bytes.length),
      ]));
  }));
};

interface Piece {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** How many bytes a file has. */
export const fileSize = (
  service: Service,
  { project, file }: Pick<FileRequest, "project" | "file">,
): Effect.Effect<number, NeptuneErrorReason> =>
  file.sizeBytes !== null ? Effect.succeed(file.sizeBytes) : Effect.gen(function* () {
    const url = yield* sign(service, project, file.path);
    const { status, headers, body } = yield* service.download(url, "bytes=0-0", [404, 416]);
    if (status === 404) {
      return yield* unavailable(file.path, "it has not been uploaded, or not yet");
    }
    return totalOf(headers) ?? body.length;
  });

const unavailable = (path: string, problem: string) => new FileUnavailable({ path, problem });

/** The size of a whole file, of which a part was sent. */
const totalOf = (headers: Headers): number | undefined => {
  const total = headers.get("content-range")?.match(/\/(\d+)$/)?.[1];
  return total === undefined ? undefined : Number(total);
};

const sign = (
  service: Service,
  project: string,
  path: string,
): Effect.Effect<string, NeptuneErrorReason> =>
  Effect.flatMap(
    service.signedUrls({ files: [{ project_identifier: project, path, permission: "read" }] }),
    ({ files: [signed] }) =>
      signed === undefined
        ? Effect.fail(unavailable(path, "the server does not sign it"))
        : Effect.succeed(signed.url),
  );
