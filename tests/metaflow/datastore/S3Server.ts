/**
 * A small S3 in this process. It checks signatures by what Amazon documents ("Signature Calculations
 * for the Authorization Header"), with none of the code that makes them here.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";
import { Effect, type Scope } from "effect";

/** An object. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Its user metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Keys that the server knows. */
export const KEYS = {
  accessKeyId: "AKIDTEST",
  secretAccessKey: "se/cr+et",
  sessionToken: "to/ken==",
} as const;

/** What a request was. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** A server, and what it was asked. */
export interface S3Server {
  readonly endpoint: string;
  readonly received: Array<Received>;
  /** Objects by bucket and key: `bucket/key`. */
  readonly objects: Map<string, StoredObject>;
  /** What is answered instead; given before signatures are checked. */
  intercept: (request: Received, index: number) => Response | Promise<Response> | undefined;
}

/** The bucket that anybody may read. */
const PUBLIC = "public";

/** Starts one, for as long as the scope lasts. */
export const s3Server: Effect.Effect<S3Server, never, Scope.Scope> = Effect.gen(function* () {
  const objects = new Map<string, StoredObject>();
  const received: Array<Received> = [];
  const handle = async (request: Request): Promise<Response> => {
    const one = {
      method: request.method,
      path: new URL(request.url).pathname,
      headers: request.headers,
    };
    received.push(one);
    const intercepted = await s3.intercept(one, received.length - 1);
    return intercepted ?? answerTo(objects, one);
  };
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handle)),
    (server) => Effect.promise(() => server.shutdown()),
  );
  const s3: S3Server = {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    received,
    objects,
    intercept: () => undefined,
  };
  return s3;
});

const answerTo = (
  objects: ReadonlyMap<string, StoredObject>,
  request: Received,
): Response => {
  const [bucket = "", ...parts] = request.path.slice(1).split("/").map(decodeURIComponent);
  const problem = bucket === PUBLIC && !request.headers.has("authorization")
    ? undefined
    : whyForbidden(request);
  if (problem !== undefined) return failure(403, problem);
  const object = objects.get([bucket, ...parts].join("/"));
  if (object === undefined) {
    const isBucket = objects.keys().some((key) => key.startsWith(`${bucket}/`));
    return failure(404, isBucket ? "NoSuchKey" : "NoSuchBucket");
  }
  return respond(object, request);
};

/** An object, or the part of it that is asked for. */
export const respond = (object: StoredObject, { method, headers }: Received): Response => {
  const etag = etagOf(object);
  if ((headers.get("if-match") ?? etag) !== etag) return failure(412, "PreconditionFailed");
  const start = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
  const size = object.bytes.length;
  const bytes = object.bytes.subarray(start);
  return new Response(method === "HEAD" ? null : new Uint8Array(bytes), {
    status: headers.has("range") ? 206 : 200,
    headers: {
      etag,
      "content-length": String(bytes.length),
      ...headers.has("range") ? { "content-range": `bytes ${start}-${size - 1}/${size}` } : {},
      ...Object.fromEntries(
        Object.entries(object.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    },
  });
};

/** What tells this object from others of its key. */
export const etagOf = ({ bytes }: StoredObject): string =>
  `"${createHash("md5").update(bytes).digest("hex")}"`;

/** An error as S3 tells it. */
export const failure = (
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>The ${code}.</Message></Error>`,
    { status, headers: { "content-type": "application/xml", ...headers } },
  );

const whyForbidden = (request: Received): string | undefined => {
  const { headers } = request;
  const authorization = headers.get("authorization");
  if (authorization === null) return "AccessDenied";
  const parts = parseAuthorization(authorization);
  if (parts === undefined || parts.accessKeyId !== KEYS.accessKeyId) return "InvalidAccessKeyId";
  const date = headers.get("x-amz-date") ?? "";
  const at = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(at - Date.now()) < 15 * 60_000)) return "RequestTimeTooSkewed";
  const token = headers.get("x-amz-security-token");
  if (token !== null && token !== KEYS.sessionToken) return "InvalidToken";
  const unsigned = [...headers.keys()].filter((name) => name.startsWith("x-amz-"))
    .find((name) => !parts.signedHeaders.includes(name));
  if (unsigned !== undefined || !parts.signedHeaders.includes("host")) return "AccessDenied";
  return signatureOf(request, parts, KEYS.secretAccessKey) === parts.signature
    ? undefined
    : "SignatureDoesNotMatch";
};

/** What is in the header `authorization`. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: ReadonlyArray<string>;
  readonly signature: string;
}

/** Takes the header apart. */
export const parseAuthorization = (header: string): Authorization | undefined => {
  const [, accessKeyId, scope, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
      .exec(header) ?? [];
  return accessKeyId === undefined ? undefined : {
    accessKeyId,
    scope: scope!,
    signedHeaders: signedHeaders!.split(";"),
    signature: signature!,
  };
};

/** The signature that a request should have. */
export const signatureOf = (
  { method, path, headers }: Received & { readonly query?: string },
  { scope, signedHeaders }: Pick<Authorization, "scope" | "signedHeaders">,
  secretAccessKey: string,
  query = "",
): string => {
  const encode = (text: string): string =>
    Array.from(new TextEncoder().encode(text), (byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    }).join("");
  const canonical = [
    method,
    path.split("/").map((part) => encode(decodeURIComponent(part))).join("/"),
    query,
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim()}`),
    "",
    signedHeaders.join(";"),
    headers.get("x-amz-content-sha256"),
  ].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, digest].join("\n");
  const hmac = (key: string | Uint8Array, text: string): Uint8Array =>
    createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Uint8Array>(hmac, `AWS4${secretAccessKey}`);
  return createHmac("sha256", key).update(text).digest("hex");
};
