/**
 * Where artifacts say that they are.
 *
 * @module
 */
import { Result } from "effect";
import type { BlobLocation } from "../datastore/blobs.ts";
import { DataFailure } from "../MetaflowError.ts";
import type { ArtifactRecord } from "../MetadataProvider.ts";

const ROOT = ":root:";

const BLOB = /^(.*)\/([^/]+)\/data\/[0-9a-f]{2}\/(?:r_)?[0-9a-f]{40}$/;

/** Where the value of an artifact is. */
export const locationOf = (
  flow: string,
  { dsType, location, sha }: Pick<ArtifactRecord, "dsType" | "location" | "sha">,
): Result.Result<BlobLocation, DataFailure> => {
  const root = location.startsWith(ROOT) ? location.slice(ROOT.length) : rootOfBlob(flow, location);
  return root === undefined
    ? Result.fail(
      new DataFailure({ location, problem: `it should be the path of a blob of ${flow}` }),
    )
    : Result.succeed({ root: { type: dsType, path: root.replace(/\/+$/, "") }, flow, sha });
};

/** The root of a datastore, of the path of a blob in it; `undefined` if it is no such path. */
const rootOfBlob = (flow: string, path: string): string | undefined => {
  const [, root, name] = BLOB.exec(path) ?? [];
  return name === flow ? root : undefined;
};
