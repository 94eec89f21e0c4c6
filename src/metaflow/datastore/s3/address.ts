/**
 * Where an object of S3 is, as Metaflow writes it and in HTTP.
 *
 * @module
 */
import { Result } from "effect";
import { DataFailure } from "../../MetaflowError.ts";
import type { S3Settings } from "./settings.ts";

/** An object in a bucket. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
}

/** Names of buckets; those of old ones can have more characters than new ones. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** What a URL like `s3://bucket/key` refers to. */
export const parseAddress = (url: string): Result.Result<Address, DataFailure> => {
  const [, bucket = "", key = ""] = /^s3[an]?:\/\/([^/]*)\/(.*)$/s.exec(url) ?? [];
  const problem = !BUCKET.test(bucket) || key === ""
    ? "it is not like s3://bucket/key"
    : key.split("/").some((part) => part === "." || part === "..") || !key.isWellFormed()
    ? "no URL can have such a key"
    : undefined;
  return problem === undefined
    ? Result.succeed({ bucket, key })
    : Result.fail(new DataFailure({ location: url, problem }));
};

/** What Metaflow calls it. */
export const showAddress = ({ bucket, key }: Address): string => `s3://${bucket}/${key}`;

/** Buckets whose names can be those of hosts, under one certificate. */
const HOST = /^[a-z0-9][a-z0-9-]*$/;

/** Its URL in HTTP. */
export const urlOf = (
  { endpoint, addressing }: Pick<S3Settings, "endpoint" | "addressing">,
  region: string,
  { bucket, key }: Address,
): string => {
  const base = endpoint ??
    `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  const path = key.split("/").map(encode).join("/");
  return addressing === "virtual" && HOST.test(bucket)
    ? `${base.replace("://", `://${bucket}.`)}/${path}`
    : `${base}/${bucket}/${path}`;
};

/** Signatures are made of paths in which all is encoded that can be. */
const encode = (part: string): string =>
  encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
