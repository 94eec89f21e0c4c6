/**
 * A metadata service in this process that answers as a real one, of version 2.5.1, was recorded to.
 *
 * What Python did not ask in the recording, the lists of the recording tell: one flow, one run, an
 * artifact by its name. Newer services have pages and filters; older ones lack some paths.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";

type Json = Readonly<Record<string, unknown>>;

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly version_header: string | null;
  readonly body: unknown;
}

/** A change of tags that was recorded, with what was sent and in order. */
export interface TagExchange extends Exchange {
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: Json | null;
}

const directory = new URL("../fixtures/service/", import.meta.url);

const read = (file: string) => JSON.parse(Deno.readTextFileSync(new URL(file, directory)));

const traffic: {
  readonly exchanges: ReadonlyArray<Exchange>;
  readonly tag_exchanges_in_order: ReadonlyArray<TagExchange>;
} = read("traffic.json");

/** All exchanges of the recording but those that change tags. */
export const exchanges = traffic.exchanges;

/** Those that change tags. */
export const tagExchanges = traffic.tag_exchanges_in_order;

/** What Python said of it. */
export const expected = read("expected.json");

/** Where its data is, and where it was when the flows wrote it. */
export const rootMapping = {
  "/srv/mfdevsvc": decodeURIComponent(new URL("tree", directory).pathname),
};

/** How a service differs from the one that was recorded. */
export interface ServiceVersion {
  /** The version that it says it has; `null` to say none, as the oldest did. */
  readonly version?: string | null;
  /** Whether it has pages, and can filter runs by tags. */
  readonly hasPages?: boolean;
  /** Whether it can find tasks by their metadata. */
  readonly hasFilteredTasks?: boolean;
}

/** A request as it came. */
export interface Received {
  readonly method: string;
  /** The path with its query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** When, by the clock of the service. */
  readonly at: number;
}

/** A service, and what it was asked. */
export interface RecordedService {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly received: Array<Received>;
  clock: () => number;
  /** What is answered instead of what it would answer. */
  intercept: (request: Received, index: number) => Response | Promise<Response> | undefined;
}

const SINGLE = new Set([2, 4, 6, 8]);

/** Starts one. */
export const recordedService = (differs: ServiceVersion = {}): RecordedService => {
  const { version = "2.5.1", hasPages = false, hasFilteredTasks = true } = differs;
  const recorded = new Map<string, Exchange>();
  for (const exchange of exchanges) {
    if (exchange.path.endsWith("/filtered_tasks")) continue;
    recorded.set(exchange.path, exchange);
  }
  const runTags = new Map<string, ReadonlyArray<string>>();

  const bodyAt = (path: string): unknown => {
    const found = recorded.get(path);
    if (found !== undefined) return found.status === 404 ? undefined : found.body;
    const parts = path.split("/").slice(1).map(decodeURIComponent);
    if (parts.at(-2) === "artifacts") {
      return artifactOf(path.slice(0, path.lastIndexOf("/")), parts.at(-1));
    }
    if (parts.at(-4) === "artifacts") {
      const task = path.split("/").slice(0, -4).join("/");
      return artifactOf(`${task}/attempt/${parts.at(-1)}/artifacts`, parts.at(-3));
    }
    if (!SINGLE.has(parts.length)) return [];
    const list = bodyAt(path.slice(0, path.lastIndexOf("/")));
    const field = ["flow_id", "run_number", "step_name", "task_id"][parts.length / 2 - 1]!;
    return (list as ReadonlyArray<Json>).find((record) => String(record[field]) === parts.at(-1));
  };

  const artifactOf = (path: string, name: string | undefined): unknown =>
    (bodyAt(path) as ReadonlyArray<Json>).find((artifact) => artifact.name === name);

  const withTags = (record: Json): Json => {
    const tags = runTags.get(`${record.flow_id}/${record.run_number}`);
    return tags === undefined ? record : { ...record, tags };
  };

  const handle = ({ method, target, body }: Received): Response => {
    const url = new URL(target, "http://service");
    const path = url.pathname;
    if (path === "/ping") return answer(200, "pong", {}, version);
    if (method === "PATCH") return mutate(path, body as Json);
    if (path.endsWith("/filtered_tasks")) {
      return hasFilteredTasks
        ? answer(200, filteredTasks(bodyAt, path, url.searchParams), {}, version)
        : answer(404, {}, {}, version);
    }
    const found = bodyAt(path);
    if (found === undefined) return answer(404, {}, {}, version);
    if (!Array.isArray(found)) return answer(200, withTags(found as Json), {}, version);
    const rows = found.map(withTags);
    return hasPages && isPaged(path) && url.search !== ""
      ? page(rows, url.searchParams, version)
      : answer(200, rows, {}, version);
  };

  const mutate = (path: string, body: Json): Response => {
    const [, flow, , run] = path.split("/").slice(1).map(decodeURIComponent);
    const record = bodyAt(path.split("/").slice(0, 5).join("/")) as Json | undefined;
    if (record === undefined) return answer(404, {}, {}, version);
    const add = body.tags_to_add as ReadonlyArray<string>;
    const remove = new Set(body.tags_to_remove as ReadonlyArray<string>);
    const system = record.system_tags as ReadonlyArray<string>;
    const fixed = system.filter((tag) => remove.has(tag));
    if (fixed.length > 0) {
      const names = fixed.map((tag) => `'${tag}'`).join(", ");
      return answer(
        422,
        `Cannot remove tags that are existing system tags {${names}}`,
        {},
        version,
      );
    }
    const before = runTags.get(`${flow}/${run}`) ?? record.tags as ReadonlyArray<string>;
    const after = new Set([
      ...before.filter((tag) => !remove.has(tag)),
      ...add.filter((tag) => !system.includes(tag)),
    ]);
    const tags = [...after].toSorted();
    runTags.set(`${flow}/${run}`, tags);
    return answer(200, { tags }, {}, version);
  };

  const received: Array<Received> = [];
  const service: RecordedService = {
    url: "http://service.test",
    received,
    clock: Date.now,
    intercept: () => undefined,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const at = service.clock();
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      const one: Received = {
        method: request.method,
        target: pathname + search,
        headers: request.headers,
        body: text === "" ? null : JSON.parse(text),
        at,
      };
      received.push(one);
      return await service.intercept(one, received.length - 1) ?? handle(one);
    },
  };
  return service;
};

