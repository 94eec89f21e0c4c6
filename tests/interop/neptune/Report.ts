/**
 * Counts comparisons, and prints each by name.
 *
 * @module
 */
import assert from "node:assert/strict";

const print = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

let [passed, failed, skipped] = [0, 0, 0];
const differences = new Map<string, number>();

/** Compares two answers; `notes` are the listed differences that were allowed for. */
export const compare = (
  name: string,
  actual: unknown,
  expected: unknown,
  notes: Iterable<string> = [],
): void => {
  const allowed = [...new Set(notes)];
  for (const note of allowed) differences.set(note, (differences.get(note) ?? 0) + 1);
  const listed = allowed.map((note) => `\n          as listed: ${note}`).join("");
  try {
    assert.deepEqual(actual, expected);
    passed += 1;
    print(`ok        ${name}${listed}`);
  } catch (error) {
    fail(name, String(error instanceof Error ? error.message : error));
  }
};

/** Tells of a comparison that came to nothing. */
export const fail = (name: string, problem: string): void => {
  failed += 1;
  print(`FAILED    ${name}\n${problem.slice(0, 4000).replace(/^/gm, "          ")}`);
};

/** Tells of one that is not made, and why. */
export const skip = (name: string, reason: string): void => {
  skipped += 1;
  print(`skipped   ${name}: ${reason}`);
};

/** Tells how it went; the last line is for machines. */
export const conclude = (): boolean => {
  print("\nListed differences that comparisons allowed for:");
  for (const [difference, count] of differences) print(`  ${count} × ${difference}`);
  print(`\n${passed} passed, ${failed} failed, ${skipped} skipped by name`);
  return failed === 0;
};
