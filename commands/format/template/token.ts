/** The tokens of a template. Keywords come last; `isKeyword` tells them apart. */
export type TokenKind =
  | "error"
  | "eof"
  | "text"
  | "leftDelimiter"
  | "rightDelimiter"
  | "space"
  | "assign"
  | "declare"
  | "pipe"
  | "leftParenthesis"
  | "rightParenthesis"
  | "character"
  | "bool"
  | "characterConstant"
  | "number"
  | "string"
  | "rawString"
  | "field"
  | "variable"
  | "identifier"
  | "dot"
  | Keyword;

export type Keyword =
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

export const keywords: ReadonlySet<string> = new Set<Keyword>([
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);

export interface Token {
  readonly kind: TokenKind;
  /** The token's text; an error's message. */
  readonly text: string;
  /** Where it starts in the template. */
  readonly position: number;
  /** The line it starts on, from 1. */
  readonly line: number;
}
