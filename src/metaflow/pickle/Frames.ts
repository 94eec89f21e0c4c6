/**
 * Frames and series that were decoded from a pickle, as those of Polars.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Effect, Result } from "effect";
import {
  type DataFrame as PolarsDataFrame,
  type Polars,
  polars,
  type Series as PolarsSeries,
} from "../../Polars.ts";
import { arrayColumns } from "./ArrayColumns.ts";
import { Budget } from "./Budget.ts";
import { heightOf, rowColumns } from "./Column.ts";
import { isFields, type NdArray } from "./NdArray.ts";
import { DuplicateColumns, NativeFailure, NotTabular, PickleError } from "./PickleError.ts";
import { isTagged, type PickleValue } from "./PickleValue.ts";
import { type PlainColumn, plainColumn, type PlainValues } from "./PlainColumn.ts";
import type { TypedArray } from "./PythonTypes.ts";
import { show } from "./Show.ts";
import type { Column, DataFrame, Index, PolarsFrame, RowLabels, Series } from "./Table.ts";

/** What can become a frame: an array if it has one or two dimensions. */
export type Tabular = DataFrame | Series | Index | PolarsFrame | NdArray;

/** Whether {@link toDataFrame} takes a value. */
export const isTabular = (value: PickleValue): value is Tabular =>
  isTagged(value) &&
  (value._tag === "DataFrame" || value._tag === "Series" || value._tag === "Index" ||
    value._tag === "PolarsFrame" || value._tag === "NdArray" && value.shape.length > 0 &&
      value.shape.length <= 2);

/** A frame, and what of the value is not in it as it was. */
export interface Frame {
  readonly frame: PolarsDataFrame;
  /** Columns whose values are of a type that Polars lacks, or of several; they hold texts. */
  readonly asText: ReadonlyArray<string>;
  /** Columns of an unknown kind, such as periods and intervals, which are left out. */
  readonly omitted: ReadonlyArray<string>;
}

interface Named {
  readonly name: string;
  readonly column: Column;
}

const nameOf = (label: PickleValue, otherwise: string): string =>
  typeof label === "string" ? label : label === null ? otherwise : show(label);

/** Row labels as columns, under the names that pandas gives them when it does this. */
const namedLabels = (
  labels: RowLabels | null,
  height: number,
  taken: ReadonlyArray<string>,
  budget: Budget,
): ReadonlyArray<Named> => {
  if (labels === null || isDefault(labels, height)) return [];
  const columns = rowColumns(labels, height, budget);
  return columns.map((column, level) => ({
    name: nameOf(
      column.label,
      columns.length > 1 || taken.includes("index") ? `level_${level}` : "index",
    ),
    column,
  }));
};

/** Whether rows are only counted, which a frame does by itself, or there are none. */
const isDefault = (labels: RowLabels, height: number): boolean =>
  "start" in labels
    ? labels.start === 0 && labels.step === 1 && labels.label === null
    : height === 0 && labels.every(({ label }) => label === null);

/** An array of one dimension as one column, of two with a column for each place in a row. */
const ofArray = (array: NdArray, budget: Budget): ReadonlyArray<Named> | undefined => {
  if (isFields(array.data)) {
    const fields = Array.from(array.data, ([name, field]) => {
      const [column, ...rest] = field.shape.length === 1 ? arrayColumns(field, budget) ?? [] : [];
      return column === undefined || rest.length > 0 ? undefined : { name, column };
    });
    return fields.every((field) => field !== undefined) ? fields : undefined;
  }
  // Columns are what is below one another: the same memory, with its dimensions the other way round.
  const turned: NdArray = {
    ...array,
    shape: array.shape.toReversed(),
    order: array.order === "C" ? "F" : "C",
  };
  return arrayColumns(array.shape.length === 1 ? array : turned, budget)
    ?.map((column, i) => ({ name: `column_${i}`, column }));
};

