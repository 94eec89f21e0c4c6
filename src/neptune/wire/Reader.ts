/**
 * Reads protobuf fields from bytes, one after another.
 *
 * @module
 */
import { MalformedMessage } from "./MalformedMessage.ts";

/** How a field is written: the lower three bits of its tag. */
export const WireType = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

const MAX_GROUP_DEPTH = 100;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A position in bytes, and the end of the message that it is in.
 *
 * Every method throws a {@link MalformedMessage} rather than read beyond the end.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at = 0;
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** A complaint about the current position. */
  malformed(problem: string): MalformedMessage {
    return new MalformedMessage({ problem, offset: this.at });
  }

  /** The tag of the next field. */
  tag(): number {
    const { at } = this;
    if (at < this.end) {
      const first = this.bytes[at]!;
      if (first >= 8 && first < 0x80) {
        this.at = at + 1;
        return first;
      }
    }
    const tag = this.unsigned();
    if (tag < 8 || tag > 0xffffffff) throw this.malformed(`field tag ${tag} is not valid`);
    return tag;
  }

  /** An unsigned number; exact below 2^53. */
  unsigned(): number {
    // Most numbers are lengths of one or two bytes.
    const { at, bytes } = this;
    if (at + 1 < this.end) {
      const first = bytes[at]!;
      if (first < 0x80) {
        this.at = at + 1;
        return first;
      }
      const second = bytes[at + 1]!;
      if (second < 0x80) {
        this.at = at + 2;
        return first & 0x7f | second << 7;
      }
    }
    this.int64();
    return this.high * 0x100000000 + this.low;
  }

  /** The halves of the number that was read last, as unsigned integers. */
  low = 0;
  high = 0;

  /** A signed number of up to 64 bits; rounded beyond 2^53. `low` and `high` have it exactly. */
  int64(): number {
    const { bytes, end } = this;
    let at = this.at;
    let low = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; shift < 28 && byte >= 0x80; shift += 7) {
      if (at >= end) throw this.malformed("a number is cut off");
      byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80) {
      if (at >= end) throw this.malformed("a number is cut off");
      byte = bytes[at++]!;
      low |= (byte & 0x0f) << 28;
      high = (byte & 0x70) >> 4;
      for (let shift = 3; shift < 32 && byte >= 0x80; shift += 7) {
        if (at >= end) throw this.malformed("a number is cut off");
        byte = bytes[at++]!;
        high |= (byte & 0x7f) << shift;
      }
      if (byte >= 0x80) throw this.malformed("a number is longer than ten bytes");
    }
    this.at = at;
    this.low = low >>> 0;
    this.high = high >>> 0;
    return high * 0x100000000 + this.low;
  }

  /** A double. */
  double(): number {
    const { at } = this;
    if (at + 8 > this.end) throw this.malformed("a double is cut off");
    this.at = at + 8;
    return this.view.getFloat64(at, true);
  }

  /** A float. */
  float(): number {
    const { at } = this;
    if (at + 4 > this.end) throw this.malformed("a float is cut off");
    this.at = at + 4;
    return this.view.getFloat32(at, true);
  }

  /** Where the text, bytes or message ends that begins after its length, which is read here. */
  endOfField(): number {
    const length = this.unsigned();
    if (length > this.end - this.at) {
      throw this.malformed(
        `a field of ${length} bytes is cut off: there are ${this.end - this.at}`,
      );
    }
    return this.at + length;
  }

  /** A text. */
  text(): string {
    const end = this.endOfField();
    const text = this.textAt(this.at, end);
    this.at = end;
    return text;
  }

  /** The text from one position up to another. */
  textAt(at: number, end: number): string {
    const { bytes } = this;
    // Most texts are short ASCII, for which calling the decoder costs more than decoding.
    if (end - at <= 24) {
      let text = "";
      let i = at;
      for (; i < end && bytes[i]! < 0x80; i++) text += String.fromCharCode(bytes[i]!);
      if (i === end) return text;
    }
    try {
      return utf8.decode(bytes.subarray(at, end));
    } catch {
      throw this.malformed("a text is not UTF-8");
    }
  }

  /** Passes over a field whose tag has been read. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case WireType.varint:
        this.int64();
        return;
      case WireType.fixed64:
        this.double();
        return;
      case WireType.bytes:
        this.at = this.endOfField();
        return;
      case WireType.fixed32:
        this.float();
        return;
      case WireType.startGroup:
        this.skipGroup(tag >>> 3, depth);
        return;
      default:
        throw this.malformed(`wire type ${tag & 7} is not valid`);
    }
  }

  private skipGroup(number: number, depth: number): void {
    if (depth === MAX_GROUP_DEPTH) throw this.malformed("groups are nested too deeply");
    while (true) {
      const inner = this.tag();
      if ((inner & 7) !== WireType.endGroup) this.skip(inner, depth + 1);
      else if (inner >>> 3 === number) return;
      else throw this.malformed("a group ends that was not begun");
    }
  }

  /** Reads what is within the field that begins after its length, which is read here. */
  within<A>(read: () => A): A {
    const outer = this.end;
    const end = this.end = this.endOfField();
    const value = read();
    this.at = end;
    this.end = outer;
    return value;
  }

  /**
   * Reads the fields of the message that begins after its length, which is read here; `read` is
   * given the tag of each, and must read or skip it.
   */
  message(read: (tag: number) => void): void {
    this.within(() => this.fields(read));
  }

  /** Reads the fields up to the end. */
  fields(read: (tag: number) => void): void {
    while (this.at < this.end) read(this.tag());
  }
}
