/**
 * Draws specifications. Vega is loaded when the first one is drawn, and not before.
 *
 * @module
 */
import { Effect } from "effect";
import { escapeHtml } from "../display/html.ts";
import { DrawingFailed } from "./ChartError.ts";
import { type Drawing, POINTER } from "./Drawing.ts";

/** An SVG document of its own. */
export const toSvg = ({ specification }: Drawing): Effect.Effect<string, DrawingFailed> =>
  Effect.tryPromise({
    try: async () => {
      const [{ parse, View }, { compile }] = await Promise.all([
        import("vega"),
        import("vega-lite"),
      ]);
      const { layer, ...rest } = specification as typeof specification & {
        readonly layer: ReadonlyArray<{ readonly name?: string }>;
      };
      const seen = { ...rest, layer: layer.filter(({ name }) => name !== POINTER) };
      const { spec } = compile(seen as typeof specification);
      const view = new View(parse(spec));
      try {
        return withOwnIds(await view.toSVG());
      } finally {
        view.finalize();
      }
    },
    catch: (cause) => new DrawingFailed({ cause }),
  });

/** A page of its own that needs no network and no script. */
export const toHtml = (drawing: Drawing): Effect.Effect<string, DrawingFailed> =>
  Effect.map(toSvg(drawing), (svg) =>
    `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(drawing.title ?? "Chart")}</title>
<style>body { margin: 2em; } svg { max-width: 100%; height: auto; }</style>
${svg}
<script type="application/vnd.vegalite.v6+json">
${toJson(drawing).replaceAll("<", "\\u003c")}</script>
</html>
`);

/** The specification as JSON, for any program that knows Vega-Lite. */
export const toJson = ({ specification }: Drawing): string =>
  `${JSON.stringify(specification, null, 1)}\n`;

/**
 * Vega counts the clips and gradients of its pictures from 0, or on from the last picture. In a page
 * with several pictures the first one of an id would win.
 */
const withOwnIds = (svg: string): string => {
  const ids = new Map([...svg.matchAll(DEFINITION)].map(([, , id = ""], i) => [id, i]));
  if (ids.size === 0) return svg;
  const renamed = (prefix: string): string =>
    svg.replace(DEFINITION, (_, start, id) => `${start}${prefix}${ids.get(id)}"`)
      .replace(/="url\(#([^)"]*)\)"/g, (_, id) => `="url(#${prefix}${ids.get(id)})"`);
  return renamed(`n${hash(renamed("")).toString(36)}-`);
};

const DEFINITION = /(<(?:clipPath|linearGradient|radialGradient|pattern)[^>]*? id=")([^"]*)"/g;

/** FNV-1a: the same picture has the same ids, so that a notebook run again is the same file. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value;
};
