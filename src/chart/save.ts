/**
 * Writes charts to files.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { Effect } from "effect";
import { type ChartErrorReason, FileNotWritten, InvalidOption } from "./ChartError.ts";
import type { Drawing } from "./Drawing.ts";
import { toHtml, toJson, toSvg } from "./render.ts";

/** Writes the form that the extension of the path names. */
export const save = (drawing: Drawing, path: string): Effect.Effect<void, ChartErrorReason> =>
  Effect.gen(function* () {
    const content = yield* contentOf(drawing, path);
    yield* Effect.tryPromise({
      try: (signal) => writeFile(path, content, { signal }),
      catch: (cause) => new FileNotWritten({ path, cause }),
    });
  });

const contentOf = (drawing: Drawing, path: string): Effect.Effect<string, ChartErrorReason> => {
  switch (/\.[^./\\]*$/.exec(String(path))?.[0].toLowerCase()) {
    case ".svg":
      return toSvg(drawing);
    case ".html":
      return toHtml(drawing);
    case ".json":
      return Effect.succeed(toJson(drawing));
    default:
      return Effect.fail(
        new InvalidOption({
          parameter: "path",
          message: `${JSON.stringify(path)} must end with .svg, .html or .json, which is what a ` +
            "chart can be saved as.",
        }),
      );
  }
};
