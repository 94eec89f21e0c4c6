/**
 * Reads what Metaflow stored: so far the pickles of its artifacts.
 *
 * @module
 */
export * as Pickle from "./pickle/Pickle.ts";
