/**
 * A question that is put to several programs, and what each of them should answer.
 *
 * @module
 */
import type { Effect } from "effect";
import type { Neptune } from "@nereid/nereid";

/** Anything that JSON can be. */
export type Answer = unknown;

export interface Question {
  /** Unique among those of one export. */
  readonly name: string;
  /** The function of the Python program, and its arguments. */
  readonly call: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Our own answer, from any source. */
  readonly ours: Effect.Effect<Answer, Neptune.NeptuneError, Neptune.NeptuneSource>;
  /** The answer of the ground truth. */
  readonly truth: () => Answer;
  /** What a Python client makes of an answer, beyond what pandas does. */
  readonly inPython?: (answer: Answer, note: Note, client: string) => Answer;
  /** What a client of a server makes of the answer of an archive. */
  readonly onServer?: (answer: Answer, note: Note) => Answer;
  /** Why a client is not asked, by the beginning of its name. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** Tells that a listed difference, named by this text, made a difference. */
export type Note = (difference: string) => void;
