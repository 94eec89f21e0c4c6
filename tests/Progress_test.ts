import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Cause, Effect, Exit, Fiber, Latch, Logger } from "effect";
import * as Progress from "../src/Progress.ts";

/** Keeps what it is told, as `label done/total`, with a full stop for the last update. */
const recorder = (): { progress: Progress.Progress; lines: Array<string> } => {
  const lines: Array<string> = [];
  const progress = Progress.fromCallback(({ label, done, total, finished }) => {
    lines.push(`${label} ${done}/${total}${finished ? "." : ""}`);
  });
  return { progress, lines };
};

const run = <A, E>(
  progress: Progress.Progress,
  effect: Effect.Effect<A, E>,
): Promise<Exit.Exit<A, E>> =>
  Effect.runPromiseExit(Effect.provide(effect, Progress.layer(progress)));

const reading = { label: "Reading", unit: "series", total: 3 };

Deno.test("an operation reports nothing done, running totals, and its end", async () => {
  const updates: Array<Progress.ProgressUpdate> = [];
  const exit = await run(
    Progress.fromCallback((update) => void updates.push(update)),
    Progress.track(reading, (advance) =>
      Effect.gen(function* () {
        yield* advance(1);
        yield* advance(2);
        return "result";
      })),
  );
  deepStrictEqual(exit, Exit.succeed("result"));
  const id = updates[0]?.id;
  strictEqual(typeof id, "number");
  deepStrictEqual(updates, [
    { id, label: "Reading", unit: "series", done: 0, total: 3, finished: false },
    { id, label: "Reading", unit: "series", done: 1, total: 3, finished: false },
    { id, label: "Reading", unit: "series", done: 3, total: 3, finished: false },
    { id, label: "Reading", unit: "series", done: 3, total: 3, finished: true },
  ]);
});

Deno.test("a failing operation reports its end with what was done, and fails as before", async () => {
  const { progress, lines } = recorder();
  const exit = await run(
    progress,
    Progress.track(reading, (advance) => Effect.andThen(advance(2), Effect.fail("broken"))),
  );
  deepStrictEqual(exit, Exit.fail("broken"));
  deepStrictEqual(lines, ["Reading 0/3", "Reading 2/3", "Reading 2/3."]);
});

Deno.test("an operation that throws before it returns an effect reports its end", async () => {
  const { progress, lines } = recorder();
  const exit = await run(
    progress,
    Progress.track(reading, () => {
      throw new Error("thrown");
    }),
  );
  ok(Exit.isFailure(exit) && Cause.hasDies(exit.cause));
  deepStrictEqual(lines, ["Reading 0/3", "Reading 0/3."]);
});

Deno.test("an interrupted operation reports its end", async () => {
  const { progress, lines } = recorder();
  await run(
    progress,
    Effect.gen(function* () {
      const started = yield* Latch.make();
      const fiber = yield* Effect.forkChild(
        Progress.track(
          reading,
          (advance) => advance(1).pipe(Effect.andThen(started.open), Effect.andThen(Effect.never)),
        ),
      );
      yield* started.await;
      yield* Fiber.interrupt(fiber);
    }),
  );
  deepStrictEqual(lines, ["Reading 0/3", "Reading 1/3", "Reading 1/3."]);
});

Deno.test("the total can become known later, and change", async () => {
  const { progress, lines } = recorder();
  await run(
    progress,
    Progress.track({ label: "Listing", unit: "runs" }, (advance) =>
      Effect.gen(function* () {
        yield* advance(10);
        yield* advance(0, 40);
        yield* advance(10);
        yield* advance(0, 30);
      })),
  );
  deepStrictEqual(lines, [
    "Listing 0/undefined",
    "Listing 10/undefined",
    "Listing 10/40",
    "Listing 20/40",
    "Listing 20/30",
    "Listing 20/30.",
  ]);
});

Deno.test("what a fiber advances after its operation has ended is not reported", async () => {
  const { progress, lines } = recorder();
  await run(
    progress,
    Effect.gen(function* () {
      const late = yield* Progress.track(reading, (advance) => Effect.succeed(advance(1)));
      yield* late;
    }),
  );
  deepStrictEqual(lines, ["Reading 0/3", "Reading 0/3."]);
});

Deno.test("operations that run at the same time have ids of their own", async () => {
  const updates: Array<Progress.ProgressUpdate> = [];
  const one = (label: string) =>
    Progress.track(
      { label, unit: "files" },
      (advance) => Effect.andThen(Effect.yieldNow, advance(1)),
    );
  await run(
    Progress.fromCallback((update) => void updates.push(update)),
    Effect.all([one("a"), one("b")], { concurrency: 2 }),
  );
  const ids = (label: string) => new Set(updates.filter((u) => u.label === label).map((u) => u.id));
  strictEqual(ids("a").size, 1);
  strictEqual(ids("b").size, 1);
  notStrictEqual([...ids("a")][0], [...ids("b")][0]);
});

