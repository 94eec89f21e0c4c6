/**
 * Attributes of runs (`ProtoAttributesDTO` and what holds them) as columns.
 *
 * A table has as many attributes as it has cells, and for most of them three quarters of the bytes
 * repeat a path and a type. So no object is made for one, and a path that is the expected one is
 * compared, not decoded: runs mostly have the same attributes in the same order.
 *
 * @module
 */
import type { Result } from "effect";
import type { ValueColumn } from "../NeptuneSource.ts";
import { type Column, columnOf } from "./Columns.ts";
import { decoded, type MalformedMessage } from "./MalformedMessage.ts";
import { Reader } from "./Reader.ts";

/** The attributes of some runs. */
export interface AttributeColumns {
  /** How many runs there are. */
  readonly count: number;
  /** The rows count runs from the first one on. */
  readonly columns: ReadonlyArray<ValueColumn>;
  /** Types that this library does not know, each with the path of an attribute that has it. */
  readonly unknown: ReadonlyMap<string, string>;
}

/** A page of search results. */
export interface SearchResult extends AttributeColumns {
  readonly matchingItemCount: number;
}

/** A page of values. */
export interface QueryAttributesResult extends AttributeColumns {
  /** `experimentShortId` of each run, which is its `sys/id`. */
  readonly shortIds: ReadonlyArray<string>;
  /** Empty after the last page. */
  readonly nextPageToken: string;
}

/** Reads `ProtoLeaderboardEntriesSearchResultDTO`. */
export const decodeSearchResult = (
  bytes: Uint8Array,
): Result.Result<SearchResult, MalformedMessage> =>
  decoded(() => {
    const reader = new Reader(bytes);
    const attributes = new AttributeReader();
    let matchingItemCount = 0;
    reader.fields((tag) => {
      if (tag === (3 << 3 | 2)) reader.within(() => attributes.entry(reader, 7));
      else if (tag === (1 << 3 | 0)) matchingItemCount = reader.int64();
      else reader.skip(tag);
    });
    return { ...attributes.finish(), matchingItemCount };
  });

/** Reads `ProtoQueryAttributesResultDTO`. */
export const decodeQueryAttributesResult = (
  bytes: Uint8Array,
): Result.Result<QueryAttributesResult, MalformedMessage> =>
  decoded(() => {
    const reader = new Reader(bytes);
    const attributes = new AttributeReader();
    const shortIds: Array<string> = [];
    let nextPageToken = "";
    reader.fields((tag) => {
      if (tag === (1 << 3 | 2)) shortIds.push(reader.within(() => attributes.entry(reader, 3, 2)));
      else if (tag === (2 << 3 | 2)) {
        reader.message((tag) => {
          if (tag === (1 << 3 | 2)) nextPageToken = reader.text();
          else reader.skip(tag);
        });
      } else reader.skip(tag);
    });
    return { ...attributes.finish(), shortIds, nextPageToken };
  });

/** Reads `ProtoAttributesDTO`, the attributes of one run. */
export const decodeAttributes = (
  bytes: Uint8Array,
): Result.Result<AttributeColumns, MalformedMessage> =>
  decoded(() => {
    const reader = new Reader(bytes);
    const attributes = new AttributeReader();
    attributes.entry(reader, 7);
    return attributes.finish();
  });

/** A column, and how it is told that an attribute belongs to it. */
interface Expected {
  readonly name: Uint8Array;
  readonly type: Uint8Array;
  readonly column: Column | undefined;
  /** Its column followed this one's in the last run that had both. */
  next: Expected | undefined;
}

/** Whether a name and a type of some lengths are there, as the fields 1 and 2. */
const isLabelled = (
  bytes: Uint8Array,
  at: number,
  { length: name }: Uint8Array,
  { length: type }: Uint8Array,
): boolean =>
  bytes[at] === ATTRIBUTE_NAME && bytes[at + 1] === name &&
  bytes[at + 2 + name] === ATTRIBUTE_TYPE && bytes[at + 3 + name] === type;

const ATTRIBUTE_NAME = 1 << 3 | 2;
const ATTRIBUTE_TYPE = 2 << 3 | 2;

class AttributeReader {
  private count = 0;
  private readonly byName = new Map<string, Map<string, Expected>>();
  private readonly unknown = new Map<string, string>();
  private first: Expected | undefined;
  private previous: Expected | undefined;

  // Where the parts of the attribute at hand are.
  private nameAt = 0;
  private nameEnd = 0;
  private typeAt = 0;
  private typeEnd = 0;
  private payload = 0;
  private payloadAt = 0;
  private payloadEnd = 0;

