/**
 * Artifacts.
 *
 * @module
 */
import { type DateTime, Effect, type Schema, Stream } from "effect";
import type { Html } from "../../display/html.ts";
import { describeArtifact } from "../display/artifact.ts";
import { locationOf } from "../artifact/location.ts";
import {
  type ArtifactRef,
  type ArtifactValue,
  bytesOf,
  decode,
  sizeOf,
  valueOf,
} from "../artifact/value.ts";
import { decodeValue } from "../ArtifactSchema.ts";
import type { Client } from "../Client.ts";
import type { DataArtifact } from "../DataArtifact.ts";
import { type MetaflowError, operation, streaming } from "../MetaflowError.ts";
import type { ArtifactRecord } from "../MetadataProvider.ts";
import { type ArtifactPath, parse, show, type TaskPath } from "../Pathspec.ts";
import type { DecodeOptions, PickleValue } from "../pickle/Pickle.ts";
import type { AttemptOptions, Task } from "../Task.ts";
import { checkAttempt } from "../task/attempts.ts";
import { originOfTask } from "../task/origin.ts";
import { Base } from "./base.ts";
import { checked, currentScope, load, unchecked } from "./scope.ts";
import { TaskObject } from "./task.ts";

/** Opens an artifact by its pathspec, of the last attempt that is done, or of a certain one. */
export const openArtifact = (
  pathspec: string,
  options: AttemptOptions,
): Effect.Effect<DataArtifact, MetaflowError, Client> =>
  Effect.gen(function* () {
    const scope = yield* currentScope;
    const attempt = yield* Effect.fromResult(checkAttempt(options.attempt));
    const path = yield* Effect.fromResult(parse("DataArtifact", pathspec));
    const [flow, run, step, task, name] = path;
    const found = yield* scope.provider.artifact([flow, run, step, task], name, attempt);
    const record = yield* checked(scope, path, show("DataArtifact", path, attempt), found);
    return new ArtifactObject(scope, path, record, attempt);
  }).pipe(operation("DataArtifact.get"));

/** An artifact that was opened. */
export class ArtifactObject extends Base<ArtifactPath> implements DataArtifact {
  protected readonly kind = "DataArtifact";

  protected override describe(): Effect.Effect<Html, MetaflowError> {
    return describeArtifact(this);
  }

  declare protected record: ArtifactRecord;

  get parent(): Effect.Effect<Task, MetaflowError> {
    const scope = unchecked(this.scope);
    return Effect.map(
      load(scope, "Task", this.#task, this.attempt),
      (record) => new TaskObject(scope, this.#task, record, this.attempt),
    ).pipe(operation("DataArtifact.parent"));
  }

  get originPathspec(): Effect.Effect<string | null, MetaflowError> {
    return originOfTask(this.#ref.task).pipe(
      Effect.map((origin) => origin === null ? null : `${origin}/${this.id}`),
      operation("DataArtifact.originPathspec"),
    );
  }

  get data(): Effect.Effect<ArtifactValue, MetaflowError> {
    return valueOf(this.#ref).pipe(operation("DataArtifact.data"));
  }

  dataAs<A>(schema: Schema.Decoder<A>): Effect.Effect<A, MetaflowError> {
    return valueOf(this.#ref).pipe(
      Effect.flatMap((value) => decodeValue(this.pathspec, schema, value)),
      operation("DataArtifact.dataAs"),
    );
  }

  decode(options: DecodeOptions = {}): Effect.Effect<PickleValue, MetaflowError> {
    return decode(this.#ref, options).pipe(operation("DataArtifact.decode"));
  }

  get bytes(): Effect.Effect<Uint8Array, MetaflowError> {
    return bytesOf(this.#ref).pipe(operation("DataArtifact.bytes"));
  }

  get stream(): Stream.Stream<Uint8Array, MetaflowError> {
    return Stream.unwrap(
      Effect.map(
        Effect.fromResult(locationOf(this.path[0], this.record)),
        this.scope.client.blobs.stream,
      ),
    ).pipe(streaming("DataArtifact.stream"));
  }

  get sha(): string {
    return this.record.sha;
  }

  get size(): Effect.Effect<number, MetaflowError> {
    return sizeOf(this.#ref).pipe(operation("DataArtifact.size"));
  }

  get finishedAt(): DateTime.Utc {
    return this.createdAt;
  }

  get #task(): TaskPath {
    const [flow, run, step, task] = this.path;
    return [flow, run, step, task];
  }

  get #ref(): ArtifactRef {
    const { scope, attempt, record } = this;
    return { task: { scope, path: this.#task, attempt }, record };
  }
}
