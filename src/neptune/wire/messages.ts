/**
 * Messages that are small, or whose values are objects anyway, read by the generated code.
 *
 * @module
 */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { Result } from "effect";
import type { FileRef, Histogram } from "../Attribute.ts";
import {
  ProtoAttributesSearchResultDTOSchema,
  type ProtoPointValueDTO,
  ProtoSeriesValuesResponseDTOSchema,
} from "./gen/neptune_pb.ts";
import { MalformedMessage } from "./MalformedMessage.ts";

/** Reads `ProtoAttributesSearchResultDTO`, the definitions of the attributes of a run. */
export const decodeDefinitions = (
  bytes: Uint8Array,
): Result.Result<
  ReadonlyArray<{ readonly name: string; readonly type: string }>,
  MalformedMessage
> =>
  Result.map(
    decode(ProtoAttributesSearchResultDTOSchema, bytes),
    ({ entries }) => entries.map(({ name, type }) => ({ name, type })),
  );

/** A point of a series that is not of numbers. */
export interface OtherPoint {
  readonly step: number;
  readonly timestamp: number;
  /** The field of the value, which tells its type; none if there is no value. */
  readonly field: "stringValue" | "histogram" | "fileRef" | undefined;
  readonly value: string | Histogram | FileRef | null;
}

/** What a server answers of one series that is not of numbers. */
export interface SeriesAnswer {
  readonly requestId: string;
  /** Where this answer ends; missing if it has not begun with the series. */
  readonly searchAfter: { readonly finished: boolean; readonly token: string } | undefined;
  readonly points: ReadonlyArray<OtherPoint>;
}

/** Reads `ProtoSeriesValuesResponseDTO`. */
export const decodeSeries = (
  bytes: Uint8Array,
): Result.Result<ReadonlyArray<SeriesAnswer>, MalformedMessage> =>
  Result.map(
    decode(ProtoSeriesValuesResponseDTOSchema, bytes),
    ({ series }) =>
      series.map(({ requestId, searchAfter, series }) => ({
        requestId,
        searchAfter: searchAfter && { finished: searchAfter.finished, token: searchAfter.token },
        points: (series.value?.values ?? []).map(pointOf),
      })),
  );

const pointOf = ({ step, timestampMillis, object, value }: ProtoPointValueDTO): OtherPoint => {
  const at = { step, timestamp: Number(timestampMillis) };
  const held = object?.value;
  switch (held?.case) {
    case "stringValue":
      return { ...at, field: held.case, value: held.value };
    case "histogram": {
      const { type, edges, values } = held.value;
      return { ...at, field: held.case, value: { type, edges, values } };
    }
    case "fileRef": {
      const { path, sizeBytes, mimeType } = held.value;
      // A file without a path is one that the source has lost.
      const file = { path, sizeBytes: Number(sizeBytes), mimeType: mimeType || null };
      return { ...at, field: held.case, value: path === "" ? null : file };
    }
    default:
      // Where servers deliver strings by the old field.
      return value === undefined
        ? { ...at, field: undefined, value: null }
        : { ...at, field: "stringValue", value };
  }
};

const decode = <Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
): Result.Result<MessageShape<Desc>, MalformedMessage> =>
  Result.try({
    try: () => fromBinary(schema, bytes),
    catch: (cause) =>
      new MalformedMessage({
        problem: cause instanceof Error ? cause.message : String(cause),
        offset: 0,
      }),
  });
