/**
 * What is wrong with options, in words: plain JavaScript and the cells of a notebook are not
 * type-checked.
 *
 * @module
 */
import { Formatter, Result, Schema, SchemaIssue } from "effect";

/** An option that cannot be meant, and a sentence about it. */
export interface OptionProblem {
  readonly parameter: string;
  readonly message: string;
}

/**
 * The first problem of options by name and type. One that does not exist is a problem, for it would
 * be ignored.
 */
export const findProblem = (
  schema: Schema.ConstraintDecoder<unknown> & { readonly fields: object },
  options: unknown,
): OptionProblem | undefined => {
  const strict = { onExcessProperty: "error" } as const;
  const decoded = Schema.decodeUnknownResult(schema, strict)(options);
  if (Result.isSuccess(decoded)) return undefined;
  const [first] = format(decoded.failure.issue).issues;
  const path = (first?.path ?? []).map(String);
  const [parameter = "options"] = path;
  return path.length > 0 && !Object.hasOwn(schema.fields, parameter)
    ? {
      parameter,
      message: `There is no option ${JSON.stringify(parameter)}; there are ` +
        `${Object.keys(schema.fields).join(", ")}.`,
    }
    : {
      parameter,
      message: `${path.join(".") || "The argument"} must be ${expectedIn(first?.message)}, not ` +
        `${show(valueAt(options, path))}.`,
    };
};

const format = SchemaIssue.makeFormatterStandardSchemaV1();

/** What a message of Schema expects, in words for a person. */
const expectedIn = (message = ""): string =>
  message.replace(/^Expected /, "")
    .replaceAll(/ \| (null|undefined)/g, "")
    .replace(/^(string|number|boolean)$/, "a $1")
    .replace(/^object$/, "an object");

const valueAt = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, key) => Object(inner)[key], value);

/** A value in a message, cut where it is long. */
export const show = (value: unknown): string => {
  const text = Formatter.format(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
};
