import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect, Stream } from "effect";
import { Metaflow } from "../../mod.ts";
import { mergeLines } from "../../src/metaflow/logs/mflog.ts";
import { effectTest } from "../effectTest.ts";
import { makeTree, reasonOf } from "./trees.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const merged = (...files: ReadonlyArray<string>) =>
  mergeLines(files.map(bytes)).map(({ epochMicros, message }) => [
    epochMicros,
    new TextDecoder().decode(message),
  ]);

const UNSTRUCTURED = Date.UTC(3000, 0, 1) * 1000;
const T0 = Date.UTC(2021, 3, 6, 12, 0, 0) * 1000;

Deno.test("a line is a mark and what was printed, whatever brackets are in it", () => {
  deepStrictEqual(
    merged(
      "[MFLOG|0|2021-04-06T12:00:00.000001Z|task|a-b]one [two] three]\r\n" +
        "[![MFLOG|0|2021-04-06T12:00:00.5Z|runtime|id]kept\n" +
        "[MFLOG|0|2021-04-06T12:00:01.000000Z|task|id]\n" +
        "[MFLOG|0|2021-04-06T12:00:02.000000Z|task|id]without an end",
    ),
    [
      [T0 + 1, "one [two] three]\r"],
      [T0 + 500_000, "kept"],
      [T0 + 1_000_000, ""],
      [T0 + 2_000_000, "without an end"],
    ],
  );
});

Deno.test("what is no such line is told last, in the order of its text, with its line break", () => {
  const lines = [
    "[MFLOG|1|2021-04-06T12:00:00.000001Z|task|id]another version\n",
    "[MFLOG|0|2021-04-06T12:00:00Z|task|id]no fraction\n",
    "[MFLOG|0|2021-04-06T12:00:00.1234567Z|task|id]seven digits\n",
    "[MFLOG|0|2021-02-30T12:00:00.1Z|task|id]no such day\n",
    " [MFLOG|0|2021-04-06T12:00:00.1Z|task|id]not at the start\n",
    "[MFLOG|0|2021-04-06T12:00:00.1Z|task]no id\n",
    "\n",
    "a plain line\n",
    "and one without an end",
  ];
  const expected = lines.toSorted((a, b) => a < b ? -1 : 1).map((line) => [UNSTRUCTURED, line]);
  deepStrictEqual(
    merged(lines.join(""), "[MFLOG|0|2021-04-06T12:00:00.1Z|task|id]first\n"),
    [[T0 + 100_000, "first"], ...expected],
  );
});

Deno.test("files are merged by time, and at the same time by source and id", () => {
  deepStrictEqual(
    merged(
      "[MFLOG|0|2021-04-06T12:00:00.3Z|runtime|z]3\n[MFLOG|0|2021-04-06T12:00:00.1Z|runtime|z]1\n",
      "[MFLOG|0|2021-04-06T12:00:00.2Z|task|b]2b\n[MFLOG|0|2021-04-06T12:00:00.2Z|task|a]2a\n" +
        "[MFLOG|0|2021-04-06T12:00:00.2Z|batch|z]2\n",
    ).map(([, line]) => line),
    ["1", "2", "2a", "2b", "3"],
  );
  deepStrictEqual(merged(), []);
  deepStrictEqual(merged("", ""), []);
});

