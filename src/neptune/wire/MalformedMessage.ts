/**
 * Bytes that are no protobuf message.
 *
 * @module
 */
import { type Cause, Data, Result } from "effect";

const MalformedMessageBase: new (
  fields: { readonly problem: string; readonly offset: number },
) => Cause.YieldableError & {
  readonly _tag: "MalformedMessage";
  readonly problem: string;
  readonly offset: number;
} = Data.TaggedError("MalformedMessage");

/** The bytes are no protobuf message of the type they should be; `offset` is where that shows. */
export class MalformedMessage extends MalformedMessageBase {
  override get message(): string {
    return `${this.problem} at byte ${this.offset}`;
  }
}

/** What a decoder returns, or the complaint it threw. */
export const decoded = <A>(decode: () => A): Result.Result<A, MalformedMessage> =>
  Result.try({
    try: decode,
    catch: (cause) => {
      if (cause instanceof MalformedMessage) return cause;
      throw cause;
    },
  });
