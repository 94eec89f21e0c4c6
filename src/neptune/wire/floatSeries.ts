/**
 * Points of float series (`ProtoFloatSeriesValuesResponseDTO`) as columns.
 *
 * Bytes are read twice: once to count points, passing over them by their lengths, then to fill
 * arrays of exactly the right size.
 *
 * @module
 */
import type { Result } from "effect";
import type { FloatPoints } from "../NeptuneSource.ts";
import { decoded, type MalformedMessage } from "./MalformedMessage.ts";
import { Reader } from "./Reader.ts";
import { varintLength, Writer } from "./Writer.ts";

/** The points of several series, one after another, in the order in which they are on the wire. */
export interface FloatSeriesResponse extends FloatPoints {
  /** The request that each series answers. */
  readonly requestIds: ReadonlyArray<string>;
  /** Series `i` has the points from `offsets[i]` up to but without `offsets[i + 1]`. */
  readonly offsets: Uint32Array;
  /** How many points each series has in all, in this response or not. */
  readonly totals: Float64Array;
}

// Tags: the number of a field and how it is written.
const RESPONSE_SERIES = 1 << 3 | 2;
const SERIES_REQUEST_ID = 1 << 3 | 2;
const SERIES_VALUES = 2 << 3 | 2;
const VALUES_TOTAL = 1 << 3 | 0;
const VALUES_POINT = 2 << 3 | 2;
const POINT_TIMESTAMP = 1 << 3 | 0;
const POINT_STEP = 2 << 3 | 1;
const POINT_VALUE = 3 << 3 | 1;
const POINT_PREVIEW = 4 << 3 | 0;
const POINT_RATIO = 5 << 3 | 5;

/** Reads a response. */
export const decodeFloatSeries = (
  bytes: Uint8Array,
): Result.Result<FloatSeriesResponse, MalformedMessage> => decoded(() => decode(bytes));

const decode = (bytes: Uint8Array): FloatSeriesResponse => {
  const { series, points } = count(new Reader(bytes));
  const requestIds: Array<string> = [];
  const offsets = new Uint32Array(series + 1);
  const totals = new Float64Array(series);
  const step = new Float64Array(points);
  const timestamp = new Float64Array(points);
  const value = new Float64Array(points);
  let preview: Uint8Array | undefined;
  let completionRatio: Float32Array | undefined;

  const reader = new Reader(bytes);
  let point = 0;

  // The usual fields are read here, without a call for each; whatever else there is, by the reader.
  const readPoint = (): void => {
    const { view, end: outer } = reader;
    const end = reader.end = reader.endOfField();
    let { at } = reader;
    let ratio = 0;
    let isPreview = false;
    while (at < end) {
      const tag = bytes[at]!;
      if (tag === POINT_STEP && at + 9 <= end) {
        step[point] = view.getFloat64(at + 1, true);
        at += 9;
      } else if (tag === POINT_VALUE && at + 9 <= end) {
        value[point] = view.getFloat64(at + 1, true);
        at += 9;
      } else if (tag === POINT_RATIO && at + 5 <= end) {
        ratio = view.getFloat32(at + 1, true);
        at += 5;
      } else if (tag === POINT_TIMESTAMP && at + 7 <= end && isSixBytes(bytes, at + 1)) {
        timestamp[point] = sixBytes(bytes, at + 1);
        at += 7;
      } else {
        reader.at = at;
        const tag = reader.tag();
        if (tag === POINT_TIMESTAMP) timestamp[point] = reader.int64();
        else if (tag === POINT_STEP) step[point] = reader.double();
        else if (tag === POINT_VALUE) value[point] = reader.double();
        else if (tag === POINT_RATIO) ratio = reader.float();
        else if (tag === POINT_PREVIEW) isPreview = reader.unsigned() !== 0;
        else reader.skip(tag);
        at = reader.at;
      }
    }
    if (isPreview) (preview ??= new Uint8Array(points))[point] = 1;
    if (ratio !== 1) completionRatio ??= new Float32Array(points).fill(1);
    if (completionRatio !== undefined) completionRatio[point] = ratio;
    point++;
    reader.at = end;
    reader.end = outer;
  };

  reader.fields((tag) => {
    if (tag !== RESPONSE_SERIES) return reader.skip(tag);
    const index = requestIds.length;
    let requestId = "";
    reader.message((tag) => {
      if (tag === SERIES_REQUEST_ID) requestId = reader.text();
      else if (tag === SERIES_VALUES) {
        reader.message((tag) => {
          if (tag === VALUES_POINT) readPoint();
          else if (tag === VALUES_TOTAL) totals[index] = reader.int64();
          else reader.skip(tag);
        });
      } else reader.skip(tag);
    });
    requestIds.push(requestId);
    offsets[index + 1] = point;
  });
  return { requestIds, offsets, totals, step, timestamp, value, preview, completionRatio };
};

