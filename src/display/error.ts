/**
 * How a notebook shows an error that is a value.
 *
 * @module
 */
import { element, join } from "./html.ts";
import type { MediaBundle } from "./jupyter.ts";

/** An error of this library: where it happened, what, and what to do. */
export interface ExplainedError {
  readonly _tag: string;
  readonly method: string;
  readonly message: string;
  readonly reason: { readonly _tag: string };
}

/** The reason, the operation, and the message, which says what to do. */
export const errorDisplay = ({ _tag, method, message, reason }: ExplainedError): MediaBundle => ({
  "text/html": element(
    "div",
    { style: "border-left:4px solid #b3261e;padding:4px 12px" },
    element(
      "div",
      {},
      element("strong", {}, reason._tag),
      join(" in ", element("code", {}, method)),
    ),
    element(
      "div",
      { style: "white-space:pre-wrap;overflow-wrap:anywhere" },
      message,
    ),
  ).html,
  "text/plain": `${_tag}: ${reason._tag} in ${method}\n${message}`,
});