const columnsOf = (
  value: Exclude<Tabular, PolarsFrame>,
  budget: Budget,
): ReadonlyArray<Named> | undefined => {
  switch (value._tag) {
    case "DataFrame": {
      const columns = value.columns.map((column, i) => ({
        name: nameOf(column.label, `column_${i}`),
        column,
      }));
      const taken = columns.map(({ name }) => name);
      return [...namedLabels(value.index, value.height, taken, budget), ...columns];
    }
    case "Series": {
      const name = nameOf(value.column.label, "value");
      return [
        ...namedLabels(value.index, value.height, [name], budget),
        { name, column: value.column },
      ];
    }
    case "Index":
      return rowColumns(value.labels, value.height, budget)
        .map((column, i) => ({ name: nameOf(column.label, `level_${i}`), column }));
    case "NdArray":
      return ofArray(value, budget);
  }
};

const NOT_WHOLE_HOURS = /^[+-]\d\d:(?!00$)/;

/** Polars takes offsets of whole hours only; in others the same instants are given in UTC. */
const polarsZone = (zone: string | null): string | null =>
  zone !== null && NOT_WHOLE_HOURS.test(zone) ? "UTC" : zone;

/** Milliseconds for seconds, which Polars does not count in; NaT is marked as missing elsewhere. */
const inMillis = (seconds: BigInt64Array): BigInt64Array =>
  seconds.map((value) => {
    const millis = value === -(2n ** 63n) ? 0n : value * 1000n;
    if (BigInt.asIntN(64, millis) === millis) return millis;
    throw new RangeError(`${value} seconds are more than 64 bits of milliseconds`);
  });

/** Typed arrays keep every bit of 64-bit integers. */
const numbers = (pl: Polars, name: string, data: TypedArray): PolarsSeries =>
  pl.Series(data).rename(name);

const seriesOf = (pl: Polars, name: string, values: PlainValues): PolarsSeries => {
  switch (values.type) {
    case "text":
      return pl.Series(name, [...values.data], pl.Utf8);
    case "bool":
      return numbers(pl, name, values.data).cast(pl.Bool);
    case "date":
      return numbers(pl, name, values.data).cast(pl.Date);
    case "datetime":
    case "duration": {
      const { unit } = values;
      const ticks = numbers(pl, name, unit === "s" ? inMillis(values.data) : values.data);
      const known = unit === "s" ? "ms" : unit;
      return values.type === "duration"
        ? ticks.cast(pl.Duration(known))
        : ticks.cast(pl.Datetime(known, polarsZone(values.timeZone)));
    }
    default:
      return numbers(pl, name, values.data);
  }
};

/** All columns at once, for a frame costs more to make than a column. */
const assemble = (
  pl: Polars,
  columns: ReadonlyArray<PlainColumn>,
  names: ReadonlyArray<string>,
): PolarsDataFrame => {
  const series: Array<PolarsSeries> = [];
  const selection = columns.map(({ values, missing }, i) => {
    const value = pl.col(`v${i}`);
    series.push(seriesOf(pl, `v${i}`, values));
    if (missing === null) return value;
    series.push(numbers(pl, `m${i}`, missing));
    return pl.when(pl.col(`m${i}`).eq(pl.lit(0))).then(value).otherwise(pl.lit(null))
      .alias(`v${i}`);
  });
  const frame = pl.DataFrame(series).select(...selection);
  // Last, as names of users can hide members of the frame.
  frame.columns = [...names];
  return frame;
};

const build = (pl: Polars, columns: ReadonlyArray<Named>, budget: Budget): Frame => {
  const plain = columns.map(({ name, column }) => ({ name, made: plainColumn(column, budget) }));
  const kept = plain.flatMap(({ name, made }) => made === undefined ? [] : [{ name, made }]);
  const names = kept.map(({ name }) => name);
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
  if (repeated.size > 0) {
    throw new PickleError({ reason: new DuplicateColumns({ names: [...repeated] }) });
  }
  return {
    frame: native(() => assemble(pl, kept.map(({ made }) => made), names)),
    asText: kept.filter(({ made }) => made.asText).map(({ name }) => name),
    omitted: plain.filter(({ made }) => made === undefined).map(({ name }) => name),
  };
};