/** Whether a number has six bytes, as the milliseconds of these decades have. */
const isSixBytes = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at]! & bytes[at + 1]! & bytes[at + 2]! & bytes[at + 3]! & bytes[at + 4]!) >= 0x80 &&
  bytes[at + 5]! < 0x80;

const sixBytes = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! & 0x7f | (bytes[at + 1]! & 0x7f) << 7 | (bytes[at + 2]! & 0x7f) << 14 |
    (bytes[at + 3]! & 0x7f) << 21) +
  (bytes[at + 4]! & 0x7f | bytes[at + 5]! << 7) * 2 ** 28;

const count = (reader: Reader): { readonly series: number; readonly points: number } => {
  const { bytes } = reader;
  let series = 0;
  let points = 0;
  const countValues = (): void => {
    while (reader.at < reader.end) {
      const { at } = reader;
      const length = bytes[at + 1]!;
      if (bytes[at] === VALUES_POINT && length < 0x80 && at + 2 + length <= reader.end) {
        points++;
        reader.at = at + 2 + length;
      } else {
        const tag = reader.tag();
        if (tag === VALUES_POINT) points++;
        reader.skip(tag);
      }
    }
  };
  reader.fields((tag) => {
    if (tag !== RESPONSE_SERIES) return reader.skip(tag);
    series++;
    reader.message((tag) => {
      if (tag === SERIES_VALUES) reader.within(countValues);
      else reader.skip(tag);
    });
  });
  return { series, points };
};

/**
 * Writes a response. A time that is not known, NaN, is written like any default: not at all. Each
 * series has at least one byte for its points, so that the answer to each request is seen.
 */
export const encodeFloatSeries = (
  response: FloatSeriesResponse,
): Uint8Array<ArrayBuffer> => {
  const { requestIds, offsets, totals, step } = response;
  const pointLength = lengthsOf(response);
  const writer = new Writer(step.length * 30 + requestIds.length * 32 + 16);
  const utf8 = new TextEncoder();
  requestIds.forEach((requestId, index) => {
    let length = totals[index] === 0 ? 0 : 1 + varintLength(totals[index]!);
    for (let point = offsets[index]!; point < offsets[index + 1]!; point++) {
      length += 2 + pointLength(point);
    }
    const id = utf8.encode(requestId).length;
    writer.byte(RESPONSE_SERIES);
    writer.varint(
      (id === 0 ? 0 : 1 + varintLength(id) + id) + 1 + varintLength(length) + length,
    );
    if (id > 0) {
      writer.byte(SERIES_REQUEST_ID);
      writer.text(requestId);
    }
    writer.byte(SERIES_VALUES);
    writer.varint(length);
    if (totals[index] !== 0) {
      writer.byte(VALUES_TOTAL);
      writer.varint(totals[index]!);
    }
    for (let point = offsets[index]!; point < offsets[index + 1]!; point++) {
      writer.byte(VALUES_POINT);
      writer.byte(pointLength(point));
      writePoint(writer, response, point);
    }
  });
  return writer.finish();
};

// Zero is not written, but minus zero is.
const isDefault = (value: number): boolean => Object.is(value, 0);

const isWrittenTime = (time: number): boolean => time !== 0 && !Number.isNaN(time);

/** How long each point is; always less than 128 bytes. */
const lengthsOf =
  ({ timestamp, step, value, preview, completionRatio }: FloatPoints) => (point: number): number =>
    (isWrittenTime(timestamp[point]!) ? 1 + varintLength(timestamp[point]!) : 0) +
    (isDefault(step[point]!) ? 0 : 9) +
    (isDefault(value[point]!) ? 0 : 9) +
    (preview?.[point] === 1 ? 2 : 0) +
    (completionRatio !== undefined && isDefault(completionRatio[point]!) ? 0 : 5);

const writePoint = (
  writer: Writer,
  { timestamp, step, value, preview, completionRatio }: FloatPoints,
  point: number,
): void => {
  if (isWrittenTime(timestamp[point]!)) {
    writer.byte(POINT_TIMESTAMP);
    writer.varint(timestamp[point]!);
  }
  if (!isDefault(step[point]!)) {
    writer.byte(POINT_STEP);
    writer.double(step[point]!);
  }
  if (!isDefault(value[point]!)) {
    writer.byte(POINT_VALUE);
    writer.double(value[point]!);
  }
  if (preview?.[point] === 1) {
    writer.byte(POINT_PREVIEW);
    writer.byte(1);
  }
  const ratio = completionRatio?.[point] ?? 1;
  if (!isDefault(ratio)) {
    writer.byte(POINT_RATIO);
    writer.float(ratio);
  }
};
