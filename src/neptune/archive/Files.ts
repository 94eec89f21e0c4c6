/**
 * The files that were exported beside the data.
 *
 * @module
 */
import mime from "mime";
import type { FileRef } from "../Attribute.ts";

/** A reference to a file by its path below the project's directory of files. */
export const fileRef = (path: string): FileRef => ({
  path,
  sizeBytes: null,
  mimeType: mime.getType(path),
});
