/**
 * The one error of the pickle decoder: a {@link PickleError}, whose `reason` says what is wrong with
 * the bytes, or what they ask for that this library does not do.
 *
 * @module
 */
import { type Cause, Data } from "effect";
import type { Limit } from "./Budget.ts";

type ReasonClass<Tag extends string, Fields> = new (
  fields: Fields,
) => Cause.YieldableError & { readonly _tag: Tag } & Readonly<Fields>;

const TruncatedBase: ReasonClass<
  "Truncated",
  { offset: number; needed: number; left: number }
> = Data.TaggedError("Truncated");

/** The bytes end before the value does, or announce something longer than what is left of them. */
export class Truncated extends TruncatedBase {
  override get message(): string {
    return `The pickle is cut off at byte ${this.offset}: ${this.needed} more are needed, ` +
      `${this.left} are left. Read the artifact again, or check that its blob was copied whole.`;
  }
}

const UnknownOpcodeBase: ReasonClass<
  "UnknownOpcode",
  { offset: number; opcode: number }
> = Data.TaggedError("UnknownOpcode");

/** A byte stands where an instruction must be, and is none of protocols 0 to 5. */
export class UnknownOpcode extends UnknownOpcodeBase {
  override get message(): string {
    return `Byte ${this.offset} is 0x${this.opcode.toString(16).padStart(2, "0")}, which is no ` +
      "pickle instruction: these bytes are not a pickle, or are damaged.";
  }
}

const UnsupportedProtocolBase: ReasonClass<
  "UnsupportedProtocol",
  { offset: number; protocol: number }
> = Data.TaggedError("UnsupportedProtocol");

/** The pickle says that it is of a protocol after 5. */
export class UnsupportedProtocol extends UnsupportedProtocolBase {
  override get message(): string {
    return `The pickle is of protocol ${this.protocol}; this library reads protocols 0 to 5.`;
  }
}

const UnsupportedFeatureBase: ReasonClass<
  "UnsupportedFeature",
  { offset: number; feature: "persistent id" | "extension code" | "out-of-band buffer" }
> = Data.TaggedError("UnsupportedFeature");

/** The pickle refers to something outside of its bytes, which only the program that wrote it has. */
export class UnsupportedFeature extends UnsupportedFeatureBase {
  override get message(): string {
    return `Byte ${this.offset} refers to a ${this.feature}, which is not in the pickle: ` +
      "only the program that wrote it can read it.";
  }
}

const InvalidTextBase: ReasonClass<
  "InvalidText",
  { offset: number; encoding: "UTF-8" | "ASCII" | "escapes" }
> = Data.TaggedError("InvalidText");

/** A text is not in the encoding that its instruction demands. */
export class InvalidText extends InvalidTextBase {
  override get message(): string {
    return `The text at byte ${this.offset} is not valid ${this.encoding}. ` +
      (this.encoding === "ASCII"
        ? "It is a byte string of Python 2, which Python 3 refuses too."
        : "The pickle is damaged.");
  }
}

const MalformedBase: ReasonClass<
  "Malformed",
  { offset: number; problem: string }
> = Data.TaggedError("Malformed");

/** The instructions contradict each other; Python refuses such a pickle too. */
export class Malformed extends MalformedBase {
  override get message(): string {
    return `The pickle is damaged at byte ${this.offset}: ${this.problem}.`;
  }
}

const LimitExceededBase: ReasonClass<
  "LimitExceeded",
  { limit: Limit; max: number }
> = Data.TaggedError("LimitExceeded");

/** Decoding would take more than the caller allows. */
export class LimitExceeded extends LimitExceededBase {
  override get message(): string {
    return `The pickle exceeds ${this.limit} = ${this.max}. ` +
      `If you trust where it comes from, decode it with a larger ${this.limit}.`;
  }
}

const NotTabularBase: ReasonClass<
  "NotTabular",
  { problem: string }
> = Data.TaggedError("NotTabular");

/** A value cannot be shown as a Polars frame. */
export class NotTabular extends NotTabularBase {
  override get message(): string {
    return `The value does not fit a DataFrame: ${this.problem}. The decoded value itself has it all.`;
  }
}

const DuplicateColumnsBase: ReasonClass<
  "DuplicateColumns",
  { names: ReadonlyArray<string> }
> = Data.TaggedError("DuplicateColumns");

/** Columns of a frame have the same name, which pandas allows and Polars does not. */
export class DuplicateColumns extends DuplicateColumnsBase {
  override get message(): string {
    return `Several columns are called ${
      this.names.map((name) => JSON.stringify(name)).join(", ")
    }, ` +
      "which a Polars frame does not allow. Decode the value and rename its columns first.";
  }
}

const NativeFailureBase: ReasonClass<
  "NativeFailure",
  { cause: unknown }
> = Data.TaggedError("NativeFailure");

/** Polars refused to build a frame, or could not be loaded. */
export class NativeFailure extends NativeFailureBase {
  override get message(): string {
    const text = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `Polars failed: ${text}. Its native code needs --allow-ffi --allow-sys --allow-read.`;
  }
}

/** What can go wrong in decoding a pickle, and in building a frame of what was decoded. */
export type PickleErrorReason =
  | Truncated
  | UnknownOpcode
  | UnsupportedProtocol
  | UnsupportedFeature
  | InvalidText
  | Malformed
  | LimitExceeded
  | NotTabular
  | DuplicateColumns
  | NativeFailure;

const PickleErrorBase: new (
  fields: { readonly reason: PickleErrorReason },
) => Cause.YieldableError & {
  readonly _tag: "PickleError";
  readonly reason: PickleErrorReason;
} = Data.TaggedError("PickleError");

/**
 * The error of decoding a pickle, or of building a frame of it; `reason` is one of the classes of this module, told apart by its
 * `_tag`.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Result } from "effect";
 *
 * const cut = Metaflow.Pickle.decode(Uint8Array.of(0x80, 4, 0x8c, 200));
 * console.log(Result.isFailure(cut) && cut.failure.reason._tag); // Truncated
 * ```
 */
export class PickleError extends PickleErrorBase {
  override get message(): string {
    return this.reason.message;
  }

  override get cause(): unknown {
    return this.reason.cause;
  }
}
