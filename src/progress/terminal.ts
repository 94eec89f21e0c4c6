/**
 * Progress in one line of a terminal.
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@^3.11.6"
import { MultiBar } from "cli-progress";
import { Effect } from "effect";
import process from "node:process";
import { Writable } from "node:stream";
import type { Progress } from "../Progress.ts";
import { display, type View } from "./display.ts";

/**
 * Standard error for cli-progress. When the terminal has gone away, `process.stderr` would end the
 * whole program with an unhandled `error` event; here the line is just not drawn.
 */
class Terminal extends Writable {
  readonly isTTY = true;

  get columns(): number {
    return process.stderr.columns;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    try {
      Deno.stderr.writeSync(chunk);
    } catch {
      // Nobody is left to see it.
    }
    done();
  }
}

/**
 * Shows progress in the line of standard error where the cursor is, ten times a second.
 *
 * It is a `MultiBar` of one bar: a `SingleBar` puts the cursor back to where it was at the start,
 * and so over what the program has printed since. No mode of the terminal is changed, since a killed
 * program would leave it so: the cursor stays visible, and lines are cut to fit instead of switching
 * wrapping off.
 */
export const terminal = (): Progress =>
  display((current) => {
    const bars = new MultiBar({
      stream: new Terminal(),
      format: (_options, { maxWidth }) => line(current(), maxWidth),
      clearOnComplete: true,
      linewrap: true,
      gracefulExit: false,
    });
    bars.create(1, 0);
    bars.update();
    return Effect.sync(() => bars.stop());
  });

/** Lays a view out in less than `width` columns: the bar gives way first, then the label. */
export const line = ({ label, status, fraction }: View, width: number): string => {
  const room = width - 1 - status.length;
  const size = Math.min(30, room - label.length - 2);
  if (fraction !== undefined && size >= 5) {
    const full = Math.floor(fraction * size);
    return `${label} ${"█".repeat(full)}${"░".repeat(size - full)} ${status}`;
  }
  return label.length < room
    ? `${label} ${status}`
    : `${label.slice(0, Math.max(0, room - 2))}… ${status}`;
};