effectTest(
  "a log has all its lines in order, as text or as the bytes that were printed",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      tree.metadata("F/1/start/1", "attempt", "0");
      tree.metadata("F/1/start/1", "ds-type", "local");
      tree.metadata("F/1/start/1", "ds-root", `${tree.root}/.metaflow`);
      const stamp = (i: number) => `2021-04-06T12:00:00.${String(i).padStart(6, "0")}Z`;
      const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} ü 夜`);
      const marked = lines.map((line, i) => `[MFLOG|0|${stamp(i)}|task|id]${line}\n`).join("");
      const invalid = Uint8Array.of(0xff, 0xfe, 0x80);
      tree.file("F/1/start/1/0.task_stdout.log", marked);
      tree.file("F/1/start/1/0.runtime_stdout.log", bytes(`[MFLOG|0|${stamp(5000)}|runtime|id]`));
      tree.file(
        "F/1/start/1/0.task_stderr.log",
        Uint8Array.of(...bytes(`[MFLOG|0|${stamp(1)}|task|id]`), ...invalid, 10),
      );
      const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
      const read = yield* Stream.runCollect(task.loglines("stdout"));
      deepStrictEqual(read.map(({ line }) => line), [...lines, ""]);
      deepStrictEqual(read.map(({ epochMicros }) => epochMicros), [
        ...lines.map((_, i) => T0 + i),
        T0 + 5000,
      ]);
      strictEqual(yield* task.stdout, `${lines.join("\n")}\n\n`);
      strictEqual(
        yield* task.stdoutSize,
        bytes(marked).length + `[MFLOG|0|${stamp(5000)}|runtime|id]`.length,
      );
      strictEqual(yield* task.stderr, "\ufffd\ufffd\ufffd\n");
      const [line] = yield* Stream.runCollect(task.loglines("stderr", { asUnicode: false }));
      deepStrictEqual(line?.line, invalid);
    }),
);

effectTest(
  "with metadata at hand, none is looked up but the attempt",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      const task = yield* Effect.provide(Metaflow.Task.get("F/1/start/1"), tree.layer());
      const none = yield* Stream.runCollect(task.loglines("stdout"));
      deepStrictEqual(none, [{ epochMicros: null, line: "" }]);
      strictEqual(yield* task.stdout, "\n");
      strictEqual(yield* task.stdoutSize, 0);
      const metadataDict = new Map([
        ["ds-type", "local"],
        ["ds-root", `${tree.root}/.metaflow`],
        ["attempt", "2"],
      ]);
      tree.file("F/1/start/1/2.task_stdout.log", "[MFLOG|0|2021-04-06T12:00:00.1Z|task|id]found\n");
      Deno.removeSync(`${tree.root}/.metaflow/F/1/start/1/_meta`, { recursive: true });
      deepStrictEqual(yield* Stream.runCollect(task.loglines("stdout", { metadataDict })), [
        { epochMicros: T0 + 100_000, line: "found" },
      ]);
    }),
);

effectTest(
  "logs of 2.2 are one file of text, and there is one for each attempt",
  () =>
    Effect.gen(function* () {
      const tree = yield* makeTree;
      tree.run("F/1");
      tree.task("F/1/start/1");
      for (const attempt of [0, 1]) {
        const location = `${tree.root}/.metaflow/F/1/start/1/${attempt}.stdout.log`;
        tree.metadata("F/1/start/1", "attempt", String(attempt));
        tree.metadata(
          "F/1/start/1",
          "log_location_stdout",
          JSON.stringify({ ds_type: "local", location, attempt }),
        );
        tree.file(`F/1/start/1/${attempt}.stdout.log`, `attempt ${attempt}, no end`);
      }
      const get = (attempt?: number) =>
        Effect.provide(Metaflow.Task.get("F/1/start/1", { attempt }), tree.layer());
      const latest = yield* get();
      strictEqual(yield* latest.stdout, "attempt 1, no end");
      strictEqual(yield* latest.stdoutSize, 17);
      strictEqual(yield* (yield* get(0)).stdout, "attempt 0, no end");
      tree.task("F/1/start/2");
      tree.metadata("F/1/start/2", "log_location_stdout", "nonsense");
      const damaged = yield* Effect.provide(Metaflow.Task.get("F/1/start/2"), tree.layer());
      const reason = yield* reasonOf(damaged.stdout);
      strictEqual(reason._tag, "InternalError");
      ok(reason.message.includes("F/1/start/2"), reason.message);
    }),
);
