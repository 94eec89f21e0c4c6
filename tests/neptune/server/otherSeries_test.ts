import assert from "node:assert/strict";
import { Effect } from "effect";
import {
  ProtoSeriesValuesResponseDTOSchema,
  type ProtoSeriesValuesSingleSeriesResponseDTO,
} from "../../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { effectTest } from "../../effectTest.ts";
import type { ExpectedFile, ExpectedHistogram } from "../archive/expected.ts";
import { digits, edge, type Fixture } from "../archive/fixtures.ts";
import { recordingSource } from "../recordingSource.ts";
import { assertRefused, type Client, clientOf, clientOfFixture } from "./inProcess.ts";

const PATH = `${paths.series}?useDeprecatedStringFields=false`;

const ask = (client: Client, body: object, path = PATH) =>
  Effect.map(
    client.message(ProtoSeriesValuesResponseDTOSchema, path, body),
    ({ series }) => new Map(series.map((each) => [each.requestId, each])),
  );

const seriesOf = (identifier: string, attribute: string) => ({
  attribute,
  holder: { identifier, type: "experiment" },
  lineage: "FULL",
  lineageEntityType: "EXPERIMENT",
});

type Single = ProtoSeriesValuesSingleSeriesResponseDTO;

const valuesOf = ({ series }: Single) =>
  series.value?.values.map(({ object }) => object?.value.value) ?? [];

const stepsOf = ({ series }: Single) => series.value?.values.map(({ step }) => step) ?? [];

const KINDS = {
  string_series: "stringValue",
  histogram_series: "histogram",
  file_series: "fileRef",
} as const;

const allOf = ({ expected, runs }: Fixture) =>
  runs.filter(({ sysId }) => sysId !== null).flatMap((run) =>
    run.series.flatMap(({ path, type, own, full }) =>
      type === "float_series" ? [] : {
        holder: `${expected.project}/${run.sysId}`,
        path,
        kind: KINDS[type],
        points: full ?? own,
      }
    )
  );

for (const fixture of [digits, edge]) {
  for (const order of ["ascending", "descending"] as const) {
    effectTest(
      `${fixture.name}: all texts, histograms and files, ${order}`,
      () =>
        Effect.gen(function* () {
          const client = yield* clientOfFixture(fixture);
          const all = allOf(fixture);
          const found = yield* ask(client, {
            requests: all.map(({ holder, path }, i) => ({
              requestId: String(i),
              series: seriesOf(holder, path),
            })),
            order,
            stepRange: { from: null, to: null },
          });
          for (const [i, { holder, path, kind, points }] of all.entries()) {
            const message = `${holder} ${path}`;
            const answer = found.get(String(i))!;
            assert.equal(answer.searchAfter?.finished, true, message);
            assert.notEqual(answer.searchAfter?.token, "", message);
            const { values } = answer.series.value!;
            const inOrder = <A>(items: ReadonlyArray<A>) =>
              order === "ascending" ? items : items.toReversed();
            assert.deepEqual(
              values.map(({ step }) => step),
              inOrder((points.archivedSteps ?? points.steps).map(Number)),
              message,
            );
            for (const [j, truth] of inOrder(points.values).entries()) {
              const { object, completionRatio, isPreview } = values[j]!;
              assert.deepEqual([completionRatio, isPreview], [1, false]);
              assert.equal(object?.value.case, kind, message);
              switch (object?.value.case) {
                case "stringValue":
                  assert.equal(object.value.value, truth, message);
                  break;
                case "histogram": {
                  const { type, edges, values } = object.value.value;
                  const expected = truth as ExpectedHistogram;
                  assert.deepEqual(
                    { type, edges, values },
                    {
                      type: expected.type,
                      edges: expected.edges.map(Number),
                      values: expected.values.map(Number),
                    },
                    message,
                  );
                  break;
                }
                case "fileRef": {
                  // What was lost has no path.
                  const expected = (truth as ExpectedFile).archivePath ?? "";
                  assert.equal(object.value.value.path, expected, message);
                  break;
                }
              }
            }
          }
        }),
    );
  }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => [i, `line ${i}`] as const);

const recording = () =>
  recordingSource({
    "REC-1": { strings: { log: texts(250) }, floats: { loss: [[0, 1]] } },
    "REC-2": { strings: { log: texts(5) } },
  });

