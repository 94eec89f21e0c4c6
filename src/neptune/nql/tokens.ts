/**
 * The words and signs that an NQL text is made of.
 *
 * @module
 */
import { Result } from "effect";
import { InvalidQuery } from "../NeptuneError.ts";

/** A part of a text, from `start` up to but without `end`, in UTF-16 units. */
export interface Token {
  /** A sign stands for itself; `unreadable` is what cannot be a part of a query. */
  readonly kind:
    | "("
    | ")"
    | ":"
    | "comparison"
    | "word"
    | "name"
    | "string"
    | "end"
    | "unreadable";
  /** What it stands for, without quotes and escapes; for `unreadable` the reason. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s*/y;
const COMPARISON = /==?|!=|[<>]=?/y;
const WORD = /[^\s():`"=<>!]+/y;

const find = (pattern: RegExp, text: string, from: number): string => {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? "";
};

const tokenAt = (text: string, from: number): Token => {
  const start = from + find(SPACE, text, from).length;
  const token = (kind: Token["kind"], content: string, end: number): Token => ({
    kind,
    text: content,
    start,
    end,
  });
  const sign = text[start];
  switch (sign) {
    case undefined:
      return token("end", "", start);
    case "(":
    case ")":
    case ":":
      return token(sign, sign, start + 1);
    case "`": {
      const close = text.indexOf("`", start + 1);
      return close === -1
        ? token("unreadable", "this back-quote is never closed", start)
        : token("name", text.slice(start + 1, close), close + 1);
    }
    case '"': {
      const close = closingQuote(text, start + 1);
      return close === undefined
        ? token(
          "unreadable",
          'this double quote is never closed (in a value, write it as \\")',
          start,
        )
        : token("string", text.slice(start + 1, close).replaceAll(/\\([\\"])/g, "$1"), close + 1);
    }
  }
  const comparison = find(COMPARISON, text, start);
  if (comparison !== "") return token("comparison", comparison, start + comparison.length);
  const word = find(WORD, text, start);
  if (word !== "") return token("word", word, start + word.length);
  return token("unreadable", '"!" is not an operator; there are != and NOT', start);
};

// A regular expression over the whole of it would overflow its stack on a long string.
const closingQuote = (text: string, from: number): number | undefined => {
  for (let index = from; index < text.length; index++) {
    if (text[index] === '"') return index;
    if (text[index] === "\\") index++;
  }
  return undefined;
};

/** Reads a text token by token. */
export class Cursor {
  readonly #query: string;
  #token: Token;
  #last: Token;

  constructor(query: string) {
    this.#query = query;
    this.#token = tokenAt(query, 0);
    this.#last = this.#token;
  }

  /** The token that comes next. */
  get token(): Token {
    return this.#token;
  }

  /** The token that was taken last; the first one as long as there was none. */
  get last(): Token {
    return this.#last;
  }

  /** Goes on to the token after the next, which is returned. */
  take(): Token {
    this.#last = this.#token;
    this.#token = tokenAt(this.#query, this.#token.end);
    return this.#last;
  }

  /** Takes the next token if it is of this kind. */
  takeIf(kind: Token["kind"]): Token | undefined {
    return this.#token.kind === kind ? this.take() : undefined;
  }

  /** Whether the next token is this word of the language, in upper or lower case. */
  isAt(keyword: string): boolean {
    return this.#token.kind === "word" &&
      this.#token.text.toLowerCase() === keyword.toLowerCase();
  }

  /** Takes the next token if it is this word of the language, and says whether it was. */
  takeKeyword(keyword: string): boolean {
    const found = this.isAt(keyword);
    if (found) this.take();
    return found;
  }

  /** The error that a token is wrong, by default the next one. */
  fail(problem: string, token: Token = this.#token): Result.Result<never, InvalidQuery> {
    return Result.fail(
      new InvalidQuery({
        query: this.#query,
        position: token.start,
        problem: token.kind === "unreadable" ? token.text : problem,
      }),
    );
  }
}
