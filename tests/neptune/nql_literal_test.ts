import assert from "node:assert/strict";
import { readBoolean, readInstant, readNumber, readState } from "../../src/neptune/nql/literal.ts";

Deno.test("a number is read as the nearest double and exactly against integers", () => {
  const cases: ReadonlyArray<readonly [string, number, bigint, boolean]> = [
    ["0", 0, 0n, true],
    ["-0.0", -0, 0n, true],
    ["007", 7, 7n, true],
    ["+5.", 5, 5n, true],
    [".5", 0.5, 0n, false],
    ["-.5", -0.5, -1n, false],
    ["3.0", 3, 3n, true],
    ["-3.25", -3.25, -4n, false],
    ["0.1", 0.1, 0n, false],
    ["1e3", 1000, 1000n, true],
    ["1.2345E2", 123.45, 123n, false],
    ["12345e-2", 123.45, 123n, false],
    ["-1e-300", -1e-300, -1n, false],
    ["1e-9999", 0, 0n, false],
    ["9007199254740993", 9007199254740992, 9007199254740993n, true],
    ["9007199254740992.5", 9007199254740992, 9007199254740992n, false],
    ["-9223372036854775808", -9223372036854775808, -9223372036854775808n, true],
    ["1e30", 1e30, 10n ** 30n, true],
    ["1KB", 1000, 1000n, true],
    ["50MB", 50_000_000, 50_000_000n, true],
    ["1.1mb", 1_100_000, 1_100_000n, true],
    ["2GB", 2e9, 2_000_000_000n, true],
    ["-1TB", -1e12, -1_000_000_000_000n, true],
    ["1KiB", 1024, 1024n, true],
    ["1.5MiB", 1_572_864, 1_572_864n, true],
    ["0.3KiB", 307.2, 307n, false],
    ["1GiB", 1_073_741_824, 1_073_741_824n, true],
    ["1TiB", 1_099_511_627_776, 1_099_511_627_776n, true],
  ];
  for (const [text, nearest, floor, whole] of cases) {
    assert.deepEqual(readNumber(text), { nearest, floor, whole }, text);
  }
});

Deno.test("what is no finite decimal number is not read as one", () => {
  const texts = [
    "",
    ".",
    "+",
    "e5",
    "1e",
    "1 ",
    " 1",
    "1,5",
    "1_000",
    "0x10",
    "--1",
    "1.2.3",
    "nan",
    "inf",
    "-Infinity",
    "1e400",
    "1e99999",
    "5B",
    "5K",
    "5Ki",
    "5XB",
    "true",
    "١",
  ];
  for (const text of texts) assert.equal(readNumber(text), undefined, text);
});

const NOW = Date.UTC(2024, 2, 31, 12);

Deno.test("a time is read with its offset, and lies between milliseconds where it does", () => {
  const cases: ReadonlyArray<readonly [string, number]> = [
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T00:00Z", 0],
    ["1970-01-01T00:00:00.1Z", 100],
    ["1970-01-01T00:00:00.123000Z", 123],
    ["1970-01-01T00:00:00.123456Z", 123.5],
    ["1970-01-01T00:00:00.0000001Z", 0.5],
    ["1969-12-31T23:59:59.9999Z", -0.5],
    ["1970-01-01T09:00:00+09", 0],
    ["1970-01-01T09:30:00+09:30", 0],
    ["1970-01-01T09:30:00+0930", 0],
    ["1969-12-31T19:00:00-05:00", 0],
    ["2024-02-29T24:00:00Z", Date.UTC(2024, 2, 1)],
    ["0001-01-01T00:00:00Z", -62_135_596_800_000],
  ];
  for (const [text, instant] of cases) assert.equal(readInstant(text, NOW), instant, text);
});

Deno.test("a relative time is hours, days or calendar months before now", () => {
  const cases: ReadonlyArray<readonly [string, number]> = [
    ["-0h", NOW],
    ["-2h", Date.UTC(2024, 2, 31, 10)],
    ["-5d", Date.UTC(2024, 2, 26, 12)],
    ["-1M", Date.UTC(2024, 1, 29, 12)],
    ["-12M", Date.UTC(2023, 2, 31, 12)],
    ["-13M", Date.UTC(2023, 1, 28, 12)],
  ];
  for (const [text, instant] of cases) assert.equal(readInstant(text, NOW), instant, text);
});

Deno.test("what is no time with an offset is not read as one", () => {
  const texts = [
    "",
    "2024-02-06",
    "2024-02-06T05:00:00",
    "2024-02-06 05:00:00Z",
    "2024-02-06T05Z",
    "2024-2-6T05:00Z",
    "2024-13-01T00:00Z",
    "2024-04-31T00:00Z",
    "2023-02-29T00:00Z",
    "2024-02-06T24:01Z",
    "2024-02-06T05:60Z",
    "2024-02-06T05:00:00.Z",
    "2024-02-06T05:00+24:00",
    "2024-02-06T05:00+9",
    "2h",
    "+2h",
    "-2",
    "-h",
    "-1.5h",
    "-2m",
    "-2H",
    "-2D",
    "-2w",
    "-1000000M",
    "0",
  ];
  for (const text of texts) assert.equal(readInstant(text, NOW), undefined, text);
});

Deno.test("booleans and states are read in any case", () => {
  assert.deepEqual(["true", "True", "FALSE", "1", "yes", ""].map(readBoolean), [
    true,
    true,
    false,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(
    ["running", "Active", "IDLE", "inactive", "finished", ""].map(readState),
    ["running", "running", "idle", "idle", undefined, undefined],
  );
});
