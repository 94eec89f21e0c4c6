import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import type { Progress, ProgressUpdate } from "../../src/Progress.ts";
import { display, type View, view } from "../../src/progress/display.ts";

const update = (fields: Partial<ProgressUpdate>): ProgressUpdate => ({
  id: 1,
  label: "Reading series",
  unit: "series",
  done: 0,
  finished: false,
  ...fields,
});

Deno.test("a view has label, counts, elapsed time, and what is left at the speed so far", () => {
  deepStrictEqual(view(update({ done: 100, total: 400 }), 20_000, 0), {
    label: "Reading series",
    status: "100/400 series  20s, 1m 00s left",
    fraction: 0.25,
  });
  deepStrictEqual(view(update({ done: 400, total: 400 }), 20_000, 0), {
    label: "Reading series",
    status: "400/400 series  20s",
    fraction: 1,
  });
});

Deno.test("a view without a total has no fraction and no time left", () => {
  deepStrictEqual(view(update({ done: 7 }), 3_725_000, 0), {
    label: "Reading series",
    status: "7 series  1h 02m",
    fraction: undefined,
  });
});

Deno.test("a view of nothing to do is complete, and one with more than all done is not more than full", () => {
  strictEqual(view(update({ done: 0, total: 0 }), 0, 0).fraction, 1);
  strictEqual(view(update({ done: 5, total: 4 }), 0, 0).fraction, 1);
});

Deno.test("a view counts the operations beside it", () => {
  strictEqual(view(update({}), 0, 2).label, "Reading series (and 2 more)");
});

Deno.test("control characters of a label and a unit do not reach the screen", () => {
  const { label, status } = view(
    update({ label: "a\x1b[2Jb\r\nc\x9bd", unit: "x\ny", done: 1 }),
    0,
    0,
  );
  strictEqual(label, "a [2Jb c d");
  strictEqual(status, "1 x y  0s");
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A screen that notes what it is asked to do; `now()` is what it would draw. */
const screen = (): { progress: Progress; events: Array<string>; now: () => View | undefined } => {
  const events: Array<string> = [];
  let current: (() => View) | undefined;
  const progress = display((pull) => {
    current = pull;
    events.push(`open ${pull().label}`);
    return Effect.sync(() => {
      current = undefined;
      events.push("close");
    });
  });
  return { progress, events, now: () => current?.() };
};

const report = (progress: Progress, fields: Partial<ProgressUpdate>): void =>
  Effect.runSync(progress.report(update(fields)));

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await pause(5);
};

Deno.test("a screen opens after a quarter of a second, follows the updates, and closes at the end", async () => {
  const { progress, events, now } = screen();
  const start = performance.now();
  report(progress, { total: 3 });
  await until(() => events.length > 0);
  ok(performance.now() - start >= 245);
  report(progress, { done: 2, total: 3 });
  ok(now()?.status.startsWith("2/3 series"));
  report(progress, { done: 2, total: 3, finished: true });
  deepStrictEqual(events, ["open Reading series", "close"]);
});

Deno.test("an operation that ends sooner is never shown", async () => {
  const { progress, events } = screen();
  report(progress, {});
  await pause(20);
  report(progress, { finished: true });
  await pause(300);
  deepStrictEqual(events, []);
});

Deno.test("of several operations the first is shown, and the next one when it has ended", async () => {
  const { progress, events, now } = screen();
  report(progress, { id: 1, label: "a" });
  report(progress, { id: 2, label: "b" });
  report(progress, { id: 3, label: "c" });
  await until(() => events.length === 1);
  report(progress, { id: 2, label: "b", finished: true });
  strictEqual(now()?.label, "a (and 1 more)");
  report(progress, { id: 1, label: "a", finished: true });
  await until(() => events.length === 3);
  report(progress, { id: 3, label: "c", finished: true });
  deepStrictEqual(events, ["open a (and 2 more)", "close", "open c", "close"]);
});

Deno.test("the next operation is shown only when it has lasted long enough itself", async () => {
  const { progress, events } = screen();
  report(progress, { id: 1, label: "a" });
  await until(() => events.length === 1);
  const start = performance.now();
  report(progress, { id: 2, label: "b" });
  report(progress, { id: 1, label: "a", finished: true });
  await until(() => events.length === 3);
  ok(performance.now() - start >= 245);
  report(progress, { id: 2, label: "b", finished: true });
  deepStrictEqual(events, ["open a", "close", "open b", "close"]);
});
