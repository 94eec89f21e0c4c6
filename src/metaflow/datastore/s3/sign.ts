/**
 * Signatures, by which S3 knows who asks.
 *
 * @module
 */
import { AwsV4Signer } from "aws4fetch";
import { reveal } from "../../Secret.ts";
import type { S3Credentials } from "./settings.ts";

/** A request without a body. */
export interface Unsigned {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** SHA-256 of no bytes. */
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The headers of a request, those of its signature too. */
export const sign = async (
  request: Unsigned,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  region: string,
  now: number,
): Promise<ReadonlyArray<readonly [string, string]>> => {
  const signer = new AwsV4Signer({
    ...request,
    headers: { ...request.headers, "x-amz-content-sha256": NOTHING },
    accessKeyId,
    secretAccessKey: reveal(secretAccessKey),
    ...sessionToken === undefined ? {} : { sessionToken: reveal(sessionToken) },
    service: "s3",
    region,
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    allHeaders: true,
  });
  const { headers } = await signer.sign();
  return [...headers];
};
