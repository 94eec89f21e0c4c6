/**
 * Progress in an output of a notebook cell.
 *
 * @module
 */
import { Effect } from "effect";
import { escapeHtml } from "../display/html.ts";
import type { Progress } from "../Progress.ts";
import { display, type View } from "./display.ts";

/** Sends a message of the Jupyter protocol to the front ends: `Deno.jupyter.broadcast`. */
export type Broadcast = (
  type: "display_data" | "update_display_data",
  content: Record<string, unknown>,
) => Promise<void>;

/** What is shown, for front ends that know HTML and those that do not. */
interface Media {
  readonly "text/html": string;
  readonly "text/plain": string;
}

const INTERVAL_MS = 100;

/** Shows progress in an output of its own, which is emptied at the end. */
export const notebook = (broadcast: Broadcast): Progress =>
  display((current) => {
    const transient = { display_id: crypto.randomUUID() };
    let shown: string | undefined;
    let closed = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const show = async (data: Media): Promise<void> => {
      const text = data["text/html"];
      if (text === shown) return;
      const type = shown === undefined ? "display_data" : "update_display_data";
      shown = text;
      try {
        await broadcast(type, { data, metadata: {}, transient });
      } catch {
        // A front end that cannot be reached shows nothing; the operation does not depend on it.
      }
    };

    const draw = async (): Promise<void> => {
      await show(media(current()));
      if (!closed) timer = setTimeout(() => drawing = draw(), INTERVAL_MS);
    };
    let drawing = draw();

    // Waits for the messages, because what comes after the cell has ended can be lost.
    return Effect.promise(async () => {
      closed = true;
      clearTimeout(timer);
      await drawing;
      await show({ "text/html": "", "text/plain": "" });
    });
  });

const media = ({ label, status, fraction }: View): Media => {
  const bar = fraction === undefined
    ? ""
    : `<progress max="1" value="${fraction.toFixed(3)}"></progress> `;
  return {
    "text/html": `<div>${escapeHtml(label)} ${bar}${escapeHtml(status)}</div>`,
    "text/plain": `${label} ${status}`,
  };
};
