/**
 * The one door to Polars, whose native code is loaded when a frame is first read or built, and not
 * before: importing this library needs no permission.
 *
 * Native code is outside of Deno's sandbox. It needs `--allow-ffi --allow-sys --allow-read` to be
 * loaded, and reads any file it is told to afterwards, whatever `--allow-read` says; who hands it a
 * path has to check the path.
 *
 * @module
 */
import { Effect } from "effect";
import type pl from "nodejs-polars";

/** The namespace that `import pl from "nodejs-polars"` gives. */
export type Polars = typeof pl;

/** A Polars DataFrame. */
export type DataFrame = pl.DataFrame;

/** A Polars Series. */
export type Series = pl.Series;

const load = async (): Promise<Polars> => (await import("nodejs-polars")).default;

let loaded: Promise<Polars> | undefined;

/** Loads Polars, once for the process; fails with whatever the loader throws. */
export const polars: Effect.Effect<Polars, unknown> = Effect.tryPromise({
  try: () => loaded ??= load(),
  catch: (cause) => {
    loaded = undefined;
    return cause;
  },
});

/** Whether something is a frame: what Polars itself asks, without loading it. */
export const isDataFrame = (value: unknown): value is DataFrame =>
  Object(value)[Symbol.toStringTag] === "DataFrame";

/**
 * The names of the columns of a frame, whatever they are.
 *
 * A frame is a proxy on which a column hides the member of its name: one called `columns` makes
 * `frame.columns` a Series. Own properties are columns only.
 */
export const columnNames = (frame: DataFrame): ReadonlyArray<string> =>
  Reflect.ownKeys(frame).filter((key) => typeof key === "string");

/** A column that the frame has, whatever its name: one called `getColumn` hides that member, too. */
export const columnOf = (frame: DataFrame, name: string): Series =>
  Object.getOwnPropertyDescriptor(frame, name)?.value;
