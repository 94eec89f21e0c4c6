/**
 * The ground truth of a fixture, as a test would write it down.
 *
 * @module
 */
import type { Neptune } from "@nereid/nereid";
import { attributesOf } from "../archive/compare.ts";
import { plain } from "../archive/comparePoints.ts";
import type { ExpectedAttribute, ExpectedSeries } from "../archive/expected.ts";
import type { Fixture } from "../archive/fixtures.ts";

/** A fixture without its files, whose paths are the exporter's. */
export const withoutFiles = (fixture: Fixture): Fixture => ({
  ...fixture,
  runs: fixture.runs.map((run) => ({
    ...run,
    files: [],
    series: run.series.filter(({ type }) => type !== "file_series"),
  })),
});

/** Its runs as plain data, by the ids that its exporter goes by. */
export const writtenDown = (fixture: Fixture): Neptune.TestProjects => ({
  [fixture.expected.project]: Object.fromEntries(
    fixture.runs.map((run) => [
      run.runId,
      {
        // What an export was made without, a test has to take away.
        "sys/id": null,
        "sys/creation_time": null,
        "sys/trashed": null,
        ...Object.fromEntries(
          attributesOf(fixture, run).map((attribute) => [attribute.path, fieldOf(attribute)]),
        ),
        ...Object.fromEntries(
          run.series.filter(({ own }) => own.steps.length > 0)
            .map((series) => [series.path, seriesOf(series)]),
        ),
      },
    ]),
  ),
});

const fieldOf = ({ type, value }: ExpectedAttribute): Neptune.TestField => {
  switch (type) {
    case "int":
      return BigInt(String(value));
    case "float":
      return Number(value);
    case "datetime":
      return new Date(String(value));
    default:
      return value;
  }
};

const seriesOf = ({ type, own }: ExpectedSeries): Neptune.TestSeries => {
  const { steps, timestamps, values } = plain(type, own);
  return {
    points: steps.map((step, i) => [step, values[i], {
      timestamp: new Date(timestamps[i] ?? NaN),
    }]),
  } as Neptune.TestSeries;
};
