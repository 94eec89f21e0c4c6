import assert from "node:assert/strict";
import { DateTime } from "effect";
import { toUtc } from "../../../src/neptune/archive/LocalTime.ts";
import { modelVersions, neptune2 } from "./fixtures.ts";

/** Checks what a wall clock showed against the instants. */
const check = (zone: string, cases: ReadonlyArray<readonly [wallClock: string, utc: string]>) => {
  const convert = toUtc(DateTime.zoneMakeNamedUnsafe(zone));
  for (const [wallClock, utc] of cases) {
    const converted = new Date(convert(Date.parse(`${wallClock}Z`))).toISOString();
    assert.equal(converted, new Date(`${utc}Z`).toISOString(), `${zone} ${wallClock}`);
  }
};

Deno.test("every archived time of the fixtures becomes the time that was logged", () => {
  const convert = toUtc(DateTime.zoneMakeNamedUnsafe(neptune2.expected.exporterTimeZone!));
  let count = 0;
  for (const { series } of [...neptune2.runs, ...modelVersions.runs]) {
    for (const { own } of series) {
      own.archivedTimestamps!.forEach((archived, i) => {
        if (archived === null) return;
        assert.equal(convert(archived), own.timestamps[i]);
        count++;
      });
    }
  }
  assert(count > 1000);
});

// In Warsaw, clocks went from 2:00 to 3:00 at 1:00 UTC, and from 3:00 to 2:00 at 1:00 UTC.
Deno.test("around the hours in which clocks are set", () => {
  check("Europe/Warsaw", [
    ["2024-03-31T01:59:59.999", "2024-03-31T00:59:59.999"],
    ["2024-03-31T03:00:00.000", "2024-03-31T01:00:00.000"],
    ["2024-03-31T03:14:59.999", "2024-03-31T01:14:59.999"],
    ["2024-10-27T01:59:59.999", "2024-10-26T23:59:59.999"],
    ["2024-10-27T03:00:00.000", "2024-10-27T02:00:00.000"],
  ]);
});

Deno.test("of an hour that the clock ran through twice, the first is taken", () => {
  check("Europe/Warsaw", [
    ["2024-10-27T02:00:00.000", "2024-10-27T00:00:00.000"],
    ["2024-10-27T02:59:59.999", "2024-10-27T00:59:59.999"],
  ]);
});

Deno.test("zones of odd offsets, and one whose clocks are set by half an hour", () => {
  check("Asia/Kathmandu", [["2024-01-01T05:45:00.001", "2024-01-01T00:00:00.001"]]);
  check("Asia/Kolkata", [["2024-01-01T00:00:00.000", "2023-12-31T18:30:00.000"]]);
  check("Australia/Lord_Howe", [
    ["2024-04-07T01:29:59.999", "2024-04-06T14:29:59.999"],
    ["2024-04-07T02:00:00.000", "2024-04-06T15:30:00.000"],
    ["2024-10-06T01:59:59.999", "2024-10-05T15:29:59.999"],
    ["2024-10-06T02:30:00.000", "2024-10-05T15:30:00.000"],
  ]);
  check("America/St_Johns", [["2024-07-01T12:00:00.000", "2024-07-01T14:30:00.000"]]);
});

Deno.test("UTC stays as it is, times before the epoch and unknown ones too", () => {
  const convert = toUtc(DateTime.zoneMakeNamedUnsafe("UTC"));
  for (const time of [0, -1, -86_400_000.5, 1_700_000_000_123]) assert.equal(convert(time), time);
  assert.equal(convert(NaN), NaN);
  check("Europe/Warsaw", [["1969-12-31T23:59:59.999", "1969-12-31T22:59:59.999"]]);
});
