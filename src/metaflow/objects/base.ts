/**
 * What all objects have in common.
 *
 * @module
 */
import { DateTime, Effect } from "effect";
import { askingDisplay } from "../../display/asking.ts";
import type { Html } from "../../display/html.ts";
import { jupyterDisplay, type MediaBundle } from "../../display/jupyter.ts";
import { type MetaflowError, operation } from "../MetaflowError.ts";
import type { ObjectRecord } from "../MetadataProvider.ts";
import type { MetaflowObject } from "../MetaflowObject.ts";
import { currentNamespace } from "../Namespace.ts";
import { type Kind, type ObjectPath, show } from "../Pathspec.ts";
import { isIn, type Scope } from "./scope.ts";

/** An object that was opened: what is recorded of it, and where it is from. */
export abstract class Base<Path extends ObjectPath> implements MetaflowObject {
  protected abstract readonly kind: Kind;

  constructor(
    protected readonly scope: Scope,
    protected readonly path: Path,
    protected record: ObjectRecord,
    readonly attempt: number | undefined = undefined,
  ) {}

  get id(): string {
    return this.record.id;
  }

  get pathspec(): string {
    return this.path.join("/");
  }

  get pathComponents(): ReadonlyArray<string> {
    return [...this.path];
  }

  get createdAt(): DateTime.Utc {
    return DateTime.makeUnsafe(this.record.createdAt);
  }

  get tags(): ReadonlySet<string> {
    return new Set([...this.record.tags, ...this.record.systemTags]);
  }

  get userTags(): ReadonlySet<string> {
    return new Set(this.record.tags);
  }

  get systemTags(): ReadonlySet<string> {
    return new Set(this.record.systemTags);
  }

  abstract readonly parent: Effect.Effect<MetaflowObject | null, MetaflowError>;

  abstract readonly originPathspec: Effect.Effect<string | null, MetaflowError>;

  isInNamespace(): Effect.Effect<boolean, MetaflowError> {
    const { client } = this.scope;
    return Effect.flatMap(
      currentNamespace(client),
      (namespace) => isIn(this.scope, namespace, this.path, this.record),
    ).pipe(operation(`${this.kind}.isInNamespace`));
  }

  toString(): string {
    return show(this.kind, this.path, this.attempt);
  }

  /** What a notebook shows below the name. */
  protected abstract describe(): Effect.Effect<Html, MetaflowError>;

  /** Shows it in a notebook. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return askingDisplay(this.toString(), this.describe());
  }

  /** What `console.log` prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
