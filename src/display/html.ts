/**
 * HTML out of data, in which every text is escaped.
 *
 * @module
 */

/** HTML that needs no escaping any more; what is not made by this module must be escaped first. */
export interface Html {
  readonly html: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as content of an element or of a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

/** A text, or HTML as it is. */
export const toHtml = (content: string | Html): string =>
  typeof content === "string" ? escapeHtml(content) : content.html;

/** Several pieces, one after the other. */
export const join = (...pieces: ReadonlyArray<string | Html>): Html => ({
  html: pieces.map(toHtml).join(""),
});

/** An element; attributes with the value `undefined` are left out. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...content: ReadonlyArray<string | Html>
): Html => ({
  html: `<${name}${
    Object.entries(attributes).map(([key, value]) =>
      value === undefined ? "" : ` ${key}="${escapeHtml(value)}"`
    ).join("")
  }>${join(...content).html}</${name}>`,
});

/** A table of rows; texts of more than a line keep their lines. */
export const table = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string | Html>>,
): Html =>
  element(
    "table",
    {},
    header.length === 0 ? "" : element(
      "thead",
      {},
      element("tr", {}, ...header.map((name) => element("th", { style: LEFT }, name))),
    ),
    element(
      "tbody",
      {},
      ...rows.map((cells) =>
        element("tr", {}, ...cells.map((cell) => element("td", { style: LEFT }, cell)))
      ),
    ),
  );

const LEFT = "text-align:left;vertical-align:middle;white-space:pre-wrap;overflow-wrap:anywhere";
