import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Redacted, Result } from "effect";
import { parseAddress, urlOf } from "../../../src/metaflow/datastore/s3/address.ts";
import { sign } from "../../../src/metaflow/datastore/s3/sign.ts";
import { parseAuthorization, signatureOf } from "./S3Server.ts";

// Keys, requests and signatures of Amazon's documentation: "Authenticating Requests: Using the
// Authorization Header (AWS Signature Version 4)", examples of the Amazon S3 API Reference.
const KEYS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const NOW = Date.UTC(2013, 4, 24);
const HOST = "examplebucket.s3.amazonaws.com";
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SCOPE = "20130524/us-east-1/s3/aws4_request";

const VECTORS: ReadonlyArray<{
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: string;
  readonly signature: string;
}> = [
  {
    path: "/test.txt",
    query: "",
    headers: { range: "bytes=0-9" },
    signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    path: "/",
    query: "lifecycle=",
    headers: {},
    signedHeaders: "host;x-amz-content-sha256;x-amz-date",
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    path: "/",
    query: "max-keys=2&prefix=J",
    headers: {},
    signedHeaders: "host;x-amz-content-sha256;x-amz-date",
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

for (const { path, query, headers, signedHeaders, signature } of VECTORS) {
  Deno.test(`the documented signature of GET ${path}?${query}`, async () => {
    const url = `https://${HOST}${path}${query === "" ? "" : `?${query}`}`;
    for (const secretAccessKey of [KEYS.secretAccessKey, Redacted.make(KEYS.secretAccessKey)]) {
      const signed = new Headers(
        (await sign(
          { method: "GET", url, headers },
          { ...KEYS, secretAccessKey },
          "us-east-1",
          NOW,
        ))
          .map(([name, value]): [string, string] => [name, value]),
      );
      deepStrictEqual(parseAuthorization(signed.get("authorization")!), {
        accessKeyId: KEYS.accessKeyId,
        scope: SCOPE,
        signedHeaders: signedHeaders.split(";"),
        signature,
      });
    }
  });
}

Deno.test("the server of these tests computes the documented signatures", () => {
  const common = { host: HOST, "x-amz-date": "20130524T000000Z" };
  for (const { path, query, headers, signedHeaders, signature } of VECTORS) {
    const all = new Headers({ ...common, ...headers, "x-amz-content-sha256": NOTHING });
    strictEqual(
      signatureOf(
        { method: "GET", path, headers: all },
        { scope: SCOPE, signedHeaders: signedHeaders.split(";") },
        KEYS.secretAccessKey,
        query,
      ),
      signature,
    );
  }
  const put = new Headers({
    ...common,
    date: "Fri, 24 May 2013 00:00:00 GMT",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
  });
  strictEqual(
    signatureOf(
      { method: "PUT", path: "/test$file.text", headers: put },
      {
        scope: SCOPE,
        signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class".split(";"),
      },
      KEYS.secretAccessKey,
    ),
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  );
});

Deno.test("objects are where their bucket, the endpoint and the style of addressing say", () => {
  const at = (
    endpoint: string | undefined,
    addressing: "path" | "virtual",
    region: string,
    bucket: string,
    key = "a/b",
  ) => urlOf({ endpoint, addressing }, region, { bucket, key });
  strictEqual(
    at(undefined, "virtual", "eu-north-1", "flows"),
    "https://flows.s3.eu-north-1.amazonaws.com/a/b",
  );
  strictEqual(
    at(undefined, "virtual", "cn-north-1", "flows"),
    "https://flows.s3.cn-north-1.amazonaws.com.cn/a/b",
  );
  strictEqual(
    at(undefined, "virtual", "us-east-1", "my.flows"),
    "https://s3.us-east-1.amazonaws.com/my.flows/a/b",
  );
  strictEqual(at("http://minio:9000", "path", "x", "flows"), "http://minio:9000/flows/a/b");
  strictEqual(at("http://minio:9000", "virtual", "x", "flows"), "http://flows.minio:9000/a/b");
  strictEqual(
    at("http://h", "path", "x", "flows", "ü b/c+d=e&f?g#h!'()*%2F//~"),
    "http://h/flows/%C3%BC%20b/c%2Bd%3De%26f%3Fg%23h%21%27%28%29%2A%252F//~",
  );
});

Deno.test("a URL of S3 is a bucket and a key, and cannot lead elsewhere", () => {
  deepStrictEqual(Result.getOrThrow(parseAddress("s3://flows/a/b c")), {
    bucket: "flows",
    key: "a/b c",
  });
  for (
    const bad of [
      "s3://flows",
      "s3://flows/",
      "s3:///key",
      "s3://evil.test:80/key",
      "s3://ann@evil/key",
      "s3://a/b/../c",
      "s3://bucket/./c",
      "s3://bucket/\ud800",
      "gs://bucket/key",
      "/bucket/key",
    ]
  ) {
    strictEqual(Result.isFailure(parseAddress(bad)), true, bad);
  }
});
