/**
 * A position in the bytes of a pickle. Whatever is read is checked against what is left first.
 *
 * @module
 */
import { PickleError, Truncated } from "./PickleError.ts";

/** Reads numbers, lines and stretches of bytes one after another. */
export class Reader {
  /** Where the next byte is read. */
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The bytes of the whole pickle. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Fails unless that many bytes are left. */
  demand(length: number): void {
    const left = this.#bytes.length - this.offset;
    if (length > left) {
      throw new PickleError({
        reason: new Truncated({ offset: this.offset, needed: length, left }),
      });
    }
  }

  /** Passes over so many bytes and returns where they begin. */
  skip(length: number): number {
    this.demand(length);
    const start = this.offset;
    this.offset += length;
    return start;
  }

  /** The next so many bytes, as a view. */
  take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The bytes up to the next line feed, which is passed over. */
  line(): Uint8Array {
    const start = this.offset;
    const end = this.#bytes.indexOf(0x0a, start);
    const stop = end < 0 ? this.#bytes.length : end;
    this.skip(stop + 1 - start);
    return this.#bytes.subarray(start, stop);
  }

  /** One byte. */
  uint8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  /** Two bytes, lowest first. */
  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  /** Four bytes, lowest first. */
  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** Four signed bytes, lowest first. */
  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  /** A length of eight bytes, lowest first; beyond 2^53 it is not exact, and more than there is. */
  length64(): number {
    const at = this.skip(8);
    return this.#view.getUint32(at, true) + 2 ** 32 * this.#view.getUint32(at + 4, true);
  }

  /** An IEEE double, highest byte first. */
  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }
}