  /**
   * Reads an entry up to the reader's end; its attributes are in the field of one number. Returns the
   * text in the field of another one.
   */
  entry(reader: Reader, attributes: number, id = 0): string {
    const attributesTag = attributes << 3 | 2;
    const idTag = id << 3 | 2;
    const { end } = reader;
    let text = "";
    this.previous = undefined;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === attributesTag) this.attribute(reader);
      else if (tag === idTag) text = reader.text();
      else reader.skip(tag);
    }
    this.count++;
    return text;
  }

  private attribute(reader: Reader): void {
    const outer = reader.end;
    const end = reader.end = reader.endOfField();
    const start = reader.at;
    const guess = this.guess();
    if (guess?.column !== undefined && this.isUsual(reader, guess, guess.column)) {
      guess.column.read(reader, this.count);
      this.previous = guess;
      reader.at = end;
      reader.end = outer;
      return;
    }
    this.nameAt =
      this.nameEnd =
      this.typeAt =
      this.typeEnd =
        0;
    this.payload = 0;
    let payloads = 0;
    while (reader.at < end) {
      const tag = reader.tag();
      if ((tag & 7) !== 2) {
        reader.skip(tag);
        continue;
      }
      const fieldEnd = reader.endOfField();
      if (tag === ATTRIBUTE_NAME) {
        this.nameAt = reader.at;
        this.nameEnd = fieldEnd;
      } else if (tag === ATTRIBUTE_TYPE) {
        this.typeAt = reader.at;
        this.typeEnd = fieldEnd;
      } else {
        payloads++;
        this.payload = tag >>> 3;
        this.payloadAt = reader.at;
        this.payloadEnd = fieldEnd;
      }
      reader.at = fieldEnd;
    }
    const expected = this.expected(reader);
    this.previous = expected;
    const { column } = expected;
    if (column !== undefined) {
      if (payloads > 1) this.findPayload(reader, start, column.payload);
      // Without a value of its type, an attribute has the default.
      const isThere = this.payload === column.payload;
      reader.at = isThere ? this.payloadAt : end;
      reader.end = isThere ? this.payloadEnd : end;
      column.read(reader, this.count);
    }
    reader.at = end;
    reader.end = outer;
  }

  /** The column that the next attribute belongs to if this run is like the last one. */
  private guess(): Expected | undefined {
    return this.previous === undefined ? this.first : this.previous.next;
  }

  /**
   * Whether an attribute is of the column that was guessed, and written as nearly all are: name, type,
   * and one value, which repeats both. If so, leaves the reader at what follows them.
   */
  private isUsual(reader: Reader, { name, type }: Expected, { payload }: Column): boolean {
    const { bytes, end } = reader;
    let { at } = reader;
    const labels = name.length + type.length + 4;
    if (at + labels + 2 > end || name.length > 0x7f) return false;
    if (!isLabelled(bytes, at, name, type)) return false;
    // From the end, for paths often begin alike.
    for (let i = name.length - 1; i >= 0; i--) if (name[i] !== bytes[at + 2 + i]) return false;
    const typeAt = at + 4 + name.length;
    for (let i = type.length - 1; i >= 0; i--) if (type[i] !== bytes[typeAt + i]) return false;
    at += labels;
    if (bytes[at] !== (payload << 3 | 2)) return false;
    let length = bytes[at + 1]!;
    at += 2;
    if (length >= 0x80) {
      if (at >= end || bytes[at]! >= 0x80) return false;
      length = length & 0x7f | bytes[at]! << 7;
      at++;
    }
    if (at + length !== end) return false;
    reader.at = at + labels <= end && isLabelled(bytes, at, name, type) ? at + labels : at;
    return true;
  }

  /** Looks for the value of a type among several, the last one if there are more of it. */
  private findPayload(reader: Reader, start: number, payload: number): void {
    this.payload = 0;
    for (reader.at = start; reader.at < reader.end;) {
      const tag = reader.tag();
      if (tag !== (payload << 3 | 2)) {
        reader.skip(tag);
        continue;
      }
      this.payload = payload;
      this.payloadEnd = reader.endOfField();
      this.payloadAt = reader.at;
      reader.at = this.payloadEnd;
    }
  }

  private expected(reader: Reader): Expected {
    const { previous } = this;
    const guess = this.guess();
    if (guess !== undefined && this.fits(reader.bytes, guess)) return guess;
    const found = this.lookUp(reader);
    if (previous === undefined) this.first = found;
    else previous.next = found;
    return found;
  }

  private fits(bytes: Uint8Array, { name, type }: Expected): boolean {
    const { nameAt, nameEnd, typeAt, typeEnd } = this;
    if (name.length !== nameEnd - nameAt || type.length !== typeEnd - typeAt) return false;
    // From the end, for paths often begin alike.
    for (let i = name.length - 1; i >= 0; i--) if (name[i] !== bytes[nameAt + i]) return false;
    for (let i = type.length - 1; i >= 0; i--) if (type[i] !== bytes[typeAt + i]) return false;
    return true;
  }

  private lookUp(reader: Reader): Expected {
    const path = reader.textAt(this.nameAt, this.nameEnd);
    const type = reader.textAt(this.typeAt, this.typeEnd);
    let types = this.byName.get(path);
    if (types === undefined) this.byName.set(path, types = new Map());
    let found = types.get(type);
    if (found === undefined) {
      const column = columnOf(path, type);
      if (column === undefined && !this.unknown.has(type)) this.unknown.set(type, path);
      found = {
        name: reader.bytes.slice(this.nameAt, this.nameEnd),
        type: reader.bytes.slice(this.typeAt, this.typeEnd),
        column,
        next: undefined,
      };
      types.set(type, found);
    }
    return found;
  }

  finish(): AttributeColumns {
    const columns: Array<ValueColumn> = [];
    for (const types of this.byName.values()) {
      for (const { column } of types.values()) {
        const finished = column?.finish();
        if (finished !== undefined && finished.rows.length > 0) columns.push(finished);
      }
    }
    return { count: this.count, columns, unknown: this.unknown };
  }
}
