import { deepStrictEqual } from "node:assert/strict";
import { Effect } from "effect";
import { mapped, type RootMapping } from "../../../src/metaflow/datastore/mapping.ts";
import { effectTest } from "../../effectTest.ts";

const MAPPING: RootMapping = {
  "/home/ann": "/backup/",
  "/home/ann/flows/": "/fast",
  "s3://flows/metaflow": "/copy",
  "/home/team": "s3://archive/team",
  "s3://old": "s3://new/old",
};

/** Where a root, or a file that is named by URL, is asked for. */
const askedFor = (request: { readonly type: string; readonly path: string } | string) =>
  Effect.gen(function* () {
    const asked: Array<unknown> = [];
    const note = (at: unknown) => Effect.sync(() => void asked.push(at)).pipe(Effect.as(undefined));
    const datastore = mapped({ blob: note, file: note, size: note, url: note }, MAPPING);
    yield* Effect.scoped(
      typeof request === "string" ? datastore.url(request) : datastore.blob(request, "F/data"),
    );
    return asked[0];
  });

effectTest(
  "roots are where the longest part of them is now, in whatever kind of datastore",
  () =>
    Effect.gen(function* () {
      const roots = [
        ["local", "/home/ann/.metaflow", "local", "/backup/.metaflow"],
        ["local", "/home/ann/flows/.metaflow", "local", "/fast/.metaflow"],
        ["local", "/home/anna/.metaflow", "local", "/home/anna/.metaflow"],
        ["s3", "s3://flows/metaflow", "local", "/copy"],
        ["s3", "s3://flows/metaflow2", "s3", "s3://flows/metaflow2"],
        ["local", "/home/team/.metaflow", "s3", "s3://archive/team/.metaflow"],
        ["s3", "s3://old/x", "s3", "s3://new/old/x"],
        ["azure", "container/x", "azure", "container/x"],
      ] as const;
      for (const [type, path, typeNow, pathNow] of roots) {
        deepStrictEqual(yield* askedFor({ type, path }), { type: typeNow, path: pathNow });
      }
    }),
);

effectTest("so are files that are named by URL", () =>
  Effect.gen(function* () {
    const urls = [
      ["local:///home/ann/data/x", "local:///backup/data/x"],
      ["local:///srv/data/x", "local:///srv/data/x"],
      ["s3://flows/metaflow/data/x", "local:///copy/data/x"],
      ["local:///home/team/x", "s3://archive/team/x"],
      ["s3://elsewhere/x", "s3://elsewhere/x"],
    ] as const;
    for (const [url, now] of urls) deepStrictEqual(yield* askedFor(url), now);
  }));
