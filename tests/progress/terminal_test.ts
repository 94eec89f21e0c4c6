import { strictEqual } from "node:assert/strict";
import { line } from "../../src/progress/terminal.ts";

const view = { label: "Reading series", status: "1/4 series  2s, 6s left", fraction: 0.25 };

Deno.test("a wide terminal shows label, bar and status", () => {
  strictEqual(
    line({ ...view, fraction: 0.5 }, 100),
    "Reading series ███████████████░░░░░░░░░░░░░░░ 1/4 series  2s, 6s left",
  );
});

Deno.test("a bar is full only at the end", () => {
  strictEqual(
    line({ ...view, fraction: 0.999 }, 100),
    "Reading series █████████████████████████████░ 1/4 series  2s, 6s left",
  );
  strictEqual(
    line({ ...view, fraction: 1 }, 100),
    "Reading series ██████████████████████████████ 1/4 series  2s, 6s left",
  );
});

Deno.test("a narrower terminal shows a shorter bar, then none, then less of the label", () => {
  strictEqual(line(view, 50), "Reading series ██░░░░░░░░ 1/4 series  2s, 6s left");
  strictEqual(line(view, 45), "Reading series █░░░░ 1/4 series  2s, 6s left");
  strictEqual(line(view, 44), "Reading series 1/4 series  2s, 6s left");
  strictEqual(line(view, 39), "Reading series 1/4 series  2s, 6s left");
  strictEqual(line(view, 38), "Reading seri… 1/4 series  2s, 6s left");
  strictEqual(line(view, 10), "… 1/4 series  2s, 6s left");
});

Deno.test("without a total there is no bar", () => {
  strictEqual(
    line({ label: "Listing", status: "9 runs  2s", fraction: undefined }, 80),
    "Listing 9 runs  2s",
  );
});
