/**
 * Reads what `neptune-exporter` wrote: a directory of projects, with a set of Parquet files for each
 * run, and the logged files beside it.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Clock, DateTime, Effect, Layer, Option, Semaphore, Stream } from "effect";
import {
  ArchiveNotFound,
  describe,
  InvalidArgument,
  type NeptuneErrorReason,
  ProjectNotFound,
} from "../NeptuneError.ts";
import { NeptuneSource, type Project, type RunKey, type SeriesRequest } from "../NeptuneSource.ts";
import { collectWarnings, type NeptuneWarning, warn } from "../NeptuneWarning.ts";
import { toChunk } from "../rules/chunk.ts";
import { readErrorReport } from "./ErrorReport.ts";
import * as Files from "./Files.ts";
import type { Flavour } from "./Flavour.ts";
import { readInherited } from "./Inheritance.ts";
import { isSame, list } from "./Listing.ts";
import { toUtc } from "./LocalTime.ts";
import * as Open from "./Project.ts";
import { directoriesOf, isNamedAfter, nameOf } from "./projects.ts";
import { search } from "./Search.ts";
import type { SeriesType } from "./Series.ts";
import type { Settings } from "./Settings.ts";
import { definitions, values } from "./Values.ts";

/** Where an export is, and how to read it. */
export interface ArchiveOptions {
  /** The directory that the exporter was given as `--data-path`. */
  readonly data: string;
  /**
   * The directory that it was given as `--files-path`.
   *
   * @default the directory beside `data` that has `files` for `data` in its name
   */
  readonly files?: string | undefined;
  /**
   * The exporter's error report.
   *
   * @default `neptune_exporter_errors.jsonl` beside `data`
   */
  readonly errorReport?: string | undefined;
  /**
   * Whether a file that cannot be read is an error. Otherwise it is a warning, and what it held is
   * missing from results.
   *
   * @default false
   */
  readonly strict?: boolean | undefined;
  /**
   * What to read as runs: the runs, or the models or model versions of a registry that was exported
   * from Neptune 2.
   *
   * @default "runs"
   */
  readonly entities?: keyof typeof ENTITIES | undefined;
  /**
   * Which exporter wrote the export.
   *
   * @default told from the data of each project
   */
  readonly flavour?: Flavour | undefined;
  /**
   * The time zone of the machine that exported from Neptune 2, such as `Europe/Warsaw`. These
   * exports hold the local times of points, and this sets them right.
   *
   * @default times stay as they are, with a warning
   */
  readonly exporterTimeZone?: string | undefined;
}

/** Where a project's directory has the files of each kind of entity. */
const ENTITIES = { runs: ".", models: "models", modelVersions: "model_versions" } as const;

/**
 * A source that reads an export on disk.
 *
 * Nothing is opened before something is asked. The attributes of all runs are read once and kept in
 * memory until the directory of the project changes; points are read for each question anew. Files
 * are read by native code that knows nothing of `--allow-read`; only files that Deno may list are
 * handed to it.
 */