/** An answer as the service gives it: JSON that says that it is text. */
export const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  version: string | null = "2.5.1",
): Response =>
  new Response(body === "pong" ? "pong" : JSON.stringify(body), {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      ...version === null ? {} : { METADATA_SERVICE_VERSION: version },
      ...headers,
    },
  });

const isPaged = (path: string): boolean => /\/(flows|runs|tasks)$/.test(path);

/** A page, as services after 2.5.1 make them: `services/metadata_service/api` of metaflow-service. */
const page = (
  rows: ReadonlyArray<Json>,
  query: URLSearchParams,
  version: string | null,
): Response => {
  const key = (row: Json): readonly [number, number] => [
    Number(row.ts_epoch),
    Number(row.task_id ?? row.run_number ?? 0),
  ];
  const newestFirst = (a: Json, b: Json): number =>
    key(b)[0] - key(a)[0] || key(b)[1] - key(a)[1] ||
    (String(a.flow_id) < String(b.flow_id) ? 1 : -1);
  const tags = query.get("_tags:all")?.split(",") ?? [];
  const sorted = rows
    .filter((row) =>
      tags.every((tag) =>
        [...row.tags as Array<string>, ...row.system_tags as Array<string>].includes(tag)
      )
    )
    .toSorted(newestFirst);
  const limit = Math.min(Number(query.get("_limit") ?? 50), 500);
  const cursor = query.get("_cursor");
  const start = cursor === null
    ? 0
    : sorted.findIndex((row) => isDeepStrictEqual(key(row), JSON.parse(atob(cursor)))) + 1;
  const found = sorted.slice(start, start + limit);
  return answer(200, found, {
    "X-Limit": String(limit),
    ...start + limit < sorted.length
      ? { "X-Next-Cursor": btoa(JSON.stringify(key(found.at(-1)!))) }
      : {},
  }, version);
};

/** The tasks of a step that have metadata of a name, with a value in which there is a pattern. */
const filteredTasks = (
  bodyAt: (path: string) => unknown,
  path: string,
  query: URLSearchParams,
): ReadonlyArray<string> => {
  const step = path.slice(0, path.lastIndexOf("/"));
  const field = query.get("metadata_field_name");
  const pattern = new RegExp(query.get("pattern") ?? "");
  const tasks = bodyAt(`${step}/tasks`) as ReadonlyArray<Json>;
  return tasks
    .filter(({ task_id }) => {
      const metadata = bodyAt(`${step}/tasks/${task_id}/metadata`) as ReadonlyArray<Json>;
      return metadata.some(({ field_name, value }) =>
        (field === null || field_name === field) && pattern.test(String(value))
      );
    })
    .map((task) => [task.flow_id, task.run_number, task.step_name, task.task_id].join("/"));
};
