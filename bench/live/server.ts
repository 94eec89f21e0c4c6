/**
 * A Neptune server that does nothing but replay: each answer is encoded when it is asked for the first
 * time, and kept. So the clients are what is measured.
 *
 * Projects: `bench/series` has one run, with series of one and ten million points and a hundred of ten
 * thousand; `bench/table` 5,000 runs of 50 columns; `bench/list` 100,000 runs.
 *
 * Prints its API token. `/floor?bytes=N` answers so many bytes, for `curl`; `/sent` tells how many were
 * sent since it was asked last.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { Console, Effect } from "effect";
import {
  type ProtoAttributeDTO,
  ProtoAttributeDTOSchema,
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  ProtoLeaderboardEntriesSearchResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
} from "../../src/neptune/wire/gen/neptune_pb.ts";
import { paths } from "../../src/neptune/wire/paths.ts";
import { varintLength, Writer } from "../../src/neptune/wire/Writer.ts";

const RUNS: Readonly<Record<string, number>> = {
  "bench/series": 1,
  "bench/table": 5000,
  "bench/list": 100_000,
};
const COLUMNS = Array.from({ length: 50 }, (_, i) => `config/p${i}`);
const SERIES = new Map<string, number>([
  ["metrics/1m", 1e6],
  ["metrics/10m", 1e7],
  ...Array.from({ length: 100 }, (_, i) => [`many/m${i}`, 1e4] as const),
]);

const text = (name: string, value: string) => ({
  name,
  type: "string",
  stringProperties: { attributeName: name, attributeType: "string", value },
});

/** An attribute of a run; undefined if it has none of that name. */
const attributeOf = (run: number, name: string): ProtoAttributeDTO | undefined => {
  const dto = (init: Parameters<typeof create<typeof ProtoAttributeDTOSchema>>[1]) =>
    create(ProtoAttributeDTOSchema, init);
  const repeated = (attributeType: string) => ({ attributeName: name, attributeType });
  switch (name) {
    case "sys/id":
      return dto(text(name, `BEN-${run}`));
    case "sys/custom_run_id":
      return dto(text(name, `run-${run}`));
    case "sys/name":
      return dto(text(name, `experiment ${run}`));
    case "sys/creation_time":
      return dto({
        name,
        type: "datetime",
        datetimeProperties: { ...repeated("datetime"), value: BigInt(1.7e12 + run) },
      });
  }
  const length = SERIES.get(name);
  if (length !== undefined) {
    return dto({
      name,
      type: "floatSeries",
      floatSeriesProperties: {
        ...repeated("floatSeries"),
        lastStep: length,
        last: 1,
        min: 0,
        max: 1,
        average: 0.5,
        variance: 0.1,
        config: {},
      },
    });
  }
  const column = COLUMNS.indexOf(name);
  switch (column < 0 ? -1 : column % 4) {
    case 0:
      return dto({
        name,
        type: "float",
        floatProperties: { ...repeated("float"), value: run / 7 + column },
      });
    case 1:
      return dto({
        name,
        type: "int",
        intProperties: { ...repeated("int"), value: BigInt(run * column) },
      });
    case 2:
      return dto(text(name, `value ${run % 97} of ${column}`));
    case 3:
      return dto({
        name,
        type: "bool",
        boolProperties: { ...repeated("bool"), value: run % 2 === 0 },
      });
  }
};

const attributesOf = (run: number, names: ReadonlyArray<string>) =>
  names.flatMap((name) => attributeOf(run, name) ?? []);

const POINT_BYTES = 32;

/** So many points, all of the same length: steps from 1 on, and times of six bytes. */
const pointsOf = (length: number, isDescending: boolean): Uint8Array => {
  const writer = new Writer(length * POINT_BYTES);
  for (let i = 0; i < length; i++) {
    const step = isDescending ? length - i : i + 1;
    writer.byte(2 << 3 | 2);
    writer.byte(POINT_BYTES - 2);
    writer.byte(1 << 3);
    writer.varint(1.7e12 + step);
    writer.byte(2 << 3 | 1);
    writer.double(step);
    writer.byte(3 << 3 | 1);
    writer.double(1 / step);
    writer.byte(5 << 3 | 5);
    writer.float(1);
  }
  return writer.finish();
};

const points = new Map<string, Uint8Array>();

// deno-lint-ignore no-explicit-any
const floatSeries = (body: any): Uint8Array => {
  const isDescending = body.order === "descending";
  const parts: Array<Uint8Array> = [];
  for (const { requestId, series, afterStep } of body.requests) {
    const length = SERIES.get(series.attribute) ?? 0;
    const key = `${length} ${isDescending}`;
    if (!points.has(key)) points.set(key, pointsOf(length, isDescending));
    const first = afterStep == null ? 0 : isDescending ? length + 1 - afterStep : afterStep;
    const values = points.get(key)!.subarray(
      first * POINT_BYTES,
      Math.min(length, first + body.perSeriesPointsLimit) * POINT_BYTES,
    );
    const header = new Writer(64);
    header.byte(1 << 3 | 2);
    header.varint(
      2 + requestId.length + 1 + varintLength(values.length) + values.length,
    );
    header.byte(1 << 3 | 2);
    header.text(requestId);
    header.byte(2 << 3 | 2);
    header.varint(values.length);
    parts.push(header.finish(), values);
  }
  const answer = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    answer.set(part, at);
    at += part.length;
  }
  return answer;
};