const ofStreams = (pl: Polars, { streams }: PolarsFrame): Frame => {
  const frame = native(() => {
    const frames = streams.map((stream) => pl.readIPCStream(Buffer.from(stream)));
    const [first = pl.DataFrame(), ...rest] = frames;
    return rest.length === 0 ? first : pl.concat(frames, { how: "horizontal" });
  });
  return { frame, asText: [], omitted: [] };
};

/** What Polars throws, as ours. */
const native = <A>(make: () => A): A => {
  try {
    return make();
  } catch (cause) {
    throw new PickleError({ reason: new NativeFailure({ cause }) });
  }
};

/** Bytes that a frame may take besides those of its values, most of which it shares. */
const spare = (value: Exclude<Tabular, PolarsFrame>): number => {
  const columns = value._tag === "DataFrame"
    ? value.columns
    : value._tag === "Series"
    ? [value.column]
    : [];
  const cells = columns.reduce((sum, column) => sum + (heightOf(column) ?? 0), 0);
  const elements = value._tag === "NdArray" ? value.shape.reduce((a, b) => a * b, 1) : 0;
  return 2 ** 26 + 64 * (cells + elements);
};

/**
 * Makes a frame with a Polars that has been loaded.
 *
 * {@link toDataFrame} says what becomes of what.
 */
export const dataFrameOf = (pl: Polars, value: Tabular): Result.Result<Frame, PickleError> => {
  try {
    if (value._tag === "PolarsFrame") return Result.succeed(ofStreams(pl, value));
    const budget = new Budget({ maxBufferBytes: spare(value) }, 0);
    const columns = columnsOf(value, budget);
    if (columns !== undefined) return Result.succeed(build(pl, columns, budget));
    const problem = `${value._tag} holds elements that are no columns`;
    return Result.fail(new PickleError({ reason: new NotTabular({ problem }) }));
  } catch (error) {
    if (error instanceof PickleError) return Result.fail(error);
    throw error;
  }
};

/**
 * Makes a Polars frame of a frame, series or index of pandas, of a table or array of PyArrow, of an
 * array of NumPy with one or two dimensions, or of a pickled frame of Python's Polars.
 *
 * Labels of rows become leading columns, unless they only count from 0. Integers keep their size,
 * also of 64 bits, times their unit and zone; categories become what they stand for, and missing
 * values `null`. NaN in columns of floats stays NaN, as pandas has no other mark for it.
 *
 * @example
 * ```ts
 * import { Metaflow } from "@nereid/nereid";
 * import { Effect, Result } from "effect";
 *
 * // pickle.dumps(numpy.array([1.5, 2.5]))
 * const base64 =
 *   "gASVmAAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVt" +
 *   "cHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwKFlGgDjAVkdHlwZZSTlIwCZjiUiYiHlFKU" +
 *   "KEsDjAE8lE5OTkr/////Sv////9LAHSUYolDEAAAAAAAAPg/AAAAAAAABECUdJRiLg==";
 * const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
 * const array = Result.getOrThrow(Metaflow.Pickle.decode(bytes));
 * if (Metaflow.Pickle.isTabular(array)) {
 *   const { frame } = await Effect.runPromise(Metaflow.Pickle.toDataFrame(array));
 *   console.log(frame.toRecords()); // [ { column_0: 1.5 }, { column_0: 2.5 } ]
 * }
 * ```
 */
export const toDataFrame = (value: Tabular): Effect.Effect<Frame, PickleError> =>
  polars.pipe(
    Effect.mapError((cause) => new PickleError({ reason: new NativeFailure({ cause }) })),
    Effect.flatMap((pl) => Effect.fromResult(dataFrameOf(pl, value))),
  );
