/**
 * A datastore in S3, or in what is compatible with it.
 *
 * The bucket and the names in it come from the records, as Metaflow wrote them. Files that an
 * artifact names by URL are read only below URLs that the program, or the configuration, has named.
 *
 * @module
 */
import { Effect, Semaphore, Stream } from "effect";
import type { Datastore, Opening, StoredFile } from "../Datastore.ts";
import { kept } from "../kept.ts";
import { DataFailure, type MetaflowErrorReason } from "../MetaflowError.ts";
import { parseAddress } from "./s3/address.ts";
import { collectBody, streamBody } from "./s3/body.ts";
import { failure, makeAsk } from "./s3/request.ts";
import type { S3Settings } from "./s3/settings.ts";

/** How many objects are open at once. */
const CONCURRENCY = 16;

/** Where Metaflow keeps the attributes of a blob. */
const ATTRIBUTES = "x-amz-meta-metaflow-user-attributes";

/**
 * A datastore that is reached as settings say, which are looked up when the first object is asked
 * for, and that reads objects named by URL only below certain URLs.
 */
export const make = (
  settings: Effect.Effect<S3Settings, MetaflowErrorReason>,
  allowed: Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason>,
): Datastore => {
  const limit = Semaphore.makeUnsafe(CONCURRENCY);
  const connected = kept(
    Effect.map(settings, (settings) => ({ ask: makeAsk(settings), tries: settings.tries })),
  );

  const open = (url: string): Opening =>
    Effect.gen(function* () {
      const address = yield* Effect.fromResult(parseAddress(url));
      const { ask, tries } = yield* connected;
      yield* Effect.acquireRelease(limit.take(1), () => limit.release(1), {
        interruptible: true,
      });
      const response = yield* Effect.acquireRelease(
        ask({ method: "GET", address }),
        (response) => Effect.promise(async () => await cancel(response)),
        { interruptible: true },
      );
      if (response === undefined) return undefined;
      const length = response.headers.get("content-length");
      const encoding = response.headers.get("content-encoding");
      if (length === null || (encoding !== null && encoding !== "identity")) {
        return yield* failure(
          address,
          length === null
            ? "S3 does not say what its size is"
            : `it is kept with Content-Encoding ${encoding}, which Deno would undo`,
        );
      }
      const size = Number(length);
      const body = streamBody(ask, tries, { address, response, size });
      return {
        location: url,
        size,
        attributes: response.headers.get(ATTRIBUTES) ?? undefined,
        bytes: collectBody(size, body),
        stream: Stream.scoped(body),
      } satisfies StoredFile;
    });

  return {
    blob: (root, key) => open(`${root.path}/${key}`),
    file: (root, key) => open(`${root.path}/${key}`),
    size: (root, key) =>
      Effect.gen(function* () {
        const address = yield* Effect.fromResult(parseAddress(`${root.path}/${key}`));
        const { ask } = yield* connected;
        const response = yield* limit.withPermit(ask({ method: "HEAD", address }));
        if (response === undefined) return undefined;
        const length = response.headers.get("content-length");
        if (length !== null) return Number(length);
        return yield* failure(address, "S3 does not say what its size is");
      }),
    url: (url) =>
      Effect.gen(function* () {
        const roots = (yield* allowed).map((root) => root.replace(/\/+$/, ""));
        if (roots.some((root) => url.startsWith(`${root}/`))) return yield* open(url);
        return yield* new DataFailure({
          location: url,
          problem:
            "it is below none of the URLs that data may refer to. If you trust it, name its " +
            "bucket in the `fileRoots` of the layer, as s3://bucket",
        });
      }),
  };
};

/** Ends an answer of which nobody wants more; who reads it has ended it. */
const cancel = async (response: Response | undefined): Promise<void> => {
  if (response?.body && !response.body.locked) await response.body.cancel().catch(() => undefined);
};
