/**
 * How a notebook shows an artifact: its value, as Python would print it, or as a table.
 *
 * @module
 */
import { Effect } from "effect";
import { note } from "../../display/asking.ts";
import { frameDisplay } from "../../display/frame.ts";
import { element, type Html } from "../../display/html.ts";
import { isDataFrame } from "../../Polars.ts";
import type { DataArtifact } from "../DataArtifact.ts";
import type { MetaflowError } from "../MetaflowError.ts";
import { show } from "../pickle/Pickle.ts";

const BYTES = 16 * 1024 * 1024;
const CHARACTERS = 2000;

/** The value, unless it is larger than 16 MiB. */
export const describeArtifact = (artifact: DataArtifact): Effect.Effect<Html, MetaflowError> =>
  Effect.gen(function* () {
    const size = yield* artifact.size;
    if (size > BYTES) {
      return note(`${size.toLocaleString("en-US")} bytes: artifact.data reads them.`);
    }
    const value = yield* artifact.data;
    if (!isDataFrame(value)) {
      const style = "white-space:pre-wrap;overflow-wrap:anywhere";
      return element("pre", { style }, show(value, CHARACTERS));
    }
    const media = yield* Effect.promise(() => frameDisplay(value));
    return { html: String(media["text/html"]) };
  });
