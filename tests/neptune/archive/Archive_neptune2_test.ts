import assert from "node:assert/strict";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { Neptune } from "@nereid/nereid";
import { make } from "../../../src/neptune/archive/Archive.ts";
import { effectTest } from "../../effectTest.ts";
import { checkSeries, expectedSeries, readPoints } from "./comparePoints.ts";
import type { ExpectedPoints } from "./expected.ts";
import { digits, neptune2, openProject, openRun, withoutWarnings } from "./fixtures.ts";
import { emptyExport, openMade, parametersOf, partName, pointsOf, writePart } from "./writePart.ts";

/** Points with the times that the export has: local ones, labelled UTC. */
const asArchived = (points: ExpectedPoints): ExpectedPoints => ({
  ...points,
  timestamps: points.timestamps.map((time, i) => points.archivedTimestamps![i] ?? time),
});

effectTest(
  "without the exporter's time zone, times are as archived, and a warning says so",
  () =>
    Effect.gen(function* () {
      const source = make({ data: neptune2.options.data });
      for (const type of ["float_series", "string_series"] as const) {
        const [points, warnings] = yield* Neptune.collectWarnings(
          readPoints(source, neptune2, type),
        );
        checkSeries(points, expectedSeries(neptune2, type, ({ own }) => asArchived(own)));
        assert.deepEqual(warnings.map(({ kind }) => kind), ["LocalTimestamps"]);
        assert.match(warnings[0]!.message, /exporterTimeZone/);
      }
    }),
);

effectTest(
  "with the exporter's time zone, times are true, and there is no warning",
  () =>
    Effect.gen(function* () {
      const source = make({ data: neptune2.options.data, exporterTimeZone: "Europe/Warsaw" });
      const points = yield* withoutWarnings(readPoints(source, neptune2, "float_series"));
      checkSeries(points, expectedSeries(neptune2, "float_series", ({ own }) => own));
    }),
);

effectTest(
  "file series have no times, and their steps only count the files",
  () =>
    Effect.gen(function* () {
      const project = yield* openProject(neptune2);
      const run = yield* openRun(project, neptune2, "DIA-3");
      const table = yield* run.fetchValues("charts/predictions");
      assert.deepEqual(table.getColumn("step").toArray(), [0, 1, 2]);
      assert.deepEqual(table.getColumn("timestamp").toArray(), [null, null, null]);
    }),
);

effectTest("a time zone that does not exist is refused", () =>
  Effect.gen(function* () {
    const opened = openProject(neptune2, { exporterTimeZone: "Europe/Krakow" });
    const { reason } = yield* Effect.flip(opened);
    assert.equal(reason._tag, "InvalidArgument");
    assert.match(reason.message, /Europe\/Krakow.*IANA/);
  }));

effectTest(
  "the time zone changes nothing in an export of Neptune 3",
  () =>
    Effect.gen(function* () {
      const source = make({ ...digits.options, exporterTimeZone: "Asia/Kathmandu" });
      const request = { inheritance: "none" } as const;
      const points = yield* withoutWarnings(readPoints(source, digits, "string_series", request));
      checkSeries(points, expectedSeries(digits, "string_series", ({ own }) => own));
    }),
);

effectTest("`flavour` overrides what the data tell", () =>
  Effect.gen(function* () {
    const source = make({ data: neptune2.options.data, flavour: "neptune3" });
    const points = yield* withoutWarnings(readPoints(source, neptune2, "float_series"));
    checkSeries(points, expectedSeries(neptune2, "float_series", ({ own }) => asArchived(own)));
  }));

effectTest("there are no experiments, whatever the names of runs", () =>
  Effect.gen(function* () {
    const project = yield* openProject(neptune2);
    assert.deepEqual(yield* Stream.runCollect(project.listExperiments()), []);
    assert.equal((yield* project.fetchExperiments()).height, 0);
  }));

effectTest(
  "runs that go by their sys/id are of Neptune 3 where they have what only it has",
  () =>
    Effect.gen(function* () {
      const { data, parts } = yield* emptyExport;
      const texts = { "sys/id": "RUN-1", "sys/name": "a" };
      const only3 = { run_id: "RUN-1", attribute_path: "sys/experiment/is_head" };
      yield* writePart(join(parts, partName("RUN-1")), [
        ...parametersOf("RUN-1", texts),
        { ...only3, attribute_type: "bool", bool_value: true },
        ...pointsOf("RUN-1", "m", ["1"]),
      ]);
      const project = yield* openMade(data);
      const run = yield* withoutWarnings(project.run({ experimentName: "a" }));
      assert.equal((yield* withoutWarnings(run.fetchValues("m"))).height, 1);
    }),
);
