import assert from "node:assert/strict";
import { digest, fileName, parsePartName, sanitise } from "../../../src/neptune/archive/Layout.ts";
import { whole } from "./fixtures.ts";

// Made with the exporter's own function.
const NAMES: ReadonlyArray<readonly [string, string]> = [
  ["", "-e4a6a0577479b2b4"],
  ["simple", "simple-26eb8cb2fd94178a"],
  ["org/project", "org_project-ea8dfac2f8d8c39c"],
  ["my-org/my-project", "my-org_my-project-de40b447a2778f2b"],
  ["team/proj", "team_proj-bfd28b30e0521026"],
  ["RUN-1", "RUN-1-549fcb30a0f06072"],
  ["test@#$%", "test____-8f40bd1cc2c0cd5a"],
  ["with spaces", "with_spaces-d3f91bba1f0aebec"],
  ["a.b", "a_b-4eb68d4d2828008e"],
  ["a_b", "a_b-f05e550658986ad7"],
  ["_-", "_--759cbb1ccbe36827"],
  ["zażółć/gęślą", "zażółć_gęślą-3d10dfc0940540e6"],
  ["日本語", "日本語-f419edd5d4267b48"],
  ["run²", "run²-79705d1ca9294459"],
  ["Ⅷ½", "Ⅷ½-c40b1060259b2913"],
  ["e\u0301", "e_-3a4748957b95906d"],
  ["\u{1F600}", "_-f5f08bebe22ae770"],
  ["a\u200bb", "a_b-3c49eff94fa9c2bf"],
  ["x".repeat(300), `${"x".repeat(300)}-12b539c1cad94615`],
  ["x_part_01", "x_part_01-6c00fd459f09a093"],
];

Deno.test("ids become names as in the exporter", () => {
  for (const [id, name] of NAMES) assert.equal(fileName(id), name);
});

Deno.test("the names of every file of the fixtures are made of the ids of their runs", () => {
  for (const { runs, expected } of whole) {
    assert.equal(fileName(expected.project), expected.projectDirectory);
    for (const { runId, parts } of runs) {
      parts.forEach((part, number) => {
        assert.equal(part, `${fileName(runId)}_part_${number}.parquet`);
        assert.deepEqual(parsePartName(part), {
          run: fileName(runId),
          digest: digest(runId),
          number,
          temporary: false,
        });
      });
    }
  }
});

Deno.test("names of parts are read from their end", () => {
  const part = (run: string | undefined, digest: string | undefined, number: number) => ({
    run,
    digest,
    number,
    temporary: false,
  });
  const hex = "0123456789abcdef";
  for (
    const [name, expected] of [
      [`x_part_0-${hex}_part_12.parquet`, part(`x_part_0-${hex}`, hex, 12)],
      [`x-${hex}_part_0-fedcba9876543210_part_1.parquet`, {
        ...part(`x-${hex}_part_0-fedcba9876543210`, "fedcba9876543210", 1),
      }],
      [`-${hex}_part_0.parquet`, part(`-${hex}`, hex, 0)],
      ["RUN-1_part_3.parquet", part("RUN-1", undefined, 3)],
      ["x_part_0_part_1.parquet", part("x_part_0", undefined, 1)],
      ["_part_0.parquet", part("", undefined, 0)],
      ["part_7.parquet", part(undefined, undefined, 7)],
      ["part_part_0.parquet", part("part", undefined, 0)],
      // Capital letters are no digest, and neither are fewer digits.
      ["x-0123456789ABCDEF_part_0.parquet", part("x-0123456789ABCDEF", undefined, 0)],
      ["x-0123456789abcde_part_0.parquet", part("x-0123456789abcde", undefined, 0)],
      [`a\nb-${hex}_part_0.parquet`, part(`a\nb-${hex}`, hex, 0)],
    ] as const
  ) {
    assert.deepEqual(parsePartName(name), expected, name);
    assert.deepEqual(parsePartName(`${name}.tmp`), { ...expected, temporary: true }, name);
  }
});

Deno.test("files of other kinds are no parts", () => {
  for (
    const name of [
      "notes.txt",
      "part_0.parquet.bak",
      "x_part_0.parquet.tmp.tmp",
      "x_part_.parquet",
      "x_part_-1.parquet",
      "x_part_0.PARQUET",
      "xpart_0.parquet",
      "x_part_0.csv",
      "merged.parquet",
      "",
    ]
  ) assert.equal(parsePartName(name), undefined, name);
});

Deno.test("an id is sanitised by code point, and nothing is collapsed, folded or composed", () => {
  assert.equal(sanitise("a//b  c"), "a__b__c");
  assert.equal(sanitise("𝒳😀Ａ"), "𝒳_Ａ");
  assert.equal(sanitise("ǅ ß İ"), "ǅ_ß_İ");
});