effectTest("a series that does not exist has no answer", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording().source);
    const found = yield* ask(client, {
      requests: [
        { requestId: "0", series: seriesOf("test/recording/REC-1", "no such") },
        { requestId: "1", series: seriesOf("test/recording/REC-1", "loss") },
        { requestId: "2", series: seriesOf("test/recording/REC-9", "log") },
        { requestId: "3", series: seriesOf("test/recording/REC-2", "log") },
      ],
    });
    assert.deepEqual([...found.keys()], ["3"]);
    assert.deepEqual(stepsOf(found.get("3")!), [0, 1, 2, 3, 4]);
    assert.equal((yield* ask(client, { requests: [] })).size, 0);
  }));

effectTest(
  "a limit is for all pages together, and finishes a series",
  () =>
    Effect.gen(function* () {
      const client = yield* clientOf(recording().source);
      const last = (perSeriesPointsLimit: number) =>
        Effect.map(
          ask(client, {
            requests: [{ requestId: "0", series: seriesOf("test/recording/REC-1", "log") }],
            perSeriesPointsLimit,
            order: "descending",
          }),
          (found) => found.get("0"),
        );
      const three = yield* last(3);
      assert.deepEqual(valuesOf(three!), ["line 249", "line 248", "line 247"]);
      assert.equal(three!.searchAfter?.finished, true);
      const none = yield* last(0);
      assert.ok(none === undefined || stepsOf(none).length === 0);
    }),
);

for (const order of ["ascending", "descending"] as const) {
  for (const perSeriesPointsLimit of [null, 120]) {
    const limit = perSeriesPointsLimit ?? Infinity;
    effectTest(`many long series come in pages: ${order}, ${limit}`, () =>
      Effect.gen(function* () {
        const client = yield* clientOf(recording().source);
        // So many that each has the least part of a page, though most do not exist.
        const series = Array.from({ length: 2000 }, (_, i) =>
          seriesOf(`test/recording/REC-${1 + i % 2}`, i < 10 ? "log" : `no such ${i}`));
        let requests: ReadonlyArray<object> = series.map((series, i) => ({
          requestId: String(i),
          series,
        }));
        const found = new Map<string, Array<number>>();
        let pages = 0;
        while (requests.length > 0) {
          const page = yield* ask(client, { requests, order, perSeriesPointsLimit });
          for (const [id, answer] of page) {
            found.set(id, [...found.get(id) ?? [], ...stepsOf(answer)]);
          }
          requests = Array.from(page.values()).flatMap(({ requestId, searchAfter }) =>
            searchAfter!.finished ? [] : {
              requestId,
              series: series[Number(requestId)],
              searchAfter: { finished: false, token: searchAfter!.token },
            }
          );
          if (pages++ === 0) {
            assert.equal(requests.length, 5);
          }
        }
        assert.equal(pages, 2);
        for (const [id, steps] of found) {
          const count = Number(id) % 2 === 0 ? 250 : 5;
          const all = texts(count).map(([step]) =>
            step
          );
          const inOrder = order === "ascending" ? all : all.toReversed();
          assert.deepEqual(steps, inOrder.slice(0, limit));
        }
        assert.equal(found.size, 10);
      }));
  }
}

effectTest("strings where older clients have them", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording().source);
    const body = {
      requests: [{ requestId: "0", series: seriesOf("test/recording/REC-2", "log") }],
    };
    for (const path of [paths.series, `${paths.series}?useDeprecatedStringFields=true`]) {
      const answer = (yield* ask(client, body, path)).get("0")!;
      assert.equal(answer.series.case, "stringSeries");
      assert.deepEqual(
        answer.series.value!.values.map(({ value, object }) => [value, object]),
        texts(5).map(([, text]) => [text, undefined]),
      );
    }
  }));

effectTest("a token that this server has not given is refused", () =>
  Effect.gen(function* () {
    const client = yield* clientOf(recording().source);
    const answer = yield* client.send(PATH, {
      requests: [{
        requestId: "0",
        series: seriesOf("test/recording/REC-2", "log"),
        searchAfter: { finished: false, token: "2" },
      }],
    });
    assertRefused(answer, 400, /token/);
  }));
