/**
 * NQL, the query language in which runs are selected: a syntax tree, a printer and a parser.
 *
 * @module
 */

/** A condition that a run fulfils or not. */
export type Query = Everything | And | Or | Not | Comparison | Contains | Matches | Exists;

/** Every run; the empty text. Only ever a whole query: {@link and} and {@link or} take it in. */
export interface Everything {
  readonly _tag: "Everything";
}

/** All of two or more conditions. */
export interface And {
  readonly _tag: "And";
  readonly conditions: ReadonlyArray<Query>;
}

/** At least one of two or more conditions. */
export interface Or {
  readonly _tag: "Or";
  readonly conditions: ReadonlyArray<Query>;
}

/** The opposite of a condition. */
export interface Not {
  readonly _tag: "Not";
  readonly condition: Query;
}

/** The attribute that a predicate is about. Without a type it is any of that name. */
export interface AttributeName {
  readonly name: string;
  readonly type?: AttributeTypeName | undefined;
  /** Which number of a float series; `last` when absent. */
  readonly aggregate?: Aggregate | undefined;
}

/** The types that NQL can name. */
export type AttributeTypeName =
  | "float"
  | "int"
  | "string"
  | "bool"
  | "datetime"
  | "floatSeries"
  | "stringSeries"
  | "stringSet"
  | "fileRef"
  | "fileRefSeries"
  | "histogramSeries"
  | "experimentState";

/** The numbers that stand for a whole float series. */
export type Aggregate = "last" | "min" | "max" | "average" | "variance";

/** The comparison operators; `==` is read as `=`. */
export type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** `attribute operator value`. The value is text; the attribute's type says how to read it. */
export interface Comparison {
  readonly _tag: "Comparison";
  readonly attribute: AttributeName;
  readonly operator: Operator;
  readonly value: string;
}

/** `attribute CONTAINS value`: a member of a string set, or a part of a string. */
export interface Contains {
  readonly _tag: "Contains";
  readonly attribute: AttributeName;
  readonly negated: boolean;
  readonly value: string;
}

/** `attribute MATCHES pattern`: RE2 finds the pattern somewhere in a string. */
export interface Matches {
  readonly _tag: "Matches";
  readonly attribute: AttributeName;
  readonly negated: boolean;
  readonly pattern: string;
}

/** `attribute EXISTS`: the run has the attribute. */
export interface Exists {
  readonly _tag: "Exists";
  readonly attribute: AttributeName;
  readonly negated: boolean;
}