Deno.test("the same operation run again has another id and starts from nothing", async () => {
  const updates: Array<Progress.ProgressUpdate> = [];
  const operation = Progress.track(reading, (advance) => advance(3));
  await run(
    Progress.fromCallback((update) => void updates.push(update)),
    Effect.andThen(operation, operation),
  );
  deepStrictEqual(updates.map((u) => u.done), [0, 3, 3, 0, 3, 3]);
  notStrictEqual(updates[0]?.id, updates[3]?.id);
});

Deno.test("a callback gets every one of many updates, also from parallel fibers", async () => {
  let calls = 0;
  let last = 0;
  await run(
    Progress.fromCallback(({ done }) => {
      calls++;
      last = done;
    }),
    Progress.track(
      { label: "Reading", unit: "points" },
      (advance) =>
        Effect.forEach(Array.from({ length: 5000 }), () => advance(2), { concurrency: 8 }),
    ),
  );
  strictEqual(calls, 5002);
  strictEqual(last, 10000);
});

const logged = (): {
  logs: Array<{ level: string; message: unknown }>;
  logger: Logger.Logger<unknown, void>;
} => {
  const logs: Array<{ level: string; message: unknown }> = [];
  return {
    logs,
    logger: Logger.make(({ logLevel, message }) => void logs.push({ level: logLevel, message })),
  };
};

for (
  const [how, callback] of [
    ["throws", (error: Error) => {
      throw error;
    }],
    ["returns a promise that is rejected", (error: Error) => Promise.reject(error)],
  ] as const
) {
  Deno.test(`when a callback ${how}, the operation goes on and one warning has the cause`, async () => {
    const { logs, logger } = logged();
    const error = new Error("callback is broken");
    let calls = 0;
    const exit = await Effect.runPromiseExit(
      Progress.track(
        reading,
        (advance) => Effect.as(Effect.andThen(advance(1), advance(1)), "result"),
      ).pipe(
        Effect.provide(Progress.layer(Progress.fromCallback(() => {
          calls++;
          return callback(error);
        }))),
        Effect.provide(Logger.layer([logger])),
      ),
    );
    deepStrictEqual(exit, Exit.succeed("result"));
    strictEqual(calls, 1);
    deepStrictEqual(logs, [{
      level: "Warn",
      message: [
        'Progress of "Reading" is not reported any more, because the report failed. ' +
        "The operation itself goes on.",
        error,
      ],
    }]);
  });
}

Deno.test("a callback that fails in one operation is called again in the next", async () => {
  const { logs, logger } = logged();
  const calls: Array<string> = [];
  const one = (label: string) => Progress.track({ label, unit: "files" }, () => Effect.void);
  await Effect.runPromise(
    Effect.andThen(one("a"), one("b")).pipe(
      Effect.provide(Progress.layer(Progress.fromCallback(({ label }) => {
        calls.push(label);
        if (label === "a") throw new Error("only a");
      }))),
      Effect.provide(Logger.layer([logger])),
    ),
  );
  deepStrictEqual(calls, ["a", "b", "b"]);
  strictEqual(logs.length, 1);
});

Deno.test("the operation waits for the promise of a callback", async () => {
  const order: Array<string> = [];
  await run(
    Progress.fromCallback(async ({ done }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`reported ${done}`);
    }),
    Progress.track(
      reading,
      (advance) => Effect.andThen(advance(1), Effect.sync(() => order.push("went on"))),
    ),
  );
  deepStrictEqual(order, ["reported 0", "reported 1", "went on", "reported 1"]);
});

Deno.test("what a callback of untyped code returns, other than a promise, is ignored", async () => {
  const done: Array<number> = [];
  const untyped = JSON.parse("1");
  const { logs, logger } = logged();
  await run(
    Progress.fromCallback((update) => {
      done.push(update.done);
      return untyped;
    }),
    Effect.provide(Progress.track(reading, (advance) => advance(1)), Logger.layer([logger])),
  );
  deepStrictEqual([done, logs], [[0, 1, 1], []]);
});

Deno.test("progressBar: absent, null and true leave it to the program, false shows nothing, a function is called", async () => {
  const operation = Progress.track(reading, (advance) => Effect.as(advance(3), "result"));
  const lines = ["Reading 0/3", "Reading 3/3", "Reading 3/3."];
  for (const progressBar of [undefined, null, true]) {
    const ambient = recorder();
    deepStrictEqual(
      await run(ambient.progress, Progress.withProgressBar(progressBar, operation)),
      Exit.succeed("result"),
    );
    deepStrictEqual(ambient.lines, lines);
  }

  const ambient = recorder();
  deepStrictEqual(
    await run(ambient.progress, Progress.withProgressBar(false, operation)),
    Exit.succeed("result"),
  );
  const own: Array<number> = [];
  await run(
    ambient.progress,
    Progress.withProgressBar(({ done }) => void own.push(done), operation),
  );
  deepStrictEqual(ambient.lines, []);
  deepStrictEqual(own, [0, 3, 3]);
});
