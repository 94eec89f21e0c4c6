/**
 * How `neptune-exporter` names directories and files.
 *
 * @module
 */
import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The 16 hexadecimal digits by which the names made from an id are told apart. */
export const digest = (id: string): string => bytesToHex(blake2b(utf8ToBytes(id), { dkLen: 8 }));

/** An id with every character replaced that is not a letter, a number, `_` or `-`. */
export const sanitise = (id: string): string => id.replaceAll(/[^\p{L}\p{N}_-]/gu, "_");

/** The name of a project's directory, and the beginning of the names of a run's files. */
export const fileName = (id: string): string => `${sanitise(id)}-${digest(id)}`;

/**
 * What the name of a Parquet file says. Three layouts exist: one set of parts for each run with the
 * digest of its id (since 12 November 2025), one without (for a day before), and parts shared by all
 * runs of the project (until then), whose names have no `run`.
 */
export interface PartName {
  /** The run's part of the name: its sanitised id, and its digest if there is one. */
  readonly run: string | undefined;
  readonly digest: string | undefined;
  readonly number: number;
  /** The file is still being written, or its writer was killed. */
  readonly temporary: boolean;
}

// Anchored at the end: `x_part_0` is a fine run id.
const RUN_PART = /^(?:(.*?(?:-([0-9a-f]{16}))?)_)?part_(\d+)\.parquet(\.tmp)?$/s;

/** Reads the name of a file in a project's directory; `undefined` for a file of another kind. */
export const parsePartName = (name: string): PartName | undefined => {
  const match = RUN_PART.exec(name);
  if (match === null) return undefined;
  const [, run, digest, number, temporary] = match;
  return { run, digest, number: Number(number), temporary: temporary !== undefined };
};
