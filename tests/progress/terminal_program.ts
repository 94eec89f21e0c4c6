/** What `tests/Progress_terminal_test.ts` runs in a terminal; the argument names the operation. */
import { Effect } from "effect";
import { track } from "../../src/Progress.ts";

const print = (text: string) =>
  Effect.sync(() => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`)));

const steps = (label: string, count: number, ms: number) =>
  track({ label, unit: "series", total: count }, (advance) =>
    Effect.forEach(
      Array.from({ length: count }),
      () => Effect.andThen(Effect.sleep(ms), advance(1)),
      { discard: true },
    ));

const operations: Record<string, Effect.Effect<unknown>> = {
  quick: steps("Reading series", 3, 10),
  long: steps("Reading series", 4, 200),
  failing: Effect.exit(
    track(
      { label: "Reading series", unit: "series" },
      () => Effect.andThen(Effect.sleep(400), Effect.fail("broken")),
    ),
  ),
  interrupted: Effect.timeoutOption(
    track({ label: "Reading series", unit: "series" }, () => Effect.never),
    400,
  ),
  printing: track(
    { label: "Reading series", unit: "series" },
    () =>
      Effect.forEach(
        ["first", "second", "third"],
        (text) => Effect.andThen(Effect.sleep(250), print(text)),
      ),
  ),
  several: Effect.all([steps("Reading series", 4, 150), steps("Downloading", 4, 250)], {
    concurrency: 2,
  }),
};

await Effect.runPromise(operations[Deno.args[0] ?? ""] ?? Effect.die("no such operation"));
await Effect.runPromise(print("done"));
