/**
 * What a notebook asks a value for when a cell ends with it.
 *
 * @module
 */

/** A value with a method of this name chooses how a notebook shows it. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** One content in several forms, by MIME type; a front end takes the richest that it knows. */
export type MediaBundle = Readonly<Record<string, string | object>>;
