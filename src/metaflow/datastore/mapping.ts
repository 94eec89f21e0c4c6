/**
 * Data that was recorded in one place and is read in another.
 *
 * @module
 */
import type { Datastore, Root } from "../Datastore.ts";

/**
 * Roots as they were recorded, such as `/home/ann/flows` or `s3://bucket/flows`, and where they are
 * now: a directory or a URL, of whatever kind they were. It holds for all that is below them; of
 * several that fit, the longest counts.
 */
export type RootMapping = Readonly<Record<string, string>>;

/** The place of a path or URL now. */
export const mapPath = (mapping: RootMapping, path: string): string => {
  let found: readonly [string, string] | undefined;
  for (const [written, read] of Object.entries(mapping)) {
    const from = withoutSlash(written);
    const isBelow = path === from || path.startsWith(`${from}/`);
    if (isBelow && (found === undefined || from.length > found[0].length)) {
      found = [from, withoutSlash(read)];
    }
  }
  return found === undefined ? path : found[1] + path.slice(found[0].length);
};

const withoutSlash = (path: string): string => path.replace(/\/+$/, "");

const LOCAL = "local://";
const S3 = "s3://";

/** The same datastore, for data that was recorded elsewhere. */
export const mapped = (datastore: Datastore, mapping: RootMapping): Datastore => {
  const now = ({ type, path }: Root): Root => {
    const read = mapPath(mapping, path);
    return { type: read === path ? type : read.startsWith(S3) ? "s3" : "local", path: read };
  };
  const urlNow = (url: string): string => {
    const path = url.startsWith(LOCAL) ? url.slice(LOCAL.length) : url;
    const read = mapPath(mapping, path);
    return read === path ? url : read.startsWith(S3) ? read : LOCAL + read;
  };
  return {
    blob: (root, key) => datastore.blob(now(root), key),
    file: (root, key) => datastore.file(now(root), key),
    size: (root, key) => datastore.size(now(root), key),
    url: (url) => datastore.url(urlNow(url)),
  };
};
