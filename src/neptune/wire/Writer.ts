/**
 * Writes protobuf fields into bytes, one after another.
 *
 * @module
 */

const utf8 = new TextEncoder();

/** Bytes that grow. */
export class Writer {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView;
  /** How many bytes have been written. */
  at = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.at + bytes, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** A number from 0 up to 2^53, or a negative one down to -2^53, as two's complement. */
  varint(value: number): void {
    this.reserve(10);
    let high = Math.floor(value / 0x100000000);
    let low = value >>> 0;
    if (high < 0) high += 0x100000000;
    while (high > 0 || low >= 0x80) {
      this.bytes[this.at++] = low & 0x7f | 0x80;
      low = (low >>> 7 | high << 25) >>> 0;
      high = high >>> 7;
    }
    this.bytes[this.at++] = low;
  }

  /** One byte, such as a tag below 128. */
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A double. */
  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** A float. */
  float(value: number): void {
    this.reserve(4);
    this.view.setFloat32(this.at, value, true);
    this.at += 4;
  }

  /** A text, after its length. */
  text(value: string): void {
    const encoded = utf8.encode(value);
    this.varint(encoded.length);
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.at);
    this.at += encoded.length;
  }

  /** What has been written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.at);
  }
}

/** How many bytes {@link Writer.varint} writes for a number. */
export const varintLength = (value: number): number => {
  if (value < 0) return 10;
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
};
