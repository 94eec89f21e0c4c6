/**
 * The one error of the Metaflow side: every operation fails with a {@link MetaflowError}, whose
 * `reason` says what happened and whether trying again could help.
 *
 * @module
 */
import { type Cause, Data, Effect, Stream } from "effect";
import { errorDisplay } from "../display/error.ts";
import { jupyterDisplay, type MediaBundle } from "../display/jupyter.ts";
import { type ReasonClass, reasonClass } from "../Reason.ts";

export type { Reason } from "../Reason.ts";

const quote = (text: string): string => JSON.stringify(text);

const NotFoundBase: ReasonClass<"NotFound", { message: string }> = reasonClass("NotFound");

/** There is no such object, or no such attempt of it. */
export class NotFound extends NotFoundBase {}

const NamespaceMismatchBase: ReasonClass<
  "NamespaceMismatch",
  { object: string; namespace: string }
> = reasonClass("NamespaceMismatch");

/** The object exists, but does not have the tag of the namespace. */
export class NamespaceMismatch extends NamespaceMismatchBase {
  override get message(): string {
    return `Object not in namespace '${this.namespace}': ${this.object}. ` +
      "`Metaflow.withNamespace(null)` sees all objects.";
  }
}

const InvalidPathspecBase: ReasonClass<
  "InvalidPathspec",
  { pathspec: string; problem: string }
> = reasonClass("InvalidPathspec");

/** A pathspec has the wrong number of parts, or a part that can be no id. */
export class InvalidPathspec extends InvalidPathspecBase {
  override get message(): string {
    return `${this.problem}, not ${quote(this.pathspec)}.`;
  }
}

const InvalidSettingBase: ReasonClass<
  "InvalidSetting",
  { setting: string; problem: string; cause?: unknown }
> = reasonClass("InvalidSetting");

/** Configuration cannot be read, or has a value that makes no sense. */
export class InvalidSetting extends InvalidSettingBase {
  override get message(): string {
    return `${this.setting}: ${this.problem}.`;
  }
}

const UnknownUserBase: ReasonClass<"UnknownUser", object> = reasonClass("UnknownUser");

/** No namespace was chosen, and the one to start with needs a user whom nothing names. */
export class UnknownUser extends UnknownUserBase {
  override get message(): string {
    return "Metaflow could not determine your user name, which names the namespace to look in. " +
      "Set METAFLOW_USER (and allow it to be read: --allow-env=METAFLOW_USER,USER), give the " +
      "layer a `user` or a `namespace`, or see everything with `namespace: null`.";
  }
}

const MetadataFailureBase: ReasonClass<
  "MetadataFailure",
  { location: string; problem: string; cause?: unknown }
> = reasonClass("MetadataFailure");

/** Metadata cannot be read or written: no permission, or not what Metaflow writes. */
export class MetadataFailure extends MetadataFailureBase {
  override get message(): string {
    return `Metadata at ${quote(this.location)} is not usable: ${this.problem}.`;
  }
}

const DataFailureBase: ReasonClass<
  "DataFailure",
  { location: string; problem: string; cause?: unknown }
> = reasonClass("DataFailure");

/** Data of an artifact, a log or a code package is missing, damaged, or refused. */
export class DataFailure extends DataFailureBase {
  override get message(): string {
    return `Data at ${quote(this.location)} is not available: ${this.problem}.`;
  }
}

const TypeMismatchBase: ReasonClass<
  "TypeMismatch",
  { artifact: string; problem: string; cause?: unknown }
> = reasonClass("TypeMismatch");

/** The value of an artifact is not what the schema that was given for it says. */
export class TypeMismatch extends TypeMismatchBase {
  override get message(): string {
    return `The value of ${this.artifact} is not as the schema says: ${this.problem}`;
  }
}

const InternalErrorBase: ReasonClass<
  "InternalError",
  { problem: string; cause?: unknown }
> = reasonClass("InternalError");

/** What was recorded contradicts itself. */
export class InternalError extends InternalErrorBase {
  override get message(): string {
    return this.problem;
  }
}

const TaggingErrorBase: ReasonClass<
  "TaggingError",
  { problem: string; cause?: unknown }
> = reasonClass("TaggingError");

/** Tags cannot be changed as asked; nothing was changed. */
export class TaggingError extends TaggingErrorBase {
  override get message(): string {
    return this.problem;
  }
}

