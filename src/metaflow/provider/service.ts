/**
 * Metadata of a metadata service, which Metaflow asks over HTTP where several people or machines run
 * flows.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import type { MetaflowErrorReason } from "../MetaflowError.ts";
import type {
  ArtifactRecord,
  MetadataFilter,
  MetadataProvider,
  MetadataRecord,
  ObjectRecord,
} from "../MetadataProvider.ts";
import type { ObjectPath, StepPath, TaskPath } from "../Pathspec.ts";
import { hasTags, newestFirst, toArtifact, toMetadata, toObject } from "./records.ts";
import { decodeAll, decodeOne, getList, list } from "./service/listing.ts";
import { childrenPathOf, idOf, pathOf } from "./service/paths.ts";
import { make as makeService, type Service } from "./service/Service.ts";
import type { ServiceSettings } from "./service/settings.ts";
import { mutateTags } from "./service/tags.ts";

/** A provider, and a way to see whether its service answers. */
export interface ServiceProvider extends MetadataProvider {
  readonly ping: Service["ping"];
}

/**
 * Metadata of a service, asked anew at each request.
 *
 * Which attempt of a task is the last one with artifacts is up to the service: those of an attempt
 * that is just ending appear one after another.
 */
export const make = (settings: ServiceSettings): ServiceProvider => {
  const service = makeService(settings);
  return {
    type: "service",
    info: service.url,
    ping: service.ping,
    self: (path) => {
      const at = pathOf(path);
      return Effect.flatMap(
        service.get(at),
        (found) =>
          found === undefined
            ? Effect.succeed(undefined)
            : decodeOne(service, at, () => decodeObject(path.length)(found.json)),
      );
    },
    children: (path, { tags }) => childrenOf(service, path, tags),
    filteredTasks: (step, filter) => filteredTasks(service, step, filter),
    metadata: (task, fields) => metadataOf(service, task, fields),
    artifacts: (task, request) =>
      Stream.fromArrayEffect(Effect.gen(function* () {
        const { attempt, names } = request;
        if (names !== undefined) {
          const named = yield* Effect.forEach(
            names,
            (name) => findArtifact(service, task, name, attempt),
            { concurrency: "unbounded" },
          );
          return named.filter((artifact) => artifact !== undefined);
        }
        const path = attempt === undefined
          ? `${pathOf(task)}/artifacts`
          : `${pathOf(task)}/attempt/${attempt}/artifacts`;
        yield* requireAttempts(service, attempt);
        const found = yield* getList(service, path);
        const artifacts = yield* decodeAll(service, path, found, decodeArtifact);
        return artifacts
          .filter(({ id }) => request.private || !id.startsWith("_"))
          .toSorted(newestFirst);
      })),
    artifact: (task, name, attempt) => findArtifact(service, task, name, attempt),
    mutateTags: (run, change) => mutateTags(service, run, change),
  };
};

const decodeObject = (depth: number) => (json: unknown): ObjectRecord =>
  toObject(idOf(json, depth), json);

/** Artifacts have their run's tags. */
const decodeArtifact = (json: unknown): ArtifactRecord => {
  const { name } = json as { readonly name: unknown };
  if (typeof name !== "string") throw new TypeError("an artifact has no name");
  return toArtifact(name, json, toObject(name, json));
};

const childrenOf = (
  service: Service,
  path: ObjectPath,
  tags: ReadonlyArray<string>,
): Stream.Stream<ObjectRecord, MetaflowErrorReason> => {
  // Only runs can be filtered by tags, and a service that cannot do it gives all of them. A comma
  // would be between two tags.
  const sent = path.length === 1 ? tags.filter((tag) => !tag.includes(",")) : [];
  return list(
    service,
    childrenPathOf(path),
    sent.length === 0 ? [] : [["_tags:all", sent.join(",")]],
    decodeObject(path.length + 1),
  ).pipe(Stream.filter((child) => hasTags(child, tags)));
};

/** All that is recorded about a task, or certain fields of it; the oldest first. */
const metadataOf = (
  service: Service,
  task: TaskPath,
  fields: ReadonlyArray<string> | undefined,
): Effect.Effect<ReadonlyArray<MetadataRecord>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const path = `${pathOf(task)}/metadata`;
    const found = yield* getList(service, path);
    const records = yield* decodeAll(service, path, found, toMetadata);
    return records
      .filter(({ name }) => fields === undefined || fields.includes(name))
      .toSorted((a, b) => a.createdAt - b.createdAt);
  });

const ATTEMPTS_SINCE = "2.0.6";

const requireAttempts = (service: Service, attempt: number | undefined) =>
  attempt === undefined
    ? Effect.void
    : service.require(ATTEMPTS_SINCE, "Reading a certain attempt of a task");

const findArtifact = (
  service: Service,
  task: TaskPath,
  name: string,
  attempt: number | undefined,
): Effect.Effect<ArtifactRecord | undefined, MetaflowErrorReason> =>
  Effect.gen(function* () {
    const path = `${pathOf(task)}/artifacts/${encodeURIComponent(name)}` +
      (attempt === undefined ? "" : `/attempt/${attempt}`);
    yield* requireAttempts(service, attempt);
    const found = yield* service.get(path);
    return found && (yield* decodeOne(service, path, () => decodeArtifact(found.json)));
  });

/** The service finds their ids by a regular expression of PostgreSQL, unless it is too old to. */
const filteredTasks = (
  service: Service,
  step: StepPath,
  { field, value, match }: MetadataFilter,
): Stream.Stream<ObjectRecord, MetaflowErrorReason> =>
  Stream.unwrap(Effect.gen(function* () {
    const fulfils = (record: MetadataRecord): boolean =>
      match === "exact" ? record.value === value : String(record.value).startsWith(`${value},`);
    const literal = value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const parameters = new URLSearchParams({
      metadata_field_name: field,
      pattern: `^${literal}${match === "exact" ? "$" : ","}`,
    });
    const path = `${pathOf(step)}/filtered_tasks`;
    const found = yield* service.get(`${path}?${parameters}`);
    const tasks = childrenOf(service, step, []);
    if (found === undefined) {
      const examined = Stream.mapEffect(tasks, (task) =>
        Effect.map(
          metadataOf(service, [...step, task.id], [field]),
          (records) => records.some(fulfils) ? task : undefined,
        ), { concurrency: "unbounded" });
      return Stream.filter(examined, (task) => task !== undefined);
    }
    const ids = new Set(
      yield* decodeAll(service, path, found, (pathspec) => String(pathspec).split("/").at(-1)),
    );
    return Stream.filter(tasks, ({ id }) => ids.has(id));
  }));