export const make = (options: ArchiveOptions): NeptuneSource => {
  const root = resolve(options.data);
  const files = options.files ?? siblingOf(root);
  const opening = Semaphore.makeUnsafe(1);
  const opened = new Map<
    string,
    { readonly modified: number; readonly listedAt: number; readonly project: Open.Project }
  >();

  /** The project in a directory of the root, read again when it has changed. */
  const open = (name: string): Effect.Effect<Open.Project, NeptuneErrorReason> =>
    opening.withPermit(Effect.gen(function* () {
      const directory = join(root, name, ENTITIES[options.entities ?? "runs"]);
      const modified = yield* modificationTime(directory);
      const known = opened.get(name);
      const isKnown = known?.modified === modified;
      if (isKnown && known.listedAt > modified + TICK) return known.project;
      const listedAt = yield* Clock.currentTimeMillis;
      const listing = yield* list(directory);
      const project = isKnown && isSame(known.project.listing, listing) ? known.project : Open.make(
        listing,
        files === undefined ? undefined : join(resolve(files), name),
        yield* settingsOf(options),
      );
      opened.set(name, { modified, listedAt, project });
      return project;
    }));

  /** The names of the projects by their directories. */
  const named = Effect.gen(function* () {
    const names = new Map<string, string>();
    for (const directory of yield* directoriesOf(root)) {
      const name = yield* Effect.flatMap(open(directory), nameOf).pipe(
        Effect.catchTag("ArchiveNotFound", () => Effect.succeedNone),
      );
      if (Option.isSome(name)) names.set(directory, name.value);
    }
    if (names.size > 0) return names;
    const problem =
      "none of its directories holds a file that the exporter wrote and that is whole";
    return yield* new ArchiveNotFound({ path: root, problem });
  });

  const directories = new Map<string, string>();

  const directoryOf = (identifier: string): Effect.Effect<string, NeptuneErrorReason> =>
    Effect.gen(function* () {
      const candidates = yield* directoriesOf(root);
      const known = directories.get(identifier);
      if (known !== undefined && candidates.includes(known)) return known;
      const directory = candidates.find((name) => isNamedAfter(name, identifier)) ??
        (yield* directoryNamed(identifier));
      directories.set(identifier, directory);
      return directory;
    });

  // Somebody has renamed the directory, or there is no such project.
  const directoryNamed = (identifier: string) =>
    Effect.gen(function* () {
      const names = yield* named;
      const entry = names.entries().find(([, name]) => name === identifier);
      if (entry !== undefined) return entry[0];
      const available = [...names.values()].sort();
      return yield* new ProjectNotFound({ project: identifier, available });
    });

  const projectOf = (identifier: string) => Effect.flatMap(directoryOf(identifier), open);

  const losses = (identifier: string) =>
    readErrorReport(
      options.errorReport ?? join(dirname(root), "neptune_exporter_errors.jsonl"),
      identifier,
      options.errorReport !== undefined,
    );

  const readPoints = <Type extends SeriesType>(type: Type, request: SeriesRequest) =>
    Stream.unwrap(Effect.gen(function* () {
      const project = yield* projectOf(request.project);
      const { runs, attributes, inheritance } = request;
      const convert = yield* timeConversion(project, runs);
      return readInherited(project, { runs, attributes, types: [type] }, inheritance).pipe(
        Stream.flatMap((series) => Stream.fromIterable(toChunk(series, request))),
        Stream.map((chunk) => ({ ...chunk, timestamp: chunk.timestamp.map(convert) })),
      );
    }));

  return {
    projects: Effect.map(named, (names) => [...names.values()].map(toProject)),
    project: (identifier) =>
      Effect.gen(function* () {
        const { listing } = yield* projectOf(identifier);
        yield* Effect.forEach(listing.warnings, warn);
        const found = yield* losses(identifier);
        yield* Effect.forEach(found.filter(({ kind }) => kind !== "LostInExport"), warn);
        const lost = found.filter(({ kind }) => kind === "LostInExport");
        if (lost.length > 0) yield* warn(summaryOf(lost));
        return toProject(identifier);
      }),
    search: (request) =>
      Stream.unwrap(Effect.map(projectOf(request.project), (project) => search(project, request))),
    definitions: (request) =>
      Stream.fromEffect(
        Effect.flatMap(projectOf(request.project), (project) => definitions(project, request)),
      ),
    values: (request) =>
      Stream.fromEffect(
        Effect.flatMap(projectOf(request.project), (project) => values(project, request)),
      ),
    floatSeries: (request) => readPoints("float_series", request),
    stringSeries: (request) => readPoints("string_series", request),
    histogramSeries: (request) => readPoints("histogram_series", request),
    fileRefSeries: (request) =>
      readPoints("file_series", request).pipe(
        Stream.mapEffect((chunk) =>
          Effect.map(
            Effect.flatMap(
              projectOf(request.project),
              (project) => Files.measureAll(project.files, chunk.value),
            ),
            (value) => ({ ...chunk, value }),
          )
        ),
      ),
    fileSize: ({ project, file }) =>
      Effect.flatMap(projectOf(project), ({ files }) => Files.size(files, file)),
    readFile: (request) =>
      Stream.unwrap(
        Effect.map(projectOf(request.project), ({ files }) => Files.read(files, request)),
      ),
    diagnose: (identifier) =>
      Effect.gen(function* () {
        const { listing, parameters } = yield* projectOf(identifier);
        const [, damage] = yield* collectWarnings(parameters);
        return [...listing.warnings, ...damage, ...yield* losses(identifier)];
      }),
  };
};

