/**
 * All rules there are, by the full name of what Python would call.
 *
 * @module
 */
import { ARROW_RULES } from "./Arrow.ts";
import { BUILTIN_CONSTANTS, BUILTIN_RULES } from "./Builtins.ts";
import { DATETIME_RULES } from "./Datetimes.ts";
import { METAFLOW_RULES } from "./Metaflow.ts";
import { NUMPY_RULES } from "./Numpy.ts";
import { PANDAS_RULES } from "./Pandas.ts";
import { PANDAS_ARRAY_RULES, PANDAS_CONSTANTS } from "./PandasArrays.ts";
import type { PickleValue } from "./PickleValue.ts";
import { POLARS_RULES } from "./PythonPolars.ts";
import type { Rules } from "./Rule.ts";
import { STDLIB_RULES } from "./Stdlib.ts";

/** How a call becomes a value. */
export const RULES: Rules = new Map([
  ...BUILTIN_RULES,
  ...DATETIME_RULES,
  ...STDLIB_RULES,
  ...NUMPY_RULES,
  ...PANDAS_ARRAY_RULES,
  ...PANDAS_RULES,
  ...ARROW_RULES,
  ...POLARS_RULES,
  ...METAFLOW_RULES,
]);

/** The names that stand for a value themselves. */
export const CONSTANTS: ReadonlyMap<string, PickleValue> = new Map([
  ...BUILTIN_CONSTANTS,
  ...PANDAS_CONSTANTS,
]);