// deno-lint-ignore no-explicit-any
const search = (project: string, body: any): Uint8Array => {
  const all = /"(BEN-0|run-0)"/.test(body.query?.query ?? "") ? 1 : RUNS[project] ?? 0;
  const { limit, offset } = body.pagination;
  const names = body.attributeFilters.map(({ path }: { path: string }) => path);
  const count = Math.max(0, Math.min(limit, all - offset));
  return toBinary(
    ProtoLeaderboardEntriesSearchResultDTOSchema,
    create(ProtoLeaderboardEntriesSearchResultDTOSchema, {
      matchingItemCount: BigInt(all),
      entries: Array.from({ length: count }, (_, i) => ({
        experimentId: `00000000-0000-4000-8000-${String(offset + i).padStart(12, "0")}`,
        type: "run",
        projectId: project,
        organizationId: "bench",
        projectName: project.split("/")[1]!,
        organizationName: "bench",
        attributes: attributesOf(offset + i, names),
      })),
    }),
  );
};

// deno-lint-ignore no-explicit-any
const definitions = (body: any) => {
  const filter = body.attributeNameFilter;
  const patterns = (filter?.mustMatchAny ?? [filter ?? {}]).flatMap(
    (clause: { mustMatchRegexes?: ReadonlyArray<string> }) => clause.mustMatchRegexes ?? [],
  );
  const entries = [...SERIES.keys()].filter((name) =>
    patterns.length === 0 || patterns.some((pattern: string) => new RegExp(pattern).test(name))
  );
  return {
    entries: entries.map((name) => ({ name, type: "floatSeries" })),
    nextPage: { limit: body.nextPage.limit },
  };
};

// deno-lint-ignore no-explicit-any
const values = (body: any): Uint8Array => {
  const runs = body.experimentIdsFilter.map((id: string) => Number(id.match(/\d+$/)![0]));
  const names: ReadonlyArray<string> = body.attributeNamesFilter ?? COLUMNS;
  const perPage = Math.floor(body.nextPage.limit / names.length);
  const start = Number(body.nextPage.nextPageToken ?? 0);
  return toBinary(
    ProtoQueryAttributesResultDTOSchema,
    create(ProtoQueryAttributesResultDTOSchema, {
      entries: runs.slice(start, start + perPage).map((run: number) => ({
        experimentId: `00000000-0000-4000-8000-${String(run).padStart(12, "0")}`,
        experimentShortId: `BEN-${run}`,
        attributes: attributesOf(run, names),
      })),
      nextPage: start + perPage < runs.length ? { nextPageToken: String(start + perPage) } : {},
    }),
  );
};

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const jwt = ["{}", JSON.stringify({ exp: 4102444800, azp: "cli", iss: "http://x" }), "x"].map((
  part,
) => new TextEncoder().encode(part).toBase64({ alphabet: "base64url", omitPadding: true })).join(
  ".",
);

/** What is answered to a request. */
const answer = (url: URL, body: string): Uint8Array | undefined => {
  const base = url.origin;
  const project = url.searchParams.get("projectIdentifier") ?? "";
  const json = body === "" ? {} : JSON.parse(body);
  switch (url.pathname) {
    case paths.clientConfig:
      return encodeJson({
        apiUrl: base,
        pyLibVersions: {},
        security: { clientId: "cli", openIdDiscovery: `${base}/discovery` },
      });
    case "/discovery":
      return encodeJson({ authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t` });
    case paths.oauthToken:
      return encodeJson({ accessToken: jwt, refreshToken: "r", username: "bench" });
    case paths.project:
      return encodeJson({
        id: project,
        organizationId: "bench",
        organizationName: "bench",
        projectKey: "BEN",
        name: project.split("/")[1],
        version: 1,
      });
    case paths.search:
      return search(project, json);
    case paths.queryAttributeDefinitions:
      return encodeJson(definitions(json));
    case paths.queryAttributes:
      return values(json);
    case paths.attributesOfRun:
      return toBinary(
        ProtoAttributesDTOSchema,
        create(ProtoAttributesDTOSchema, {
          attributes: attributesOf(0, json.attributePathsFilter),
        }),
      );
    case paths.attributeDefinitionsOfRun:
      return toBinary(
        ProtoAttributesSearchResultDTOSchema,
        create(ProtoAttributesSearchResultDTOSchema, {
          entries: [...SERIES.keys()].map((name) => ({ name, type: "floatSeries" })),
        }),
      );
    case paths.floatSeries:
      return floatSeries(json);
    case "/floor":
      return new Uint8Array(Number(url.searchParams.get("bytes")));
  }
};

const kept = new Map<string, Uint8Array<ArrayBuffer>>();
let sent = 0;

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/sent") {
      const bytes = sent;
      sent = 0;
      return Response.json(bytes);
    }
    const body = await request.text();
    const key = `${url.pathname}${url.search} ${body}`;
    let bytes = kept.get(key);
    if (bytes === undefined) {
      const made = answer(url, body);
      if (made === undefined) return new Response(null, { status: 404 });
      kept.set(key, bytes = new Uint8Array(made));
    }
    sent += bytes.length;
    return new Response(bytes);
  },
);

const url = `http://127.0.0.1:${server.addr.port}`;
await Effect.runPromise(
  Console.log(btoa(JSON.stringify({ api_address: url, api_url: url, api_key: "bench" }))),
);