const ServiceFailureBase: ReasonClass<
  "ServiceFailure",
  {
    problem: string;
    /** The status of the answer, where there was one. */
    httpCode: number | undefined;
    /** The body of the answer. */
    response: string | undefined;
    cause?: unknown;
  }
> = reasonClass("ServiceFailure");

/** A metadata service did not answer, or refused. */
export class ServiceFailure extends ServiceFailureBase {
  override get message(): string {
    return this.problem;
  }

  override get isTransient(): boolean {
    const { httpCode, cause } = this;
    if (cause instanceof Deno.errors.NotCapable) return false;
    return httpCode === undefined || httpCode === 408 || httpCode === 429 || httpCode >= 500;
  }
}

const UnsupportedBase: ReasonClass<
  "Unsupported",
  { feature: string; advice: string }
> = reasonClass("Unsupported");

/** Something that Metaflow has, and this library, or the service that it asks, does not. */
export class Unsupported extends UnsupportedBase {
  override get message(): string {
    return `${this.feature} is not supported. ${this.advice}`;
  }
}

const NativeFailureBase: ReasonClass<
  "NativeFailure",
  { operation: string; cause: unknown }
> = reasonClass("NativeFailure");

/** Polars refused an operation that should have worked, or could not be loaded at all. */
export class NativeFailure extends NativeFailureBase {
  override get message(): string {
    return `Polars failed in ${this.operation}: ${describe(this.cause)}. Its native code needs ` +
      "--allow-ffi --allow-sys --allow-read.";
  }
}

/** What can go wrong on the Metaflow side. */
export type MetaflowErrorReason =
  | NotFound
  | NamespaceMismatch
  | InvalidPathspec
  | InvalidSetting
  | UnknownUser
  | MetadataFailure
  | DataFailure
  | TypeMismatch
  | InternalError
  | TaggingError
  | ServiceFailure
  | Unsupported
  | NativeFailure;

const MetaflowErrorBase: new (
  fields: { readonly method: string; readonly reason: MetaflowErrorReason },
) => Cause.YieldableError & {
  readonly _tag: "MetaflowError";
  readonly method: string;
  readonly reason: MetaflowErrorReason;
} = Data.TaggedError("MetaflowError");

/**
 * The error of every operation on Metaflow data.
 *
 * `method` is the operation that failed, such as `Run.get`; `reason` is one of the classes of this
 * module, told apart by its `_tag`. The message is the reason's, and says what to do; the reason's
 * `cause`, where there is one, is what was reported underneath.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect } from "effect";
 *
 * const open = Metaflow.Run.get("TideFlow/12").pipe(
 *   Effect.provide(Metaflow.layerLocal({ root: "examples/data/metaflow", namespace: null })),
 *   Effect.catchReason("MetaflowError", "NotFound", (reason) => Effect.succeed(reason.message)),
 * );
 * console.log(await Effect.runPromise(open)); // Run('TideFlow/12') does not exist
 * ```
 */
export class MetaflowError extends MetaflowErrorBase {
  override get message(): string {
    return this.reason.message;
  }

  override get cause(): unknown {
    return this.reason.cause;
  }

  /** `true` when the same call may succeed later without any change. */
  get isTransient(): boolean {
    return this.reason.isTransient;
  }

  /** Shows the reason, the operation and the message in a notebook. */
  [jupyterDisplay](): MediaBundle {
    return errorDisplay(this);
  }
}

/** Where a span begins is not looked up: it costs more than most operations do. */
const UNTRACED = { captureStackTrace: false };

/** Names the operation that fails with a reason, and traces it. */
export const operation = (method: string): <A, R>(
  effect: Effect.Effect<A, MetaflowErrorReason, R>,
) => Effect.Effect<A, MetaflowError, R> =>
(effect) =>
  effect.pipe(
    Effect.mapError((reason) => new MetaflowError({ method, reason })),
    Effect.withSpan(method, {}, UNTRACED),
  );

/** Does for a stream what {@link operation} does for an effect. */
export const streaming = (method: string): <A, R>(
  stream: Stream.Stream<A, MetaflowErrorReason, R>,
) => Stream.Stream<A, MetaflowError, R> =>
(stream) =>
  stream.pipe(
    Stream.mapError((reason) => new MetaflowError({ method, reason })),
    Stream.withSpan(method, UNTRACED),
  );

/** The message of anything thrown, for the text of a reason. */
export const describe = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);
