/**
 * Makes a run out of a source and a key.
 *
 * @module
 */
import { Effect, type Schema, Stream } from "effect";
import { askingDisplay } from "../../display/asking.ts";
import { jupyterDisplay } from "../../display/jupyter.ts";
import { pathsOf, refuseValue } from "../arguments.ts";
import { Any, type AnyValue, type AttributeValue, type FileRef } from "../Attribute.ts";
import {
  failingAs,
  FieldNotFound,
  FileUnavailable,
  type InvalidArgument,
  NeptuneError,
  type NeptuneErrorReason,
  TypeMismatch,
} from "../NeptuneError.ts";
import type { NeptuneSource, RunKey } from "../NeptuneSource.ts";
import type { ReadOnlyProject } from "../ReadOnlyProject.ts";
import type { Field, ReadOnlyRun } from "../ReadOnlyRun.ts";
import { decodeField, decodeFields } from "./decode.ts";
import { describeRun } from "./display.ts";
import * as Fields from "./Fields.ts";
import * as SeriesPoints from "./SeriesPoints.ts";

/** A run of which nothing is fetched yet. */
export const make = (
  source: NeptuneSource,
  project: ReadOnlyProject,
  key: RunKey,
  name: string,
): ReadOnlyRun => {
  const run = { source, project: project.projectIdentifier, key, name };
  const fields = Fields.make(run);
  const points = SeriesPoints.make(run, fields);

  const operation = <A>(method: string, effect: Effect.Effect<A, NeptuneErrorReason>) =>
    effect.pipe(failingAs(`ReadOnlyRun.${method}`), Effect.withSpan(`ReadOnlyRun.${method}`));
  const stream = <A>(method: string, stream: Stream.Stream<A, NeptuneErrorReason>) =>
    Stream.mapError(
      stream,
      (reason) => new NeptuneError({ method: `ReadOnlyRun.${method}`, reason }),
    );

  function fetch<A>(
    path: string,
    schema: Schema.ConstraintDecoder<A>,
  ): Effect.Effect<A, NeptuneError>;
  function fetch(path: string): Effect.Effect<AnyValue, NeptuneError>;
  function fetch(path: string, schema: Schema.ConstraintDecoder<unknown> = Any) {
    return operation("fetch", decodeField(name, fields, path, schema));
  }

  const fetchLast = (path: string): Effect.Effect<AnyValue, NeptuneError> =>
    operation(
      "fetchLast",
      Effect.flatMap(fields.get(path), (value) =>
        value.type.endsWith("Series") ? decodeField(name, fields, path, Any) : Effect.fail(
          new TypeMismatch({ run: name, path, expected: "a series", actual: value.type }),
        )),
    );

  const fetchValues: ReadOnlyRun["fetchValues"] = (path, options = {}) =>
    operation("fetchValues", points.fetch(path, options));

  const readFile = (file: string | FileRef) =>
    Stream.unwrap(Effect.map(
      typeof file === "string" ? fileAt(file) : checkFile(file),
      (file) => source.readFile({ project: run.project, file }),
    ));

  const fileAt = (path: string): Effect.Effect<FileRef, NeptuneErrorReason> =>
    Effect.flatMap(fields.get(path), (value) => {
      const file = fileOf(value);
      if (file !== undefined && file !== null) return Effect.succeed(file);
      return Effect.fail(
        file === null
          ? new FileUnavailable({ path, problem: "the series has no file" })
          : new TypeMismatch({ run: name, path, expected: "a file", actual: value.type }),
      );
    });

  return {
    project,
    withId: name,
    fieldNames: stream("fieldNames", Stream.fromIterableEffect(fields.names)),
    field: (path) =>
      operation(
        "field",
        Effect.map(fields.get(path), ({ type }): Field => ({
          path,
          type,
          fetch: () => fetch(path),
          fetchLast: () => fetchLast(path),
          fetchValues: (options) => fetchValues(path, options),
        })),
      ),
    fetch,
    fetchLast,
    fetchValues,
    prefetch: (paths) => operation("prefetch", Effect.flatMap(pathsOf(paths), fields.prefetch)),
    prefetchSeriesValues: (paths, options = {}) =>
      operation("prefetchSeriesValues", points.prefetch(paths, options)),
    forget: (path) =>
      operation(
        "forget",
        Effect.suspend(() => {
          if (!fields.kept.has(path)) return Effect.fail(new FieldNotFound({ run: name, path }));
          fields.forget(path);
          points.forget(path);
          return Effect.void;
        }),
      ),
    decode: (schema) => operation("decode", decodeFields(name, fields, schema)),
    readFile: (file) => stream("readFile", readFile(file)),
    [jupyterDisplay]: () =>
      askingDisplay(`${name} in ${run.project}`, operation("display", describeRun(run))),
  };
};

const checkFile = (file: FileRef): Effect.Effect<FileRef, InvalidArgument> =>
  typeof file?.path === "string"
    ? Effect.succeed(file)
    : refuseValue("file", "the path of a field or a FileRef", file);

/** The file of an attribute, `null` of a series without one; none of any other type. */
const fileOf = (value: AttributeValue): FileRef | null | undefined => {
  switch (value.type) {
    case "fileRef":
    case "fileSet":
    case "artifact":
      return value.value;
    case "fileRefSeries":
      return value.value.last;
    default:
      return undefined;
  }
};
