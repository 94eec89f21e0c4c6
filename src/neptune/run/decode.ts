/**
 * Decodes fields of a run by schemas.
 *
 * @module
 */
import { Effect, Schema, SchemaAST, SchemaIssue } from "effect";
import { refuseValue } from "../arguments.ts";
import { acceptedTypes, acceptedTypesOf, type AttributeValue } from "../Attribute.ts";
import {
  DecodeFailed,
  type InvalidArgument,
  type NeptuneErrorReason,
  TypeMismatch,
} from "../NeptuneError.ts";
import type { Fields } from "./Fields.ts";

const format = SchemaIssue.makeFormatterStandardSchemaV1();

/** Decodes one field. */
export const decodeField = <A>(
  run: string,
  fields: Fields,
  path: string,
  schema: Schema.ConstraintDecoder<A>,
): Effect.Effect<A, NeptuneErrorReason> =>
  Effect.gen(function* () {
    yield* checkSchema(schema, "Attribute.Float");
    const value = yield* fields.get(path);
    const accepted = acceptedTypes(schema);
    if (!accepts(accepted, value.type)) {
      const expected = accepted.join(" or ");
      return yield* new TypeMismatch({ run, path, expected, actual: value.type });
    }
    return yield* Effect.mapError(
      Schema.decodeUnknownEffect(schema, { reportInput: true })(value),
      (cause) => {
        const problem = format(cause.issue).issues.map(({ message }) => message).join("; ");
        return new DecodeFailed({ run, failures: [{ path, problem }], cause });
      },
    );
  });

/** Decodes the fields that a schema names, or all fields if it does not only name some. */
export const decodeFields = <A>(
  run: string,
  fields: Fields,
  schema: Schema.ConstraintDecoder<A>,
): Effect.Effect<A, NeptuneErrorReason> =>
  Effect.gen(function* () {
    yield* checkSchema(schema, "Schema.Struct({ … })");
    const encoded = SchemaAST.toEncoded(schema.ast);
    const { propertySignatures: named, indexSignatures: others } = SchemaAST.isObjects(encoded)
      ? encoded
      : NOTHING_NAMED;
    const typesAt = new Map(named.map(({ name, type }) => [String(name), acceptedTypesOf(type)]));
    const otherTypes = others.flatMap(({ type }) => acceptedTypesOf(type));
    const all = named.length === 0 || others.length > 0 ? yield* fields.names : [];
    const paths = new Set([...typesAt.keys(), ...all]);
    yield* fields.prefetch(paths);
    // Without a prototype, in which a schema would find `toString`.
    const values: Record<string, AttributeValue> = Object.create(null);
    for (const path of paths) {
      const value = fields.kept.get(path);
      if (value !== undefined) values[path] = value;
    }
    const problemAt = (path: string, messages: ReadonlyArray<string>) => {
      const accepted = typesAt.get(path) ?? otherTypes;
      const actual = fields.kept.get(path)?.type;
      return actual === undefined || accepts(accepted, actual)
        ? messages.join("; ")
        : `it is of type ${actual}, not ${accepted.join(" or ")}`;
    };
    const decoded = Schema.decodeUnknownEffect(schema, { errors: "all", reportInput: true })(
      values,
    );
    return yield* Effect.mapError(decoded, (cause) => {
      const { issues } = format(cause.issue);
      const byPath = Map.groupBy(issues, ({ path: [path = ""] = [] }) => String(path));
      const failures = Array.from(byPath, ([path, issues]) => ({
        path,
        problem: problemAt(path, issues.map(({ message }) => message)),
      }));
      return new DecodeFailed({ run, failures, cause });
    });
  });

const NOTHING_NAMED = { propertySignatures: [], indexSignatures: [] };

const accepts = (accepted: ReadonlyArray<string>, type: string): boolean =>
  accepted.length === 0 || accepted.includes(type);

const checkSchema = (schema: unknown, example: string): Effect.Effect<void, InvalidArgument> =>
  Schema.isSchema(schema)
    ? Effect.void
    : refuseValue("schema", `a Schema, such as ${example}`, schema);
