import type { DateTime } from "effect";
import type { Flavour } from "./Flavour.ts";

/** How an export is read. */
export interface Settings {
  /** Whether a file that cannot be read is an error; otherwise it is a warning and a loss. */
  readonly strict: boolean;
  /** Which exporter wrote it; told from the data when absent. */
  readonly flavour: Flavour | undefined;
  /** The time zone of the machine that exported from Neptune 2. */
  readonly exporterTimeZone: DateTime.TimeZone | undefined;
}
