/**
 * Decodes fields of a run by schemas.
 *
 * @module
 */
import { Effect, Schema, SchemaAST, SchemaIssue } from "effect";
import { acceptedTypes, acceptedTypesOf, type AttributeValue } from "../Attribute.ts";
import { DecodeFailed, type NeptuneErrorReason, TypeMismatch } from "../NeptuneError.ts";
import type { Fields } from "./Fields.ts";

const format = SchemaIssue.makeFormatterStandardSchemaV1();

/** Decodes one field. */
export const decodeField = <A>(
  run: string,
  path: string,
  value: AttributeValue,
  schema: Schema.ConstraintDecoder<A>,
): Effect.Effect<A, NeptuneErrorReason> => {
  const accepted = acceptedTypes(schema);
  if (accepted.length > 0 && !accepted.includes(value.type)) {
    const expected = accepted.join(" or ");
    return Effect.fail(new TypeMismatch({ run, path, expected, actual: value.type }));
  }
  return Effect.mapError(Schema.decodeUnknownEffect(schema)(value), (cause) => {
    const problem = format(cause.issue).issues.map(({ message }) => message).join("; ");
    return new DecodeFailed({ run, failures: [{ path, problem }], cause });
  });
};

/** Decodes the fields that a schema names, or all fields if it names none. */
export const decodeFields = <A>(
  run: string,
  fields: Fields,
  schema: Schema.ConstraintDecoder<A>,
): Effect.Effect<A, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const encoded = SchemaAST.toEncoded(schema.ast);
    const named = SchemaAST.isObjects(encoded) ? encoded.propertySignatures : [];
    const paths = named.length > 0 ? named.map(({ name }) => String(name)) : yield* fields.names;
    yield* fields.prefetch(paths);
    const values = Object.fromEntries(
      paths.filter((path) => fields.kept.has(path)).map((path) => [path, fields.kept.get(path)!]),
    );
    const mismatches = named.flatMap(({ name, type }) => {
      const path = String(name);
      const actual = fields.kept.get(path)?.type;
      const accepted = acceptedTypesOf(type);
      return actual === undefined || accepted.length === 0 || accepted.includes(actual)
        ? []
        : [{ path, problem: `it is of type ${actual}, not ${accepted.join(" or ")}` }];
    });
    const mismatched = new Set(mismatches.map(({ path }) => path));
    const decoded = Schema.decodeUnknownEffect(schema, { errors: "all" })(values);
    return yield* Effect.mapError(decoded, (cause) => {
      const others = format(cause.issue).issues
        .map(({ path: [path] = [], message }) => ({ path: String(path ?? ""), problem: message }))
        .filter(({ path }) => !mismatched.has(path));
      return new DecodeFailed({ run, failures: [...mismatches, ...others], cause });
    });
  });