/**
 * A layer that reads an export on disk, as {@link make} does.
 *
 * @example
 * ```ts
 * import { Neptune } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const archive = Neptune.layerArchive({ data: "examples/data/digits/data", strict: true });
 * const projects = Neptune.NeptuneSource.use((source) => source.projects);
 * const [project] = await Effect.runPromise(Effect.provide(projects, archive));
 * console.log(project?.identifier); // nereid/digits
 * ```
 */
export const layer = (options: ArchiveOptions): Layer.Layer<NeptuneSource> =>
  Layer.sync(NeptuneSource, () => make(options));

const siblingOf = (data: string): string | undefined => {
  const name = basename(data).replace(/data(?!.*data)/, "files");
  return name === basename(data) ? undefined : join(dirname(data), name);
};

const settingsOf = (options: ArchiveOptions): Effect.Effect<Settings, InvalidArgument> => {
  const { strict = false, flavour, exporterTimeZone } = options;
  if (exporterTimeZone === undefined) {
    return Effect.succeed({ strict, flavour, exporterTimeZone });
  }
  return Effect.mapError(
    Effect.map(
      Effect.fromOption(DateTime.zoneMakeNamed(exporterTimeZone)),
      (zone) => ({ strict, flavour, exporterTimeZone: zone }),
    ),
    () =>
      new InvalidArgument({
        parameter: "exporterTimeZone",
        message: `exporterTimeZone ${JSON.stringify(exporterTimeZone)} is not the IANA name of a ` +
          "time zone, such as Europe/Warsaw.",
      }),
  );
};

// File systems count time in steps: what happens in one of them after a directory was listed leaves
// its modification time as it is.
const TICK = 100;

const modificationTime = (directory: string): Effect.Effect<number, ArchiveNotFound> =>
  Effect.tryPromise({
    try: async () => (await stat(directory)).mtimeMs,
    catch: (cause) => new ArchiveNotFound({ path: directory, problem: describe(cause), cause }),
  });

const toProject = (identifier: string): Project => {
  const [workspace, ...name] = identifier.split("/");
  return name.length === 0
    ? { identifier, workspace: "", name: identifier, key: null }
    : { identifier, workspace: workspace!, name: name.join("/"), key: null };
};

const summaryOf = (lost: ReadonlyArray<NeptuneWarning>): NeptuneWarning => ({
  kind: "LostInExport",
  message: `The exporter reported ${lost.length} attributes of ` +
    `${new Set(lost.map(({ run }) => run)).size} runs that it could not export (${
      lost[0]!.file
    }); ` +
    "`project.diagnose` lists them.",
  file: lost[0]!.file,
});

/** Makes the times of points true. */
const timeConversion = (
  project: Open.Project,
  runs: ReadonlyArray<RunKey>,
): Effect.Effect<(time: number) => number, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const asTheyAre = (time: number) => time;
    const [first] = runs;
    if (first === undefined) return asTheyAre;
    const { flavour } =
      yield* (runs.length === 1 ? project.parametersOf(first) : project.parameters);
    if (flavour === "neptune3") return asTheyAre;
    const zone = project.settings.exporterTimeZone;
    if (zone !== undefined) return toUtc(zone);
    yield* warn({
      kind: "LocalTimestamps",
      message: "The export is from Neptune 2: the times of its points are local times of the " +
        "machine that exported them, labelled UTC. Pass its time zone as `exporterTimeZone`.",
    });
    return asTheyAre;
  });
